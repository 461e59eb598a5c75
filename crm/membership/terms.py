"""What a ledger of membership events amounts to: terms, as a pure function."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

from crm.errors import Refused
from crm.reference.categories import Category


class EventKind(StrEnum):
    """What happened to a membership.

    Attributes:
        RENEWAL: what a source remarks of a year; the contract goes on by itself, so that nothing changes.
    """

    JOIN = "join"
    UPGRADE = "upgrade"
    FURTHER_SECTOR = "further_sector"
    DOWNGRADE = "downgrade"
    CLASS_CHANGE = "class_change"
    RENEWAL = "renewal"
    DENUNCIATION = "denunciation"
    EXCLUSION = "exclusion"
    CORRECTION = "correction"
    NOTICE_WITHDRAWN = "notice_withdrawn"


OPENING = frozenset({EventKind.JOIN, EventKind.FURTHER_SECTOR})
CHANGING = frozenset({EventKind.UPGRADE, EventKind.DOWNGRADE, EventKind.CLASS_CHANGE, EventKind.CORRECTION})
ENDING = frozenset({EventKind.DENUNCIATION, EventKind.EXCLUSION})


class Coverage(StrEnum):
    """Which Sectors a membership covers: one, or all three (Academia joins all three for one fee)."""

    RADIO = "R"
    STANDARDIZATION = "T"
    DEVELOPMENT = "D"
    ALL = "RTD"


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One event of the ledger, as the fold needs it; its organisation tells merged ledgers apart."""

    id: int
    kind: EventKind
    coverage: Coverage
    category: Category
    study_group: str | None
    effective_on: date
    organization_id: int = 0
    units: Fraction | None = None
    withdraws_id: int | None = None


@dataclass(frozen=True, slots=True)
class TermSpan:
    """A stretch of membership in one category and class; `until_on` is its last day, None while it goes on."""

    id: int
    coverage: Coverage
    category: Category
    study_group: str | None
    opened_by: EventKind
    since_on: date
    until_on: date | None = None
    ended_by: EventKind | None = None
    units: Fraction | None = None


def terms_of(events: Iterable[LedgerEvent]) -> tuple[TermSpan, ...]:
    """The terms that a ledger amounts to, oldest first.

    A gap stays a gap; an upgrade ends one term and opens the next on the following day; a term keeps the id of the
    event that opened it, also where a correction puts it right from its first day on. Where organisations have been merged,
    an event concerns the membership of its own account; only if that has none there, the one that came with the merge. A
    denunciation of which the notice was withdrawn ends nothing, nor does an end that an earlier one has overtaken.

    Args:
        events: the events of one organisation and of those merged into it, in any order.

    Raises:
        Refused: an event does not fit, e.g. an upgrade of a membership that is not there.
    """
    closed: list[TermSpan] = []
    open_terms: dict[_Place, TermSpan] = {}
    for event in standing_events(events):
        if event.kind in OPENING:
            _refuse_second(
                event, (term for place, term in open_terms.items() if place[0] == event.organization_id)
            )
            open_terms[event.organization_id, event.coverage] = _opened(event)
            continue
        place = _place(event, open_terms)
        current = open_terms[place]
        _refuse_odd_change(event, current)
        if event.kind in CHANGING or event.kind in ENDING:
            closed.extend(_ended(open_terms.pop(place), event))
        if event.kind in CHANGING:
            open_terms[place] = _put_right(current, event) or _opened(event)
    terms = tuple(sorted([*closed, *open_terms.values()], key=lambda t: (t.since_on, t.id)))
    _refuse_overlap(terms)
    return terms


def standing_events(events: Iterable[LedgerEvent]) -> Sequence[LedgerEvent]:
    """The events that count, in the order in which they take effect.

    Withdrawals do not, nor do the notices that were withdrawn, nor ends that were overtaken: a member that has given notice
    may be excluded before it takes effect, or leave earlier, as was agreed.

    Args:
        events: of one ledger, in any order.

    Raises:
        Refused: a withdrawal is of no notice that still had to take effect.
    """
    ledger = sorted(events, key=lambda e: (e.effective_on, e.id))
    given = {event.id: event for event in ledger if event.kind is EventKind.DENUNCIATION}
    gone = set()
    for event in ledger:
        if event.kind is not EventKind.NOTICE_WITHDRAWN:
            continue
        notice = given.get(event.withdraws_id or 0)
        if notice is None or notice.effective_on <= event.effective_on:
            raise Refused(
                f"There is no notice that a withdrawal of {event.effective_on} could concern.",
                rule="terms.withdrawal",
                hint="A notice can be withdrawn until it takes effect; after that, record a join.",
            )
        gone |= {event.id, notice.id}
    left = [event for event in ledger if event.id not in gone]
    return [event for event in left if not _overtaken(event, left)]


