"""Steps of the ladder that nothing asks for: refused, unless somebody says why they are taken all the same."""

from datetime import date

from sqlmodel import Session, select

from crm.directory.tables import Organization
from crm.errors import Refused
from crm.membership.contract.contract_case import SUSPENDED_STEPS, LadderStep
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contract.standing import Standing
from crm.membership.contract.standing_spans import standing_on


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


def refuse_undue_exclusion(session: Session, account: Organization, day: date, override: str) -> None:
    """Refuse the exclusion of a member of which the ladder does not ask it on a day.

    Raises:
        Refused: it does not, and nobody says why it is excluded all the same.
    """
    found = _stands(session, account, day)
    due = found is not None and found.step is LadderStep.EXCLUSION_DUE
    if not due and not override.strip():
        raise _undue(f"No exclusion of {account.name} is due on {day}: {_why(found)}.", "terms.exclusion_due")


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
