"""The reports of campaigns: whom one would reach, who is left out, and what came of a run."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from campaigns.audience import Audience
from campaigns.campaign import Campaign
from campaigns.guards import Reason
from crm.outreach.outbox_tables import MessageStatus
from crm.outreach.run_results import ArmResult, RunResults
from crm.outreach.run_tables import Arm
from crm.reports import Cell, Column, ColumnKind, Report

_ARMS = {Arm.TREATMENT: "written to", Arm.HOLD_OUT: "held out"}
_ENOUGH = 5
_SYNTHETIC = "Synthetic data: memberships or accounts in here are made up for a demonstration or test."
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


def reach_report(campaign: Campaign, audience: Audience, *, as_of: datetime) -> Report:
    """How many accounts a campaign would write to, hold out and leave out, by reason; zeros included.

    Args:
        campaign: which.
        audience: what was decided about each account.
        as_of: when the book was read.
    """
    arms = Counter(invitation.arm for invitation in audience.invited)
    reasons = Counter(left.skip.reason for left in audience.left_out)
    enrolled: list[tuple[Cell, ...]] = [(_ARMS[arm].capitalize(), "", arms[arm]) for arm in Arm]
    return Report(
        name=f"{campaign.name}-reach",
        title=f"{campaign.title}: whom it would reach",
        definition=f"Each account that {campaign.audience.words}, once: enrolled in an arm, or left out for the first "
        "reason that stands against it.",
        denominator=f"Every account that {campaign.audience.words}.",
        as_of=as_of,
        columns=(
            Column(key="outcome", title="Outcome"),
            Column(key="reason", title="Reason"),
            Column(key="accounts", title="Accounts", kind=ColumnKind.COUNT, summed=True),
        ),
        rows=(*enrolled, *(("Left out", reason.words, reasons[reason]) for reason in Reason)),
        notes=_notes(_made_up(audience)),
    )


def accounts_report(campaign: Campaign, audience: Audience, *, as_of: datetime) -> Report:
    """Every account by name: enrolled with what speaks for it, or left out and why.

    Args:
        campaign: which.
        audience: what was decided about each account.
        as_of: when the book was read.
    """
    invited: list[tuple[Cell, ...]] = [
        (
            _ARMS[i.arm].capitalize(),
            i.account.name,
            i.account.country,
            i.signal.words,
            i.contact.name,
            i.language.value,
        )
        for i in sorted(audience.invited, key=lambda i: list(Arm).index(i.arm))
    ]
    left_out: list[tuple[Cell, ...]] = [
        (
            "Left out",
            left.account.name,
            left.account.country,
            _why(left.skip.reason, left.skip.detail),
            None,
            None,
        )
        for left in audience.left_out
    ]
    return Report(
        name=f"{campaign.name}-accounts",
        title=f"{campaign.title}: the accounts",
        definition=f"Each account that {campaign.audience.words}, once, with what speaks for it or against it.",
        denominator=f"Every account that {campaign.audience.words}.",
        as_of=as_of,
        columns=(
            Column(key="outcome", title="Outcome"),
            Column(key="account", title="Account"),
            Column(key="country", title="Country"),
            Column(key="why", title="Why", kind=ColumnKind.NOTE),
            Column(key="contact", title="Contact"),
            Column(key="language", title="Language"),
        ),
        rows=(*invited, *left_out),
        notes=_notes(_made_up(audience)),
        grouped_by="outcome",
    )


def run_report(results: RunResults, *, as_of: datetime) -> Report:
    """What came of a run, arm by arm; letters in doubt and letters assumed sent have columns of their own.

    Args:
        results: of the run.
        as_of: when the book was read.
    """
    run, goal = results.run, results.goal
    return Report(
        name=f"run-{run.id}",
        title=f"{run.title}: run {run.id}, {run.status}",
        definition="Answered: a reply to a letter came, or somebody of the account or its corporate group wrote, "
        f"called or came to us since the launch. {goal.column}: has {goal.words} since the launch. Both count "
        "accounts, whether or not their journey goes on.",
        denominator="The accounts enrolled in the arm when the audience was frozen.",
        as_of=as_of,
        columns=(
            Column(key="arm", title="Arm"),
            Column(key="enrolled", title="Enrolled", kind=ColumnKind.COUNT, summed=True),
            Column(key="underway", title="Under way", kind=ColumnKind.COUNT, summed=True),
            *(
                Column(key=key, title=title, kind=ColumnKind.COUNT, summed=True)
                for key, (title, _) in _LETTERS.items()
            ),
            Column(key="answered", title="Answered", kind=ColumnKind.COUNT, summed=True),
            Column(key="converted", title=goal.column, kind=ColumnKind.COUNT, summed=True),
            Column(key="rate", title=f"{goal.column}, share", kind=ColumnKind.SHARE),
        ),
        rows=tuple(_arm_row(arm) for arm in results.arms),
        notes=(difference(results), *_notes(run.synthetic)),
    )


def difference(results: RunResults) -> str:
    """What can honestly be said of the difference between the arms, in a sentence.

    Fewer than five that have come to the goal, or five accounts without one, to be expected in an arm if the arms did not differ are
    too few to tell anything (W. G. Cochran, Biometrics 10, 1954). With more, the difference is stated, and that it
    has not been tested is stated beside it.
    """
    written, held = results.arm(Arm.TREATMENT), results.arm(Arm.HOLD_OUT)
    if not held.enrolled:
        return "Nobody is held out, so nothing can be said about what the letters changed."
    counts = f"{written.converted} of {written.enrolled} written to and {held.converted} of {held.enrolled} held out"
    everybody, converted = written.enrolled + held.enrolled, written.converted + held.converted
    fewest = min(written.enrolled, held.enrolled) * min(converted, everybody - converted)
    if fewest < _ENOUGH * everybody:
        return f"Too few to tell: {counts} have {results.goal.words}."
    points = 100 * (written.converted / written.enrolled - held.converted / held.enrolled)
    return (
        f"{counts} have {results.goal.words}: {points:+.1f} percentage points. "
        "Whether that is more than chance has not been tested."
    )


def _arm_row(arm: ArmResult) -> tuple[Cell, ...]:
    letters = (sum(arm.letters.get(status, 0) for status in statuses) for _, statuses in _LETTERS.values())
    rate = Decimal(arm.converted) / arm.enrolled if arm.enrolled else None
    return (
        _ARMS[arm.arm].capitalize(),
        arm.enrolled,
        arm.underway,
        *letters,
        arm.answered,
        arm.converted,
        rate,
    )


def _made_up(audience: Audience) -> bool:
    return any(row.account.synthetic for row in audience.rows)


def _notes(synthetic: bool) -> tuple[str, ...]:  # noqa: FBT001 - private, and the name says it
    return (_SYNTHETIC,) if synthetic else ()


def _why(reason: Reason, detail: str) -> str:
    return f"{reason.words}: {detail}" if detail else reason.words
