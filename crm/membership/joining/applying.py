"""Entering an application: once for a Sector, by who is no member there, linked with the one before that failed."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, select

from crm.errors import AlreadyExists, Refused
from crm.membership.joining.application import in_words
from crm.membership.joining.application_moves import applications_of, write_move
from crm.membership.joining.application_steps import Status, Step, first_status, refuse_odd_day
from crm.membership.joining.application_tables import ApplicationRecord
from crm.membership.joining.application_wish import Understood
from crm.membership.ledger import locked
from crm.membership.ledger_tables import Term, running
from crm.membership.terms import Coverage
from crm.store.store import Change


def enter(
    change: Change, asked: Understood, *, on: date, today: date, override: str, source: str, synthetic: bool
) -> ApplicationRecord:
    """Write an application down with its first step; it is linked with the one before that came to nothing.

    Raises:
        Refused: the day is still to come or lies before the end of the one before, or it is a member there already.
        AlreadyExists: another one for the same Sector is open.
    """
    applicant = locked(change.session, asked.applicant)  # two at once would not see one another
    earlier = [
        row for row in applications_of(change.session, applicant) if _meet(row.coverage, asked.coverage)
    ]
    _refuse_second(earlier)
    _refuse_member(change.session, asked, on)
    refuse_odd_day(on, after=max((row.since_on for row in earlier), default=on), today=today)
    said = ("category", "coverage", "study_group", "units")
    values = {name: getattr(asked, name) for name in said} | {"organization_id": applicant.id}
    values |= {"state": asked.state and asked.state.code, "status": first_status(direct=asked.state is None)}
    values |= {"applied_on": on, "since_on": on, "follows_id": _followed(earlier)}
    values |= {"despite": [warning.reason.value for warning in asked.against]}
    row = change.add(ApplicationRecord.model_validate({**values, "source": source, "synthetic": synthetic}))
    write_move(change, row, Step.APPLIED, came_from=None, reason=override)
    return row


def _refuse_second(earlier: Sequence[ApplicationRecord]) -> None:
    for row in earlier:
        if row.closed_on is None:
            raise AlreadyExists(
                f"Application {row.id} for {in_words(row.category, row.coverage)} is open.",
                field="sector",
                value=row.coverage.value,
                hint="Withdraw it first if it is no longer meant.",
            )


def _refuse_member(session: Session, asked: Understood, day: date) -> None:
    terms = select(Term).where(Term.organization_id == asked.applicant.id, running(day))
    for term in session.exec(terms):
        if _meet(term.coverage, asked.coverage):
            raise Refused(
                f"{asked.applicant.name} is {in_words(term.category, term.coverage)} since {term.since_on}.",
                rule="applications.no_member_yet",
                hint="A membership changes by a proposal: book.terms.propose_upgrade, propose_downgrade or propose_class.",
            )


def _followed(earlier: Sequence[ApplicationRecord]) -> int | None:
    """The one before, if it came to nothing."""
    came_to_nothing = (Status.REFUSED, Status.WITHDRAWN)
    return earlier[0].id if earlier and earlier[0].status in came_to_nothing else None


def _meet(one: Coverage, other: Coverage) -> bool:
    return bool(set(one.value) & set(other.value))
