from decimal import Decimal

import pytest
from support.sample_report import sample_report

from crm.reports import Column, ColumnKind
from crm.reports.forms.bars import LEAST, LINE_CELLS, STRIP_BARS, Scale, drawn
from crm.reports.forms.charted import shortened


def bars(report):
    return [bar for panel in drawn(report, report.chart).panels for strip in panel.strips for bar in strip]


def test_every_row_is_a_bar_or_a_name_among_the_empty():
    report = sample_report()
    empty = [name for panel in drawn(report, report.chart).panels for name in panel.empty]
    assert len(bars(report)) + len(empty) == 195
    assert "Namibia" in empty


def test_bars_stand_largest_first_and_no_drawing_outgrows_a_page():
    report = sample_report()
    for panel in drawn(report, report.chart).panels:
        figures = [int(bar.figure) for strip in panel.strips for bar in strip]
        assert figures == sorted(figures, reverse=True)
        assert all(len(strip) <= STRIP_BARS for strip in panel.strips)


def test_the_largest_of_all_panels_fills_the_width_and_the_smallest_is_seen():
    lengths = {bar.name: bar.length for bar in bars(sample_report())}
    assert lengths["United States of America"] == 100
    assert lengths["Angola"] == LEAST


def test_what_is_not_stated_is_not_counted_as_nought():
    columns = (Column(key="state", title="State"), Column(key="prospects", title="P", kind=ColumnKind.COUNT))
    report = sample_report(columns=columns, rows=[("Angola", None), ("Benin", 0)], grouped_by=None)
    (panel,) = drawn(report, report.chart).panels
    assert (panel.empty, panel.unstated, panel.strips) == (("Benin",), ("Angola",), ())


@pytest.mark.parametrize(
    ("figure", "place"),
    [(30, (25, 75)), (-10, (0, 25)), (1, (25, Decimal("2.5")))],
)
def test_negative_figures_stand_before_the_zero_line(figure, place):
    assert Scale(low=Decimal(-10), high=Decimal(30)).place(Decimal(figure)) == place


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Saint Vincent and the Grenadines", "Saint Vincent and the Grenadines"),
        (
            "United Kingdom of Great Britain and Northern Ireland",
            "United Kingdom of Great Britain and North…",
        ),
        ("国" * 30, "国" * 20 + "…"),
    ],
)
def test_a_name_too_long_for_a_telephone_is_cut(name, short):
    assert shortened(name, 42) == short


def test_a_long_figure_leaves_less_room_for_the_name():
    report = sample_report(rows=[("Africa", "x" * 60, None, figure, 0, None) for figure in (1, 1234567)])
    assert {len(bar.name + bar.figure) for bar in bars(report)} == {LINE_CELLS}
