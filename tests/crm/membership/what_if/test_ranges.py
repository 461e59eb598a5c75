import pytest

from crm.errors import InvalidInput
from crm.membership.what_if.ranges import Range


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ((0.3, 0.2, 0.4), "low"),
        ((0.1, 0.5, 0.4), "high"),
        ((float("nan"), 0.2, 0.4), "low"),
        ((0.1, 0.2, float("inf")), "high"),
    ],
)
def test_values_that_do_not_rise_are_refused_by_name(values, field):
    with pytest.raises(InvalidInput) as refused:
        Range(*values)
    assert refused.value.field == field


def test_a_range_says_itself_in_words():
    assert str(Range(0.1, 0.3, 0.8)) == "0.1 to 0.8, likely 0.3, triangular"
    assert str(Range.certain(0)) == "0"
