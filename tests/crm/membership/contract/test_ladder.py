"""How an account stands, as a function of what is on file and of the dated rules; without a database."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from crm.membership.contract.owed import owed_items
from crm.membership.contract.spells import NEVER
from crm.membership.contract.standing import Punctuality, Standing
from crm.membership.dues.balance import open_items
from crm.reference.csvfile import facts, shipped
from crm.reference.membership_rules import MembershipRule, MembershipRules

RULES = MembershipRules(facts(MembershipRule, shipped("membership_rules.csv")))
DAY = timedelta(days=1)
FEE = Decimal("31800.00")
MEMBER = ((date(2020, 1, 1), NEVER),)
DUE = date(2027, 3, 31)
SUSPENDED = date(2027, 9, 27)  # 180 days after 31 March


def charge(number, due, amount=FEE):
    return Charge(number, due, amount, issued_on=date(due.year - 1, 9, 15), id=int(number[:4]))


YEAR = ContractCase(memberships=MEMBER, charges=(charge("2026-000001", DUE),), charged_since=date(2027, 1, 1))


def paid(*receipts):
    return tuple(Receipt(date.fromisoformat(day), Decimal(amount)) for day, amount in receipts)


def told(case):
    """Since when an account stands how, whatever its punctuality."""
    spans = groupby(standing_spans(case, RULES), key=lambda span: (span.standing, span.step))
    return [(next(same).since_on.isoformat(), *how) for how, same in spans]


def on(case, day):
    day = day if isinstance(day, date) else date.fromisoformat(day)
    spans = standing_spans(case, RULES)
    return next((s for s in spans if s.since_on <= day and (s.until_on is None or day <= s.until_on)), None)


def stands(case, day):
    span = on(case, day)
    return span and (span.standing, span.step)


# Paid and unpaid


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


# Notice and exclusion


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


# Repayment plans

PLAN = Plan(
    date(2027, 7, 9),  # a hundred days after the due date
    (Instalment(date(2027, 12, 31), Decimal(15900)), Instalment(date(2028, 12, 31), Decimal(15900))),
)


def test_a_plan_halts_the_ladder_for_as_long_as_it_is_kept():
    case = replace(YEAR, plans=(PLAN,), receipts=paid(("2027-12-31", "15900"), ("2028-12-31", "15900")))
    assert told(case) == [
        ("2027-01-01", "good", None),
        ("2027-04-01", "arrears", "overdue"),
        ("2027-07-09", "arrears", "on_plan"),
        ("2028-12-31", "good", None),
    ]


def test_a_broken_instalment_resumes_the_ladder_where_it_was_halted():
    case = replace(YEAR, plans=(PLAN,), receipts=paid(("2027-12-31", "15900")))
    broken = date(2029, 1, 1)
    assert stands(case, broken - DAY) == ("arrears", "on_plan")
    assert stands(case, broken) == ("arrears", "overdue")
    assert stands(case, broken + 79 * DAY) == ("arrears", "overdue")
    assert stands(case, broken + 80 * DAY) == ("suspended", "suspended")


def test_a_plan_lifts_a_suspension_that_comes_back_on_the_day_it_is_broken_with_the_days_after_the_notice():
    plan = replace(PLAN, agreed_on=SUSPENDED + 40 * DAY)
    case = replace(YEAR, plans=(plan,), notices=(SUSPENDED + 10 * DAY,))
    assert stands(case, plan.agreed_on) == ("arrears", "on_plan")
    assert stands(case, "2028-01-01") == ("suspended", "notified")
    assert stands(case, date(2028, 1, 1) + 59 * DAY) == ("suspended", "notified")
    assert stands(case, date(2028, 1, 1) + 60 * DAY) == ("suspended", "exclusion_due")


def test_a_member_on_a_plan_pays_the_fee_of_the_year_beside_the_instalments():
    case = replace(YEAR, charges=(*YEAR.charges, charge("2027-000001", date(2028, 3, 31))), plans=(PLAN,))
    both = paid(("2027-12-31", "15900"), ("2028-03-31", "31800"), ("2028-12-31", "15900"))
    assert told(replace(case, receipts=both))[-2:] == [
        ("2027-07-09", "arrears", "on_plan"),
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
    assert stands(ended, "2027-08-07") == ("arrears", "on_plan")
    assert stands(ended, date(2027, 8, 8) + 80 * DAY) == ("suspended", "suspended")
    second = Plan(date(2027, 11, 1), (Instalment(date(2028, 6, 30), FEE),))
    replaced = replace(YEAR, plans=(PLAN, second))
    assert stands(replaced, "2028-01-01") == ("arrears", "on_plan")
    assert stands(replaced, "2028-07-01") == ("arrears", "overdue")


def test_what_was_paid_before_a_plan_counts_for_its_first_instalments():
    case = replace(YEAR, plans=(PLAN,), receipts=paid(("2027-07-08", "15900")))  # entered after the agreement
    assert stands(case, "2028-12-31") == ("arrears", "on_plan")
    assert stands(replace(case, receipts=paid(("2027-07-08", "31800"))), PLAN.agreed_on) == ("good", None)


# Leaving, joining, exempt, stated


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


# Whatever happens

FIRST = date(2024, 1, 1)
DAYS = st.integers(0, 2500).map(lambda n: FIRST + n * DAY)
AMOUNTS = st.integers(1, 40).map(lambda n: Decimal(n * 1000))
RECEIPTS = st.builds(Receipt, DAYS, AMOUNTS, st.one_of(st.none(), st.integers(2023, 2027)))
SPELLS = st.tuples(DAYS, DAYS).map(lambda pair: (min(pair), max(pair) + DAY))


@st.composite
def charges(draw):
    amounts = draw(st.lists(AMOUNTS, max_size=4))
    return tuple(charge(f"{2023 + n}-1", date(2024 + n, 3, 31), amount) for n, amount in enumerate(amounts))


@st.composite
def plans(draw):
    agreed = draw(DAYS)
    gaps = draw(st.lists(st.tuples(st.integers(0, 400), AMOUNTS), min_size=1, max_size=4))
    day, instalments = agreed, []
    for gap, amount in gaps:
        day += gap * DAY
        instalments.append(Instalment(day, amount))
    ended = draw(st.one_of(st.none(), DAYS.filter(lambda day: day >= agreed)))
    return Plan(agreed, tuple(instalments), ended)


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
        plans=tuple(draw(st.lists(plans(), max_size=2))),
        notices=tuple(draw(st.lists(DAYS, max_size=2))),
        postponements=tuple(
            Postponement(step, *spell)
            for step, spell in draw(st.lists(st.tuples(st.sampled_from(Postponable), SPELLS), max_size=2))
        ),
        exemptions=tuple(draw(st.lists(SPELLS, max_size=1))),
        denunciations=tuple(draw(st.lists(notices(), max_size=1))),
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
            for name in ("charges", "receipts", "plans", "notices", "postponements")
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
        for items in (owed_items(case), open_items(case.charges, case.receipts))
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
