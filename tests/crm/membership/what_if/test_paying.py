from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.what_if import ON, member, schedule

from crm.membership.what_if.fee_changes import FeeChange, MinimumChange, UnitChange
from crm.membership.what_if.member_changes import CategoryChange, EligibilityChange
from crm.membership.what_if.members import Who
from crm.membership.what_if.paying import Tables

PAYER = {"development": "developing"}
NO_LONGER_DEVELOPING = EligibilityChange("developing", granted=False)
NO_REDUCED_CLASS = EligibilityChange("reduced_class", granted=False)
REDUCED_CLASS = EligibilityChange("reduced_class", granted=True)
ASSOCIATES_OF_D = CategoryChange(Who(category="associate", sector="D"), "sector_member")


def paid(held, *changes):
    return Tables(schedule(), changes, on=ON).paid(held)


@pytest.mark.parametrize(
    ("held", "changes", "before", "after", "lower"),
    [
        # No class stated: the lowest of today, which a higher minimum raises.
        (member("sector_member"), [], "31800", "31800", None),
        (member("sector_member"), [MinimumChange("sector-member-T", 1)], "31800", "63600", None),
        (member("sector_member", units="3"), [MinimumChange("sector-member-T", 1)], "190800", "190800", None),
        # A lower minimum opens a lower class to those at the old one, and to no others.
        (member("sector_member"), [MinimumChange("sector-member-T", "1/4")], "31800", "31800", "15900"),
        (
            member("sector_member", units="1"),
            [MinimumChange("sector-member-T", "1/4")],
            "63600",
            "63600",
            None,
        ),
        # The reduced classes of Resolution 170 lie below the ordinary minimum, which does not touch them.
        (
            member("sector_member", units="1/16", **PAYER),
            [MinimumChange("sector-member-T", 1)],
            "3975",
            "3975",
            None,
        ),
        (member("sector_member", units="1/16", **PAYER), [NO_REDUCED_CLASS], "3975", "31800", None),
        (member("sector_member", units="1/16", **PAYER), [NO_LONGER_DEVELOPING], "3975", "31800", None),
        (member("sector_member", **PAYER), [REDUCED_CLASS], "31800", "31800", "3975"),
        (
            member("sector_member", units="1/16", **PAYER),
            [MinimumChange("sector-member-T-reduced", "1/8")],
            "3975",
            "7950",
            None,
        ),
        # ITU-D: 1/16 for developing countries only.
        (member("sector_member", "D", **PAYER), [NO_LONGER_DEVELOPING], "3975", "7950", None),
        (
            member("sector_member", "D"),
            [EligibilityChange("developing", granted=True)],
            "7950",
            "7950",
            "3975",
        ),
        (member("sector_member"), [UnitChange(by="10%")], "31800", "34980", None),
        (member(size="sme"), [EligibilityChange("sme", granted=False)], "3975", "10600", None),
        (member("academia", "RTD", **PAYER), [NO_LONGER_DEVELOPING], "1987.50", "3975", None),
        (
            member("sector_member", exempt=True),
            [EligibilityChange("exemption", granted=False)],
            "0",
            "31800",
            None,
        ),
        (member(), [EligibilityChange("exemption", granted=True)], "10600", "0", None),
        (member(sector="D"), [ASSOCIATES_OF_D], "3975", "7950", None),
    ],
)
def test_what_is_paid_before_and_after(held, changes, before, after, lower):
    today, then = paid(held, *changes)
    assert (today.fee, then.fee) == (Decimal(before), Decimal(after))
    assert then.lower == Decimal(lower or after)


@pytest.mark.parametrize(
    ("held", "changes", "today", "then"),
    [
        (member(), [FeeChange("associate-T", 20000)], (1, 31800), (1, 31800)),
        (member("sector_member", units="2"), [FeeChange("associate-T", 20000)], (-1, 10600), (-1, 20000)),
        (member("sector_member", size="sme"), [], (-1, 3975), (-1, 3975)),
        (member("academia", "RTD"), [], (0, 0), (0, 0)),
        (member(exempt=True), [], (0, 0), (0, 0)),
        (member(exempt=True), [EligibilityChange("exemption", granted=False)], (0, 0), (1, 31800)),
        # There are no Associates in ITU-D any more that a Sector Member could become one of.
        (member(sector="D"), [ASSOCIATES_OF_D], (1, 7950), (0, 0)),
        (member("sector_member", "D"), [ASSOCIATES_OF_D], (-1, 3975), (0, 0)),
    ],
)
def test_what_the_other_category_would_cost(held, changes, today, then):
    before, after = paid(held, *changes)
    assert ((before.step, before.other), (after.step, after.other)) == (today, then)


whose = {
    "development": st.sampled_from(["developed", "developing"]),
    "size": st.sampled_from([None, "sme", "large"]),
}
held = st.builds(member, st.just("associate"), st.sampled_from("RTD"), **whose) | st.builds(
    member,
    st.just("sector_member"),
    st.sampled_from("RTD"),
    units=st.sampled_from(["1/2", "1", "1 1/2", "5"]),
    **whose,
)
shares = st.integers(0, 300).map(lambda per_cent: f"{per_cent}%")


@given(held, shares, shares)
def test_higher_tables_never_make_anybody_pay_less(one, fees, unit):
    before, after = paid(one, FeeChange("associate-*", by=fees), UnitChange(by=unit))
    assert after.fee >= before.fee
    assert after.lower == after.fee


@given(held)
def test_no_change_changes_nobody(one):
    before, after = paid(one)
    assert before == after
