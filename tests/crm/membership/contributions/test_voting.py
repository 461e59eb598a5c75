"""Whether a State may vote follows from what it owes on a day, what it was to contribute before, and the rules; nothing else."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reference_facts import shipped_facts

from crm.membership.contract.contract_case import Charge, ContractCase, Instalment, Plan, Receipt
from crm.membership.contract.owed import owed_items
from crm.membership.contract.spells import NEVER
from crm.membership.contributions.voting import VoteCase, enough_until, without_vote
from crm.membership.dues.dues_tables import InvoiceKind
from crm.reference.membership_rules import MembershipRule, MembershipRules, Rule

RULES = MembershipRules(shipped_facts("membership_rules.csv"))
YEARLY = dict.fromkeys(range(2022, 2034), Decimal("100.00"))
CENTIME, DAY = Decimal("0.01"), timedelta(days=1)


def contribution(year, amount="100.00"):
    return Charge(
        f"{year}-000001",
        date(year, 3, 31),
        Decimal(amount),
        issued_on=date(year - 1, 9, 15),
        id=year,
        kind=InvoiceKind.CONTRIBUTION,
    )


CHARGES = [contribution(year) for year in range(2024, 2028)]


def case_of(receipts=(), plans=(), charges=CHARGES, due=YEARLY):
    paid = [Receipt(day, Decimal(amount)) for day, amount in receipts]
    return VoteCase(owed_items(ContractCase(charges=charges, receipts=paid, plans=plans)), due)


def lost(case, rules=RULES):
    return without_vote(case, rules)


@pytest.mark.parametrize(
    ("receipts", "spells"),
    [
        ([], [(date(2025, 4, 1), NEVER)]),
        ([(date(2025, 4, 1), "0.01")], [(date(2026, 4, 1), NEVER)]),
        ([(date(2025, 6, 1), "0.01")], [(date(2025, 4, 1), date(2025, 6, 1)), (date(2026, 4, 1), NEVER)]),
        ([(date(2026, 3, 31), "100.01"), (date(2027, 1, 1), "100")], [(date(2025, 4, 1), date(2026, 3, 31))]),
        ([(date(2024, 1, 1), "400")], []),
        (
            [(date(2024, 1, 1), "400"), (date(2026, 5, 1), "-400")],
            [(date(2026, 5, 1), NEVER)],
        ),
    ],
    ids=["nothing paid", "a centime in time", "a centime late", "two years, not more", "ahead", "taken back"],
)
def test_the_vote_is_lost_while_arrears_reach_the_contributions_of_the_two_years_before(receipts, spells):
    assert lost(case_of(receipts)) == spells


def test_the_day_that_the_contribution_is_due_is_in_time():
    case = case_of()
    assert case.missing(date(2025, 3, 31), RULES) == 0
    assert case.missing(date(2025, 4, 1), RULES) == CENTIME


def test_a_lower_class_lowers_what_is_compared_from_the_year_after_on():
    due = {**YEARLY, 2026: Decimal("40.00")}
    case = case_of([(date(2025, 1, 1), "150")], charges=CHARGES[:3], due=due)
    # CHF 150 is overdue from April 2026 on: less than 200 in that year, more than 140 in the next.
    assert lost(case) == [(date(2027, 1, 1), date(2029, 1, 1))]
    assert case.limit(date(2027, 6, 1), RULES) == Decimal("140.00")


def test_a_year_of_which_no_class_is_known_counts_as_the_first_known_after_it():
    new = {year: Decimal("30.00") for year in range(2024, 2030)} | {2024: Decimal("10.00")}
    case = case_of(due=new)
    assert case.limit(date(2025, 5, 1), RULES) == Decimal("20.00")
    assert case.limit(date(2041, 5, 1), RULES) == Decimal("60.00")


def test_what_a_kept_plan_covers_does_not_count_and_a_broken_plan_takes_the_vote_again():
    parts = tuple(Instalment(date(year, 6, 30), Decimal("50.00")) for year in range(2025, 2029))
    plan = Plan(date(2025, 5, 1), parts)
    kept = case_of([(date(2025, 6, 30), "50"), (date(2026, 3, 1), "100")], plans=[plan])
    # The instalment of June 2026 is not paid: all is due again, and counts.
    assert lost(kept) == [(date(2025, 4, 1), date(2025, 5, 1)), (date(2027, 4, 1), NEVER)]
    nothing = case_of(plans=[plan])
    assert lost(nothing) == [(date(2025, 4, 1), date(2025, 5, 1)), (date(2025, 7, 1), NEVER)]


def test_how_many_years_are_compared_is_a_dated_rule():
    (line,) = [line for line in RULES.lines if line.rule is Rule.VOTE_YEARS]
    others = [other for other in RULES.lines if other is not line]
    fields = line.model_dump()
    until = MembershipRule.model_validate(fields | {"valid_to": date(2026, 1, 1)})
    since = MembershipRule.model_validate(
        fields | {"key": "later", "valid_from": date(2026, 1, 1), "value": 3}
    )
    case = case_of(charges=CHARGES[:2])
    assert lost(case, MembershipRules([*others, until, since])) == [(date(2025, 4, 1), date(2026, 1, 1))]


def test_so_much_is_enough_until_more_is_due():
    case = case_of()
    assert enough_until(case, RULES, date(2025, 5, 1)) == date(2026, 3, 31)
    assert enough_until(case, RULES, date(2027, 5, 1)) == NEVER


DAYS = st.dates(date(2023, 9, 1), date(2028, 12, 31))
AMOUNTS = st.integers(1, 30_000).map(lambda centimes: Decimal(centimes) / 100)
PLANS = st.builds(
    lambda agreed, share: [
        Plan(
            agreed,
            tuple(Instalment(agreed + n * timedelta(days=200), Decimal(share)) for n in range(1, 4)),
        )
    ],
    st.dates(date(2025, 4, 1), date(2027, 1, 1)),
    st.integers(10, 100),
)


@given(
    receipts=st.lists(st.tuples(DAYS, AMOUNTS), max_size=6),
    plans=st.just([]) | PLANS,
    rand=st.randoms(use_true_random=False),
)
def test_any_order_of_what_was_entered_gives_the_same_vote(receipts, plans, rand):
    reversed_ = [(day, -amount) for day, amount in receipts[:2]]
    entered, charges = [*receipts, *reversed_], list(CHARGES)
    before = lost(case_of(entered, plans))
    rand.shuffle(entered)
    rand.shuffle(charges)
    assert lost(case_of(entered, plans, charges)) == before
    # What was taken back on its day is as if it had not come in.
    assert before == lost(case_of(receipts[2:], plans))


@given(receipts=st.lists(st.tuples(DAYS, AMOUNTS), max_size=5), plans=st.just([]) | PLANS, day=DAYS)
def test_what_is_missing_gives_the_vote_back_and_a_centime_less_does_not(receipts, plans, day):
    case = case_of(receipts, plans)
    missing = case.missing(day, RULES)
    has_none = any(since <= day < until for since, until in lost(case))
    assert has_none is (missing > 0)
    if not missing:
        return
    enough, less = (
        case_of([*receipts, (day, str(amount))], plans) for amount in (missing, missing - CENTIME)
    )
    assert enough.missing(day, RULES) == 0
    assert less.missing(day, RULES) == CENTIME
    last = enough_until(case, RULES, day)
    assert all(enough.missing(each, RULES) == 0 for each in (day, min(last, date(2040, 1, 1))))


@given(st.lists(st.tuples(DAYS, AMOUNTS), max_size=6))
def test_spells_say_what_each_day_says(receipts):
    case = case_of(receipts)
    spells = lost(case)
    days = accumulate([date(2023, 9, 1), *[timedelta(days=13)] * 200])
    for day in days:
        assert any(since <= day < until for since, until in spells) is (case.missing(day, RULES) > 0)
