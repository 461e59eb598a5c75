from datetime import date
from decimal import Decimal

import pytest
from support.proposals import SCHEDULE

from crm.errors import NotFound
from crm.membership.pricing import Holding
from crm.membership.terms import Coverage
from crm.membership.upgrade_fees import upgrade_fees
from crm.reference.categories import Category
from crm.reference.development import Development
from crm.reference.facts import Certainty

RICH, POOR = Development.DEVELOPED, Development.DEVELOPING
DAY = date(2026, 11, 26)


def associate(sector, development=RICH, size=None, **more):
    return Holding(Coverage(sector), Category.ASSOCIATE, None, development, size, **more)


@pytest.mark.parametrize(
    ("held", "before", "more"),
    [
        (associate("T", RICH, "large"), "10600", "21200"),
        (associate("R", RICH), "10600", "21200"),
        (associate("R", POOR), "10600", "21200"),
        (associate("D", RICH), "3975", "3975"),
        (associate("D", POOR), "1987.50", "1987.50"),
        (associate("T", RICH, "sme"), "3975", "27825"),  # a Sector Member has no reduction for its size
        (associate("T", POOR, "sme"), "1987.50", "29812.50"),
    ],
)
def test_an_upgrade_costs_the_fee_of_a_sector_member_less_that_of_an_associate(held, before, more):
    fees = upgrade_fees(SCHEDULE, held, DAY)
    assert (fees.associate.amount, fees.difference) == (Decimal(before), Decimal(more))
    assert fees.sector_member.amount == Decimal(before) + Decimal(more)


def test_it_is_as_sure_as_the_less_sure_of_the_two():
    fees = upgrade_fees(SCHEDULE, associate("T"), DAY)
    assert (fees.sector_member.certainty, fees.associate.certainty) == (
        Certainty.DERIVED,
        Certainty.UNVERIFIED,
    )
    assert (fees.certainty, fees.are_sure) == (Certainty.UNVERIFIED, False)
    long_ago = upgrade_fees(SCHEDULE, associate("T"), date(2007, 1, 1))
    assert (long_ago.certainty, long_ago.are_sure) == (Certainty.VERIFIED, True)


def test_the_full_fee_of_a_subsidiary_says_why_on_both_sides():
    fees = upgrade_fees(SCHEDULE, associate("D", headquarters="Switzerland"), DAY)
    assert all("headquartered in Switzerland" in fee.basis for fee in (fees.associate, fees.sector_member))


def test_before_any_source_speaks_nothing_is_made_up():
    with pytest.raises(NotFound):
        upgrade_fees(SCHEDULE, associate("T"), date(2005, 1, 1))
