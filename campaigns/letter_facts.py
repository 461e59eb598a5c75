"""What a letter is filled with: plain values out of what is known of the account, its contact and who signs.

Every letter is told of its reader, the account, why it is written and who signs. What a campaign's letters are told
besides, its own file says (`Campaign.letter_facts`); what several campaigns tell stands here.
"""

from typing import Any

from campaigns.campaign import Campaign
from campaigns.occasion import Facts, Manager, Occasion, Stationery
from campaigns.signal import Signal
from crm.directory.salutations import salutation_for
from crm.insight.candidate import Candidate, Contact
from crm.membership.terms import Coverage
from crm.outreach.approved import Signature
from crm.outreach.outbox.signing import signed
from crm.reference.languages import Language


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
        campaign: knows who signs where the account has no account manager, and what its letters are told besides.
        account: the account.
        signal: why it is written to.
        contact: the reader.
        language: the language of the letter.
        stationery: who may sign, and what study groups and States are called.
    """
    occasion = Occasion(account, signal, contact, language, stationery)
    facts: dict[str, Any] = {
        "person": reader(contact, account, language),
        "organization": {"name": account.name},
        "signal": {"kind": signal.kind, **_readable(occasion)},
        "manager": signature(
            stationery.manager_of(account),
            team=campaign.signatures[language],
            language=language,
            stationery=stationery,
        ),
    }
    for source in campaign.letter_facts:
        for group, told in source(occasion).items():
            facts[group] = {**facts.get(group, {}), **told}
    return facts


def reader(contact: Contact, account: Candidate, language: Language) -> dict[str, str]:
    """What a letter says of its reader: the name, and the salutation where the letter's own words are not right."""
    salutation = salutation_for(
        contact.salutation, reads=contact.language, roles=contact.roles, kind=account.kind, language=language
    )
    return {"name": contact.name, **salutation}


def own_sector(occasion: Occasion) -> Facts:
    """The Sector of the membership that the account is written to about; that of Academia covers all three."""
    coverage = occasion.account.coverage
    if coverage is None or coverage is Coverage.ALL:
        return {}
    return {"sector": {"name": occasion.sector(coverage)}}


def own_study_group(occasion: Occasion) -> Facts:
    """The study group that an Associate has selected."""
    selected = occasion.account.study_group
    return {"study_group": occasion.study_group(selected)} if selected else {}


def upgrade_fees(occasion: Occasion) -> Facts:
    """What it pays as an Associate and would pay as a Sector Member; only where a source states both fees."""
    fees = occasion.account.upgrade_fees
    if fees is None or not fees.are_sure:
        return {}
    current, full = str(fees.associate.amount), str(fees.sector_member.amount)
    return {"fee": {"current": current, "full": full, "currency": "CHF"}}


def state(occasion: Occasion) -> Facts:
    """The State or territory where the account is based."""
    country = occasion.account.country
    return {"state": {"name": occasion.country(country)}} if country else {}


def work(occasion: Occasion) -> Facts:
    """What each Sector works on that concerns the account's segment, in the letter's language."""
    subjects = [
        {"sector": occasion.sector(concern.sector), "about": concern.words[occasion.language]}
        for concern in occasion.account.concerns
    ]
    return {"work": {"subjects": subjects}} if subjects else {}


def _readable(occasion: Occasion) -> dict[str, str]:
    """The facts of a signal, its Sector and its study group as readers know them."""
    facts = dict(occasion.signal.facts)
    if "sector" in facts:
        facts["sector"] = occasion.sector(facts["sector"])
    if "study_group" in facts:
        group = occasion.study_group(facts["study_group"])
        facts["study_group"] = group["code"]
        facts |= {"study_group_title": group["title"]} if "title" in group else {}
    return facts


def signature(
    manager: Manager | None, *, team: Signature, language: Language, stationery: Stationery
) -> dict[str, str]:
    """Who signs a letter: the account manager, or the office where nobody on the active staff keeps the account.

    Args:
        manager: the account manager, if there is one on the active staff.
        team: what stands under the name of whoever has no title, and of the office.
        language: the language of the letter.
        stationery: knows the name and address of the office.
    """
    if manager is None:
        sender = {"name": stationery.sender_name, "email": stationery.sender_address}
        return {**sender, "title": team.title, "office": team.office}
    return signed(
        manager.name,
        title=manager.title or team.title,
        email=manager.email,
        office=manager.office,
        office_code=manager.office_code,
        language=language,
    )
