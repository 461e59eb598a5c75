"""The reports of a campaign before it runs: whom it would reach, and who is left out and why."""

from collections import Counter
from datetime import datetime

from campaigns.audience import Audience
from campaigns.campaign import Campaign
from crm.outreach.reasons import AFTER_WAITING, Reason
from crm.outreach.run_tables import Arm
from crm.reports import Cell, Column, ColumnKind, Report

ARMS = {Arm.TREATMENT: "written to", Arm.HOLD_OUT: "held out"}
SYNTHETIC = "Synthetic data: memberships or accounts in here are made up for a demonstration or test."


def reach_report(campaign: Campaign, audience: Audience, *, as_of: datetime) -> Report:
    """How many accounts a campaign would write to, hold out and leave out, by reason; zeros included.

    Args:
        campaign: which.
        audience: what was decided about each account.
        as_of: when the book was read.
    """
    arms = Counter(invitation.arm for invitation in audience.invited)
    reasons = Counter(left.skip.reason for left in audience.left_out)
    enrolled: list[tuple[Cell, ...]] = [(ARMS[arm].capitalize(), "", arms[arm]) for arm in Arm]
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
        rows=(
            *enrolled,
            *(
                ("Left out", reason.words, reasons[reason])
                for reason in Reason
                if reason not in AFTER_WAITING
            ),
        ),
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
            ARMS[i.arm].capitalize(),
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
            str(left.skip),
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


def _made_up(audience: Audience) -> bool:
    return any(row.account.synthetic for row in audience.rows)


def _notes(synthetic: bool) -> tuple[str, ...]:  # noqa: FBT001 - private, and the name says it
    return (SYNTHETIC,) if synthetic else ()
