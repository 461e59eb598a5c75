"""What became of upgrades and further Sectors that were asked for, each with what was known when it was opened."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from crm.engagement.opportunity_tables import Opportunity
from crm.insight.clearance_sources import day_of_instant
from crm.insight.member_facts import MemberFacts, Moment
from crm.insight.member_reading import facts_at
from crm.insight.member_statements import ASKS
from crm.insight.potential import Case, cases_of, features_of, points_of
from crm.insight.potential_model import Lesson
from crm.reference.opportunity_stages import Outcome
from crm.reference.potential_weights import Weights


def lessons(session: Session, weights: Weights, *, until: date) -> tuple[list[Lesson], int]:
    """The asks that were won or lost by a day, and how many of them teach nothing.

    An ask teaches nothing where the account was no such member when it was opened, by what the ledger knew then.

    Args:
        session: reads the book.
        weights: what each reason counts for.
        until: the last day on which one of them was closed.
    """
    rows = session.execute(_closed(until)).all()
    known = facts_at(session, [Moment(row.organization_id, row.opened_on, row.id) for row in rows])
    found = list(_lessons(rows, known, weights))
    return found, len(rows) - len(found)


def _lessons(
    rows: Sequence[Any], known: Sequence[tuple[MemberFacts, ...]], weights: Weights
) -> Iterator[Lesson]:
    for row, held in zip(rows, known, strict=True):
        if case := _meant(row, held):
            yield Lesson(
                row.id,
                case[2].group_id,
                row.opened_on,
                row.closed_on,
                row.outcome is Outcome.WON,
                points_of(case, weights),
                features_of(case),
            )


def _meant(row: Any, held: Sequence[MemberFacts]) -> Case | None:
    """The case that an ask was about."""
    return next((case for case in cases_of(held) if case[:2] == (row.kind, row.sector)), None)


def _closed(until: date) -> Any:
    return (
        select(
            col(Opportunity.id),
            col(Opportunity.organization_id),
            col(Opportunity.kind),
            col(Opportunity.sector),
            col(Opportunity.outcome),
            day_of_instant(col(Opportunity.opened_at)).label("opened_on"),
            col(Opportunity.closed_on),
        )
        .where(col(Opportunity.kind).in_(ASKS), col(Opportunity.closed_on) <= until)
        .order_by(col(Opportunity.id))
    )
