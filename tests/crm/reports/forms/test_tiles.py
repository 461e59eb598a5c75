from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.sample_report import sample_report

from crm.reports import Chart, ChartKind
from crm.reports.forms.tiles import ACROSS, drawn, steps_of

CHART = Chart(kind=ChartKind.TILES, label="state", code="code", value="prospects", empty="None")


@pytest.mark.parametrize(
    ("figures", "steps"),
    [
        ([], []),
        ([7, 7, 7], [(7, 7)]),
        ([1, 2, 3], [(1, 1), (2, 2), (3, 3)]),
        ([1, 1, 1, 2, 3, 5, 9, 12, 41, 612], [(1, 2), (3, 5), (9, 12), (41, 612)]),
    ],
)
def test_a_few_figures_far_ahead_do_not_leave_the_others_in_one_shade(figures, steps):
    assert steps_of([Decimal(figure) for figure in figures]) == tuple(steps)


@given(st.lists(st.decimals(min_value=-1000, max_value=1000, places=2).filter(bool)))
def test_every_figure_has_one_shade_and_larger_figures_never_a_lighter_one(figures):
    steps = steps_of(figures)
    assert len(steps) <= 4
    assert all(sum(least <= figure <= most for least, most in steps) == 1 for figure in figures)
    assert all(before[1] < after[0] for before, after in pairwise(steps))


def test_the_tiles_of_a_group_fill_line_after_line():
    panel = drawn(sample_report(), CHART).panels[0]
    assert [(tile.across, tile.down) for tile in panel.tiles[:10]] == [
        *((at, 0) for at in range(ACROSS)),
        (0, 1),
        (1, 1),
    ]
    assert panel.lines == -(-len(panel.tiles) // ACROSS)


def test_a_figure_too_long_for_a_tile_is_said_shorter_there_and_in_full_beside_it():
    (panel,) = drawn(sample_report(rows=[("Africa", "Angola", "AGO", 1_234_567, 0, None)]), CHART).panels
    assert (panel.tiles[0].figure, panel.tiles[0].exact) == ("1.2M", "1,234,567")
