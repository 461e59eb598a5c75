"""What a ledger of membership events amounts to: terms, as a pure function."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from crm.errors import Refused
from crm.reference.categories import Category


class EventKind(StrEnum):
    """What happened to a membership. A renewal is a yearly event inside a contract that goes on by itself."""

    JOIN = "join"
    UPGRADE = "upgrade"
    CROSS_SELL = "cross_sell"
    DOWNGRADE = "downgrade"
    RENEWAL = "renewal"
    SUSPENSION = "suspension"
    DENUNCIATION = "denunciation"
    EXCLUSION = "exclusion"
    CORRECTION = "correction"


OPENING = frozenset({EventKind.JOIN, EventKind.CROSS_SELL})
CHANGING = frozenset({EventKind.UPGRADE, EventKind.DOWNGRADE, EventKind.CORRECTION})
ENDING = frozenset({EventKind.DENUNCIATION, EventKind.EXCLUSION})


class Coverage(StrEnum):
    """Which Sectors a membership covers: one, or all three (Academia joins all three for one fee)."""

    RADIO = "R"
    STANDARDIZATION = "T"
    DEVELOPMENT = "D"
    ALL = "RTD"


@dataclass(frozen=True, slots=True)
class LedgerEvent:
    """One event of the ledger, as the fold needs it."""

    id: int
    kind: EventKind
    coverage: Coverage
    category: Category
    study_group: str | None
    effective_on: date


@dataclass(frozen=True, slots=True)
class TermSpan:
    """A stretch of membership in one category; `until_on` is its last day, None while it goes on."""

    id: int
    coverage: Coverage
    category: Category
    study_group: str | None
    opened_by: EventKind
    since_on: date
    until_on: date | None = None
    ended_by: EventKind | None = None


def terms_of(events: Iterable[LedgerEvent]) -> tuple[TermSpan, ...]:
    """The terms that a ledger amounts to, oldest first.

    A gap stays a gap; an upgrade ends one term and opens the next on the following day; a term keeps the id of the
    event that opened it.

    Args:
        events: the events of one organisation, in any order.

    Raises:
        Refused: an event does not fit, e.g. an upgrade of a membership that is not there.
    """
    closed: list[TermSpan] = []
    open_terms: dict[Coverage, TermSpan] = {}
    for event in sorted(events, key=lambda e: (e.effective_on, e.id)):
        current = open_terms.get(event.coverage)
        if event.kind in OPENING:
            _refuse_overlap(event, open_terms.values())
            open_terms[event.coverage] = _opened(event)
            continue
        if current is None:
            raise Refused(
                f"There is no membership in {event.coverage} that this {event.kind} of {event.effective_on} could concern.",
                rule="terms.event_fits",
                hint="Record the join first.",
            )
        if event.kind in CHANGING or event.kind in ENDING:
            closed.extend(_ended(current, event))
            del open_terms[event.coverage]
        if event.kind in CHANGING:
            open_terms[event.coverage] = _opened(event)
    return tuple(sorted([*closed, *open_terms.values()], key=lambda t: (t.since_on, t.id)))


def _opened(event: LedgerEvent) -> TermSpan:
    return TermSpan(
        event.id, event.coverage, event.category, event.study_group, event.kind, event.effective_on
    )


def _ended(term: TermSpan, event: LedgerEvent) -> Sequence[TermSpan]:
    last = event.effective_on - timedelta(days=1)
    # A correction from the first day on leaves nothing of what it corrects.
    return [] if last < term.since_on else [replace(term, until_on=last, ended_by=event.kind)]


def _refuse_overlap(event: LedgerEvent, others: Iterable[TermSpan]) -> None:
    for term in others:
        if set(term.coverage.value) & set(event.coverage.value):
            raise Refused(
                f"The organisation is {term.category.value.replace('_', ' ')} in {term.coverage} since {term.since_on}.",
                rule="terms.no_overlap",
                hint="Record an upgrade, a downgrade or a correction instead of a second join.",
            )
