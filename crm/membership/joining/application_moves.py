"""Taking an application a step further: finding it, writing the step down, and reading the steps."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from crm.dates import day_of
from crm.directory.merged import with_merged
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import today_of
from crm.directory.tables import Organization
from crm.errors import Ambiguous, NotFound
from crm.membership.joining.application import Application, ApplicationStep, in_words
from crm.membership.joining.application_steps import CLOSED, Status, Step, refuse_odd_day, status_after
from crm.membership.joining.application_tables import ApplicationMove, ApplicationRecord
from crm.membership.ledger import locked
from crm.store.records import by_id
from crm.store.store import Change

ApplicationKey = OrganizationKey | Application
"""The number of an application, itself, or the organisation, which must have one open application then."""


def find_application(session: Session, key: ApplicationKey) -> ApplicationRecord:
    """Look an application up by its number, by the object, or by the organisation that has one open.

    Raises:
        NotFound: there is no such application, or the organisation has none that is open.
        Ambiguous: it has several.
    """
    if isinstance(key, Application):
        key = key.id
    number = int(key) if isinstance(key, str) and key.strip().isdecimal() else key
    # One sequence numbers everything: a number that is an application's is no organisation's.
    row = by_id(session, ApplicationRecord, number) if isinstance(number, int) else None
    return row or _only_open(session, find_organization(session, key))


def locked_application(session: Session, key: ApplicationKey) -> ApplicationRecord:
    """An application that nobody else changes until this verb ends.

    Its account is locked before it, as by whoever enters a payment, so that the two wait for one another in one order.
    """
    row = find_application(session, key)
    locked(session, session.get_one(Organization, row.organization_id))
    session.refresh(row, with_for_update=True)
    return row


def applications_of(session: Session, applicant: Organization) -> list[ApplicationRecord]:
    """Every application of an organisation and of those merged into it, the newest first."""
    ids = with_merged(Organization, [applicant.id])
    query = select(ApplicationRecord).where(col(ApplicationRecord.organization_id).in_(ids))
    return list(session.exec(query.order_by(col(ApplicationRecord.id).desc())))


def take_step(
    change: Change,
    row: ApplicationRecord,
    step: Step,
    *,
    on: str | date | None = None,
    reason: str = "",
    **more: Any,
) -> ApplicationRecord:
    """Take an application a step further, and write the step down.

    Args:
        change: the verb under way.
        row: the application, locked.
        step: what happened.
        on: the day; today where none is given.
        reason: why.
        **more: what else changes with it.

    Raises:
        Refused: the step does not follow, leaves others out without a reason, or its day is out of order or ahead.
        InvalidInput: a reason is missing.
    """
    today = today_of(change.session, change.now, change.actor)
    day = day_of(on or today, today=today, field="on")
    refuse_odd_day(day, after=row.since_on, today=today)
    before = row.status
    status = status_after(before, step, direct=row.state is None, reason=reason)
    row.amend({"status": status, "since_on": day, "closed_on": day if status in CLOSED else None, **more})
    write_move(change, row, step, came_from=before, reason=reason)
    return row


def write_move(
    change: Change, row: ApplicationRecord, step: Step, *, came_from: Status | None, reason: str
) -> None:
    """Write a step down, as the application stands after it."""
    values = {"application_id": row.id, "step": step, "from_status": came_from, "to_status": row.status}
    values |= {"on": row.since_on, "reason": reason.strip(), "at": change.now, "by": change.actor}
    change.add(ApplicationMove.model_validate(values))


def steps_of(session: Session, row: ApplicationRecord) -> Iterator[ApplicationStep]:
    """The steps of an application, the oldest first."""
    query = select(ApplicationMove).where(ApplicationMove.application_id == row.id)
    for move in session.exec(query.order_by(col(ApplicationMove.id))):
        yield ApplicationStep(**{name: getattr(move, name) for name in ApplicationStep.__slots__})


def _only_open(session: Session, applicant: Organization) -> ApplicationRecord:
    there = [row for row in applications_of(session, applicant) if row.closed_on is None]
    if len(there) > 1:
        raise Ambiguous(
            f"{applicant.name} has {len(there)} open applications.",
            field="application",
            candidates=[f"{row.id} {in_words(row.category, row.coverage)}" for row in there],
            hint="Use the number.",
        )
    if not there:
        raise NotFound(
            f"{applicant.name} has no open application.",
            field="application",
            hint="See book.applications.of, or enter one with book.applications.apply.",
        )
    return there[0]
