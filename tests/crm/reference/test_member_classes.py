"""The classes of contribution that there are for Sector Members."""

from fractions import Fraction

import pytest

from crm.errors import InvalidInput
from crm.reference.member_classes import refuse_no_class
from crm.reference.units import units_of


@pytest.mark.parametrize(
    "units", ["1/32", "1/16", "1/8", "1/4", "0.5", "1", "1 1/2", "2", "3", "25", "40", "61"]
)
def test_whole_units_one_and_a_half_and_the_halves_down_to_a_thirty_second_are_classes(units):
    refuse_no_class(units_of(units))


@pytest.mark.parametrize(
    ("units", "near"),
    [
        ("1/64", "1/32"),
        ("3/64", "1/32 and 1/16"),
        ("1/3", "1/4 and 1/2"),
        ("5/7", "1/2 and 1"),
        ("0.7", "1/2 and 1"),
        ("1.25", "1 and 1 1/2"),
        ("1.75", "1 1/2 and 2"),
        ("2 1/2", "2 and 3"),
        ("25.5", "25 and 26"),
    ],
)
def test_what_is_no_class_is_refused_with_those_next_to_it(units, near):
    with pytest.raises(InvalidInput) as caught:
        refuse_no_class(Fraction(units_of(units)))
    assert caught.value.field == "units"
    assert caught.value.hint == f"The classes next to it: {near}."
