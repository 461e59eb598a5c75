"""Interest on what is overdue: what has accrued is a pure function of the open items, the rules and the day.

It accrues from the day after the due date, by days of a year of 365, at a first and then at a later rate (Convention
No. 474, from memory: unverified, and so are the way of counting days, that what is due on another day than 31 March bears
the first rate for as many months, that interest bears none itself, and that none accrues while a repayment plan is kept).
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
    stretches = groupby(_days(item, until_on), key=lambda day: (item.overdue(day), _rate(item, rules, day)))
    return tuple(
        Accrual(days[0], days[-1], outstanding, rate)
        for (outstanding, rate), days in ((key, list(days)) for key, days in stretches)
        if outstanding
    )


def accrued(item: OpenItem, rules: MembershipRules, *, until_on: date) -> Decimal:
    """What has accrued on an invoice up to a day, rounded once."""
    return to_the_cent(sum((part.amount for part in accruals(item, rules, until_on=until_on)), ZERO))


def interest_lines(
    items: Iterable[OpenItem], rules: MembershipRules, *, charged: Mapping[int, Decimal], until_on: date
) -> Iterator[ChargeLine]:
    """What is to be charged so that the interest charged is what has accrued up to a day.

    A line is below zero where more was charged than has accrued, because a payment became known later.

    Args:
        items: how much of each invoice was open when.
        rules: the rates over time.
        charged: the interest charged so far, by the invoice that it is charged on.
        until_on: the last day that counts.
    """
    for item in items:
        before = charged.get(item.invoice_id, ZERO)
        amount = accrued(item, rules, until_on=until_on) - before
        if not amount:
            continue
        parts = [str(part) for part in accruals(item, rules, until_on=until_on)]
        yield ChargeLine(
            since_on=item.due_on + timedelta(days=1),
            until_on=until_on,
            amount=amount,
            rule=", ".join(_rules_of(item, rules, until_on)),
            basis="; ".join(
                [f"on {item.number}", *parts, *([f"charged before: {before}"] if before else [])]
            ),
            overdue_id=item.invoice_id,
        )


def _days(item: OpenItem, until_on: date) -> Iterator[date]:
    """Each day after the due date on which something of it may be open."""
    last = until_on if item.cleared_on is None else min(until_on, item.cleared_on)
    return (item.due_on + timedelta(days=n) for n in range(1, (last - item.due_on).days + 1))


def _rate(item: OpenItem, rules: MembershipRules, day: date) -> Decimal:
    on = rules.on(day)
    return on.interest_later if _rule(item, rules, day) is Rule.INTEREST_LATER else on.interest_first


def _rule(item: OpenItem, rules: MembershipRules, day: date) -> Rule:
    return Rule.INTEREST_LATER if day >= rules.on(day).interest_later_on(item.due_on) else Rule.INTEREST_FIRST


def _rules_of(item: OpenItem, rules: MembershipRules, until_on: date) -> list[Rule]:
    """The rules of the rates that the interest up to a day follows."""
    days = [
        day for part in accruals(item, rules, until_on=until_on) for day in (part.since_on, part.until_on)
    ]
    return list(dict.fromkeys(_rule(item, rules, day) for day in days or [until_on]))
