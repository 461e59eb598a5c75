"""Money that is given back is money for the invoice that charged it; without a database."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.membership.contract.contract_case import Charge, ContractCase, Instalment, Plan, Receipt
from crm.membership.contract.money_back import money_back
from crm.membership.contract.owed import owed_items
from crm.membership.contract.repayment import kept
from crm.membership.contract.spells import NEVER

DAY = date(2027, 6, 1)


def invoice(number, charges, *back, on=DAY):
    """An invoice by its id that charges so much, and gives so much back of others."""
    parts = tuple((of, Decimal(amount)) for of, amount in back)
    amount = Decimal(charges) - sum(part for _, part in parts)
    return Charge(f"2027-{number:06d}", date(2020 + number, 3, 31), amount, on, number, gives_back=parts)


OLD, NEW = invoice(1, 318), invoice(2, 106)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ([], []),
        ([invoice(3, 0, (2, 106))], [(2, 106)]),
        ([invoice(3, 0, (2, 50)), invoice(4, 0, (2, 56))], [(2, 50), (2, 56)]),
        ([invoice(3, 0, (1, 318), (2, 6))], [(1, 318), (2, 6)]),
        # Nobody has said of which: money for none.
        ([invoice(3, 0, (None, 30))], [(None, 30)]),
        # More than it came to, or of an invoice that is another account's: so is what is beyond.
        ([invoice(3, 0, (2, 110))], [(2, 106), (None, 4)]),
        ([invoice(3, 0, (9, 40))], [(None, 40)]),
        # Charged anew for the same months: the two stand against one another, and the difference alone is asked or given back.
        ([invoice(3, 318, (2, 106))], []),
        ([invoice(3, 53, (1, 159))], [(1, 106)]),
        ([invoice(3, 100, (1, 60), (2, 80))], [(2, 40)]),
        # What was charged anew is given back, too: beyond the difference that it asked for it frees what it stood against.
        ([invoice(3, 318, (2, 106)), invoice(4, 0, (3, 318))], [(3, 212), (2, 106)]),
        ([invoice(3, 318, (2, 106)), invoice(4, 0, (3, 200))], [(3, 200)]),
        ([invoice(3, 53, (1, 159)), invoice(4, 0, (3, 53))], [(1, 106), (1, 53)]),
    ],
)
def test_what_is_given_back_is_for_the_invoice_that_charged_it(more, expected):
    found = money_back([*reversed(more), NEW, OLD])
    assert [(each.invoice_id, each.amount_chf) for each in found] == expected


def test_a_debt_stays_due_when_another_invoice_is_given_back():
    case = ContractCase(charges=(OLD, NEW, invoice(3, 0, (2, 106))))
    old, new = owed_items(case)
    assert (old.outstanding(DAY), new.outstanding(DAY)) == (318, 0)
    assert new.given_back == ((DAY, Decimal(106)),)


def test_only_what_was_paid_of_it_settles_another_debt():
    case = ContractCase(
        charges=(OLD, NEW, invoice(3, 0, (2, 106))), receipts=(Receipt(DAY, Decimal(100), 2),)
    )
    assert [item.outstanding(DAY) for item in owed_items(case)] == [218, 0]


AGREED = date(2027, 5, 1)
PLAN = Plan(AGREED, tuple(Instalment(date(2028 + n, 1, 1), Decimal(100)) for n in range(3)))
COVERED = (invoice(1, 100, on=date(2020, 9, 1)), invoice(2, 200, on=date(2021, 9, 1)))


@pytest.mark.parametrize("amount", [0, 50, 150, 200])
def test_what_is_given_back_of_what_a_plan_covers_makes_its_last_instalments_less(amount):
    """An instalment is paid, then something of the younger debt is given back; a year that is not due yet stands beside."""
    beside, back = invoice(8, 318, on=AGREED), invoice(9, 0, (2, amount))
    paid = (Receipt(date(2027, 5, 20), Decimal(100)),)
    case = ContractCase(charges=(*COVERED, beside, back), receipts=paid, plans=(PLAN,))
    assert [item.outstanding(DAY) for item in owed_items(case)] == [0, 200 - amount, 318]
    parts = kept(case, PLAN, NEVER).instalments
    assert [part.outstanding(DAY) for part in parts] == [0, min(100, 200 - amount), max(0, 100 - amount)]


AMOUNTS = st.integers(1, 50)
INVOICES = st.lists(
    st.tuples(AMOUNTS, st.lists(st.tuples(st.integers(1, 6), AMOUNTS), max_size=2)), max_size=6
)


@given(INVOICES)
def test_money_back_is_what_the_invoices_below_zero_come_to_and_no_invoice_gets_more_than_it_asks_for(rows):
    charges = [invoice(number, amount, *back) for number, (amount, back) in enumerate(rows, start=1)]
    found = money_back(charges)
    assert sum(each.amount_chf for each in found) == sum(-each.amount for each in charges if each.amount < 0)
    for charge in charges:
        there = sum(each.amount_chf for each in found if each.invoice_id == charge.id)
        assert 0 <= there <= max(charge.amount, 0)
