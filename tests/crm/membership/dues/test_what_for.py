"""What a line of an invoice is for, in words."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from crm.membership.dues.posting import ChargeLine
from crm.membership.dues.what_for import what_for
from crm.membership.terms import Coverage
from crm.reference.categories import Category

SECTOR_MEMBER = {"category": Category.SECTOR_MEMBER, "coverage": Coverage.STANDARDIZATION}
HALF = {**SECTOR_MEMBER, "units": Fraction(1, 2)}
SUMMER = {"since_on": date(2027, 6, 1), "until_on": date(2027, 8, 31)}


def said(language="en", **more):
    whole = {"since_on": date(2027, 1, 1), "until_on": date(2027, 12, 31), "amount": Decimal(1), "rule": "x"}
    return what_for(ChargeLine(**{**whole, **more}), {7: "2026-000001"}, language=language)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (HALF, "Sector Member in ITU-T, 1/2 unit, 2027"),
        ({**HALF, "units": Fraction(3, 2)}, "Sector Member in ITU-T, 1 1/2 units, 2027"),
        (SECTOR_MEMBER, "Sector Member in ITU-T, lowest class, 2027"),
        (
            {**HALF, **SUMMER, "amount": Decimal(-1)},
            "Credit: Sector Member in ITU-T, 1/2 unit, June – August 2027",
        ),
        (
            {**HALF, "amount": Decimal(-1), "credits_id": 7},
            "Credit for 2026-000001: Sector Member in ITU-T, 1/2 unit, 2027",
        ),
        ({"category": Category.ASSOCIATE, "coverage": Coverage.RADIO}, "Associate in ITU-R, 2027"),
        ({"category": Category.ACADEMIA, "coverage": Coverage.ALL}, "Academia, 2027"),
        ({"state": "KEN", "units": Fraction(1)}, "Contribution as a Member State, 1 unit, 2027"),
        ({"overdue_id": 7, **SUMMER}, "Interest on 2026-000001, 1 Jun – 31 Aug 2027"),
    ],
)
def test_a_line_says_what_it_is_for(line, words):
    # Babel sets narrow spaces around the dash between two months.
    assert " ".join(said(**line).split()) == words


def test_in_arabic_latin_names_keep_their_order():
    assert said("fr", **HALF) == "Membre de Secteur, UIT-T, 1/2 unité, 2027"
    assert "\u2068ITU-T\u2069" in said("ar", **HALF)
    assert "\u20682026-000001\u2069" in said("ar", overdue_id=7)
