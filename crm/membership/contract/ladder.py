"""How an account stands on every day, past and to come: a pure function of what is on file and of the dated rules.

The ladder of unpaid contributions (terms and conditions; Resolution 152, Busan): a contribution is due on 31 March;
180 days after its due date the member is suspended; 90 days after it received the notice of that, its exclusion is due,
unless it has agreed on a repayment plan. Fees go on while it is suspended, for its membership does. Exclusion is never
automatic: the ladder says since when it is due.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from itertools import groupby, pairwise
from typing import NamedTuple

from crm.membership.contract.contract_case import ContractCase, LadderStep, Postponable, Statement
from crm.membership.contract.owed import owed_items, suspended_from
from crm.membership.contract.repayment import Regime, regimes
from crm.membership.contract.spells import NEVER, Spell, joined, within, without
from crm.membership.contract.standing import Punctuality, Standing
from crm.membership.dues.balance import OpenItem
from crm.membership.dues.dues_tables import InvoiceKind
from crm.reference.membership_rules import MembershipRules

CONTRACT = "contract"
"""The source of a standing that was worked out from what is on file."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StandingSpan:
    """How an account stands for some days; those to come as if nothing more were paid.

    Attributes:
        since_on: the first day.
        until_on: the last day; None: for good, if nothing happens.
        standing: None: nobody has said, or it is no member and owes nothing.
        punctuality: how it had paid what was due last.
        step: how far an unpaid debt has come.
        as_of: the day that the source's statement is about; of the contract, the first day.
        source: who says so: the contract, or the source of a statement.
        why: in a few words.
    """

    since_on: date
    until_on: date | None
    standing: Standing | None
    punctuality: Punctuality | None
    step: LadderStep | None
    as_of: date
    source: str
    why: str
    synthetic: bool = False


class _Ground(NamedTuple):
    """What makes an account stand as it does for some days; of several, the first counts."""

    spell: Spell
    standing: Standing | None
    why: str
    step: LadderStep | None = None
    stated: Statement | None = None


def standing_spans(case: ContractCase, rules: MembershipRules) -> tuple[StandingSpan, ...]:
    """How an account stands, from the first day on which anything is known, for good and without a gap.

    Of several things that are true of a day the worst counts: it has given notice; it is suspended; it is in arrears; it
    waits for an answer to an application; it is exempt. Where an invoice in the book is about the day and nothing is
    overdue, it is in good standing. Where no invoice is, the latest statement of a source counts.

    Args:
        case: what is on file about the account.
        rules: the dated rules.
    """
    times = regimes(case)
    items = owed_items(case, times)
    ladder = list(_ladder(case, times, items, rules))
    grounds = [*_notices(case), *ladder, *_others(case)]
    habits = _punctuality(items, ladder)
    days = {day for ground in grounds for day in ground.spell}
    days |= {day for (day, _), _ in habits if days and day > min(days)} | {NEVER}
    spans = (_span(spell, grounds, habits, synthetic=case.synthetic) for spell in pairwise(sorted(days)))
    return tuple(_merged(spans))


class _Debt(NamedTuple):
    """An invoice that is overdue at some time."""

    item: OpenItem
    overdue: list[Spell]

    def __str__(self) -> str:
        return f"invoice {self.item.number} was due on {_day(self.item.due_on)}"


def _ladder(
    case: ContractCase, times: Sequence[Regime], items: Sequence[OpenItem], rules: MembershipRules
) -> Iterator[_Ground]:
    """What the debts amount to, the worst first."""
    debts = [_Debt(item, overdue) for item in items if (overdue := item.overdue_spells())]
    on_plan = joined(
        spell for regime in times for part in regime.instalments for spell in regime.unpaid(part)
    )
    suspended = [(debt, _suspended(debt, case, rules)) for debt in debts]
    trouble = joined([*on_plan, *(spell for debt in debts for spell in debt.overdue)])
    notified = [_after_notice(received, suspended, trouble, case, rules) for received in sorted(case.notices)]
    yield from (
        ground for grounds in notified for ground in grounds if ground.step is LadderStep.EXCLUSION_DUE
    )
    yield from (ground for grounds in notified for ground in grounds)
    for debt, spells in suspended:
        yield from _grounds(spells, Standing.SUSPENDED, f"suspended: {debt}", LadderStep.SUSPENDED)
    for debt in debts:
        yield from _grounds(debt.overdue, Standing.ARREARS, str(debt), LadderStep.OVERDUE)
    yield from _grounds(on_plan, Standing.ARREARS, "pays by a repayment plan", LadderStep.ON_PLAN)


def _suspended(debt: _Debt, case: ContractCase, rules: MembershipRules) -> list[Spell]:
    """When a member is suspended for a debt; one that is no member any more has nothing left to suspend.

    A Member State is not suspended for its contributions: it loses its vote (`crm.membership.contributions.voting`).
    """
    if debt.item.kind is InvoiceKind.CONTRIBUTION:
        return []
    begins = suspended_from(debt.item, rules)
    spells = within(within(debt.overdue, [(begins, NEVER)]), case.memberships)
    return without(spells, _postponed(case, Postponable.SUSPENSION))


