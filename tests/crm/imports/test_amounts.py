"""Amounts as files write them."""

from decimal import Decimal

import pytest

from crm.errors import InvalidInput
from crm.imports.amounts import amount


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("31800", "31800.00"),
        ("1987.5", "1987.50"),
        ("1987,50", "1987.50"),
        ("31'800.00", "31800.00"),
        ("31 800", "31800.00"),
        ("31\u202f800,00", "31800.00"),
        ("31,800.00", "31800.00"),
        ("31.800,00", "31800.00"),
        ("1,031,800", "1031800.00"),
        ("1.031.800,5", "1031800.50"),
    ],
)
def test_an_amount_is_read_however_its_thousands_are_grouped(text, expected):
    assert amount(text) == Decimal(expected)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("31.800", "may be two amounts"),
        ("31,800", "may be two amounts"),
        ("1,031,80", "is no amount"),
        ("1.031.800.00", "is no amount"),
        ("CHF 5", "is no amount"),
        ("-31800", "is below zero"),
        ("(31800)", "is below zero"),
        ("5.123", "may be two amounts"),
    ],
)
def test_what_is_no_amount_or_may_be_two_is_refused(text, said):
    with pytest.raises(InvalidInput, match=said):
        amount(text)
