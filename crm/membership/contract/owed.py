"""What an account owes: its invoices, what is open of each when, and when not to pay it is no arrears.

Standings, statements, ages, interest and letters all go by these, so that none says what another denies.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from crm.membership.contract.contract_case import ContractCase
from crm.membership.contract.money_back import money_back
from crm.membership.contract.repayment import Regime, regimes
from crm.membership.contract.spells import NEVER, Spell, joined, within, without
from crm.membership.dues.balance import OpenItem
from crm.reference.membership_rules import MembershipRules

_DAY = timedelta(days=1)

_Stretch = tuple[Regime, OpenItem]
"""An invoice as a regime has it."""


def owed_items(case: ContractCase, times: Sequence[Regime] = ()) -> tuple[OpenItem, ...]:
    """The invoices of an account, the one due first before the others: of each day as the regime of that day has them.

    Args:
        case: what is on file about the account; its charges, receipts, plans and joining invoices count.
        times: its regimes, where they have been worked out.
    """
    there: defaultdict[str, list[_Stretch]] = defaultdict(list)
    for regime in times or regimes(case):  # the first of them has every invoice: it is from before any plan
        for item in regime.items:
            there[item.number].append((regime, item))
    back: defaultdict[int | None, list[tuple[date, Decimal]]] = defaultdict(list)
    for receipt in money_back(case.charges):
        back[receipt.invoice_id].append((receipt.received_on, receipt.amount_chf))
    items = (_over_time(case.joining.get(number), parts) for number, parts in there.items())
    return tuple(
        replace(item, given_back=tuple(back[item.invoice_id])) if item.invoice_id in back else item
        for item in items
    )


def reached_on(item: OpenItem, days: int) -> date:
    """The day on which so many days have passed since an invoice was due; those of a plan do not count.

    Nor do those on which it was asked of an applicant, who owed nothing by not paying it.

    Args:
        item: the invoice.
        days: how many days.

    Returns:
        The day; `NEVER` where a plan halts it for good before.
    """
    day = item.counted_from + timedelta(days=days)
    for since, until in item.halted:
        if since <= day:
            day = NEVER if until == NEVER else day + (until - max(since, item.counted_from + _DAY))
    return day


def suspended_from(item: OpenItem, rules: MembershipRules) -> date:
    """The first day on which a member that has not paid an invoice is suspended for it, unless the step is put off."""
    return reached_on(item, rules.on(item.due_on).suspension_days)


def _over_time(asked: Spell | None, parts: Sequence[_Stretch]) -> OpenItem:
    first = parts[0][1]
    if len(parts) > 1:
        halted = joined(spell for regime, item in parts for spell in _halted(regime, item))
        first = replace(first, steps=tuple(_steps(parts)), halted=tuple(halted))
    return replace(first, asked=(asked,)) if asked else first


def _halted(regime: Regime, item: OpenItem) -> list[Spell]:
    """When a plan halts the ladder of an invoice: while it covers it, and while it has left it paid."""
    if item.number in regime.covered:
        return [regime.spell]
    if not regime.instalments:
        return []
    return within(without([regime.spell], regime.unpaid(item)), [(item.due_on + _DAY, NEVER)])


def _steps(parts: Sequence[_Stretch]) -> Iterator[tuple[date, Decimal]]:
    """What is open from a day on, for each day on which that changed in any regime."""
    before = None
    for regime, item in parts:
        for (since, until), left in item.stretches():
            start = max(since, regime.spell[0])
            if start < min(until, regime.spell[1]) and left != before:
                before = left
                yield start, left
