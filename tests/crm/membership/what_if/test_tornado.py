import pytest
from support.what_if import fees, ranges

from crm.membership.what_if.ranges import Range
from crm.membership.what_if.tornado import tornado
from crm.reference.response_assumptions import Rate


def test_it_agrees_with_hand_calculation_where_everything_is_linear():
    # Ten members pay 100 and then 150: a rise by half. Of 1500, 0.2 x half are lost: 1350, against 1000 before.
    kinds = fees({"count": 10, "before": 100, "after": 150})
    swings = tornado(kinds, ranges(exit_by_rise=Range(0, 0.2, 0.6), exit_anyway=Range(0.0, 0.1, 0.1)))
    by_rate = {swing.rate: (swing.at_low, swing.at_high) for swing in swings}
    # With a tenth leaving anyway: 1500 x (1 - 0.1 - rate / 2) - 1000 x 0.9.
    assert by_rate[Rate.EXIT_BY_RISE] == pytest.approx((450, 450 - 1500 * 0.3))
    assert by_rate[Rate.EXIT_ANYWAY] == pytest.approx((500 - 1500 * 0.1, 450 - 1500 * 0.1))
    assert by_rate[Rate.LOWER_CLASS] == pytest.approx((300, 300))


def test_what_matters_most_stands_first():
    kinds = fees({"count": 10, "before": 100, "after": 150})
    swings = tornado(kinds, ranges(exit_by_rise=Range(0, 0.2, 0.6), exit_anyway=Range(0.0, 0.1, 0.1)))
    assert [swing.rate for swing in swings[:2]] == [Rate.EXIT_BY_RISE, Rate.EXIT_ANYWAY]
    assert [swing.width for swing in swings] == sorted((swing.width for swing in swings), reverse=True)
    assert len(swings) == len(Rate)