def _after_notice(
    received: date,
    suspended: Sequence[tuple[_Debt, list[Spell]]],
    trouble: Sequence[Spell],
    case: ContractCase,
    rules: MembershipRules,
) -> list[_Ground]:
    """What follows from a notice of suspension: it is about the debts of its day, until nothing is owed any more."""
    run = next(([spell] for spell in trouble if _in(spell, received)), [])
    debts = (spells for debt, spells in suspended if any(_in(spell, received) for spell in debt.overdue))
    there = within(joined(spell for spells in debts for spell in spells), run)
    spells = within(there, [(received, NEVER)])
    due_on = _counted(spells, rules.on(received).exclusion_days)
    due = without(within(spells, [(due_on, NEVER)]), _postponed(case, Postponable.EXCLUSION))
    said = f"the notice of suspension was received on {_day(received)}"
    why = f"exclusion is due since {_day(due_on)}: {said}"
    return [
        *_grounds(due, Standing.SUSPENDED, why, LadderStep.EXCLUSION_DUE),
        *_grounds(spells, Standing.SUSPENDED, f"suspended: {said}", LadderStep.NOTIFIED),
    ]


def _counted(spells: Sequence[Spell], days: int) -> date:
    """The day on which so many days of the spells have passed."""
    left = timedelta(days=days)
    for since, until in spells:
        if until - since > left:
            return since + left
        left -= until - since
    return NEVER


def _postponed(case: ContractCase, step: Postponable) -> list[Spell]:
    return joined((p.decided_on, p.until_on) for p in case.postponements if p.step is step)


def _notices(case: ContractCase) -> Iterator[_Ground]:
    for gone in case.denunciations:
        why = f"leaves ITU-{'/'.join(gone.coverage)} on {_day(gone.effective_on)}, notice of {_day(gone.notice_on)}"
        leaving = within([(gone.notice_on, gone.effective_on)], case.memberships)
        yield from _grounds(leaving, Standing.CANCELLING, why)


def _others(case: ContractCase) -> Iterator[_Ground]:
    """What counts where no debt does, the first first."""
    yield from _grounds(
        case.applications, Standing.APPLICATION_PENDING, "its application waits for an answer"
    )
    for since, until in case.exemptions:
        exempt = within([(since, until)], case.memberships)
        yield from _grounds(exempt, Standing.EXEMPT, f"exempt until {_day(until - _DAY)}")
    if case.charged_since is not None:
        known = [(case.charged_since, NEVER)]
        there = joined([*case.memberships, *case.contributes])
        yield from _grounds(within(there, known), Standing.GOOD, "nothing is overdue")
        yield from _grounds(known, None, "no member, and owes nothing")
    for said, spell in _stated(case.statements):
        yield _Ground(spell, said.standing, "", stated=said)


def _stated(statements: Sequence[Statement]) -> Iterator[tuple[Statement, Spell]]:
    days = [*(said.as_of for said in statements), NEVER]
    return zip(statements, pairwise(days), strict=True)


def _punctuality(items: Sequence[OpenItem], ladder: Sequence[_Ground]) -> list[tuple[Spell, Punctuality]]:
    """How the account has paid what was due last; while something is overdue, it has not paid."""
    days = pairwise([*(item.due_on + _DAY for item in items), NEVER])
    paid = (Punctuality.LATE if item.outstanding(item.due_on) else Punctuality.ON_TIME for item in items)
    return [*((ground.spell, Punctuality.UNPAID) for ground in ladder), *zip(days, paid, strict=True)]


def _span(
    spell: Spell, grounds: Sequence[_Ground], habits: Sequence[tuple[Spell, Punctuality]], *, synthetic: bool
) -> StandingSpan:
    since, until = spell
    here = [ground for ground in grounds if _in(ground.spell, since)]
    ground = here[0] if here else _Ground(spell, None, "nothing is on record")
    debt = next((other for other in here if other.step), None)
    said = next((other.stated for other in here if other.stated), None)
    habit = next((habit for days, habit in habits if _in(days, since)), said.punctuality if said else None)
    return StandingSpan(
        since_on=since,
        until_on=None if until == NEVER else until - _DAY,
        standing=ground.standing,
        punctuality=habit,
        step=debt and debt.step,
        as_of=ground.stated.as_of if ground.stated else since,
        source=ground.stated.source if ground.stated else CONTRACT,
        why=ground.why if debt in (None, ground) else f"{ground.why}; {debt.why}",
        synthetic=ground.stated.synthetic if ground.stated else synthetic,
    )


def _merged(spans: Iterable[StandingSpan]) -> Iterator[StandingSpan]:
    """Neighbours that say the same as one span."""
    for _, same in groupby(spans, key=_said):
        first, *more = same
        yield replace(first, until_on=more[-1].until_on) if more else first


def _said(span: StandingSpan) -> tuple[object, ...]:
    stated_on = span.as_of if span.source != CONTRACT else None
    return span.standing, span.punctuality, span.step, span.source, span.why, span.synthetic, stated_on


def _in(spell: Spell, day: date) -> bool:
    return spell[0] <= day < spell[1]


def _grounds(
    spells: Iterable[Spell], standing: Standing | None, why: str, step: LadderStep | None = None
) -> Iterator[_Ground]:
    return (_Ground(spell, standing, why, step) for spell in spells)


@cache
def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"
