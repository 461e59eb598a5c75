"""Which notice is withdrawn: one that was given, and has not taken effect."""

from datetime import date

from sqlmodel import col, select

from crm.directory.merged import with_merged
from crm.directory.staff import today_of
from crm.directory.tables import Organization
from crm.errors import NotFound, Refused
from crm.membership.ledger_tables import MembershipEvent, withdrawn
from crm.membership.terms import Coverage, EventKind
from crm.store.store import Change

_RULE = "terms.withdrawal"


def notice_to_withdraw(
    change: Change, organization: Organization, coverage: Coverage, on: date
) -> MembershipEvent:
    """The denunciation of a membership that is withdrawn on a day.

    Args:
        change: the verb under way.
        organization: the member.
        coverage: the Sectors of its membership.
        on: the day on which the withdrawal was received.

    Raises:
        NotFound: it has given no notice there that stands.
        Refused: the day is to come, or the notice came later, or it has taken effect.
    """
    today = today_of(change.session, change.now, change.actor)
    if on > today:
        raise Refused(f"{on} is still to come.", rule=_RULE, field="on")
    notice = _latest(change, organization, coverage)
    if notice is None:
        raise NotFound(f"{organization.name} has given no notice in {coverage}.", field="sector")
    if notice.effective_on <= today:
        raise Refused(
            f"The notice took effect on {notice.effective_on}.",
            rule=_RULE,
            field="sector",
            hint="The membership is over: record a join.",
        )
    if notice.notice_on and on < notice.notice_on:
        raise Refused(f"The notice was received on {notice.notice_on}.", rule=_RULE, field="on")
    return notice


def _latest(change: Change, organization: Organization, coverage: Coverage) -> MembershipEvent | None:
    ids = change.session.exec(with_merged(Organization, [organization.id])).all()
    query = select(MembershipEvent).where(
        col(MembershipEvent.organization_id).in_(ids),
        MembershipEvent.coverage == coverage,
        MembershipEvent.kind == EventKind.DENUNCIATION,
        ~withdrawn(),
    )
    latest = query.order_by(col(MembershipEvent.effective_on).desc(), col(MembershipEvent.id).desc())
    return change.session.exec(latest).first()
