"""Which notice is withdrawn: one that was given, and has not taken effect."""

from datetime import date

from crm.directory.merged import with_merged
from crm.directory.staff import today_of
from crm.directory.tables import Organization
from crm.errors import NotFound, Refused
from crm.membership.ledger import events_of, ledger_line
from crm.membership.ledger_tables import MembershipEvent
from crm.membership.terms import Coverage, EventKind, standing_events
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
    notice = _standing_notice(change, organization, coverage)
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


def _standing_notice(
    change: Change, organization: Organization, coverage: Coverage
) -> MembershipEvent | None:
    """The latest denunciation of a membership that was neither withdrawn nor overtaken by an earlier end."""
    ids = change.session.exec(with_merged(Organization, [organization.id])).all()
    events = {event.id: event for event in events_of(change.session, ids)}
    standing = standing_events(map(ledger_line, events.values()))
    given = [
        event.id for event in standing if event.kind is EventKind.DENUNCIATION and event.coverage is coverage
    ]
    return events[given[-1]] if given else None
