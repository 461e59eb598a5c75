"""The end of an application that succeeds: its membership in the ledger, in the transaction of the step that begins it."""

from datetime import date
from typing import Any

from sqlmodel import Session, select

from crm.directory.merged import keeper_of, with_merged
from crm.directory.tables import Organization
from crm.errors import InvalidInput, Refused
from crm.membership.dues.charging import refuse_far_ahead
from crm.membership.joining.application_moves import take_step
from crm.membership.joining.application_steps import Step
from crm.membership.joining.application_tables import ApplicationRecord
from crm.membership.ledger import events_of, ledger_line, record_event
from crm.membership.ledger_tables import Term, running
from crm.membership.terms import EventKind, LedgerEvent, terms_of
from crm.reference.categories import Category
from crm.store.store import Change

_LAST = 2**63 - 1


def applicant_of(session: Session, row: ApplicationRecord) -> Organization:
    """Who applies, or whom it was merged into."""
    return keeper_of(session, session.get_one(Organization, row.organization_id))


def first_day(row: ApplicationRecord, day: date, *, today: date, reason: str) -> date:
    """The day from which a membership that begins on a day is charged: the first of its month (terms and conditions).

    Args:
        row: the application.
        day: a day in the month with which it is to begin.
        today: the present day of whoever approves it.
        reason: why, where it is to begin before the month in which it was applied for.

    Raises:
        Refused: that is before the month of the application and nobody says why, or in a year that is not invoiced yet.
    """
    begins = day.replace(day=1)
    refuse_far_ahead(begins.year, today)
    if begins < row.applied_on.replace(day=1) and not reason.strip():
        raise Refused(
            f"It would begin on {begins}, and was applied for on {row.applied_on}.",
            rule="applications.begins_after_it",
            field="starts_on",
            value=begins,
            hint="Say why: reason=…",
        )
    return begins


def refuse_unready(row: ApplicationRecord) -> None:
    """Refuse to approve what cannot become a membership.

    Raises:
        InvalidInput: an Associate has selected no study group yet.
    """
    if row.category is Category.ASSOCIATE and row.study_group is None:
        raise InvalidInput(
            "An Associate selects one study group, and none is named yet.",
            field="study_group",
            hint="Name it with book.applications.change.",
        )


def begin_membership(
    change: Change, row: ApplicationRecord, *, on: date | str | None, reason: str
) -> ApplicationRecord:
    """Put the membership into the ledger and close the application.

    Args:
        change: the verb under way.
        row: the application, locked and approved.
        on: the day of the step; the membership itself begins with the month for which it was approved.
        reason: why, where it leaves the payment out.

    Raises:
        Refused: the step does not follow, or the organisation has become a member there in another way.
    """
    take_step(change, row, Step.ACTIVATED, on=on, reason=reason)
    term = record_event(change, applicant_of(change.session, row), _event(change.session, row))
    assert term is not None  # only an end leaves nothing
    return row.amend({"event_id": term.id})


def obstacle(session: Session, row: ApplicationRecord) -> str:
    """Why its membership cannot stand in the ledger as things are; nothing where it can."""
    applicant, event = applicant_of(session, row), _event(session, row)
    ids = session.exec(with_merged(Organization, [applicant.id])).all()
    ahead = {name: event[name] for name in LedgerEvent.__slots__ if name in event}
    there = [ledger_line(known) for known in events_of(session, ids)]
    try:
        terms_of([*there, LedgerEvent(id=_LAST, organization_id=applicant.id, **ahead)])
    except Refused as refused:
        return refused.message
    return ""


def _event(session: Session, row: ApplicationRecord) -> dict[str, Any]:
    """The event with which it begins: a join, or a further Sector where it is a member elsewhere already."""
    assert row.starts_on is not None  # fixed by the approval
    elsewhere = select(Term.id).where(
        Term.organization_id == applicant_of(session, row).id, running(row.starts_on)
    )
    kind = EventKind.JOIN if session.exec(elsewhere.limit(1)).first() is None else EventKind.FURTHER_SECTOR
    said = ("category", "coverage", "study_group", "units", "source", "synthetic")
    values = {name: getattr(row, name) for name in said}
    return values | {"kind": kind, "effective_on": row.starts_on, "reason": f"Application {row.id}"}
