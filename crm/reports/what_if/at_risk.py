"""The accounts that the changes put most at risk, by name."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby

from crm.membership.what_if.results import MemberResult
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column
from crm.reports.report import Report
from crm.reports.what_if.frame import Frame, fraction, money, share
from crm.shown import said

_DRAWN = 15


def at_risk(frame: Frame) -> Report:
    """The accounts whose risk of leaving grows, the most money at risk first.

    Args:
        frame: of the what-if.
    """
    return frame.report(
        "at-risk",
        "What if fees change: the accounts most at risk",
        "Every account that is more likely to end a membership with the changes than without. Chance: that of its membership "
        "most at risk, in the mean of the draws. At risk: for each of its memberships the fee after the changes times by how "
        "much its chance of ending grows. The chance follows from its fees alone: who knows the account knows better.",
        (
            Column(key="name", title="Organisation"),
            Column(key="country", title="Country"),
            Column(key="memberships", title="Memberships"),
            money("after", "After", summed=True),
            share("chance", "Chance"),
            money("at_risk", "At risk", summed=True),
        ),
        sorted(_rows(frame.results.members), key=lambda row: (-Decimal(str(row[-1])), str(row[0]))),
        chart=Chart(label="name", value="at_risk", empty="At no risk", most=_DRAWN),
    )


def _rows(members: Iterable[MemberResult]) -> Iterator[tuple[Cell, ...]]:
    by_account = sorted(members, key=lambda member: member.organization_id)
    for _, held in groupby(by_account, key=lambda member: member.organization_id):
        of_account = list(held)
        lost = sum(((m.exit_after - m.exit_before) * float(m.after) for m in of_account), 0.0)
        if any(m.exit_after > m.exit_before for m in of_account):
            yield (
                of_account[0].organization,
                of_account[0].country,
                ", ".join(f"{said(m.category)} {m.sector.value}" for m in of_account),
                sum((m.after for m in of_account), Decimal(0)),
                fraction(max(m.exit_after for m in of_account)),
                Decimal(lost).quantize(Decimal("0.01")),
            )
