"""Reports checked against themselves: every figure is as many as the rows behind it."""

from crm.reports.report import Report


def assert_figures_open_to_their_rows(report: Report) -> None:
    """Every figure that rows stand behind is their number, and so is each total."""
    for column in report.behind.figures:
        for row in report:
            behind = report.rows_behind(row, column)
            assert len(behind) == row[column], (report.name, dict(row), column)
        if column in report.totals:
            assert len(report.rows_behind("total", column)) == report.total(column), column
