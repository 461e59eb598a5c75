"""Steps of the ladder that nothing asks for: refused, unless somebody says why they are taken all the same."""

from datetime import date
from typing import Any

from sqlalchemy import Select, or_
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from crm.directory.tables import Organization
from crm.errors import Refused
from crm.membership.contract.contract_case import SUSPENDED_STEPS, LadderStep
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contract.standing import Standing
from crm.membership.contract.standing_spans import standing_on

_TROUBLE = frozenset({Standing.ARREARS, Standing.SUSPENDED})


def refuse_undue_notice(session: Session, account: Organization, day: date, override: str) -> None:
    """Refuse a notice of suspension to an account that is not suspended on its day.

    Raises:
        Refused: it is not, and nobody says why it is sent all the same.
    """
    found = _stands(session, account, day)
    suspended = found is not None and (found.standing is Standing.SUSPENDED or found.step in SUSPENDED_STEPS)
    if not suspended and not override.strip():
        raise _undue(
            f"{account.name} is not suspended on {day}: {_why(found)}.", "suspension_notices.suspended"
        )


def rest_between(account: Any, since: Any, until: Any) -> Select[date]:
    """The days between two from which an account owed nothing any more and was not suspended; for queries.

    A notice is about what was owed when it was sent: after such a day a suspension is another one, with a notice of its own.

    Args:
        account: the id, or a column of it.
        since: the first day, or a column of it.
        until: the last day, or a column of it.
    """
    rest = aliased(AccountStanding, name="rest")
    return select(col(rest.since_on)).where(
        col(rest.organization_id) == account,
        col(rest.since_on) <= until,
        or_(col(rest.until_on).is_(None), col(rest.until_on) >= since),
        col(rest.step).is_(None),
        col(rest.standing).is_distinct_from(Standing.SUSPENDED),
    )


def refuse_stale_receipt(
    session: Session, account: Organization, sent_on: date, received_on: date, override: str
) -> None:
    """Refuse the receipt of a notice after the suspension that it was about had ended.

    Raises:
        Refused: it had, and nobody says why the notice counts all the same.
    """
    query = rest_between(account.id, sent_on, received_on)
    over_on = session.scalar(query.order_by(query.selected_columns[0]).limit(1))
    if over_on is not None and not override.strip():
        raise Refused(
            f"The notice of {sent_on} is about a suspension that is over: since {max(over_on, sent_on)} nothing was overdue.",
            rule="suspension_notices.same_suspension",
            field="on",
            value=received_on,
            hint="Send a new one (book.suspension_notices.sent), or say why it counts all the same: override=…",
        )


def refuse_undue_exclusion(session: Session, account: Organization, day: date, override: str) -> None:
    """Refuse the exclusion of a member of which the ladder does not ask it on a day.

    Raises:
        Refused: it does not, and nobody says why it is excluded all the same.
    """
    found = _stands(session, account, day)
    due = found is not None and found.step is LadderStep.EXCLUSION_DUE
    if not due and not override.strip():
        raise _undue(f"No exclusion of {account.name} is due on {day}: {_why(found)}.", "terms.exclusion_due")


def refuse_needless_postponement(session: Session, account: Organization, day: date, override: str) -> None:
    """Refuse to put off a step of the ladder for an account of which it asks nothing on the day of the decision.

    Raises:
        Refused: it owes nothing that is overdue, and nobody says why a step is put off all the same.
    """
    found = _stands(session, account, day)
    ahead = found is not None and (found.step is not None or found.standing in _TROUBLE)
    if not ahead and not override.strip():
        words = f"No step is due or ahead of {account.name} on {day}: {_why(found)}."
        raise _undue(words, "postponements.step_ahead")


def _stands(session: Session, account: Organization, day: date) -> AccountStanding | None:
    theirs = (AccountStanding.organization_id == account.id, standing_on(day))
    return session.exec(select(AccountStanding).where(*theirs)).first()


def _why(found: AccountStanding | None) -> str:
    if found is None:
        return "nothing is known of how it stands"
    return found.why or (found.standing.words if found.standing else "nobody has said how it stands")


def _undue(message: str, rule: str) -> Refused:
    return Refused(
        message, rule=rule, field="on", hint="See book.standing.of, or say why all the same: override=…"
    )
