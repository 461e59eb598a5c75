"""How the draws lie: how many bring how much."""

from crm.reports.chart import Chart, ChartKind
from crm.reports.columns import Column
from crm.reports.report import Report
from crm.reports.what_if.frame import Frame, count, money


def spread(frame: Frame) -> Report:
    """The draws by the net revenue that they bring, in stretches of equal width.

    Args:
        frame: of the what-if.
    """
    return frame.report(
        "spread",
        "What if fees change: how the draws lie",
        "The net revenue of each draw, in stretches of equal width; a row names the least of its stretch.",
        (
            Column(key="stretch", title="Net, in thousands"),
            money("from", "Net from"),
            count("draws", "Draws", summed=True),
        ),
        ((f"{least / 1000:,.0f}", least, number) for least, number in frame.results.spread),
        chart=Chart(label="stretch", value="draws", empty="No draw", kind=ChartKind.COLUMNS),
    )
