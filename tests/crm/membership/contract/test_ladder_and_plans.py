"""What a repayment plan does to the ladder; without a database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from support.contract_cases import DAY, FEE, SUSPENDED, YEAR, charge, on, paid, stands, told

from crm.membership.contract.contract_case import (
    Instalment,
    Plan,
)
from crm.membership.contract.owed import owed_items
from crm.membership.contract.spells import NEVER
from crm.membership.contract.standing import Punctuality

PLAN = Plan(
    date(2027, 7, 9),  # a hundred days after the due date
    (Instalment(date(2027, 12, 31), Decimal(15900)), Instalment(date(2028, 12, 31), Decimal(15900))),
)


def test_a_plan_halts_the_ladder_for_as_long_as_it_is_kept():
    case = replace(YEAR, plans=(PLAN,), receipts=paid(("2027-12-31", "15900"), ("2028-12-31", "15900")))
    assert told(case) == [
        ("2027-01-01", "good", None),
        ("2027-04-01", "arrears", "overdue"),
        ("2027-07-09", "on_plan", "on_plan"),
        ("2028-12-31", "good", None),
    ]


def test_a_broken_instalment_resumes_the_ladder_where_it_was_halted():
    case = replace(YEAR, plans=(PLAN,), receipts=paid(("2027-12-31", "15900")))
    broken = date(2029, 1, 1)
    assert stands(case, broken - DAY) == ("on_plan", "on_plan")
    assert stands(case, broken) == ("arrears", "overdue")
    assert stands(case, broken + 79 * DAY) == ("arrears", "overdue")
    assert stands(case, broken + 80 * DAY) == ("suspended", "suspended")


def test_a_plan_lifts_a_suspension_that_comes_back_on_the_day_it_is_broken_with_the_days_after_the_notice():
    plan = replace(PLAN, agreed_on=SUSPENDED + 40 * DAY)
    case = replace(YEAR, plans=(plan,), notices=(SUSPENDED + 10 * DAY,))
    assert stands(case, plan.agreed_on) == ("on_plan", "on_plan")
    assert stands(case, "2028-01-01") == ("suspended", "notified")
    assert stands(case, date(2028, 1, 1) + 59 * DAY) == ("suspended", "notified")
    assert stands(case, date(2028, 1, 1) + 60 * DAY) == ("suspended", "exclusion_due")


def test_a_member_on_a_plan_pays_the_fee_of_the_year_beside_the_instalments():
    case = replace(YEAR, charges=(*YEAR.charges, charge("2027-000001", date(2028, 3, 31))), plans=(PLAN,))
    both = paid(("2027-12-31", "15900"), ("2028-03-31", "31800"), ("2028-12-31", "15900"))
    assert told(replace(case, receipts=both))[-2:] == [
        ("2027-07-09", "on_plan", "on_plan"),
        ("2028-12-31", "good", None),
    ]
    without_fee = replace(case, receipts=both[:1])
    assert stands(without_fee, "2028-04-01") == ("arrears", "overdue")
    assert stands(without_fee, date(2028, 3, 31) + 180 * DAY) == ("suspended", "suspended")


def test_the_fee_paid_in_time_beside_a_plan_was_paid_in_time():
    case = replace(YEAR, charges=(*YEAR.charges, charge("2027-000001", date(2028, 3, 31))), plans=(PLAN,))
    both = paid(("2027-12-31", "15900"), ("2028-03-31", "31800"), ("2028-12-31", "15900"))
    assert on(replace(case, receipts=both), "2028-12-31").punctuality is Punctuality.ON_TIME


def test_what_an_applicant_is_asked_for_is_in_no_plan():
    asked = replace(YEAR.charges[0], number="2027-000009")
    case = replace(
        YEAR, charges=(asked, *YEAR.charges), joining={asked.number: (date.min, NEVER)}, plans=(PLAN,)
    )
    (told,) = (item for item in owed_items(case) if item.number == asked.number)
    assert (told.halted, told.overdue(date(2029, 1, 1)), told.owed(date(2029, 1, 1))) == ((), 0, 0)


def test_a_plan_that_was_ended_or_replaced_halts_nothing_from_then_on():
    ended = replace(YEAR, plans=(replace(PLAN, ended_on=date(2027, 8, 8)),))
    assert stands(ended, "2027-08-07") == ("on_plan", "on_plan")
    assert stands(ended, date(2027, 8, 8) + 80 * DAY) == ("suspended", "suspended")
    second = Plan(date(2027, 11, 1), (Instalment(date(2028, 6, 30), FEE),))
    replaced = replace(YEAR, plans=(PLAN, second))
    assert stands(replaced, "2028-01-01") == ("on_plan", "on_plan")
    assert stands(replaced, "2028-07-01") == ("arrears", "overdue")


def test_what_was_paid_before_a_plan_counts_for_its_first_instalments():
    case = replace(YEAR, plans=(PLAN,), receipts=paid(("2027-07-08", "15900")))  # entered after the agreement
    assert stands(case, "2028-12-31") == ("on_plan", "on_plan")
    assert stands(replace(case, receipts=paid(("2027-07-08", "31800"))), PLAN.agreed_on) == ("good", None)
