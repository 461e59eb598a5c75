"""What is true of every standing, whatever is on file; without a database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from support.contract_cases import DAY, MEMBER, RULES, charge, on

from crm.membership.contract.contract_case import (
    Charge,
    ContractCase,
    Denounced,
    Instalment,
    Plan,
    Postponable,
    Postponement,
    Receipt,
    Statement,
)
from crm.membership.contract.ladder import CONTRACT, standing_spans
from crm.membership.contract.money_back import money_of
from crm.membership.contract.owed import owed_items
from crm.membership.contract.standing import Standing
from crm.membership.dues.balance import open_items
from crm.membership.dues.dues_tables import InvoiceKind

FIRST = date(2024, 1, 1)
DAYS = st.integers(0, 2500).map(lambda n: FIRST + n * DAY)
AMOUNTS = st.integers(1, 40).map(lambda n: Decimal(n * 1000))
RECEIPTS = st.builds(Receipt, DAYS, AMOUNTS, st.one_of(st.none(), st.integers(2023, 2027)))
SPELLS = st.tuples(DAYS, DAYS).map(lambda pair: (min(pair), max(pair) + DAY))


@st.composite
def charges(draw):
    amounts = draw(st.lists(AMOUNTS, max_size=4))
    asked = [charge(f"{2023 + n}-1", date(2024 + n, 3, 31), amount) for n, amount in enumerate(amounts)]
    back = draw(st.lists(st.tuples(DAYS, st.integers(2023, 2027), AMOUNTS), max_size=2))
    given = (
        Charge(f"{n}-2", day, -amount, day, n, InvoiceKind.CREDIT, ((of, amount),))
        for n, (day, of, amount) in enumerate(back, start=3000)
    )
    return (*asked, *given)


@st.composite
def plans(draw):
    agreed = draw(DAYS)
    gaps = draw(st.lists(st.tuples(st.integers(0, 400), AMOUNTS), min_size=1, max_size=4))
    day, instalments = agreed, []
    for gap, amount in gaps:
        day += gap * DAY
        instalments.append(Instalment(day, amount))
    ended = draw(st.one_of(st.none(), DAYS.filter(lambda day: day >= agreed)))
    return Plan(agreed, tuple(instalments), ended, id=draw(st.integers(1, 10**6)))


@st.composite
def notices(draw):
    given_on, effective_on = draw(SPELLS)
    days = st.integers(0, (effective_on - given_on).days - 1).map(lambda n: given_on + n * DAY)
    return Denounced(given_on, effective_on, "T", draw(st.one_of(st.none(), days)))


@st.composite
def cases(draw):
    owed = draw(charges())
    statements = draw(st.lists(st.tuples(DAYS, st.sampled_from(Standing)), max_size=2))
    return ContractCase(
        memberships=tuple(draw(st.lists(SPELLS, max_size=1))) or MEMBER,
        charges=owed,
        receipts=tuple(draw(st.lists(RECEIPTS, max_size=5))),
        charged_since=date(2024, 1, 1) if owed else None,
        plans=tuple(draw(st.lists(plans(), max_size=2, unique_by=lambda plan: plan.id))),
        notices=tuple(draw(st.lists(DAYS, max_size=2))),
        postponements=tuple(
            Postponement(step, *spell)
            for step, spell in draw(st.lists(st.tuples(st.sampled_from(Postponable), SPELLS), max_size=2))
        ),
        exemptions=tuple(draw(st.lists(SPELLS, max_size=2))),
        denunciations=tuple(draw(st.lists(notices(), max_size=2))),
        applications=tuple(draw(st.lists(SPELLS, max_size=1))),
        statements=tuple(Statement(day, how, None, "finance") for day, how in sorted(statements)),
    )


def known_by(case, day):
    """What a book could know of a case at the end of a day: what is dated later is not there yet."""
    return replace(
        case,
        charges=tuple(c for c in case.charges if c.issued_on <= day),
        receipts=tuple(r for r in case.receipts if r.received_on <= day),
        plans=tuple(
            replace(p, ended_on=p.ended_on if p.ended_on and p.ended_on <= day else None)
            for p in case.plans
            if p.agreed_on <= day
        ),
        notices=tuple(n for n in case.notices if n <= day),
        postponements=tuple(p for p in case.postponements if p.decided_on <= day),
        exemptions=tuple(s for s in case.exemptions if s[0] <= day),
        denunciations=tuple(
            replace(d, withdrawn_on=d.withdrawn_on if d.withdrawn_on and d.withdrawn_on <= day else None)
            for d in case.denunciations
            if d.notice_on <= day
        ),
        applications=tuple(s for s in case.applications if s[0] <= day),
        statements=tuple(s for s in case.statements if s.as_of <= day),
    )


@given(cases())
def test_spans_never_overlap_and_leave_no_hole(case):
    spans = standing_spans(case, RULES)
    assert all(one.until_on + DAY == other.since_on for one, other in pairwise(spans))
    assert all(span.until_on is None or span.since_on <= span.until_on for span in spans)
    assert not spans or spans[-1].until_on is None


@given(cases(), DAYS)
def test_nothing_dated_later_changes_how_an_account_stood(case, day):
    assert how(on(case, day)) == how(on(known_by(case, day), day))


def how(span):
    return (span.standing, span.step, span.punctuality) if span else (None, None, None)


@given(cases(), st.randoms())
def test_the_order_in_which_facts_are_read_makes_no_difference(case, random):
    shuffled = replace(
        case,
        **{
            name: tuple(random.sample(getattr(case, name), len(getattr(case, name))))
            for name in (
                *("charges", "receipts", "plans", "notices", "postponements"),
                *("exemptions", "denunciations", "applications", "memberships"),
            )
        },
    )
    assert standing_spans(shuffled, RULES) == standing_spans(case, RULES)


SEVERITY = [None, "on_plan", "overdue", "suspended", "notified", "exclusion_due"]


@given(cases(), st.integers(0, 10), st.integers(1, 600), DAYS)
def test_paying_earlier_never_worsens_a_standing(case, which, sooner, day):
    if not case.receipts:
        return
    chosen = which % len(case.receipts)
    earlier = tuple(
        replace(receipt, received_on=receipt.received_on - sooner * DAY) if number == chosen else receipt
        for number, receipt in enumerate(case.receipts)
    )
    late, soon = on(case, day), on(replace(case, receipts=earlier), day)
    assert SEVERITY.index(soon and soon.step) <= SEVERITY.index(late and late.step)


@given(cases(), RECEIPTS, DAYS)
def test_paying_more_never_worsens_a_standing(case, receipt, day):
    less, more = on(case, day), on(replace(case, receipts=(*case.receipts, receipt)), day)
    assert SEVERITY.index(more and more.step) <= SEVERITY.index(less and less.step)


@given(cases(), DAYS)
def test_what_is_overdue_on_a_day_is_what_the_ladder_is_about(case, day):
    arrears = sum(item.overdue(day) for item in owed_items(case))
    step = (span := on(case, day)) and span.step
    assert bool(arrears) == (step not in {None, "on_plan"})


@given(cases(), DAYS)
def test_a_plan_moves_money_between_debts_and_makes_none(case, day):
    under_plans, without = (
        sum(item.outstanding(day) for item in items)
        for items in (owed_items(case), open_items(case.charges, money_of(case)))
    )
    assert under_plans == without


@given(cases(), DAYS)
def test_the_days_that_an_invoice_is_overdue_are_those_on_which_something_of_it_is(case, day):
    for item in owed_items(case):
        assert bool(item.overdue(day)) == any(since <= day < until for since, until in item.overdue_spells())


@given(cases())
def test_nobody_is_suspended_sooner_than_the_rule_says(case):
    for span in standing_spans(case, RULES):
        if span.standing is Standing.SUSPENDED and span.source == CONTRACT:
            assert any(charge.due_on + 180 * DAY <= span.since_on for charge in case.charges)
