"""How old arrears are, against the due date, 180 days and 90 more."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from crm.errors import Refused
from crm.membership.dues.ageing import Age, aged
from crm.reference.membership_rules import MembershipRules

DUE = date(2026, 3, 31)


@pytest.fixture
def acme(book):
    account = book.organizations.add("Acme Satellites", country="CH")
    book.terms.join(account, "sector_member", sector="T", on=date(2025, 1, 1))
    book.dues.assess(2026, issued_on=date(2025, 9, 15))
    return account


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (-1, Age.NOT_DUE),
        (0, Age.NOT_DUE),
        (1, Age.OVERDUE),
        (179, Age.OVERDUE),
        (180, Age.SUSPENSION),
        (269, Age.SUSPENSION),
        (270, Age.EXCLUSION),
        (4000, Age.EXCLUSION),
    ],
)
def test_the_age_of_an_open_invoice(book, acme, days, age):
    (row,) = book.dues.ageing(on=DUE + timedelta(days=days))
    assert (row.organization_id, row.oldest_due_on) == (acme.id, DUE)
    assert {a for a, amount in row.by_age.items() if amount} == {age}
    assert row.overdue == (0 if age is Age.NOT_DUE else 31800)


def test_each_year_has_its_own_age(book, acme):
    book.dues.assess(2025, issued_on=date(2025, 1, 2))
    book.dues.pay(acme, "10000", on=date(2025, 6, 1), reference="R1")
    (row,) = book.dues.ageing(on=date(2026, 4, 1))
    amounts = {age: amount for age, amount in row.by_age.items() if amount}
    assert amounts == {Age.OVERDUE: 31800, Age.EXCLUSION: 21800}
    assert [item.number for item in row.items] == ["2025-000001", "2026-000001"]


def test_who_owes_nothing_is_not_listed_and_who_owes_longest_comes_first(book, acme):
    paid, older = (book.organizations.add(name, country="CH") for name in ("Paid", "Older"))
    for account in (paid, older):
        book.terms.join(account, "associate", sector="T", study_group="T-SG13", on=date(2025, 1, 1))
    book.dues.assess(2025, issued_on=date(2025, 1, 2))
    book.dues.assess(2026, issued_on=date(2025, 9, 15))
    book.dues.pay(paid, "21200", on=date(2025, 3, 1), reference="R1")
    book.dues.pay(acme, "31800", on=date(2025, 3, 1), reference="R2")
    found = book.dues.ageing(on=date(2026, 4, 30))
    assert [row.organization_id for row in found] == [older.id, acme.id]


@pytest.mark.parametrize("days", [179, 180])
def test_the_day_of_the_suspension_is_that_of_the_standing(book, acme, days):
    day = DUE + timedelta(days=days)
    (row,) = book.dues.ageing(on=day)
    suspended = book.standing.of(acme, on=day).standing == "suspended"
    assert suspended == bool(row.by_age[Age.SUSPENSION]) == (days == 180)


@pytest.fixture
def on_plan(book, acme, clock):
    """Acme pays its dues of 2026 in two instalments, agreed on when it was a hundred days late, and is kept up to date."""
    agreed = DUE + timedelta(days=100)
    clock.at = datetime(2026, 7, 9, 12, tzinfo=UTC)
    plan = ((date(2026, 12, 31), "15900"), (date(2027, 12, 31), "15900"))
    book.repayment_plans.agree(acme, plan, on=agreed, reason="Letter of 9 July")
    clock.at = datetime(2027, 3, 31, 12, tzinfo=UTC)
    book.dues.assess(2027, issued_on=date(2026, 9, 15))
    book.dues.pay(acme, "15900", on=date(2026, 12, 31), reference="R1")
    return acme


def ages(book, day):
    (row,) = book.dues.ageing(on=day)
    return {age: amount for age, amount in row.by_age.items() if amount}


def test_what_a_kept_plan_covers_is_no_arrears_for_anybody(book, on_plan):
    book.dues.pay(on_plan, "31800", on=date(2027, 3, 31), reference="R2")
    day = date(2027, 4, 30)
    assert ages(book, day) == {Age.ON_PLAN: 15900}
    told = book.dues.statement(on_plan, on=day)
    assert (told.balance, told.arrears, told.on_plan) == (15900, 0, 15900)
    assert [item.number for item in told.open_items] == ["2026-000001"]
    assert book.standing.of(on_plan, on=day).step == "on_plan"
    notes = " ".join(book.reports.statement(on_plan, on=day).notes)
    assert "under a repayment plan, and not overdue: CHF 15,900.00" in notes
    assert book.reports.arrears_ageing(on=day).total("arrears") == 0


def test_the_fee_of_the_year_is_overdue_beside_a_kept_plan(book, on_plan):
    day = date(2027, 4, 30)
    assert ages(book, day) == {Age.ON_PLAN: 15900, Age.OVERDUE: 31800}
    assert book.dues.statement(on_plan, on=day).arrears == 31800
    assert book.standing.of(on_plan, on=day).step == "overdue"


def test_the_days_of_a_plan_make_nothing_older_once_it_is_broken(book, on_plan):
    """Money settles 2026 first then, so that part of 2027 is open, of which no day has passed yet."""
    book.dues.pay(on_plan, "31800", on=date(2027, 3, 31), reference="R2")
    broken = date(2028, 1, 1)
    assert ages(book, broken - timedelta(days=1)) == {Age.ON_PLAN: 15900}
    for days, age in ((0, Age.OVERDUE), (178, Age.OVERDUE), (179, Age.SUSPENSION)):
        day = broken + timedelta(days=days)
        assert ages(book, day) == {age: 15900}
        assert (book.standing.of(on_plan, on=day).standing == "suspended") == (age is Age.SUSPENSION)


def test_no_interest_accrues_while_a_plan_is_kept_and_what_accrued_before_stays(book, on_plan):
    book.dues.pay(on_plan, "31800", on=date(2027, 3, 31), reference="R2")
    accrued = [
        book.dues.statement(on_plan, on=day).interest
        for day in (date(2026, 7, 8), date(2026, 7, 9), date(2027, 12, 31), date(2028, 1, 1))
    ]
    # 91 days at 3 % and 8 at 6 % of all of it; on the day on which the plan is broken, 6 % of what is open then
    assert accrued == [Decimal("279.67"), Decimal("279.67"), Decimal("279.67"), Decimal("282.28")]


def test_what_an_applicant_is_asked_for_is_no_debt_for_anybody(book, clock):
    beta = book.organizations.add("Beta", country="CH", kind="international")
    application = book.applications.apply(beta, "sector_member", sector="D", units="1/8")
    book.applications.approve(application)
    day = clock.at.date() + timedelta(days=60)
    told = book.dues.statement(beta, on=day)
    assert told.balance > 0
    assert (told.arrears, told.interest) == (0, 0)
    assert book.dues.ageing(on=day) == ()
    clock.at += timedelta(days=60)
    assert book.dues.charge_interest(beta) is None
    with pytest.raises(Refused, match="CHF 0"):
        book.repayment_plans.agree(beta, ((day, told.balance),), on=day, reason="Letter")


def test_an_account_without_entries_owes_nothing(book):
    row = aged(1, [], DUE, MembershipRules([]))
    assert (row.overdue, row.items) == (0, ())
