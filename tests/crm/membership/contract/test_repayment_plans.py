"""Repayment plans, by the verbs: what they halt, how long they may be, and how they end."""

from datetime import date
from decimal import Decimal

import pytest
from support.contracts import DAY, FEE, how, kept

from crm.errors import InvalidInput, NotFound, Refused
from crm.membership.contract.standing import Punctuality, Standing


def test_a_plan_halts_the_ladder_until_an_instalment_is_not_paid(book, billed, at):
    on = date(2027, 10, 1)
    schedule = book.repayment_plans.even(billed, on=on, first_on=date(2027, 12, 31), count=3, every_months=6)
    assert schedule == (
        (date(2027, 12, 31), Decimal("10600.00")),
        (date(2028, 6, 30), Decimal("10600.00")),
        (date(2028, 12, 31), Decimal("10600.00")),
    )
    before = kept(book)
    rehearsed = book.repayment_plans.agree(
        billed, schedule, on=on, reason="Letter of 1 October", dry_run=True
    )
    assert (kept(book), book.repayment_plans.of(billed)) == (before, ())
    plan = book.repayment_plans.agree(billed, schedule, on=on, reason="Letter of 1 October")
    assert (plan.amount, plan.over_on) == (FEE, date(2028, 1, 1)) == (rehearsed.amount, rehearsed.over_on)
    assert plan.how == "kept; next: CHF 10,600.00 due by 31 December 2027"
    assert how(book, billed) == (Standing.ON_PLAN, "on_plan")
    assert book.standing.of(billed).punctuality is Punctuality.LATE
    at("2027-12-31")
    book.dues.pay(billed, "10600", on=date(2027, 12, 31), reference="B-1")
    assert how(book, billed, date(2028, 6, 30)) == (Standing.ON_PLAN, "on_plan")
    assert how(book, billed, date(2028, 7, 1)) == (Standing.SUSPENDED, "suspended")
    at("2028-07-01")
    (plan,) = book.repayment_plans.of(billed)
    assert plan.how == "not kept since 1 July 2028: CHF 10,600.00 due by 30 June 2028 was not paid"
    assert [part.open for part in plan.instalments] == [0, Decimal("10600.00"), Decimal("10600.00")]
    book.dues.pay(billed, "21200", on=date(2027, 12, 31), reference="B-2")
    (plan,) = book.repayment_plans.of(billed)
    assert (plan.settled, plan.over_on) == (True, date(2027, 12, 31))
    assert plan.how == "paid in full on 31 December 2027"
    assert how(book, billed) == (Standing.GOOD, None)


def test_a_plan_can_be_ended(book, billed):
    on = date(2027, 10, 1)
    book.repayment_plans.agree(billed, [(date(2028, 12, 31), FEE)], on=on, reason="Letter")
    ended = book.repayment_plans.end(billed, on=date(2027, 11, 1), reason="Refused by the member")
    assert (ended.over_on, ended.settled, ended.ended_because) == (
        date(2027, 11, 1),
        False,
        "Refused by the member",
    )
    assert ended.how == "ended on 1 November 2027: Refused by the member"
    assert how(book, billed, date(2027, 11, 1)) == (Standing.SUSPENDED, "suspended")
    with pytest.raises(NotFound):
        book.repayment_plans.end(billed, on=date(2027, 11, 1), reason="Again")


@pytest.mark.parametrize(
    ("name", "country", "kind", "years"),
    [
        ("A company", "KE", "company", 5),
        ("A developed State", "DE", "administration", 5),
        ("A developing State", "KE", "administration", 10),
        ("A least developed country", "UG", "administration", 15),
    ],
)
def test_the_longest_plan_depends_on_who_pays(book, at, name, country, kind, years):
    account = book.organizations.add(name, country=country, kind=kind)
    book.terms.join(account, "sector_member", sector="D", units="1/2", on=date(2020, 1, 1))
    at("2026-09-10")
    book.dues.assess(2027)
    at("2027-10-01")
    on, last = date(2027, 10, 1), date(2027 + years, 10, 1)
    with pytest.raises(Refused) as caught:
        book.repayment_plans.agree(account, [(last + DAY, FEE)], on=on, reason="Letter")
    assert caught.value.rule == "repayment_plans.longest"
    assert book.repayment_plans.agree(account, [(last, FEE)], on=on, reason="Letter").amount == FEE


@pytest.mark.parametrize(
    ("schedule", "rule"),
    [
        ([(date(2027, 12, 31), "31799.99")], "repayment_plans.amount"),
        ([], "repayment_plans.amount"),
        ([(date(2027, 9, 30), FEE)], "repayment_plans.order"),
    ],
)
def test_a_plan_that_does_not_fit_what_is_due_is_refused(book, billed, schedule, rule):
    with pytest.raises(Refused) as caught:
        book.repayment_plans.agree(billed, schedule, on=date(2027, 10, 1), reason="Letter")
    assert caught.value.rule == rule


@pytest.mark.parametrize("amount", ["abc", "NaN", 31800.0, "31800.001", "-31800"])
def test_an_instalment_is_an_amount_to_the_centime(book, billed, amount):
    with pytest.raises(InvalidInput) as caught:
        book.repayment_plans.agree(
            billed, [(date(2027, 12, 31), amount)], on=date(2027, 10, 1), reason="Letter"
        )
    assert caught.value.field == "schedule"


def test_no_plan_is_agreed_on_tomorrow(book, billed):
    with pytest.raises(Refused, match="still to come"):
        book.repayment_plans.agree(billed, [(date(2027, 12, 31), FEE)], on=date(2027, 10, 2), reason="Letter")


def test_where_nothing_is_due_there_is_nothing_to_plan(book, acme):
    with pytest.raises(Refused, match=r"CHF 0\.00 is due"):
        book.repayment_plans.agree(acme, [(date(2027, 12, 31), FEE)], on=date(2026, 11, 1), reason="Letter")
    with pytest.raises(InvalidInput):
        book.repayment_plans.even(acme, on=date(2026, 11, 1), first_on=date(2027, 1, 1), count=0)
