"""What is open of an account's invoices on a day, whatever the order in which things were entered."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.membership.contract.money_back import money_back
from crm.membership.dues.balance import arrears_on, balance_on, credit_on, open_items
from crm.membership.dues.dues_tables import InvoiceKind

NEW_YEAR = date(2027, 1, 1)
DUE = date(2027, 3, 31)


@dataclass(frozen=True)
class Bill:
    id: int
    amount: Decimal
    issued_on: date = NEW_YEAR
    due_on: date = DUE
    kind: InvoiceKind = InvoiceKind.YEARLY
    gives_back: tuple[tuple[int | None, Decimal], ...] = ()

    @property
    def number(self):
        return f"2027-{self.id:06d}"


@dataclass(frozen=True)
class Paid:
    amount_chf: Decimal
    received_on: date
    invoice_id: int | None = None


def bill(number, amount, **more):
    return Bill(number, Decimal(amount), **more)


def paid(amount, *day):
    return Paid(Decimal(amount), date(2027, *day))


@pytest.mark.parametrize(
    ("payments", "left", "arrears", "credit", "cleared_on"),
    [
        ([], "100.00", "100.00", "0.00", None),
        ([paid("40", 3, 1)], "60.00", "60.00", "0.00", None),
        ([paid("40", 3, 1), paid("60", 3, 31)], "0.00", "0.00", "0.00", date(2027, 3, 31)),
        ([paid("130", 2, 1)], "0.00", "0.00", "30.00", date(2027, 2, 1)),
        ([paid("100", 2, 1), paid("-100", 2, 9)], "100.00", "100.00", "0.00", None),
        ([paid("100", 2, 1), paid("-100", 2, 9), paid("100", 4, 2)], "0.00", "0.00", "0.00", date(2027, 4, 2)),
        ([paid("0.01", 2, 1)], "99.99", "99.99", "0.00", None),
    ],
    ids=["nothing", "part", "in two parts", "too much", "reversed", "reversed and paid again", "a centime"],
)  # fmt: skip
def test_a_payment_settles_what_it_covers(payments, left, arrears, credit, cleared_on):
    bills, day = [bill(1, "100.00")], date(2027, 4, 30)
    (item,) = open_items(bills, payments)
    assert item.outstanding(day) == Decimal(left)
    assert arrears_on([item], day) == Decimal(arrears)
    assert credit_on(bills, payments, day) == Decimal(credit)
    assert item.cleared_on == cleared_on


def test_what_was_due_first_is_settled_first():
    bills = [bill(2, "50", due_on=date(2028, 3, 31)), bill(1, "100")]
    first, second = open_items(bills, [paid("120", 2, 1)])
    assert (first.invoice_id, second.invoice_id) == (1, 2)
    assert [item.outstanding(date(2027, 3, 1)) for item in (first, second)] == [0, 30]


NEXT = date(2028, 3, 31)


@pytest.mark.parametrize(
    ("payments", "left"),
    [
        ([("50", 2)], [100, 0]),  # the disputed one stays open
        ([("80", 2)], [70, 0]),  # what is beyond it settles what was due first
        ([("120", None), ("30", 2)], [0, 0]),  # what came before goes to the others
        ([("100", None), ("50", 2)], [0, 0]),
        ([("30", 2), ("100", None)], [0, 20]),
        ([("50", 7)], [50, 50]),  # for one that was never issued here: as any other money
        ([("50", 2), ("-50", 2), ("60", None)], [40, 50]),  # taken back
    ],
)
def test_money_for_a_named_invoice_settles_that_one_before_all_others(payments, left):
    bills = [bill(1, "100"), bill(2, "50", due_on=NEXT)]
    received = [Paid(Decimal(amount), date(2027, 2, 1), invoice) for amount, invoice in payments]
    assert [item.outstanding(date(2027, 3, 1)) for item in open_items(bills, received)] == left


def test_money_that_comes_before_its_invoice_settles_others_until_it_is_issued():
    bills = [bill(1, "50"), bill(2, "50", issued_on=date(2027, 3, 1), due_on=NEXT)]
    first, second = open_items(bills, [Paid(Decimal(50), date(2027, 2, 1), 2)])
    assert first.steps == ((NEW_YEAR, 50), (date(2027, 2, 1), 0), (date(2027, 3, 1), 50))
    assert second.cleared_on == date(2027, 3, 1)


def test_on_the_day_on_which_it_is_due_nothing_is_overdue_yet():
    (item,) = open_items([bill(1, "100")], [])
    assert item.overdue(DUE) == 0
    assert item.overdue(DUE + timedelta(days=1)) == 100


def test_nothing_is_open_before_the_day_of_issue():
    (item,) = open_items([bill(1, "100")], [])
    assert item.outstanding(NEW_YEAR - timedelta(days=1)) == 0
    assert item.outstanding(NEW_YEAR) == 100


def test_an_item_that_opens_again_because_its_payment_was_reversed_says_so_day_by_day():
    (item,) = open_items([bill(1, "100")], [paid("100", 2, 1), paid("-100", 5, 1)])
    assert [arrears_on([item], date(2027, month, 30)) for month in (3, 4, 5)] == [0, 0, 100]


def settled(bills, payments):
    return open_items(bills, [*payments, *money_back(bills)])


days = st.integers(0, 800).map(lambda n: NEW_YEAR + timedelta(days=n))
amounts = st.integers(1, 10**7).map(lambda n: Decimal(n) / 100)
meant = st.one_of(st.none(), st.integers(1, 7))
given_back = st.lists(st.tuples(meant, amounts), max_size=2).map(tuple)
charged = st.one_of(amounts, st.just(Decimal(0)))
bills_of_an_account = st.lists(st.tuples(charged, given_back, days, st.integers(0, 200)), max_size=6).map(
    lambda rows: [
        Bill(
            n,
            amount - sum(part for _, part in back),
            issued,
            issued + timedelta(days=wait),
            gives_back=back,
        )
        for n, (amount, back, issued, wait) in enumerate(rows, start=1)
    ]
)
payments_of_an_account = st.lists(st.builds(Paid, amounts, days, meant), max_size=8)


@given(bills_of_an_account, payments_of_an_account, st.randoms(use_true_random=False))
def test_wish_4_any_order_of_events_gives_the_same_items(bills, payments, chance: random.Random):
    shuffled = (chance.sample(bills, len(bills)), chance.sample(payments, len(payments)))
    assert settled(*shuffled) == settled(bills, payments)


@given(bills_of_an_account, payments_of_an_account, days)
def test_what_is_open_less_what_is_to_credit_is_the_balance_to_the_centime(bills, payments, day):
    open_ = sum((item.outstanding(day) for item in settled(bills, payments)), Decimal(0))
    assert open_ - credit_on(bills, payments, day) == balance_on(bills, payments, day)
    assert balance_on(bills, payments, day).as_tuple().exponent == -2


@given(bills_of_an_account, payments_of_an_account, amounts, days, meant, st.integers(0, 300), days)
def test_a_reversal_undoes_a_payment_exactly(bills, payments, amount, received_on, invoice, wait, day):
    reversed_on = received_on + timedelta(days=wait)
    both = [*payments, Paid(amount, received_on, invoice), Paid(-amount, reversed_on, invoice)]
    before, after = settled(bills, payments), settled(bills, both)
    if day >= reversed_on or day < received_on:
        assert [i.outstanding(day) for i in after] == [i.outstanding(day) for i in before]
        assert credit_on(bills, both, day) == credit_on(bills, payments, day)


@given(bills_of_an_account, payments_of_an_account, amounts, days, meant, days)
def test_paying_more_never_leaves_more_open(bills, payments, amount, received_on, invoice, day):
    before = settled(bills, payments)
    after = settled(bills, [*payments, Paid(amount, received_on, invoice)])
    assert all(a.outstanding(day) <= b.outstanding(day) for a, b in zip(after, before, strict=True))