def _overtaken(event: LedgerEvent, ledger: Iterable[LedgerEvent]) -> bool:
    """Whether an end that was recorded later ended the same membership before this one."""
    if event.kind not in ENDING:
        return False
    there = [other for other in ledger if other.coverage is event.coverage]
    before = [other for other in there if other.effective_on < event.effective_on]
    ends = [other.effective_on for other in before if other.kind in ENDING and other.id > event.id]
    begins = [other.effective_on for other in before if other.kind in OPENING and other.id < event.id]
    # Unless what it ends began only after them: then they ended another membership.
    return bool(ends) and max(begins, default=date.min) < max(ends)


def held_in_words(category: Category, coverage: Coverage) -> str:
    """What somebody is where, in words: "associate in ITU-T"."""
    sectors = "all Sectors" if coverage is Coverage.ALL else f"ITU-{coverage}"
    return f"{category.value.replace('_', ' ')} in {sectors}"


def overlapping(one: TermSpan, other: TermSpan) -> bool:
    """Whether two terms run on one day in one Sector."""
    sectors = set(one.coverage.value) & set(other.coverage.value)
    apart = _over_before(one, other) or _over_before(other, one)
    return bool(sectors) and not apart


_Place = tuple[int, Coverage]
"""Whose membership, and in which Sectors."""


def _place(event: LedgerEvent, open_terms: Mapping[_Place, TermSpan]) -> _Place:
    """The running membership that an event concerns."""
    fitting = [place for place in open_terms if place[1] is event.coverage]
    if not fitting:
        raise Refused(
            f"There is no membership in {event.coverage} that this {event.kind} of {event.effective_on} could concern.",
            rule="terms.event_fits",
            hint="Record the join first.",
        )
    return next((place for place in fitting if place[0] == event.organization_id), fitting[0])


_CHANGED = {
    EventKind.UPGRADE: (Category.ASSOCIATE, "only an Associate can be upgraded"),
    EventKind.DOWNGRADE: (Category.SECTOR_MEMBER, "only a Sector Member can become an Associate"),
    EventKind.CLASS_CHANGE: (Category.SECTOR_MEMBER, "only a Sector Member chooses a class"),
}
"""What a membership is before a change of this kind."""


def _refuse_odd_change(event: LedgerEvent, current: TermSpan) -> None:
    needed, said = _CHANGED.get(event.kind, (current.category, ""))
    if current.category is not needed:
        raise Refused(
            f"The organisation is {_in_words(current)} since {current.since_on}: {said}.",
            rule=f"terms.{event.kind}",
        )
    if event.kind is EventKind.CLASS_CHANGE and event.units == current.units:
        raise Refused("The organisation is in that class already.", rule="terms.class_change", field="units")


def _opened(event: LedgerEvent) -> TermSpan:
    return TermSpan(
        event.id,
        event.coverage,
        event.category,
        event.study_group,
        event.kind,
        event.effective_on,
        units=event.units,
    )


def _put_right(term: TermSpan, event: LedgerEvent) -> TermSpan | None:
    """A term that a correction puts right from its first day on: it began all the same as it did.

    Unless the correction takes back the upgrade or downgrade that opened it, and another category is there.
    """
    if event.kind is not EventKind.CORRECTION or event.effective_on != term.since_on:
        return None
    if term.opened_by not in OPENING and event.category is not term.category:
        return None
    return replace(term, category=event.category, study_group=event.study_group, units=event.units)


def _ended(term: TermSpan, event: LedgerEvent) -> Sequence[TermSpan]:
    last = event.effective_on - timedelta(days=1)
    # A correction from the first day on leaves nothing of what it corrects.
    return [] if last < term.since_on else [replace(term, until_on=last, ended_by=event.kind)]


def _refuse_second(event: LedgerEvent, others: Iterable[TermSpan]) -> None:
    for term in others:
        if set(term.coverage.value) & set(event.coverage.value):
            ways_out = "an upgrade, a downgrade or a correction"
            if Category.ACADEMIA in {term.category, event.category}:
                ways_out = "the end of that membership first, or a correction,"
            raise Refused(
                f"The organisation is {_in_words(term)} since {term.since_on}.",
                rule="terms.no_overlap",
                hint=f"Record {ways_out} instead of a second join.",
            )


def _refuse_overlap(terms: Sequence[TermSpan]) -> None:
    """Terms of one ledger cannot overlap; those of ledgers that were merged could."""
    for earlier, later in combinations(terms, 2):
        if overlapping(earlier, later):
            raise Refused(
                f"The organisation would be {_in_words(earlier)} since {earlier.since_on} and {_in_words(later)} since"
                f" {later.since_on} at once.",
                rule="terms.no_overlap",
                hint="End one of them first.",
            )


def _over_before(one: TermSpan, other: TermSpan) -> bool:
    return one.until_on is not None and one.until_on < other.since_on


def _in_words(term: TermSpan) -> str:
    return held_in_words(term.category, term.coverage)
