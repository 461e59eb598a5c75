"""Interest on what is overdue: what has accrued is a pure function of the open items, the rules and the day.

It accrues from the day after the due date, by days of a year of 365, at a first and then at a later rate (Convention
No. 474, from memory: unverified, and so are the way of counting days, that what is due on another day than 31 March bears
the first rate for as many months, that interest bears none itself, that none accrues while a repayment plan is kept, and
that what is given back of an invoice bears none from the first day on).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from crm.membership.dues.balance import ZERO, OpenItem
from crm.membership.dues.dues_tables import InvoiceKind
from crm.membership.dues.posting import ChargeLine
from crm.reference.fee_schedule import to_the_cent
from crm.reference.membership_rules import MembershipRules, Rule
from crm.shown import Shown

_DAYS_OF_A_YEAR = 365
_PER_CENT = 100
_DAY = timedelta(days=1)

Charged = Mapping[int, Mapping[int, Decimal]]
"""The interest charged on invoices, by their ids: by the invoice of interest, less what was given back of it."""


@dataclass(frozen=True, slots=True)
class Accrual(Shown):
    """Interest on one amount at one rate.

    Attributes:
        since_on: the first day that bears interest, and `until_on` the last one.
        outstanding: what was open on each of these days.
        rate: per cent a year.
    """

    since_on: date
    until_on: date
    outstanding: Decimal
    rate: Decimal

    @property
    def days(self) -> int:
        """How many days bear interest, both ends included."""
        return (self.until_on - self.since_on).days + 1

    @property
    def amount(self) -> Decimal:
        """The interest, not rounded yet."""
        return self.outstanding * self.rate * self.days / _PER_CENT / _DAYS_OF_A_YEAR

    def __str__(self) -> str:
        span = f"{self.since_on} to {self.until_on}"
        return f"{span}: {self.days} days at {self.rate.normalize():f} % on {self.outstanding:,.2f}"


def accruals(item: OpenItem, rules: MembershipRules, *, until_on: date) -> tuple[Accrual, ...]:
    """The interest on an invoice up to a day, a line for each stretch with one open amount and one rate.

    Args:
        item: the invoice; what is interest itself bears none.
        rules: the rates over time.
        until_on: the last day that counts.
    """
    if item.kind is InvoiceKind.INTEREST:
        return ()
    stretches = groupby(_days(item, until_on), key=lambda day: (item.bearing(day), _rate(item, rules, day)))
    return tuple(
        Accrual(days[0], days[-1], outstanding, rate)
        for (outstanding, rate), days in ((key, list(days)) for key, days in stretches)
        if outstanding
    )


def accrued(item: OpenItem, rules: MembershipRules, *, until_on: date) -> Decimal:
    """What has accrued on an invoice up to a day, rounded once."""
    return to_the_cent(sum((part.amount for part in accruals(item, rules, until_on=until_on)), ZERO))


def interest_lines(
    items: Iterable[OpenItem], rules: MembershipRules, *, charged: Charged, until_on: date
) -> Iterator[ChargeLine]:
    """What is to be charged so that the interest charged is what has accrued up to a day.

    A line is below zero where more was charged than has accrued, because a payment became known later or what was overdue
    was given back: one for each invoice of interest that it gives back of, the last one first.

    Args:
        items: how much of each invoice was open when.
        rules: the rates over time.
        charged: the interest charged so far, by the invoice that it is charged on.
        until_on: the last day that counts.
    """
    for item in items:
        before = charged.get(item.invoice_id, {})
        for amount, credits_id in _posted(accrued(item, rules, until_on=until_on), before):
            parts = [str(part) for part in accruals(item, rules, until_on=until_on)]
            said = [f"charged before: {total}"] if (total := sum(before.values(), ZERO)) else []
            yield ChargeLine(
                since_on=item.counted_from + _DAY,
                until_on=until_on,
                amount=amount,
                rule=", ".join(_rules_of(item, rules, until_on)),
                basis="; ".join([f"on {item.number}", *parts, *said]),
                overdue_id=item.invoice_id,
                credits_id=credits_id,
            )


def _posted(due: Decimal, before: Mapping[int, Decimal]) -> Iterator[tuple[Decimal, int | None]]:
    """What is left to charge of the interest on an invoice; or to give back, each part with the invoice that charged it."""
    left = due - sum(before.values(), ZERO)
    for number in sorted(before, reverse=True) if left < 0 else ():
        if (part := min(before[number], -left)) > 0:
            left += part
            yield -part, number
    if left:
        yield left, None


def _days(item: OpenItem, until_on: date) -> Iterator[date]:
    """Each day after the one from which its days are counted, as long as something of it may be open."""
    last = until_on if item.cleared_on is None else min(until_on, item.cleared_on)
    return (item.counted_from + n * _DAY for n in range(1, (last - item.counted_from).days + 1))


def _rate(item: OpenItem, rules: MembershipRules, day: date) -> Decimal:
    on = rules.on(day)
    return on.interest_later if _rule(item, rules, day) is Rule.INTEREST_LATER else on.interest_first


def _rule(item: OpenItem, rules: MembershipRules, day: date) -> Rule:
    return (
        Rule.INTEREST_LATER
        if day >= rules.on(day).interest_later_on(item.counted_from)
        else Rule.INTEREST_FIRST
    )


def _rules_of(item: OpenItem, rules: MembershipRules, until_on: date) -> list[Rule]:
    """The rules of the rates that the interest up to a day follows."""
    days = [
        day for part in accruals(item, rules, until_on=until_on) for day in (part.since_on, part.until_on)
    ]
    return list(dict.fromkeys(_rule(item, rules, day) for day in days or [until_on]))
