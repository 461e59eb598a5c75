from decimal import Decimal
from fractions import Fraction

import pytest

from crm.errors import InvalidInput
from crm.reference.units import units_in_words, units_of
from crm.shown import said


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (25, Fraction(25)),
        ("25", Fraction(25)),
        ("1 1/2", Fraction(3, 2)),
        (" 1/16 ", Fraction(1, 16)),
        ("0.25", Fraction(1, 4)),
        (Decimal("0.5"), Fraction(1, 2)),
        (Fraction(1, 32), Fraction(1, 32)),
    ],
)
def test_units_are_exact(given, expected):
    assert units_of(given) == expected


@pytest.mark.parametrize("given", [0.25, True, 0, -1, "", "1/0", "a half", "nan", None, "1 -1"])
def test_what_is_no_number_of_units_is_refused(given):
    with pytest.raises(InvalidInput) as refused:
        units_of(given, field="class")
    assert refused.value.field == "class"


@pytest.mark.parametrize(
    ("units", "words"),
    [(Fraction(40), "40"), (Fraction(3, 2), "1 1/2"), (Fraction(1, 16), "1/16"), (Fraction(0), "0")],
)
def test_units_are_written_as_the_scale_writes_them(units, words):
    assert units_in_words(units) == said(units) == words
    assert units == 0 or units_of(words) == units
