"""What matters most, and the assumptions themselves."""

from decimal import Decimal

from crm.reports.chart import Chart
from crm.reports.columns import Column, ColumnKind
from crm.reports.report import Report
from crm.reports.what_if.frame import Frame, money


def tornado(frame: Frame) -> Report:
    """What each assumption alone does to the net revenue, the one that matters most first.

    Args:
        frame: of the what-if.
    """
    return frame.report(
        "tornado",
        "What if fees change: what matters most",
        "The net revenue to expect where one assumption stands at its low, then at its high value, and all others at their "
        "likely ones; calculated, not drawn. What the assumption at the top really is, is worth finding out first.",
        (
            Column(key="assumption", title="Rate"),
            Column(key="range", title="Low, high"),
            money("at_low", "Net at low"),
            money("at_high", "Net at high"),
            money("width", "Width"),
        ),
        (
            (
                _words(each.rate),
                f"{each.range.low:g}, {each.range.high:g}",
                each.at_low,
                each.at_high,
                each.width,
            )
            for each in frame.results.swings
        ),
        chart=Chart(label="assumption", value="width", empty="Makes no difference here"),
    )


def assumptions(frame: Frame) -> Report:
    """The assumptions that went into the draws.

    Args:
        frame: of the what-if.
    """
    return frame.report(
        "assumptions",
        "What if fees change: what is assumed",
        "Shares within one year. Low, likely and high are what was assumed; values between them are drawn anew for each "
        "draw, the same for all members, in the shape that is named. Replace them by what you know.",
        (
            Column(key="assumption", title="Rate"),
            *(
                Column(key=key, title=key.capitalize(), kind=ColumnKind.SHARE)
                for key in ("low", "likely", "high")
            ),
            Column(key="words", title="Share", kind=ColumnKind.NOTE),
            Column(key="basis", title="Basis"),
        ),
        (
            (
                _words(each.rate),
                *(Decimal(str(value)) for value in (each.range.low, each.range.likely, each.range.high)),
                each.words,
                f"{each.range.shape}; {each.source}, {each.certainty}",
            )
            for each in frame.results.assumptions
        ),
    )


def _words(rate: str) -> str:
    return rate.replace("_", " ")
