from decimal import Decimal

import pytest
from support.sample_report import sample_report

from crm.reports import Chart, ChartKind, Column, ColumnKind
from crm.reports.forms.over_time import drawn

CHART = Chart(kind=ChartKind.COLUMNS, label="month", value="amount", empty="None")
KEYS = (
    Column(key="month", title="Month"),
    Column(key="amount", title="Amount", kind=ColumnKind.COUNT, summed=True),
)


def course(*amounts):
    rows = [(f"2027-{number:02}", amount) for number, amount in enumerate(amounts, start=1)]
    return drawn(sample_report(columns=KEYS, rows=rows, grouped_by=None, chart=CHART), CHART)


def test_columns_keep_the_order_of_the_rows_and_share_one_scale():
    (panel,) = course(50, 100, 25).panels
    assert [(c.name, c.height, c.top) for c in panel.columns] == [
        ("2027-01", 50, 50),
        ("2027-02", 100, 0),
        ("2027-03", 25, 75),
    ]
    assert panel.total == "175"


def test_nought_has_no_height_but_its_figure_and_what_is_not_stated_a_dash():
    (panel,) = course(0, None, 10).panels
    assert [(c.height, c.figure) for c in panel.columns[:2]] == [(0, "0"), (0, "–")]


def test_negative_figures_hang_from_the_line_of_zero():
    found = course(30, -10)
    assert found.zero == 75
    assert [(c.top, c.height) for c in found.panels[0].columns] == [(0, 75), (75, 25)]


@pytest.mark.parametrize(("count", "said"), [(4, 4), (12, 4), (60, 6)])
def test_only_as_many_labels_stand_under_the_columns_as_there_is_room_for(count, said):
    (panel,) = course(*[1] * count).panels
    assert sum(bool(column.label) for column in panel.columns) == said
    assert panel.columns[-1].label
    assert all(column.exact == "1" for column in panel.columns)


def test_nothing_at_all_can_be_drawn():
    assert course().panels == ()
    assert course(0, None).zero == Decimal(100)
