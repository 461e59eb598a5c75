"""Reports: one value with its figures and their meaning, and the forms it comes out in."""

from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind, Group, Row
from crm.reports.report import Report

__all__ = ["Cell", "Chart", "Column", "ColumnKind", "Group", "Report", "Row"]
