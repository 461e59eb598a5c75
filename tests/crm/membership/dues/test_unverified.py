"""Which lines of invoices follow a rule that no source states."""

from fractions import Fraction

import pytest

from crm.membership.dues.unverified import unverified_rules


@pytest.mark.parametrize(
    ("rule", "units", "unverified"),
    [
        ("associate-T", None, True),
        ("associate-T-2006", None, False),
        ("associate-D-2006", None, True),  # developing countries have paid less in ITU-D ever since
        ("academia-developed", None, True),  # the fee is read in a source, who counts as developed is not
        ("academia-developing", None, True),
        ("sector-member-T, unit-sector_member-2024", None, False),
        ("sector-member-T, unit-sector_member-2028", Fraction(1, 4), True),  # no amount of 2028 is stated
        ("sector-member-T, unit-sector_member-2024", Fraction(1), True),
        ("sector-member-D-developing, unit-sector_member-2024", None, True),
        ("sector-member-T", None, False),
        ("sector-member-T", Fraction(1, 4), False),
        ("sector-member-T", Fraction(1), True),
        ("sector-member-T", Fraction(3, 2), True),
        ("sector-member-D", None, True),
        ("sector-member-D-developing", None, True),
        ("sector-member-D", Fraction(1, 4), False),  # what it chose costs the same everywhere
        ("interest_first", None, True),
        ("interest_first, interest_later", None, True),
        ("unit of Member States", Fraction(5), False),
    ],
)
def test_a_line_is_as_sure_as_what_it_was_priced_by(store, rule, units, unverified):
    with store.reading() as session:
        assert unverified_rules(session).covers(rule, units) == unverified


def test_a_list_of_developed_countries_that_is_verified_settles_what_depends_on_it(store):
    with store.reading() as session:
        rules = unverified_rules(session)
    assert rules.by_status.isdisjoint({"sector-member-T", "sector-member-R", "associate-T"})
    assert {"academia-developing", "sector-member-D"} <= rules.by_status - rules.keys
