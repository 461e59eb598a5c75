"""Reports: one value with its figures and their meaning, and the forms it comes out in."""

from crm.reports.behind import Behind, Counted
from crm.reports.chart import Chart, ChartKind
from crm.reports.columns import Cell, Column, ColumnKind, Group, Row
from crm.reports.report import Report

__all__ = [
    "Behind",
    "Cell",
    "Chart",
    "ChartKind",
    "Column",
    "ColumnKind",
    "Counted",
    "Group",
    "Report",
    "Row",
]
