"""Whether we may write to somebody about something, and on what ground: decided from what is on record and the rules.

A member is an existing relation by its running membership, which nobody needs to record; an objection ends it for
that person (GDPR Article 21(2) and (3), taken as the stricter reading), until they agree anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlmodel import Session, col, select

from crm.consent.bases import WITHDRAWABLE, ContactBasis, Purpose
from crm.directory.merged import among
from crm.reference.consent_rules import Basis, ConsentRule, ConsentRules, Relation
from crm.reference.facts import Certainty
from crm.shown import Shown

_OURS = {Relation.MEMBER, Relation.ADMINISTRATION}
_SIMILAR = {Purpose.CAMPAIGNS, Purpose.MEMBERSHIP}
"""What an existing relation speaks for: the membership, and what is like it. A gift or a stand at a fair is not."""


@dataclass(frozen=True, slots=True)
class Recorded(Shown):
    """What is on record about writing to a person for a purpose.

    Attributes:
        grounds: those that stand; of what can be withdrawn, those given since the last withdrawal.
        objected_on: when they last withdrew one, where they gave none since.
    """

    grounds: frozenset[Basis] = frozenset()
    objected_on: date | None = None


NOTHING = Recorded()
"""Nothing is on record, as for nearly everybody."""


@dataclass(frozen=True, slots=True)
class Permission(Shown):
    """Whether we may write, and the ground or the obstacle in words."""

    allowed: bool
    words: str


@lru_cache(maxsize=4096)  # most have nothing on record, and are of few countries
def permission(
    purpose: Purpose,
    recorded: Recorded,
    *,
    relation: Relation,
    country: str | None,
    rules: ConsentRules,
    on: date,
) -> Permission:
    """Whether we may write to somebody about something.

    Args:
        purpose: what about.
        recorded: what is on record for the person and the purpose.
        relation: how their organisation stands to us.
        country: where it is, ISO 3166 alpha-3.
        rules: which grounds suffice where.
        on: the day.
    """
    if purpose is Purpose.MEMBERSHIP and (owed := recorded.grounds - WITHDRAWABLE):
        return Permission(allowed=True, words=_named(owed))
    if recorded.objected_on is not None:
        return Permission(allowed=False, words=f"agreement withdrawn on {recorded.objected_on:%-d %B %Y}")
    held = recorded.grounds
    if relation in _OURS and purpose in _SIMILAR:
        held |= {Basis.EXISTING_RELATION}
    if purpose is Purpose.MEMBERSHIP and held:
        return Permission(allowed=True, words=_named(held))
    enough = rules.sufficient(country, relation, on)
    if found := [rule for rule in enough if rule.basis in held]:
        return Permission(allowed=True, words=_named(rule.basis for rule in found))
    return Permission(allowed=False, words=_missing(enough, relation, country))


def recorded_for(
    session: Session, person_ids: Iterable[int], day: date
) -> dict[tuple[int, Purpose], Recorded]:
    """What is on record on a day about writing to people, by person and purpose, in one statement.

    Args:
        session: the session of the verb.
        person_ids: whom to ask about; who has nothing on record is not in the answer.
        day: the day.
    """
    query = select(ContactBasis).where(
        among(col(ContactBasis.person_id), person_ids), col(ContactBasis.on) <= day
    )
    rows: dict[tuple[int, Purpose], list[ContactBasis]] = {}
    for row in session.exec(query):
        rows.setdefault((row.person_id, row.purpose), []).append(row)
    return {key: _recorded(found, day) for key, found in rows.items()}


def _recorded(rows: Sequence[ContactBasis], day: date) -> Recorded:
    objected_on = max((row.withdrawn_on for row in rows if _ended(row, day)), default=None)  # type: ignore[type-var]
    grounds = frozenset(
        row.basis
        for row in rows
        if not _ended(row, day)
        and (objected_on is None or row.on >= objected_on or row.basis not in WITHDRAWABLE)
    )
    return Recorded(grounds, None if grounds & WITHDRAWABLE else objected_on)


def _ended(row: ContactBasis, day: date) -> bool:
    return row.withdrawn_on is not None and row.withdrawn_on <= day


def _named(grounds: Iterable[Basis]) -> str:
    return ", ".join(sorted(basis.words for basis in grounds))


def _missing(enough: tuple[ConsentRule, ...], relation: Relation, country: str | None) -> str:
    needed = " or ".join(rule.basis.words for rule in enough) or "a rule that allows it"
    doubt = (
        ""
        if enough and all(rule.certainty is not Certainty.UNVERIFIED for rule in enough)
        else " (unverified)"
    )
    return f"{needed} needed for a {relation} in {country or 'an unknown country'}{doubt}"
