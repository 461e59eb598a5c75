"""What is given back, as money for the invoices that charged it: pure, from what the lines of an account's invoices say."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from crm.membership.contract.contract_case import Charge, ContractCase, Receipt
from crm.membership.dues.balance import ZERO

_Amounts = dict[int | None, Decimal]
"""Amounts by the id of an invoice."""


def money_of(case: ContractCase) -> tuple[Receipt, ...]:
    """All that settles the debts of an account: what came in, and what was given back."""
    return (*case.receipts, *money_back(case.charges))


def money_back(charges: Iterable[Charge]) -> tuple[Receipt, ...]:
    """What was given back, from the day on which it was, as money for the invoices that charged it.

    An invoice that gives something back and charges anew asks for the difference: the two stand against one another on it, and
    only what is beyond is money. So what it credits stays due for as much as is charged anew; and where that is given back in
    its turn, it is money for what it stood against. What nobody has named an invoice for is for none.

    Args:
        charges: the invoices of one account, in any order.
    """
    charges = list(charges)
    if not any(charge.gives_back for charge in charges):
        return ()
    asked: _Amounts = {charge.id: max(charge.amount, ZERO) for charge in charges}
    against: defaultdict[int | None, _Amounts] = defaultdict(dict)
    found: list[Receipt] = []
    for charge in sorted(charges, key=lambda charge: (charge.issued_on, charge.id)):
        anew = charge.amount + sum((amount for _, amount in charge.gives_back), ZERO)
        for number, amount in charge.gives_back:
            stands = min(anew, amount)
            anew -= stands
            against[charge.id][number] = against[charge.id].get(number, ZERO) + stands
            parts = _given_back(number, amount - stands, asked, against)
            found.extend(Receipt(charge.issued_on, part, of) for of, part in parts)
    return tuple(found)


def _given_back(
    number: int | None, amount: Decimal, asked: _Amounts, against: dict[int | None, _Amounts]
) -> Iterator[tuple[int | None, Decimal]]:
    """What is given back of an invoice: as much as it asks for still, and then of what it stood against."""
    if part := min(asked.get(number, ZERO), amount):
        asked[number] -= part
        amount -= part
        yield number, part
    for further, stands in list(against.get(number, {}).items()):
        if part := min(stands, amount):
            against[number][further] -= part
            amount -= part
            yield from _given_back(further, part, asked, against)
    if amount:
        yield None, amount


class UnderPlan(NamedTuple):
    """What is given back while a repayment plan is kept: as money for what is due then, and for the debts behind the plan."""

    of_what_is_due: list[Receipt]
    of_debts: list[Receipt]


def back_under_plan(
    charges: Iterable[Charge],
    agreed_on: date,
    covered: Mapping[int | None, Decimal],
    instalments: Sequence[Charge],
) -> UnderPlan:
    """What is given back of what a repayment plan covers makes its instalments less, the last one first.

    Args:
        charges: the invoices of the account.
        agreed_on: the day of the plan; what was given back by then it does not cover.
        covered: what it covers of invoices, by their ids.
        instalments: those of the plan, in their order.
    """
    left: defaultdict[int | None, Decimal] = defaultdict(lambda: ZERO, covered)
    room = {part.id: part.amount for part in reversed(instalments)}
    found = UnderPlan([], [])
    for receipt in money_back(charges):
        day, debt = receipt.received_on, receipt.invoice_id
        less = min(left[debt], receipt.amount_chf) if day > agreed_on else ZERO
        found.of_what_is_due.append(Receipt(day, receipt.amount_chf - less, debt))
        if less:
            left[debt] -= less
            found.of_what_is_due.extend(Receipt(day, part, number) for number, part in _taken(room, less))
            # What is paid by instalments is for the debt that was due first; of this it is known for which.
            found.of_debts.extend([Receipt(day, less, debt), Receipt(day, -less)])
    return found


def _taken(room: dict[int, Decimal], amount: Decimal) -> Iterator[tuple[int, Decimal]]:
    for number, there in room.items():
        part = min(there, amount)
        room[number] -= part
        amount -= part
        yield number, part
