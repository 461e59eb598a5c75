from decimal import Decimal
from fractions import Fraction

import pytest
from support.what_if import ON, schedule

from crm.errors import InvalidInput
from crm.membership.what_if.changes import changed_tables
from crm.membership.what_if.fee_changes import FeeChange, MinimumChange, NewFee, UnitChange
from crm.reference.categories import Category
from crm.reference.development import Development


def yearly(*changes, category="associate", sector="T", development="developed", size=None, units=None):
    tables = changed_tables(schedule(), changes, on=ON)
    fee = tables.yearly(
        Category(category), sector, development=Development(development), size=size, units=units, on=ON
    )
    return fee.amount


@pytest.mark.parametrize(
    ("change", "who", "amount"),
    [
        (FeeChange("associate-T", 12000), {}, "12000"),
        (FeeChange("associate-T", 12000), {"sector": "R"}, "10600"),
        (FeeChange("associate-T", 12000), {"size": "sme"}, "3975"),
        (FeeChange("associate-*", by="0.10"), {"size": "sme", "development": "developing"}, "2186.25"),
        (FeeChange("associate-*", by="-5%"), {"sector": "D"}, "3776.25"),
        (FeeChange("academia-*", by="0.001"), {"category": "academia", "sector": "RTD"}, "3978.98"),
        (UnitChange(70000), {"category": "sector_member"}, "35000"),
        (UnitChange(by="10%"), {"category": "sector_member", "units": Fraction(2)}, "139920"),
        (MinimumChange("sector-member-T", "1"), {"category": "sector_member"}, "63600"),
        (MinimumChange("sector-member-T", "1"), {"category": "sector_member", "sector": "R"}, "31800"),
        (
            NewFee(category="associate", sector="D", size="sme", amount=1000),
            {"sector": "D", "size": "sme"},
            "1000",
        ),
        (NewFee(category="associate", sector="D", size="sme", amount=1000), {"sector": "D"}, "3975"),
        (
            NewFee(category="associate", sector="T", size="sme", development="developing", amount=1500),
            {"size": "sme", "development": "developing"},
            "1500",
        ),
    ],
)
def test_a_change_gives_other_tables(change, who, amount):
    assert yearly(change, **who) == Decimal(amount)


def test_changes_are_made_one_after_another():
    assert yearly(FeeChange("associate-T", 10000), FeeChange("associate-*", by="0.5")) == 15000
    assert yearly(FeeChange("associate-*", by="0.5"), FeeChange("associate-T", 10000)) == 10000


def test_the_tables_of_the_book_stay_as_they_are():
    before = yearly(), [fee.amount for fee in schedule().fees]
    yearly(FeeChange("associate-*", by=1), UnitChange(by=1), MinimumChange("*", 2))
    assert (yearly(), [fee.amount for fee in schedule().fees]) == before


def test_what_a_change_made_up_is_not_verified():
    tables = FeeChange("academia-developed", 4000).tables(schedule(), on=ON)
    changed = next(fee for fee in tables.fees if fee.key == "academia-developed")
    assert (changed.source, changed.certainty) == ("what if", "unverified")


def test_only_lines_that_hold_on_the_day_are_changed():
    with pytest.raises(InvalidInput) as refused:
        FeeChange("associate-T-2006", 1).tables(schedule(), on=ON)
    assert refused.value.field == "line"
    assert "associate-T" in refused.value.candidates


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: FeeChange("associate-T"), "amount"),
        (lambda: FeeChange("associate-T", 1, by="0.1"), "by"),
        (lambda: FeeChange("associate-T", "much"), "amount"),
        (lambda: FeeChange("associate-T", by="-1.5"), "by"),
        (lambda: FeeChange("associate-T", by=0.1), "by"),
        (UnitChange, "amount"),
        (lambda: UnitChange(by="ten"), "by"),
        (lambda: MinimumChange("sector-member-T", 0), "units"),
        (lambda: NewFee(category="sector_member", sector="T", amount=1), "category"),
        (lambda: NewFee(category="academia", sector="T", amount=1), "sector"),
        (lambda: NewFee(category="associate", sector="T", amount=1, size="small"), "size"),
        (lambda: NewFee(category="associate", sector="T", amount=1, development="rich"), "development"),
        (lambda: NewFee(category="associate", sector="T", amount="-1"), "amount"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(make, field):
    with pytest.raises(InvalidInput) as refused:
        make()
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (FeeChange("associate-T", 12000), "the fee associate-T at CHF 12,000.00"),
        (FeeChange("associate-*", by="10%"), "the fee associate-* +10%"),
        (UnitChange(by="-0.05"), "the unit of Sector Members -5%"),
        (MinimumChange("sector-member-D", "1 1/2"), "the lowest class sector-member-D at 1 1/2"),
        (
            NewFee(category="associate", sector="D", size="sme", amount=1000),
            "a fee of its own for associate in D, sme: CHF 1,000.00",
        ),
    ],
)
def test_a_change_says_itself_in_words(change, words):
    assert str(change) == words
