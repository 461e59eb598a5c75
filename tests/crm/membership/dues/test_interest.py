"""Interest accrues on what is overdue, by dated rates, and is charged only when somebody charges it."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.clock import SetClock
from crm.errors import Refused
from crm.membership.dues.balance import OpenItem
from crm.membership.dues.dues_tables import InvoiceKind
from crm.membership.dues.interest import accruals, accrued, interest_lines
from crm.reference.facts import Certainty
from crm.reference.membership_rules import MembershipRule, MembershipRules, Rule

DUE = date(2026, 3, 31)


def rules(*changed):
    """The rules of the contract as far as interest goes: 3 per cent, then 6 from July on."""
    values = {rule: Decimal(1) for rule in Rule} | {
        Rule.INTEREST_FIRST: Decimal(3),
        Rule.INTEREST_LATER: Decimal(6),
        Rule.INTEREST_LATER_FROM_MONTH: Decimal(7),
        Rule.DUE_MONTH: Decimal(3),
    }
    lines = [line(rule, value) for rule, value in values.items() if rule not in {c.rule for c in changed}]
    return MembershipRules([*lines, *changed])


def line(rule, value, **dates):
    return MembershipRule(
        key=f"{rule}{dates}",
        rule=rule,
        value=Decimal(value),
        words="",
        source="Convention",
        certainty=Certainty.UNVERIFIED,
        **dates,
    )


def item(*steps, kind=InvoiceKind.YEARLY, due_on=DUE):
    told = tuple((day, Decimal(amount)) for day, amount in steps)
    return OpenItem(7, "2026-000007", kind, told[0][0], due_on, told[0][1], told)


UNPAID = item((date(2025, 9, 15), "36500.00"))


@pytest.mark.parametrize(
    ("until_on", "interest"),
    [
        (DUE, "0.00"),
        (date(2026, 4, 1), "3.00"),
        (date(2026, 6, 30), "273.00"),
        (date(2026, 7, 1), "279.00"),
        (date(2026, 12, 31), "1377.00"),
        (date(2027, 12, 31), "3567.00"),
    ],
)
def test_a_day_costs_three_francs_and_from_july_on_six(until_on, interest):
    assert accrued(UNPAID, rules(), until_on=until_on) == Decimal(interest)


@pytest.mark.parametrize(
    ("due_on", "later_on"),
    [
        (DUE, date(2026, 7, 1)),
        (date(2026, 3, 1), date(2026, 7, 1)),
        (date(2026, 1, 31), date(2026, 5, 1)),
        (date(2026, 8, 15), date(2026, 12, 1)),
        (date(2026, 9, 1), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2027, 4, 1)),
    ],
)
def test_whenever_it_was_due_the_first_rate_holds_for_as_many_months(due_on, later_on):
    told = accruals(item((due_on, "36500"), due_on=due_on), rules(), until_on=date(2027, 12, 31))
    assert [(a.since_on, a.rate) for a in told] == [(due_on + timedelta(days=1), 3), (later_on, 6)]


def test_what_was_paid_on_a_day_bears_no_interest_for_it():
    part = item((date(2025, 9, 15), "36500"), (date(2026, 4, 11), "18250"), (date(2026, 4, 21), "0"))
    told = accruals(part, rules(), until_on=date(2026, 12, 31))
    assert [(a.since_on.day, a.days, a.outstanding, a.rate) for a in told] == [
        (1, 10, 36500, 3),
        (11, 10, 18250, 3),
    ]
    assert accrued(part, rules(), until_on=date(2026, 12, 31)) == Decimal("45.00")


def test_interest_itself_bears_none():
    assert accruals(item((DUE, "100"), kind=InvoiceKind.INTEREST), rules(), until_on=date(2027, 1, 1)) == ()


def test_a_rate_that_changes_holds_from_its_day_on():
    dearer = rules(
        line(Rule.INTEREST_FIRST, 3, valid_to=date(2026, 4, 6)),
        line(Rule.INTEREST_FIRST, 4, valid_from=date(2026, 4, 6)),
    )
    told = accruals(UNPAID, dearer, until_on=date(2026, 4, 10))
    assert [(a.days, a.rate) for a in told] == [(5, 3), (5, 4)]
    assert str(told[1]) == "2026-04-06 to 2026-04-10: 5 days at 4 % on 36,500.00"


def test_what_was_charged_too_much_is_given_back():
    paid = item((date(2025, 9, 15), "36500"), (date(2026, 4, 11), "0"))
    (less,) = interest_lines([paid], rules(), charged={7: {9: Decimal("90.00")}}, until_on=date(2026, 4, 30))
    assert (less.amount, less.overdue_id, less.credits_id) == (Decimal("-60.00"), 7, 9)
    assert less.since_on == date(2026, 4, 1)
    assert less.rule == "interest_first"


def test_a_line_names_the_rules_of_all_rates_that_it_follows():
    (line_,) = interest_lines([UNPAID], rules(), charged={}, until_on=date(2026, 8, 31))
    assert line_.rule == "interest_first, interest_later"


days = st.integers(1, 600).map(lambda n: DUE + timedelta(days=n))


@given(st.lists(days, unique=True, min_size=1, max_size=5), st.integers(1, 10**8))
def test_charging_in_steps_charges_what_charging_once_would_to_the_centime(stops, centimes):
    owed = item((date(2025, 9, 15), Decimal(centimes) / 100))
    charged = {}
    for number, until_on in enumerate(sorted(stops)):
        lines = interest_lines([owed], rules(), charged={7: charged}, until_on=until_on)
        charged[number] = sum((each.amount for each in lines), Decimal(0))
    assert sum(charged.values()) == accrued(owed, rules(), until_on=max(stops))


GIVEN_BACK = replace(
    item((date(2025, 9, 15), "36500"), (date(2026, 9, 1), "12000"), due_on=DUE),
    given_back=((date(2026, 9, 1), Decimal(24500)),),
)


def test_what_is_given_back_bears_no_interest_from_the_first_day_on():
    told = accruals(GIVEN_BACK, rules(), until_on=date(2026, 12, 31))
    assert {each.outstanding for each in told} == {Decimal(12000)}
    assert [(each.since_on, each.rate) for each in told] == [(date(2026, 4, 1), 3), (date(2026, 7, 1), 6)]


def test_interest_on_what_is_given_back_is_given_back_of_the_invoices_that_charged_it_the_last_one_first():
    charged = {7: {9: Decimal("200.00"), 12: Decimal("250.00")}}
    lines = interest_lines([GIVEN_BACK], rules(), charged=charged, until_on=date(2026, 6, 30))
    assert [(each.credits_id, each.amount) for each in lines] == [(12, -250), (9, Decimal("-110.25"))]


def test_the_days_on_which_an_applicant_was_asked_bear_no_interest_and_do_not_count_for_the_later_rate():
    asked = replace(UNPAID, asked=((date.min, date(2026, 11, 26)),))
    told = accruals(asked, rules(), until_on=date(2027, 12, 31))
    assert [(each.since_on, each.rate) for each in told] == [(date(2026, 11, 26), 3), (date(2027, 3, 1), 6)]


@dataclass
class Owing:
    account: object
    clock: SetClock


@pytest.fixture
def owing(book, clock):
    """An account that owes 31,800.00 of 2026 since the end of March."""
    account = book.organizations.add("Acme Satellites", country="CH")
    book.terms.join(account, "sector_member", sector="T", on=date(2025, 1, 1))
    book.dues.assess(2026, issued_on=date(2025, 9, 15))
    return Owing(account, clock)


def test_interest_accrues_by_itself_and_is_charged_by_a_verb(book, owing):
    assert book.dues.statement(owing.account, on=date(2026, 6, 30)).interest == Decimal("237.85")
    assert len(book.dues.invoices(owing.account)) == 1
    invoice = book.dues.charge_interest(owing.account, until=date(2026, 6, 30))
    assert (invoice.kind, invoice.amount, invoice.number) == ("interest", Decimal("237.85"), "2026-000002")
    (told,) = book.dues.lines(invoice)
    assert told.basis == "on 2026-000001; 2026-04-01 to 2026-06-30: 91 days at 3 % on 31,800.00"
    assert told.rule == "interest_first"
    assert book.dues.unverified_rules().covers(told.rule)


def test_charging_interest_twice_charges_nothing_more(book, owing):
    book.dues.charge_interest(owing.account, until=date(2026, 6, 30))
    assert book.dues.charge_interest(owing.account, until=date(2026, 6, 30)) is None
    with pytest.raises(Refused, match="2026-06-30"):
        book.dues.charge_interest(owing.account, until=date(2026, 6, 29))
    rest = book.dues.charge_interest(owing.account, until=date(2026, 7, 31))
    assert rest.amount == Decimal("162.05")
    assert book.dues.charge_interest(book.organizations.add("Nobody", country="CH")) is None


def test_a_payment_that_becomes_known_late_makes_less_of_it(book, owing):
    book.dues.charge_interest(owing.account, until=date(2026, 6, 30))
    book.dues.pay(owing.account, "31800", on=date(2026, 3, 30), reference="found in the mail")
    less = book.dues.charge_interest(owing.account, until=date(2026, 6, 30))
    assert less.amount == Decimal("-237.85")
    assert book.dues.statement(owing.account).balance == 0


def test_a_rehearsal_charges_nothing(book, owing):
    assert book.dues.charge_interest(owing.account, until=date(2026, 6, 30), dry_run=True).amount == Decimal(
        "237.85"
    )
    assert len(book.dues.invoices(owing.account)) == 1
