"""What speaks for asking a member for an upgrade or a further Sector, and what stands against it. Pure.

The signals that campaigns go by as well are in `membership_signals`; those that only a rank needs are here. What each
counts for is reference data (`potential_weights.csv`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from crm.directory.tables import Size
from crm.insight.member_facts import Asked, MemberFacts
from crm.insight.membership_signals import (
    ACTIVE,
    SEVERAL,
    activity,
    companies_of_its_group,
    concern_of_its_segment,
    punctuality,
    second_study_group,
    size,
    study_group_of_another_sector,
    taken,
)
from crm.insight.signal import Signal
from crm.membership.contract.standing import Punctuality, Standing
from crm.reference.opportunity_stages import OpportunityKind, Outcome

A_YEAR = timedelta(days=365)
"""For how long contacts and a refusal count: our own choice, no source states it."""

OFTEN = 3
"""Contacts in a year, from which on an account and we are in touch: our own choice."""

SMALL = 250
"""From so many employees on, an enterprise is neither small nor medium-sized (Commission Recommendation 2003/361/EC,
annex, article 2). The test that the Union applies to an Associate is not on record."""

Rule = Callable[[MemberFacts, str], Signal | None]
"""Looks at a member and the Sector that it could be asked about; None: it says nothing."""


def associates_of_its_group(facts: MemberFacts, sector: str) -> Signal | None:
    """Two accounts or more of its corporate group, itself among them, are Associates of the Sector."""
    accounts = facts.group_associates.get(sector, 0)
    if accounts < SEVERAL:
        return None
    return Signal("associates_in_group", f"{accounts} Associates of ITU-{sector} in its corporate group")


def outgrown(facts: MemberFacts, sector: str) -> Signal | None:  # noqa: ARG001 - every rule is asked about a Sector
    """It is on record as a small or medium-sized enterprise, and has more employees than one has."""
    if facts.size is not Size.SME or facts.employees is None or facts.employees < SMALL:
        return None
    return Signal("outgrown", f"on record as an SME, with {facts.employees:,} employees")


def engagement(facts: MemberFacts, sector: str) -> Signal | None:  # noqa: ARG001 - every rule is asked about a Sector
    """It came to us in the last 12 months, or we were in touch three times or more."""
    contacts = facts.contacts
    if not contacts.inbound and contacts.times < OFTEN:
        return None
    came = f", {contacts.inbound} begun by them" if contacts.inbound else ""
    times = "once" if contacts.times == 1 else f"{contacts.times} times"
    return Signal("engagement", f"in touch {times} in the last 12 months{came}")


def active_in_its_sectors(facts: MemberFacts, sector: str) -> Signal | None:
    """It took part three times or more in study groups of other Sectors in the last 24 months."""
    parts = [part for part in taken(facts, facts.on) if part.study_group[0] != sector]
    if len(parts) < ACTIVE:
        return None
    groups = sorted({part.study_group for part in parts})
    return Signal("participation", f"took part {len(parts)} times in {', '.join(groups)}")


SPEAKING: Mapping[OpportunityKind, Sequence[Rule]] = {
    OpportunityKind.UPGRADE: (
        lambda facts, _: second_study_group(facts, facts.on),
        associates_of_its_group,
        lambda facts, _: activity(facts, facts.on),
        outgrown,
        lambda facts, _: size(facts, facts.on),
        engagement,
        lambda facts, _: punctuality(facts, facts.on),
    ),
    OpportunityKind.FURTHER_SECTOR: (
        lambda facts, sector: study_group_of_another_sector(facts, facts.on, (sector,)),
        lambda facts, sector: companies_of_its_group(facts, facts.on, (sector,)),
        active_in_its_sectors,
        lambda facts, sector: concern_of_its_segment(facts, facts.on, (sector,)),
        engagement,
        lambda facts, _: punctuality(facts, facts.on),
    ),
}
"""What speaks for each, in the order in which it is told."""


def speaks_for(facts: MemberFacts, kind: OpportunityKind, sector: str) -> Iterator[Signal]:
    """What speaks for asking a member.

    Args:
        facts: what is known of it.
        kind: an upgrade or a further Sector.
        sector: which Sector.
    """
    return (signal for rule in SPEAKING[kind] if (signal := rule(facts, sector)))


def stands_against(facts: MemberFacts, kind: OpportunityKind, sector: str) -> Iterator[Signal]:
    """What stands against asking a member, by what is on record about its standing and about earlier asks.

    Args:
        facts: what is known of it.
        kind: an upgrade or a further Sector.
        sector: which Sector.
    """
    yield from _standing(facts)
    if facts.punctuality in (Punctuality.LATE, Punctuality.UNPAID):
        yield Signal("late", f"{_PAID[facts.punctuality]}, as of {facts.standing_as_of:%-d %B %Y}")
    same = [asked for asked in facts.asked if (asked.kind, asked.sector) == (kind, sector)]
    if running := next((asked for asked in same if asked.outcome is Outcome.OPEN), None):
        yield Signal("asked", f"somebody has been asking since {running.opened_on:%-d %B %Y}")
    if refused := max(filter(_refusal(facts.on), same), key=_closed, default=None):
        yield Signal("refused", f"said no on {refused.closed_on:%-d %B %Y}")


def _standing(facts: MemberFacts) -> Iterator[Signal]:
    if facts.standing is None:
        yield Signal("standing_unknown", "nobody has said how it stands")
    elif facts.standing is not Standing.GOOD:
        words = f"{facts.standing.words}, as of {facts.standing_as_of:%-d %B %Y}"
        yield Signal(facts.standing.value, words)


_PAID = {Punctuality.LATE: "has paid late", Punctuality.UNPAID: "has not paid"}


def _refusal(on: date) -> Callable[[Asked], bool]:
    return lambda asked: (
        asked.outcome is Outcome.LOST and asked.closed_on is not None and asked.closed_on > on - A_YEAR
    )


def _closed(asked: Asked) -> date:
    return asked.closed_on or date.min
