"""What a repayment plan does to what is owed: while it is kept, its instalments are due instead of the debts.

Money settles what is due first. While a plan is kept, the debts that it covers are replaced by its instalments, each
with its own due date, so that a member who pays both an instalment and the fee of the year is in time with both. On the
day after an instalment that was not paid, the debts are due again as they were before.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise

from crm.dates import day_of
from crm.errors import InvalidInput
from crm.membership.contract.contract_case import Charge, ContractCase, Instalment, Plan, Receipt
from crm.membership.contract.money_back import UnderPlan, back_under_plan, money_of
from crm.membership.contract.spells import ALWAYS, NEVER, Spell, joined, within, without
from crm.membership.dues.balance import ZERO, OpenItem, open_items

_DAY = timedelta(days=1)
_CENTIME = Decimal("0.01")
_INSTALMENT = ""
"""Instead of the number of an invoice."""


@dataclass(frozen=True, slots=True)
class Regime:
    """What is due, and in which order money settles it, for a time.

    Attributes:
        spell: when it holds.
        items: the invoices, the first due first; of those that a plan covers, what its instalments have not paid off.
        covered: the numbers of the invoices that a plan covers, which is kept for that time.
        instalments: those of that plan, in their order.
    """

    spell: Spell
    items: tuple[OpenItem, ...]
    covered: frozenset[str] = frozenset()
    instalments: tuple[OpenItem, ...] = ()

    def unpaid(self, item: OpenItem) -> list[Spell]:
        """When something of an item was open while the regime held, before its due date or after it."""
        open_ = (spell for spell, left in item.stretches() if left)
        return within(joined(open_), [self.spell])


def regimes(case: ContractCase) -> list[Regime]:
    """The times for which one order of debts holds, one after the other, without a gap; the first is without a plan.

    Args:
        case: what is on file about the account.
    """
    usual = Regime(ALWAYS, open_items(case.charges, money_of(case)))
    if not case.plans:
        return [usual]
    plans = sorted(case.plans, key=lambda plan: (plan.agreed_on, plan.id))
    turns = pairwise([*(plan.agreed_on for plan in plans), NEVER])
    found = (kept(case, plan, until) for plan, (_, until) in zip(plans, turns, strict=True))
    in_force = [regime for regime in found if regime.spell[0] < regime.spell[1]]
    rest = without([ALWAYS], [regime.spell for regime in in_force])
    return sorted(
        [*in_force, *(replace(usual, spell=spell) for spell in rest)], key=lambda regime: regime.spell
    )


def kept(case: ContractCase, plan: Plan, until: date) -> Regime:
    """The regime of a plan for as long as it is kept, and another does not take its place.

    Args:
        case: what is on file about the account.
        plan: one of its plans.
        until: the day on which the next one is agreed.
    """
    there = [charge for charge in case.charges if _is_due(case, charge, plan.agreed_on)]
    there.sort(key=lambda charge: (charge.due_on, charge.issued_on, charge.number))
    parts = _parts(plan, sum((charge.amount for charge in there), ZERO))
    usual = {
        item.number: item.outstanding(plan.agreed_on) for item in open_items(case.charges, money_of(case))
    }
    left, covered = _left(there, usual, sum((part.amount for part in parts), ZERO))
    others = [charge for charge in case.charges if charge not in there]
    paid_by_parts: dict[int | None, Decimal] = {
        debt.id: debt.amount - rest.amount for debt, rest in zip(there, left, strict=True)
    }
    back = back_under_plan(case.charges, plan.agreed_on, paid_by_parts, parts)
    items = open_items([*left, *parts, *others], [*case.receipts, *back.of_what_is_due])
    instalments = tuple(item for item in items if item.number == _INSTALMENT)
    ends = (until, plan.ended_on or NEVER, _over(instalments, plan.agreed_on))
    beside = {charge.number for charge in others}
    invoices = (
        *_paid_off(there, [item for item in items if item.number not in beside], plan.agreed_on, back),
        *(item for item in items if item.number in beside),
    )
    return Regime((plan.agreed_on, min(ends)), invoices, covered, instalments)


def _is_due(case: ContractCase, charge: Charge, day: date) -> bool:
    """Whether a plan of a day is about a charge; what is asked of an applicant is no debt."""
    since, until = case.joining.get(charge.number, (NEVER, NEVER))
    return charge.amount > 0 and charge.due_on <= day and not since <= day < until


def _paid_off(
    charges: Sequence[Charge], parts: Sequence[OpenItem], since: date, back: UnderPlan
) -> tuple[OpenItem, ...]:
    """The charges that stand behind a plan, with what is open of each.

    What is paid of a charge itself settles it, and so does what is given back of it; what is paid by instalments settles what
    was due first.
    """
    ids = {charge.number: charge.id for charge in charges}
    paid = [receipt for part in parts for receipt in _receipts(part, since, ids.get(part.number))]
    return open_items(charges, [*paid, *back.of_debts])


def _receipts(part: OpenItem, since: date, invoice_id: int | None) -> Iterator[Receipt]:
    """What was paid of a part from a day on, as money for an invoice."""
    days = _days([part], since)
    for day, (before, after) in zip(days, pairwise([part.amount, *map(part.outstanding, days)]), strict=True):
        yield Receipt(day, before - after, invoice_id)


def _parts(plan: Plan, owed: Decimal) -> list[Charge]:
    """The instalments as charges, for no more than there is to pay."""
    parts: list[Charge] = []
    for number, instalment in enumerate(plan.instalments):
        part = min(instalment.amount, owed)
        owed -= part
        parts.append(Charge(_INSTALMENT, instalment.due_on, part, id=-number, issued_on=plan.agreed_on))
    return parts


def _left(
    charges: Sequence[Charge], open_: Mapping[str, Decimal], covered: Decimal
) -> tuple[list[Charge], frozenset[str]]:
    """What stays due of charges of which so much is paid by instalments, and the invoices covered.

    What is open of the latest is paid by them first; only what goes beyond all that is open is about what was paid.
    """
    parts = dict.fromkeys((charge.number for charge in charges), ZERO)
    for most in (open_, {charge.number: charge.amount for charge in charges}):
        for charge in reversed(charges):
            more = min(most[charge.number] - parts[charge.number], covered)
            parts[charge.number] += more
            covered -= more
    left = [replace(charge, amount=charge.amount - parts[charge.number]) for charge in charges]
    return left, frozenset(number for number, part in parts.items() if part)


def evenly(amount: Decimal, *, first_on: date, count: int, every_months: int) -> tuple[Instalment, ...]:
    """An amount in equal instalments; what cannot be shared out to the centime goes with the first.

    Args:
        amount: what is owed.
        first_on: when the first is due.
        count: how many.
        every_months: so many months apart.

    Raises:
        InvalidInput: there would be no instalment, or no time between two.
    """
    if count < 1 or every_months < 1:
        raise InvalidInput(
            "A plan has one instalment at least, and a month between two.", field="count", value=count
        )
    part = (amount / count).quantize(_CENTIME, ROUND_DOWN)
    days = (day_of(f"{number * every_months}m", today=first_on) for number in range(count))
    parts = [amount - part * (count - 1), *[part] * (count - 1)]
    return tuple(Instalment(day, share) for day, share in zip(days, parts, strict=True))


def _over(instalments: Sequence[OpenItem], agreed_on: date) -> date:
    """When a plan is over: on the day after an instalment that was not paid, or once all of it is paid."""
    broken = (part.due_on + _DAY for part in instalments if part.outstanding(part.due_on))
    settled = (
        day for day in _days(instalments, agreed_on) if not any(part.outstanding(day) for part in instalments)
    )
    return min(next(broken, NEVER), next(settled, NEVER))


def _days(items: Sequence[OpenItem], since: date) -> list[date]:
    return sorted({since, *(day for item in items for day, _ in item.steps if day > since)})
