from decimal import Decimal

import pytest
from support.sample_report import sample_report

from crm.reports import Chart, ChartKind, Column, ColumnKind
from crm.reports.forms.over_time import drawn

CHART = Chart(kind=ChartKind.COLUMNS, label="month", value="amount", empty="None")
SEVERAL = (
    Column(key="year", title="Year"),
    Column(key="who", title="Who"),
    Column(key="in", title="In", kind=ColumnKind.COUNT, summed=True),
    Column(key="out", title="Out", kind=ColumnKind.COUNT, summed=True),
)
KEYS = (
    Column(key="month", title="Month"),
    Column(key="amount", title="Amount", kind=ColumnKind.COUNT, summed=True),
)


def course(*amounts):
    rows = [(f"2027-{number:02}", amount) for number, amount in enumerate(amounts, start=1)]
    return drawn(sample_report(columns=KEYS, rows=rows, grouped_by=None, chart=CHART), CHART)


def test_columns_keep_the_order_of_the_rows_and_share_one_scale():
    (panel,) = course(50, 100, 25).panels
    assert [(c.name, c.first.height, c.first.top) for c in panel.columns] == [
        ("2027-01", 50, 50),
        ("2027-02", 100, 0),
        ("2027-03", 25, 75),
    ]
    assert panel.total == "175"


def test_nought_has_no_height_but_its_figure_and_what_is_not_stated_a_dash():
    (panel,) = course(0, None, 10).panels
    assert [(c.first.height, c.first.figure) for c in panel.columns[:2]] == [(0, "0"), (0, "–")]


def test_negative_figures_hang_from_the_line_of_zero():
    found = course(30, -10)
    assert found.zero == 75
    assert [(c.first.top, c.first.height) for c in found.panels[0].columns] == [(0, 75), (75, 25)]


@pytest.mark.parametrize(("count", "said"), [(4, 4), (12, 4), (60, 6)])
def test_only_as_many_labels_stand_under_the_columns_as_there_is_room_for(count, said):
    (panel,) = course(*[1] * count).panels
    assert sum(bool(column.label) for column in panel.columns) == said
    assert panel.columns[-1].label
    assert all(column.first.exact == "1" for column in panel.columns)


def test_nothing_at_all_can_be_drawn():
    assert course().panels == ()
    assert course(0, None).zero == Decimal(100)


def years(**second):
    rows = [("2027", "a", 20, 5), ("2027", "b", 10, 5), ("2028", "a", 60, None), ("2028", "b", 0, 20)]
    chart = Chart(kind=ChartKind.COLUMNS, label="year", value="in", empty="None", **second)
    return drawn(sample_report(columns=SEVERAL, rows=rows, grouped_by="year", chart=chart), chart)


def test_columns_named_by_what_groups_the_rows_are_one_for_each_group():
    (panel,) = years().panels
    assert [(c.name, c.first.exact, c.first.height, c.second) for c in panel.columns] == [
        ("2027", "30", 50, None),
        ("2028", "60", 100, None),
    ]
    assert (panel.name, panel.total) == ("", "")


def test_a_part_stands_at_the_foot_of_its_column():
    found = years(part="out")
    assert found.zero == 100
    (panel,) = found.panels
    shown = [(c.second.exact, c.second.top, c.second.height) for c in panel.columns]
    assert shown == [("10", Decimal("83.33"), Decimal("16.67")), ("20", Decimal("66.67"), Decimal("33.33"))]


def test_what_goes_the_other_way_hangs_from_zero_on_the_same_scale():
    found = years(against="out")
    assert (found.zero, found.scale.width) == (75, 80)
    (panel,) = found.panels
    assert [(c.first.top, c.first.height) for c in panel.columns] == [
        (Decimal("37.50"), Decimal("37.50")),
        (0, 75),
    ]
    shown = [(c.second.exact, c.second.top, c.second.height) for c in panel.columns]
    assert shown == [("10", 75, Decimal("12.50")), ("20", 75, 25)]
