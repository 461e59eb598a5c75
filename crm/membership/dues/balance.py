"""What of an account's invoices is open on a day: a pure function of the invoices and payments, in any order."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Protocol

from crm.membership.contract.spells import NEVER, Spell, joined, without
from crm.membership.dues.dues_tables import InvoiceKind
from crm.shown import Shown

ZERO = Decimal("0.00")
_DAY = timedelta(days=1)


class Issued(Protocol):
    """What a balance needs to know of an invoice; one below zero gives something back."""

    @property
    def id(self) -> int:
        """Its id."""

    @property
    def number(self) -> str:
        """How it is quoted."""

    @property
    def kind(self) -> InvoiceKind:
        """What it is for."""

    @property
    def issued_on(self) -> date:
        """The day of issue."""

    @property
    def due_on(self) -> date:
        """The last day on which it is paid in time."""

    @property
    def amount(self) -> Decimal:
        """What it comes to."""


class Received(Protocol):
    """What a balance needs to know of a payment; a reversal is one below zero."""

    @property
    def received_on(self) -> date:
        """The day on which it counts."""

    @property
    def amount_chf(self) -> Decimal:
        """What it counts for."""

    @property
    def invoice_id(self) -> int | None:
        """The invoice that it is for; None where nobody has said so."""


@dataclass(frozen=True, slots=True)
class OpenItem(Shown):
    """An invoice and how much of it was open when.

    Attributes:
        due_on: the last day on which it is paid in time.
        steps: what is open from a day on, for each day on which that changed; it begins with the day of issue.
        halted: when a repayment plan that is kept stands in its place, or has left it paid.
        asked: when it is asked of an applicant, who owes nothing by not paying it.
        given_back: what of it was given back, with the day of each.
    """

    invoice_id: int
    number: str
    kind: InvoiceKind
    issued_on: date
    due_on: date
    amount: Decimal
    steps: tuple[tuple[date, Decimal], ...]
    halted: tuple[Spell, ...] = ()
    asked: tuple[Spell, ...] = ()
    given_back: tuple[tuple[date, Decimal], ...] = ()

    def outstanding(self, day: date) -> Decimal:
        """What is open of it at the end of a day; nothing before it was issued."""
        number = bisect_right(self.steps, day, key=lambda step: step[0])
        return self.steps[number - 1][1] if number else ZERO

    def overdue(self, day: date) -> Decimal:
        """What is open of it and in arrears at the end of a day; under a plan that is kept, or asked of an applicant, nothing."""
        excused = day <= self.due_on or _on(self.halted, day) or _on(self.asked, day)
        return ZERO if excused else self.outstanding(day)

    def as_known_on(self, day: date) -> "OpenItem":
        """What was known of it at the end of a day: what is given back later is not there yet."""
        return replace(self, given_back=tuple(back for back in self.given_back if back[0] <= day))

    def bearing(self, day: date) -> Decimal:
        """What of it bears interest on a day: what is overdue, less what was given back later, for it was not owed."""
        later = sum((amount for given_on, amount in self.given_back if given_on > day), ZERO)
        return max(self.overdue(day) - later, ZERO)

    @property
    def counted_from(self) -> date:
        """The day after which its days are counted: when it is due, or the last on which an applicant was asked for it."""
        return max([self.due_on, *(until - _DAY for _, until in self.asked if until != NEVER)])

    def overdue_spells(self) -> list[Spell]:
        """The days on which something of it is overdue."""
        late = self.due_on + _DAY
        open_ = joined((max(since, late), until) for (since, until), left in self.stretches() if left)
        return without(open_, [*self.halted, *self.asked])

    def on_plan(self, day: date) -> Decimal:
        """What of it a repayment plan still covers at the end of a day, so that it is not overdue."""
        return self.outstanding(day) if _on(self.halted, day) else ZERO

    def owed(self, day: date) -> Decimal:
        """What of it is owed at the end of a day, due or not: what an applicant is asked for is not."""
        return ZERO if _on(self.asked, day) else self.outstanding(day)

    def stretches(self) -> Iterator[tuple[Spell, Decimal]]:
        """What is open of it, for each stretch of days on which that is the same."""
        days = pairwise([*(day for day, _ in self.steps), NEVER])
        return ((spell, left) for spell, (_, left) in zip(days, self.steps, strict=True))

    @property
    def cleared_on(self) -> date | None:
        """The day since which nothing of it has been open; None while something is."""
        day, left = self.steps[-1]
        return None if left else day


def open_items(invoices: Iterable[Issued], payments: Iterable[Received]) -> tuple[OpenItem, ...]:
    """How much of each invoice was open when, the one that was due first before the others.

    Money settles what was due first: at the end of each day, all that was received or given back until then goes to the
    invoices issued until then, in the order in which they are due. Only money that is for a named invoice settles that one
    before all others; what is beyond its amount goes round with the rest. So the result depends on what happened and on
    which day, never on the order in which it was entered, and a reversal leaves what would be there without the payment.

    Args:
        invoices: of one account; of one that is below zero nothing can be open.
        payments: of the same account; reversals are below zero, and what is given back is money for what it was charged on
            (`crm.membership.contract.money_back`).
    """
    payments = list(payments)
    charges = sorted(
        (i for i in invoices if i.amount > 0), key=lambda i: (i.due_on, i.issued_on, i.number, i.id)
    )
    money = sorted(((p.received_on, p.amount_chf) for p in payments), reverse=True)
    meant = [payment for payment in payments if payment.invoice_id is not None]
    steps: list[list[tuple[date, Decimal]]] = [[] for _ in charges]
    available = ZERO
    for day in sorted({*(i.issued_on for i in charges), *(day for day, _ in money)}):
        while money and money[-1][0] <= day:
            available += money.pop()[1]
        _settle(charges, steps, available, _meant(charges, meant, day), day)
    return tuple(_item(*each) for each in zip(charges, steps, strict=True))


def arrears_on(items: Iterable[OpenItem], day: date) -> Decimal:
    """What is overdue at the end of a day."""
    return sum((item.overdue(day) for item in items), ZERO)


def balance_on(invoices: Iterable[Issued], payments: Iterable[Received], day: date) -> Decimal:
    """What an account owes at the end of a day, due or not; below zero where it has paid more than was asked for."""
    charged = sum((i.amount for i in invoices if i.issued_on <= day), ZERO)
    return charged - sum((p.amount_chf for p in payments if p.received_on <= day), ZERO)


def credit_on(invoices: Iterable[Issued], payments: Iterable[Received], day: date) -> Decimal:
    """What an account has to its credit at the end of a day: what it paid beyond all that was asked for."""
    return max(ZERO, -balance_on(invoices, payments, day))


def _on(spells: Iterable[Spell], day: date) -> bool:
    return any(since <= day < until for since, until in spells)


def _meant(charges: Iterable[Issued], payments: Sequence[Received], day: date) -> Mapping[int, Decimal]:
    """What of the money of a day was meant for invoices that are issued, by invoice; no more than each comes to."""
    if not payments:
        return {}
    paid: dict[int | None, Decimal] = defaultdict(lambda: ZERO)
    for payment in payments:
        if payment.received_on <= day:
            paid[payment.invoice_id] += payment.amount_chf
    return {
        charge.id: min(max(paid[charge.id], ZERO), charge.amount)
        for charge in charges
        if charge.issued_on <= day and charge.id in paid
    }


def _settle(
    charges: Sequence[Issued],
    steps: Sequence[list[tuple[date, Decimal]]],
    available: Decimal,
    meant: Mapping[int, Decimal],
    day: date,
) -> None:
    """Let the money of a day go round the invoices that are issued by then, and note what changes by it."""
    available -= sum(meant.values(), ZERO)
    for charge, before in zip(charges, steps, strict=True):
        if charge.issued_on > day:
            continue
        own = meant.get(charge.id, ZERO)
        settled = own + min(max(available, ZERO), charge.amount - own)
        available -= settled - own
        if not before or before[-1][1] != charge.amount - settled:
            before.append((day, charge.amount - settled))


def _item(charge: Issued, steps: Iterable[tuple[date, Decimal]]) -> OpenItem:
    return OpenItem(
        charge.id, charge.number, charge.kind, charge.issued_on, charge.due_on, charge.amount, tuple(steps)
    )
