"""What came of a run, arm by arm, with what can honestly be said of the difference."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from campaigns.results import ARMS, SYNTHETIC
from campaigns.uplift import Comparison
from crm.outreach.outbox_tables import MessageStatus
from crm.outreach.results.run_results import ArmResult, RunResults
from crm.reports import Cell, Chart, Column, ColumnKind, Report

_LETTERS: Mapping[str, tuple[str, frozenset[MessageStatus]]] = {
    "waiting": (
        "Letters waiting",
        frozenset({MessageStatus.QUEUED, MessageStatus.CLAIMED, MessageStatus.HANDING_OFF}),
    ),
    "accepted": ("Accepted", frozenset({MessageStatus.ACCEPTED})),
    "in_doubt": ("In doubt", frozenset({MessageStatus.IN_DOUBT})),
    "assumed_sent": ("Assumed sent", frozenset({MessageStatus.ASSUMED_SENT})),
    "held": ("Held", frozenset({MessageStatus.HELD})),
    "stopped": ("Stopped", frozenset({MessageStatus.STOPPED})),
    "failed": ("Failed", frozenset({MessageStatus.FAILED})),
}


def run_report(results: RunResults, comparison: Comparison, *, as_of: datetime) -> Report:
    """What came of a run, arm by arm; letters in doubt and letters assumed sent have columns of their own.

    Args:
        results: of the run, as they stand.
        comparison: of its arms, as they were last read.
        as_of: when the book was read.
    """
    run, goal = results.run, results.goal
    return Report(
        name=f"run-{run.id}",
        title=f"{run.title}: run {run.id}, {run.status}",
        definition="Answered: a reply to a letter came, or somebody of the account or its corporate group wrote, "
        f"called or came to us since the launch. {goal.column}: has {goal.words} since the launch. Both count "
        "accounts, whether or not their journey goes on. Held back: under way, but their next letter waits for another office or "
        "campaign to be done. Bounced: letters that were accepted, and about which a report came back that the address does "
        "not exist; what a mail server refuses at once counts as failed alone. Won: asks won since the launch, as they are recorded.",
        denominator="The accounts enrolled in the arm when the audience was frozen.",
        as_of=as_of,
        columns=(
            Column(key="arm", title="Arm"),
            Column(key="enrolled", title="Enrolled", kind=ColumnKind.COUNT, summed=True),
            Column(key="underway", title="Under way", kind=ColumnKind.COUNT, summed=True),
            Column(key="held_back", title="Held back", kind=ColumnKind.COUNT, summed=True),
            *(
                Column(key=key, title=title, kind=ColumnKind.COUNT, summed=True)
                for key, (title, _) in _LETTERS.items()
            ),
            Column(key="bounced", title="Bounced", kind=ColumnKind.COUNT, summed=True),
            Column(key="answered", title="Answered", kind=ColumnKind.COUNT, summed=True),
            Column(key="converted", title=goal.column, kind=ColumnKind.COUNT, summed=True),
            Column(key="rate", title=f"{goal.column}, share", kind=ColumnKind.SHARE),
            Column(key="won", title="Won, a year", kind=ColumnKind.MONEY, currency="CHF", summed=True),
        ),
        rows=tuple(_row(arm) for arm in results.arms),
        notes=(comparison.words, *((SYNTHETIC,) if run.synthetic else ())),
        chart=Chart(label="arm", value="rate", empty=f"Nobody has {goal.words}"),
    )


def _row(arm: ArmResult) -> tuple[Cell, ...]:
    letters = (sum(arm.letters.get(status, 0) for status in statuses) for _, statuses in _LETTERS.values())
    rate = Decimal(arm.converted) / arm.enrolled if arm.enrolled else None
    counts = (
        arm.enrolled,
        arm.underway,
        sum(arm.held.values()),
        *letters,
        arm.bounced,
        arm.answered,
        arm.converted,
    )
    return (ARMS[arm.arm].capitalize(), *counts, rate, arm.won)
