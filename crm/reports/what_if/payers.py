"""Who pays more and who pays less, exactly: memberships by category, and the accounts behind each number."""

from collections.abc import Sequence

from crm.membership.what_if.results import MemberResult
from crm.reference.categories import Category
from crm.reports.behind import behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.report import Report
from crm.reports.what_if.frame import Frame, count, money
from crm.shown import said

_LINES = ("pay more", "pay the same", "pay less")
_FIGURES = ("memberships", "before", "after", "change")
_BEHIND = (
    Column(key="id", title="Id", kind=ColumnKind.ID),
    Column(key="name", title="Organisation"),
    Column(key="country", title="Country"),
    Column(key="sector", title="Sector"),
    money("before", "Today"),
    money("after", "After"),
    money("change", "Change"),
)


def payers(frame: Frame) -> Report:
    """Who pays more and who pays less if nobody answers.

    Args:
        frame: of the what-if.
    """
    members = frame.results.members
    return frame.report(
        "payers",
        "What if fees change: who pays more, who pays less",
        "Each membership at its fee of today and at the one after the changes, in its category of today. Exact: nobody has "
        "answered yet.",
        (
            Column(key="category", title="Category"),
            Column(key="line", title="They"),
            count("memberships", "Memberships", summed=True),
            money("before", "Today", summed=True),
            money("after", "After", summed=True),
            money("change", "Change", summed=True),
        ),
        (_row(category, line, members) for category in Category for line in _LINES),
        grouped_by="category",
        behind=behind_of(
            ("category", "line"),
            _BEHIND,
            (((said(m.category), _line(m)), _FIGURES, _cells(m)) for m in members),
        ),
        chart=Chart(label="line", value="memberships", empty="Nobody"),
    )


def _row(category: Category, line: str, members: Sequence[MemberResult]) -> tuple[Cell, ...]:
    there = [m for m in members if m.category is category and _line(m) == line]
    before, after = sum(m.before for m in there), sum(m.after for m in there)
    return (said(category), line, len(there), before, after, after - before)


def _line(member: MemberResult) -> str:
    return _LINES[0] if member.change > 0 else _LINES[2] if member.change < 0 else _LINES[1]


def _cells(m: MemberResult) -> tuple[Cell, ...]:
    return (m.organization_id, m.organization, m.country, m.sector.value, m.before, m.after, m.change)
