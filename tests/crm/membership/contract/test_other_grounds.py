"""Leaving, joining, exempt, stated: what an account stands by beside its debts; without a database."""

from dataclasses import replace
from datetime import date

import pytest
from support.contract_cases import DAY, MEMBER, RULES, YEAR, on, paid, stands, told

from crm.membership.contract.contract_case import (
    ContractCase,
    Denounced,
    Statement,
)
from crm.membership.contract.ladder import CONTRACT, standing_spans
from crm.membership.contract.owed import owed_items
from crm.membership.contract.spells import NEVER
from crm.membership.contract.standing import Punctuality, Standing
from crm.membership.dues.ageing import Age, age_of


def test_notice_makes_an_account_cancelling_until_it_leaves():
    left = ((date(2020, 1, 1), date(2027, 8, 1)),)
    case = ContractCase(memberships=left, denunciations=(Denounced(date(2027, 2, 1), date(2027, 8, 1), "T"),))
    assert [(s.since_on.isoformat(), s.standing) for s in standing_spans(case, RULES)] == [
        ("2027-02-01", Standing.CANCELLING),
        ("2027-08-01", None),
    ]
    assert on(case, "2027-02-01").why == "leaves ITU-T on 1 August 2027, notice of 1 February 2027"


def test_one_that_leaves_and_owes_is_cancelling_and_its_debt_goes_up_the_ladder():
    case = replace(YEAR, denunciations=(Denounced(date(2027, 5, 1), date(2027, 11, 1), "T"),))
    assert stands(case, "2027-05-01") == ("cancelling", "overdue")
    assert on(case, "2027-10-01").why.endswith("; suspended: invoice 2026-000001 was due on 31 March 2027")


def test_an_exempt_member_is_exempt_until_its_exemption_expires_unless_it_owes_from_before():
    exempt = ((date(2027, 1, 1), date(2031, 1, 1)),)
    case = ContractCase(memberships=MEMBER, exemptions=exempt)
    assert [(s.since_on.isoformat(), s.standing, s.why) for s in standing_spans(case, RULES)] == [
        ("2027-01-01", Standing.EXEMPT, "exempt until 31 December 2030"),
        ("2031-01-01", None, "nothing is on record"),
    ]
    assert stands(replace(YEAR, exemptions=exempt), "2027-06-01") == ("arrears", "overdue")


def test_an_application_waits_until_it_is_answered():
    case = ContractCase(applications=((date(2027, 2, 1), date(2027, 5, 1)),))
    assert stands(case, "2027-04-30") == (Standing.APPLICATION_PENDING, None)
    assert stands(case, "2027-05-01") == (None, None)


def test_an_applicant_owes_nothing_by_not_paying_until_it_is_a_member():
    waits = replace(YEAR, memberships=(), joining={"2026-000001": (date.min, NEVER)})
    assert stands(waits, "2027-12-31") == (None, None)
    joined = replace(YEAR, joining={"2026-000001": (date.min, date(2027, 6, 1))})
    assert stands(joined, "2027-05-31") == ("good", None)
    assert stands(joined, "2027-06-01") == ("arrears", "overdue")


def test_the_days_of_a_member_that_was_let_in_before_its_payment_count_from_then_on():
    joined = date(2027, 11, 26)
    case = replace(YEAR, joining={"2026-000001": (date.min, joined)})
    assert told(case) == [
        ("2027-01-01", "good", None),
        ("2027-11-26", "arrears", "overdue"),
        ("2028-05-23", "suspended", "suspended"),
    ]
    (item,) = owed_items(case)
    assert [age_of(item, joined + days * DAY, RULES) for days in (0, 178, 179, 268, 269)] == [
        Age.OVERDUE,
        Age.OVERDUE,
        Age.SUSPENSION,
        Age.SUSPENSION,
        Age.EXCLUSION,
    ]


@pytest.mark.parametrize(
    ("joined", "paid_on", "habit"),
    [
        (date(2027, 3, 1), "2027-03-01", Punctuality.ON_TIME),
        (date(2027, 5, 1), "2027-05-01", None),  # as an applicant it owed nothing
        (date(2027, 5, 1), "2027-06-01", None),
        (date(2027, 3, 1), "2027-05-01", Punctuality.LATE),
    ],
)
def test_how_long_an_applicant_took_to_pay_is_no_habit(joined, paid_on, habit):
    case = replace(YEAR, joining={"2026-000001": (date.min, joined)}, receipts=paid((paid_on, "31800")))
    assert on(case, "2027-07-01").punctuality is habit


STATEMENTS = (
    Statement(date(2026, 6, 1), Standing.SUSPENDED, Punctuality.UNPAID, "finance"),
    Statement(date(2026, 10, 1), Standing.ARREARS, None, "finance", synthetic=True),
    Statement(date(2026, 10, 1), Standing.GOOD, Punctuality.LATE, "a phone call"),
)


def test_statements_count_where_no_invoice_is_about_the_day():
    case = replace(YEAR, statements=STATEMENTS)
    spans = standing_spans(case, RULES)
    assert [(s.since_on.isoformat(), s.standing, s.source, s.as_of.isoformat()) for s in spans[:3]] == [
        ("2026-06-01", "suspended", "finance", "2026-06-01"),
        ("2026-10-01", "good", "a phone call", "2026-10-01"),
        ("2027-01-01", "good", CONTRACT, "2027-01-01"),
    ]
    assert on(case, "2026-09-30").punctuality is Punctuality.UNPAID


def test_a_statement_counts_again_after_what_the_contract_knew_for_a_time():
    case = ContractCase(applications=((date(2026, 11, 1), date(2027, 1, 1)),), statements=STATEMENTS)
    assert stands(case, "2026-12-31") == (Standing.APPLICATION_PENDING, None)
    again = on(case, "2027-01-01")
    assert (again.standing, again.as_of, again.since_on) == ("good", date(2026, 10, 1), date(2027, 1, 1))
    assert on(case, "2026-12-31").punctuality is Punctuality.LATE
