"""The ladder of what is not paid, as a function of what is on file and of the dated rules; without a database."""

from dataclasses import replace
from datetime import date

import pytest
from support.contract_cases import DAY, MEMBER, RULES, SUSPENDED, YEAR, charge, on, paid, stands, told

from crm.membership.contract.contract_case import (
    ContractCase,
    Postponable,
    Postponement,
)
from crm.membership.contract.ladder import standing_spans
from crm.membership.contract.standing import Punctuality


def test_what_nobody_knows_anything_about_has_no_standing():
    assert standing_spans(ContractCase(memberships=MEMBER), RULES) == ()


def test_an_unpaid_contribution_goes_up_the_ladder():
    assert told(YEAR) == [
        ("2027-01-01", "good", None),
        ("2027-04-01", "arrears", "overdue"),
        ("2027-09-27", "suspended", "suspended"),
    ]
    assert on(YEAR, SUSPENDED).why == "suspended: invoice 2026-000001 was due on 31 March 2027"


@pytest.mark.parametrize(
    ("receipts", "expected"),
    [
        ([("2027-03-31", "31800")], [("2027-01-01", "good", None)]),  # on the due date is in time
        ([("2027-04-01", "31800")], [("2027-01-01", "good", None)]),  # late, and at once good again
        (
            [("2027-03-01", "31799.99"), ("2027-05-02", "0.01")],
            [
                ("2027-01-01", "good", None),
                ("2027-04-01", "arrears", "overdue"),
                ("2027-05-02", "good", None),
            ],
        ),
        (
            [("2027-10-10", "40000")],
            [
                ("2027-01-01", "good", None),
                ("2027-04-01", "arrears", "overdue"),
                ("2027-09-27", "suspended", "suspended"),
                ("2027-10-10", "good", None),
            ],
        ),
        (  # a payment that was reversed: the due date counts as before
            [("2027-03-01", "31800"), ("2027-10-10", "-31800")],
            [
                ("2027-01-01", "good", None),
                ("2027-10-10", "suspended", "suspended"),
            ],
        ),
    ],
)
def test_what_comes_in_settles_what_is_due(receipts, expected):
    assert told(replace(YEAR, receipts=paid(*receipts))) == expected


def test_punctuality_is_that_of_what_was_due_last():
    charges = (*YEAR.charges, charge("2027-000001", date(2028, 3, 31)))
    case = replace(YEAR, charges=charges, receipts=paid(("2027-06-01", "31800"), ("2028-02-01", "31800")))
    assert [
        on(case, day).punctuality for day in ("2027-03-31", "2027-04-15", "2027-06-01", "2028-04-01")
    ] == [
        None,
        Punctuality.UNPAID,
        Punctuality.LATE,
        Punctuality.ON_TIME,
    ]


def test_fees_accrue_while_a_member_is_suspended():
    later = charge("2027-000001", date(2028, 3, 31))
    case = replace(YEAR, charges=(*YEAR.charges, later), receipts=paid(("2028-04-02", "31800")))
    assert stands(case, "2028-04-01") == ("suspended", "suspended")
    assert stands(case, "2028-04-02") == ("arrears", "overdue")  # the first is paid, the second has begun
    assert stands(case, later.due_on + 180 * DAY) == ("suspended", "suspended")


def test_a_former_member_that_owes_is_in_arrears_and_not_suspended():
    case = replace(YEAR, memberships=((date(2020, 1, 1), date(2027, 6, 1)),))
    assert stands(case, "2028-01-01") == ("arrears", "overdue")
    assert stands(replace(case, receipts=paid(("2027-12-31", "31800"))), "2028-01-01") == (None, None)


def test_exclusion_is_due_ninety_days_after_the_notice_was_received():
    case = replace(YEAR, notices=(date(2027, 10, 5),))
    assert stands(case, "2027-10-04") == ("suspended", "suspended")
    assert stands(case, "2027-10-05") == ("suspended", "notified")
    assert stands(case, "2028-01-02") == ("suspended", "notified")
    assert stands(case, "2028-01-03") == ("suspended", "exclusion_due")
    assert "exclusion is due since 3 January 2028" in on(case, "2028-06-01").why


def test_a_notice_that_came_before_the_suspension_counts_from_it_and_one_of_a_former_debt_not_at_all():
    case = replace(YEAR, notices=(date(2027, 9, 20),))
    assert stands(case, SUSPENDED + 89 * DAY) == ("suspended", "notified")
    assert stands(case, SUSPENDED + 90 * DAY) == ("suspended", "exclusion_due")
    assert stands(replace(YEAR, notices=(date(2026, 9, 20),)), "2029-01-01") == ("suspended", "suspended")


def test_a_notice_is_about_the_debts_of_its_day():
    later = charge("2027-000001", date(2028, 3, 31))
    case = replace(YEAR, charges=(*YEAR.charges, later), notices=(date(2027, 10, 5),))
    case = replace(case, receipts=paid(("2028-04-02", "31800")))
    assert stands(case, "2028-04-01") == ("suspended", "exclusion_due")
    assert stands(case, "2028-04-02") == ("arrears", "overdue")
    assert stands(case, "2029-01-01") == (
        "suspended",
        "suspended",
    )  # for the second, of which it was told nothing
    again = replace(case, notices=(*case.notices, date(2028, 10, 1)))
    assert stands(again, date(2028, 10, 1) + 89 * DAY) == ("suspended", "notified")
    assert stands(again, date(2028, 10, 1) + 90 * DAY) == ("suspended", "exclusion_due")


def test_no_exclusion_is_due_without_a_notice():
    assert stands(YEAR, "2040-01-01") == ("suspended", "suspended")


def test_a_step_that_was_put_off_waits_for_its_day():
    wait = Postponement(Postponable.SUSPENSION, date(2027, 8, 1), date(2028, 1, 1))
    case = replace(YEAR, postponements=(wait,), notices=(date(2028, 1, 10),))
    assert stands(case, "2027-12-31") == ("arrears", "overdue")
    assert stands(case, "2028-01-01") == ("suspended", "suspended")
    spared = Postponement(Postponable.EXCLUSION, date(2028, 4, 1), date(2028, 7, 1))
    case = replace(case, postponements=(wait, spared))
    assert stands(case, "2028-06-30") == ("suspended", "notified")
    assert stands(case, "2028-07-01") == ("suspended", "exclusion_due")
