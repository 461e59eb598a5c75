from decimal import Decimal

import pytest

from crm.errors import InvalidInput
from crm.reference.money import amount_of, currency_of


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("1987.50", Decimal("1987.50")),
        (21200, Decimal("21200.00")),
        (Decimal(0), Decimal("0.00")),
        (" 3975 ", Decimal("3975.00")),
        (Decimal("2E+3"), Decimal("2000.00")),
    ],
)
def test_an_amount_is_exact_to_the_cent(given, expected):
    assert str(amount_of(given)) == str(expected)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (21200.0, "not exact"),
        (True, "not exact"),
        (-1, "below zero"),
        ("-0.01", "below zero"),
        ("0.005", "parts of a cent"),
        ("a lot", "no amount"),
        ("NaN", "no amount"),
        ("Infinity", "no amount"),
        (None, "no amount"),
        (10**14, "beyond all measure"),
        (Decimal("1E+999999"), "beyond all measure"),
    ],
)
def test_what_is_no_amount_is_refused(given, why):
    with pytest.raises(InvalidInput, match=why) as refused:
        amount_of(given, field="amount")
    assert refused.value.field == "amount"


def test_a_currency_is_known_by_its_code():
    assert currency_of(" chf ") == "CHF"
    with pytest.raises(InvalidInput, match="no currency 'CHFF'") as refused:
        currency_of("CHFF")
    assert "CHF" in refused.value.candidates
