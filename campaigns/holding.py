"""What keeps the next letter of a running campaign back: what other offices and campaigns do, asked before each. Pure.

An audience is frozen once, and its letters leave over weeks. What passes again makes a letter wait; only what lasts
longer than a letter can be put off ends the journey. See docs/decisions, "A held account waits".
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from campaigns.guards import Skip, in_quiet_period
from crm.insight.candidate import Touch
from crm.insight.clearance_rules import Caveat, Clearance
from crm.outreach.reasons import Reason
from crm.outreach.run_tables import Run
from crm.reference.clearance_rule import ClearanceReason

PATIENCE = timedelta(days=45)
"""So long a letter waits for others to be done, and an account for what kept it from entering a standing campaign.

It covers the thirty days for which the contact of another office holds campaigns (clearance_rules.csv, recent_contact).
"""

COMES_AND_GOES = frozenset(
    {
        ClearanceReason.COMPLAINT,
        ClearanceReason.RESERVED,
        ClearanceReason.OPEN_ASK,
        ClearanceReason.PROMISE,
        ClearanceReason.RECENT_CONTACT,
        ClearanceReason.IN_CAMPAIGN,
    }
)
"""What may come up while a run is under way; who must not be written to, and how it stands, are exits (`campaigns.exits`)."""


def holding(
    run_id: int,
    clearance: Clearance | None,
    touches: Iterable[Touch],
    *,
    offices: AbstractSet[str],
    quiet: timedelta,
    now: datetime,
) -> Skip | None:
    """Why the next letter to an account must wait; None: it need not.

    Neither the run itself counts, nor what those offices do in whose name it writes: the calls that the journey asks
    for are theirs.

    Args:
        run_id: the run.
        clearance: of the account, for the office of whoever prepared the run.
        touches: who was in touch with the account lately, the run's own letters left out.
        offices: that of whoever prepared the run, and that of the account manager, who signs.
        quiet: the quiet period of the campaign.
        now: the present instant.
    """
    others = [touch for touch in touches if touch.office not in offices]
    if skip := in_quiet_period(others, quiet=quiet, now=now):
        return skip
    holds = clearance.holds if clearance else ()
    against = [caveat.words for caveat in holds if not _own(caveat, run_id, offices)]
    return Skip(Reason.CLEARANCE_HOLD, ", ".join(against)) if against else None


def _own(caveat: Caveat, run_id: int, offices: AbstractSet[str]) -> bool:
    return caveat.refers_to == f"{Run.__tablename__}:{run_id}" or (
        caveat.reason.of_another_office and caveat.office in offices
    )
