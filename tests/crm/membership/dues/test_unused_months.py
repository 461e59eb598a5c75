"""What was charged for months that another membership takes over."""

from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.membership.dues.posting import ChargeLine
from crm.membership.dues.unused_months import PostedLine, given_back
from crm.membership.pricing import part_of_year
from crm.membership.terms import Coverage

END = date(2027, 12, 31)
YEARLY = PostedLine(
    number="2027-000001",
    since_on=date(2027, 1, 1),
    until_on=END,
    amount=Decimal("10600.00"),
    rule="associate-T",
    coverage=Coverage.STANDARDIZATION,
    event_id=1,
)


def from_month(month, amount, event=1, number="2027-000002"):
    return replace(
        YEARLY, number=number, since_on=date(2027, month, 1), amount=Decimal(amount), event_id=event
    )


def told(lines, month, until=END):
    return [
        (credit.event_id, credit.since_on.month, credit.months, credit.amount)
        for credit in given_back(lines, since_on=date(2027, month, 1), until_on=until)
    ]


@pytest.mark.parametrize(
    ("lines", "month", "expected"),
    [
        ([], 4, []),
        ([YEARLY], 1, [(1, 1, 12, Decimal("-10600.00"))]),
        ([YEARLY], 4, [(1, 4, 9, Decimal("-7950.00"))]),
        ([YEARLY], 12, [(1, 12, 1, Decimal("-883.33"))]),
        # Joined in July: the months before were never charged.
        ([from_month(7, "5300.00")], 4, [(1, 7, 6, Decimal("-5300.00"))]),
        # Given back before, and the upgrade charged instead: the upgrade is what is left.
        (
            [YEARLY, from_month(4, "-7950.00"), from_month(4, "23850.00", event=2)],
            7,
            [(2, 7, 6, Decimal("-15900.00"))],
        ),
        ([YEARLY, from_month(4, "-7950.00")], 2, [(1, 2, 2, Decimal("-1766.67"))]),
        # Charged by mistake a second time: all of it goes back.
        ([YEARLY, YEARLY], 7, [(1, 7, 6, Decimal("-10600.00"))]),
    ],
)
def test_what_is_left_of_what_was_charged_is_given_back(lines, month, expected):
    assert told(lines, month) == expected


def test_the_following_year_is_given_back_on_a_line_of_its_own():
    following = replace(YEARLY, number="2028-000001", since_on=date(2028, 1, 1), until_on=date(2028, 12, 31))
    credits_ = list(given_back([YEARLY, following], since_on=date(2027, 12, 1), until_on=date(2028, 12, 31)))
    assert [(c.since_on, c.until_on, c.amount) for c in credits_] == [
        (date(2027, 12, 1), END, Decimal("-883.33")),
        (date(2028, 1, 1), date(2028, 12, 31), Decimal("-10600.00")),
    ]


def test_nothing_is_given_back_beyond_the_day_to_which_somebody_else_is_charged():
    assert told([YEARLY], 4, until=date(2027, 6, 30)) == [(1, 4, 3, Decimal("-2650.00"))]


def test_a_credit_names_the_invoice_the_rule_and_what_it_was_charged_for():
    (credit,) = given_back([YEARLY], since_on=date(2027, 4, 1), until_on=END)
    assert credit.basis == "9 of the 12 months invoiced as 2027-000001"
    assert (credit.rule, credit.coverage, credit.event_id) == ("associate-T", "T", 1)


def test_a_credit_names_only_what_charged_its_months():
    joined = replace(from_month(6, "1159.38", number="2027-000007"), rule="associate-T-sme-developed")
    following = replace(
        YEARLY,
        number="2028-000001",
        since_on=date(2028, 1, 1),
        until_on=date(2028, 12, 31),
        rule="associate-T",
    )
    back = from_month(12, "-165.63", number="2027-000009")
    lines = [joined, following, back]
    one, two = given_back(lines, since_on=date(2027, 11, 1), until_on=date(2028, 12, 31))
    assert (one.rule, one.basis) == ("associate-T-sme-developed", "1 of the 7 months invoiced as 2027-000007")
    assert (two.rule, two.basis) == ("associate-T", "12 of the 12 months invoiced as 2028-000001")


def test_what_an_application_was_charged_for_is_given_back_to_it():
    joining = replace(YEARLY, event_id=None, application_id=7)
    (credit,) = given_back([joining], since_on=date(2027, 4, 1), until_on=END)
    assert (credit.event_id, credit.application_id) == (None, 7)


def posted(line: ChargeLine, number):
    said = {name: value for name, value in asdict(line).items() if name in PostedLine.__slots__}
    return PostedLine(number=number, **said)


@given(
    st.lists(
        st.tuples(st.integers(1, 12), st.decimals("0.12", 700_000, places=2)),
        max_size=6,
        unique_by=lambda c: c[0],
    )
)
def test_wish_5_however_often_a_year_changes_only_the_latest_charge_for_a_month_stands(changes):
    lines = [YEARLY]
    for event, (month, yearly) in enumerate(sorted(changes), start=2):
        credits_ = list(given_back(lines, since_on=date(2027, month, 1), until_on=END))
        charge = from_month(month, part_of_year(yearly, 13 - month), event)
        assert {credit.event_id for credit in credits_} == {lines[-1].event_id}
        assert abs(
            credits_[0].amount + lines[-1].amount * (13 - month) / (13 - lines[-1].since_on.month)
        ) < Decimal("0.01")
        lines += [*(posted(credit, "2027-000002") for credit in credits_), charge]
    last = lines[-1]
    assert told(lines, last.since_on.month) == [
        (last.event_id, last.since_on.month, 13 - last.since_on.month, -last.amount)
    ]
