"""Payments are entered once, settle what was due first, and can be taken back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import func, select

from crm.errors import AlreadyExists, Ambiguous, InvalidInput, NotFound, Refused
from crm.membership.dues.dues_tables import Payment

PAID_ON, LATER = date(2026, 3, 1), date(2026, 4, 9)


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme Satellites", country="CH")


@pytest.fixture
def billed(book, acme):
    """Acme owes 31,800.00 for 2026."""
    book.terms.join(acme, "sector_member", sector="T", on=date(2025, 1, 1))
    book.dues.assess(2026, issued_on=date(2025, 9, 15))
    return acme


def pay(book, account, amount="100.00", *, reference="R1", on=PAID_ON, **more):
    return book.dues.pay(account, amount, on=on, reference=reference, **more)


def owed(book, account, on=LATER):
    return book.dues.statement(account, on=on).balance


def test_a_part_the_rest_and_too_much(book, billed):
    pay(book, billed, "1800.00", reference="R1")
    assert owed(book, billed) == 30000
    pay(book, billed, "30000", reference="R2")
    pay(book, billed, "0.05", reference="R3")
    statement = book.dues.statement(billed, on=LATER)
    assert (statement.balance, statement.arrears, statement.credit) == (Decimal("-0.05"), 0, Decimal("0.05"))


def test_a_payment_in_another_currency_counts_at_the_stated_rate_and_keeps_what_was_paid(book, billed):
    paid = pay(book, billed, "1000.00", currency="usd", rate="0.90105")
    assert (paid.amount, paid.currency, paid.rate) == (1000, "USD", Decimal("0.90105"))
    assert paid.amount_chf == Decimal("901.05")
    line = book.dues.statement(billed, on=LATER).lines[-1]
    assert line.what == "Payment, 1,000.00 USD at 0.90105"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"amount": 100.5}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"currency": "USD"}, "rate"),
        ({"currency": "USD", "rate": 0.9}, "rate"),
        ({"currency": "USD", "rate": "0"}, "rate"),
        ({"currency": "USD", "rate": "much"}, "rate"),
        ({"currency": "CHF", "rate": "0.9"}, "rate"),
        ({"currency": "ZZZ", "rate": "1"}, "currency"),
        ({"reference": "  "}, "reference"),
        ({"amount": "0.01", "currency": "IDR", "rate": "0.00006"}, "amount"),
    ],
    ids=str,
)
def test_what_is_no_payment_is_refused_and_the_field_named(book, acme, given, field):
    with pytest.raises(InvalidInput) as refused:
        pay(book, acme, **given)
    assert refused.value.field == field


def test_wish_4_the_same_payment_twice_changes_nothing(book, billed, store):
    first = pay(book, billed, "1800", currency="EUR", rate="0.95")
    again = pay(book, billed, "1800.00", currency="EUR", rate="0.950")
    assert again.id == first.id
    assert len(book.trail.of(first)) == 1
    with store.reading() as session:
        assert session.exec(select(func.count()).select_from(Payment)).one() == 1
    assert [term.until_on for term in book.terms.of(billed)] == [None]


def test_wish_1_a_payment_rewrites_no_membership(book, billed):
    before = book.terms.ledger(billed)
    book.terms.class_change(billed, sector="T", units="1", on=date(2026, 7, 1), reason="wants more")
    changed = book.terms.of(billed)
    pay(book, billed, "31800", on=date(2026, 8, 1))
    assert book.terms.of(billed) == changed
    assert len(book.terms.ledger(billed)) == len(before) + 1


@pytest.mark.parametrize("given", [{"amount": "99"}, {"on": date(2026, 3, 2)}, {"account": "other"}], ids=str)
def test_another_payment_by_the_same_reference_is_refused(book, acme, given):
    other = book.organizations.add("Other", country="KE")
    pay(book, acme)
    account = other if given.pop("account", None) else acme
    with pytest.raises(AlreadyExists, match="R1"):
        pay(book, account, **given)
    assert pay(book, account, source="bank", **given).source == "bank"


def test_the_same_payment_entered_at_once_is_there_once(make_book, book, acme, store):
    def enter(_number):
        try:
            return pay(make_book(), acme).id
        except AlreadyExists:
            return None

    with ThreadPoolExecutor(4) as pool:
        entered = set(pool.map(enter, range(8))) - {None}
    assert len(entered) == 1
    with store.reading() as session:
        assert session.exec(select(func.count()).select_from(Payment)).one() == 1


def test_a_reversal_says_why_and_opens_again_what_the_payment_settled(book, billed):
    before = owed(book, billed)
    paid = pay(book, billed, "31800")
    back = book.dues.reverse(paid, on=LATER, reason="recalled by the bank")
    assert (back.reverses_id, back.amount, back.amount_chf, back.received_on) == (
        paid.id,
        -31800,
        -31800,
        LATER,
    )
    assert owed(book, billed) == before
    assert owed(book, billed, on=date(2026, 3, 15)) == 0
    assert book.dues.statement(billed, on=LATER).arrears == before
    assert [line.what for line in book.dues.statement(billed, on=LATER).lines] == [
        "Sector Member in ITU-T, lowest class, 2026",
        "Payment",
        "Payment taken back",
    ]


def test_a_payment_is_reversed_once_and_a_reversal_never(book, acme):
    paid = pay(book, acme)
    with pytest.raises(InvalidInput, match="Why"):
        book.dues.reverse(paid, on=LATER, reason=" ")
    with pytest.raises(Refused, match="received on"):
        book.dues.reverse(paid, on=date(2026, 2, 1), reason="wrong")
    back = book.dues.reverse("R1", on=LATER, reason="wrong")
    for key in (paid, back.id):
        with pytest.raises(Refused):
            book.dues.reverse(key, on=LATER, reason="wrong")


@pytest.mark.parametrize("whose", ["its own", "the right"])
def test_a_payment_that_was_taken_back_is_entered_anew_by_its_reference(book, acme, billed, whose):
    other = book.organizations.add("Other", country="KE")
    account = billed if whose == "its own" else other
    first = pay(book, billed)
    book.dues.reverse("R1", on=LATER, reason="booked on the wrong account")
    anew = pay(book, account, on=LATER)
    assert (anew.id != first.id, anew.entry, book.dues.payments(account)[-1].id) == (True, 2, anew.id)
    assert pay(book, account, on=LATER).id == anew.id
    assert owed(book, account) == (31700 if account is billed else -100)
    back = book.dues.reverse("R1", on=LATER, reason="that one neither")
    assert (back.reverses_id, back.entry) == (anew.id, 2)
    with pytest.raises(Refused, match="already"):
        book.dues.reverse("R1", on=LATER, reason="once more")
    assert pay(book, account, on=LATER).entry == 3


def test_a_payment_is_found_by_what_its_source_calls_it(book, acme):
    pay(book, acme)
    pay(book, acme, source="bank", amount="7")
    with pytest.raises(Ambiguous) as several:
        book.dues.reverse("R1", on=LATER, reason="wrong")
    assert len(several.value.candidates) == 2
    with pytest.raises(NotFound):
        book.dues.reverse("R2", on=LATER, reason="wrong")


def test_nothing_is_paid_tomorrow(book, acme):
    with pytest.raises(Refused, match="still to come"):
        pay(book, acme, on=date(2026, 11, 25))


def test_a_rehearsal_says_what_would_be_and_writes_nothing(book, acme):
    rehearsed = pay(book, acme, dry_run=True)
    assert (rehearsed.amount, book.dues.payments(acme)) == (100, ())
    paid = pay(book, acme)
    assert book.dues.reverse(paid, on=LATER, reason="wrong", dry_run=True).amount == -100
    assert book.dues.payments(acme) == (paid,)


def test_what_was_merged_into_an_account_counts_with_it(book, billed):
    twin = book.organizations.add("Acme Satellites SA", country="CH")
    pay(book, twin, "31800")
    book.merge(billed, twin, reason="the same")
    assert owed(book, billed) == 0
    assert len(book.dues.payments(twin)) == 1
    assert book.dues.ageing(on=LATER) == ()


days = st.integers(0, 200).map(lambda n: date.fromordinal(date(2026, 1, 1).toordinal() + n))
entered = st.lists(st.tuples(st.integers(1, 4 * 10**6), days, st.booleans()), max_size=5)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entered, st.randoms(use_true_random=False))
def test_wish_4_payments_in_any_order_of_entry_give_the_same_balance_every_day(book, payments, chance):
    accounts = [book.organizations.add(f"Acme {n}", country="CH") for n in range(2)]
    for account in accounts:
        book.terms.join(account, "sector_member", sector="T", on=date(2025, 1, 1))
    book.dues.assess(2026, issued_on=date(2025, 9, 15))
    shuffled = chance.sample(payments, len(payments))
    for account, order in zip(accounts, (payments, shuffled), strict=True):
        for centimes, day, back in order:
            same = f"{account.id}/{centimes}/{day}"
            paid = pay(book, account, Decimal(centimes) / 100, reference=same, on=day)
            if back and not any(row.reverses_id == paid.id for row in book.dues.payments(account)):
                book.dues.reverse(paid, on=day, reason="recalled")
    one, two = (book.dues.statement(account, on=date(2026, 12, 31)) for account in accounts)
    assert [item.open for item in one.open_items] == [item.open for item in two.open_items]
    assert (one.balance, one.arrears, one.credit) == (two.balance, two.arrears, two.credit)
