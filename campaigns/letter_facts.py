"""What a letter is filled with: plain values out of what is known of the account, its contact and who signs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from campaigns.campaign import Campaign, Signal
from crm.directory.salutations import salutation_for
from crm.insight.candidate import Candidate, Contact
from crm.reference.languages import Language

# How the Union abbreviates its name in these languages; in the others it writes ITU in Latin letters.
_UNION = {Language.FRENCH: "UIT", Language.SPANISH: "UIT", Language.RUSSIAN: "МСЭ"}


@dataclass(frozen=True, slots=True)
class Manager:
    """An account manager, as they sign.

    Attributes:
        office: the name of their office; `office_code` its code, for languages in which the book has no name of it.
    """

    id: int
    name: str
    title: str
    email: str
    office: str
    office_code: str


@dataclass(frozen=True, slots=True)
class Stationery:
    """What letters need besides the account.

    Attributes:
        sender_name: who signs for an account without account manager.
        sender_address: the address of that sender.
        managers: the active staff, by id.
        study_groups: the English titles of the study groups, by code.
    """

    sender_name: str
    sender_address: str
    managers: Mapping[int, Manager] = field(default_factory=dict)
    study_groups: Mapping[str, str] = field(default_factory=dict)


def letter_facts(
    campaign: Campaign,
    account: Candidate,
    *,
    signal: Signal,
    contact: Contact,
    language: Language,
    stationery: Stationery,
) -> dict[str, Any]:
    """The facts of every letter to an account; what is not known is left out.

    Args:
        campaign: knows who signs where the account has no account manager.
        account: the account.
        signal: why it is written to.
        contact: the reader.
        language: the language of the letter.
        stationery: who may sign, and what study groups are called.
    """
    facts: dict[str, Any] = {
        "person": {"name": contact.name, **_salutation(contact, account, language)},
        "organization": {"name": account.name},
        "signal": {"kind": signal.kind, **_readable(signal.facts, language, stationery)},
        "manager": _signed(campaign, stationery.managers.get(account.owner_id or 0), language, stationery),
    }
    if account.coverage is not None:
        facts["sector"] = {"name": f"{_UNION.get(language, 'ITU')}-{account.coverage}"}
    if account.study_group is not None:
        facts["study_group"] = _study_group(account.study_group, language, stationery)
    return facts


def _salutation(contact: Contact, account: Candidate, language: Language) -> dict[str, str]:
    return salutation_for(
        contact.salutation, reads=contact.language, roles=contact.roles, kind=account.kind, language=language
    )


def _readable(facts: Mapping[str, str], language: Language, stationery: Stationery) -> dict[str, str]:
    """The facts of a signal, its study group as readers know it."""
    if "study_group" not in facts:
        return dict(facts)
    group = _study_group(facts["study_group"], language, stationery)
    named = {"study_group": group["code"]} | (
        {"study_group_title": group["title"]} if "title" in group else {}
    )
    return {**facts, **named}


def _study_group(code: str, language: Language, stationery: Stationery) -> dict[str, str]:
    """A study group as readers know it: "SG13" for "T-SG13". Its title is on record in English only."""
    title = stationery.study_groups.get(code) if language is Language.ENGLISH else None
    return {"code": code.partition("-")[2]} | ({"title": title} if title else {})


def _signed(
    campaign: Campaign, manager: Manager | None, language: Language, stationery: Stationery
) -> dict[str, str]:
    team = campaign.signatures[language]
    if manager is None:
        sender = {"name": stationery.sender_name, "email": stationery.sender_address}
        return {**sender, "title": team.title, "office": team.office}
    office = manager.office if language is Language.ENGLISH else manager.office_code
    return {
        "name": manager.name,
        "title": manager.title or team.title,
        "office": office,
        "email": manager.email,
    }
