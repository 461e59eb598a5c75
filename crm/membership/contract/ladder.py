"""How an account stands on every day, past and to come: a pure function of what is on file and of the dated rules.

The ladder of unpaid contributions (terms and conditions; Resolution 152, Busan): a contribution is due on 31 March;
180 days after its due date the member is suspended; 90 days after it received the notice of that, its exclusion is due,
unless it has agreed on a repayment plan. Fees go on while it is suspended, for its membership does. Exclusion is never
automatic: the ladder says since when it is due.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

from crm.membership.contract.contract_case import ContractCase, Denounced, LadderStep, Postponable, Statement
from crm.membership.contract.owed import owed_items, suspended_from
from crm.membership.contract.repayment import Regime, regimes
from crm.membership.contract.spells import ALWAYS, NEVER, Spell, joined, within, without
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


_Habit = tuple[Spell, Punctuality]
"""How an account had paid what was due last, for some days."""

_UNKNOWN = _Ground(ALWAYS, None, "nothing is on record")


def standing_spans(case: ContractCase, rules: MembershipRules) -> tuple[StandingSpan, ...]:
    """How an account stands, from the first day on which anything is known, for good and without a gap.

    Of several things that are true of a day the worst counts: it has given notice; it is suspended; it is in arrears; it
    pays by a repayment plan; it waits for an answer to an application; it is exempt. Where an invoice in the book is about
    the day and nothing is overdue, it is in good standing. Where no invoice is, the latest statement of a source counts.

    Args:
        case: what is on file about the account.
        rules: the dated rules.
    """
    times = regimes(case)
    items = owed_items(case, times)
    ladder = tuple(_ladder(case, times, items, rules))
    grounds = (*_notices(case), *ladder, *_others(case))
    habits = tuple(_punctuality(items, ladder))
    return (_folded if ladder else _folded_alike)(grounds, habits, synthetic=case.synthetic)


def _folded(
    grounds: tuple[_Ground, ...], habits: tuple[_Habit, ...], *, synthetic: bool
) -> tuple[StandingSpan, ...]:
    days = {day for ground in grounds for day in ground.spell}
    first = min(days, default=NEVER)
    days |= {day for (day, _), _ in habits if day > first} | {NEVER}
    told = ((day, until, _how(day, grounds, habits)) for day, until in pairwise(sorted(days)))
    alike = (list(same) for _, same in groupby(told, key=itemgetter(2)))
    return tuple(_span(same[0][0], same[-1][1], same[0][2], synthetic=synthetic) for same in alike)


# Most members have always paid; those who were asked and paid alike stand alike.
_folded_alike = lru_cache(1_000)(_folded)


class _How(NamedTuple):
    """How an account stands on a day; as long as it stands alike, that is one span."""

    standing: Standing | None
    punctuality: Punctuality | None
    step: LadderStep | None
    why: str
    stated: Statement | None


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
    if not debts and not on_plan:
        return
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
    yield from _grounds(on_plan, Standing.ON_PLAN, "pays by a repayment plan", LadderStep.ON_PLAN)


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
    for gone in sorted(case.denunciations, key=_told_first):
        why = f"leaves ITU-{'/'.join(gone.coverage)} on {_day(gone.effective_on)}, notice of {_day(gone.notice_on)}"
        leaving = within([(gone.notice_on, gone.withdrawn_on or gone.effective_on)], case.memberships)
        yield from _grounds(leaving, Standing.CANCELLING, why)


def _told_first(gone: Denounced) -> tuple[date, date, str, date]:
    return gone.notice_on, gone.effective_on, gone.coverage, gone.withdrawn_on or NEVER


def _others(case: ContractCase) -> Iterator[_Ground]:
    """What counts where no debt does, the first first."""
    yield from _grounds(
        case.applications, Standing.APPLICATION_PENDING, "its application waits for an answer"
    )
    for since, until in sorted(case.exemptions):
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


def _punctuality(items: Sequence[OpenItem], ladder: Sequence[_Ground]) -> Iterator[_Habit]:
    """How the account has paid what was due last; while something is overdue that no plan covers, it has not paid.

    What was asked of an applicant on the day on which it was due, who owed nothing by not paying it, says nothing of a habit.
    """
    due = [item for item in items if not any(_in(spell, item.due_on) for spell in item.asked)]
    days = pairwise([*(item.due_on + _DAY for item in due), NEVER])
    paid = (Punctuality.LATE if item.outstanding(item.due_on) else Punctuality.ON_TIME for item in due)
    overdue = (ground.spell for ground in ladder if ground.step is not LadderStep.ON_PLAN)
    yield from ((spell, Punctuality.UNPAID) for spell in overdue)
    yield from zip(days, paid, strict=True)


def _how(day: date, grounds: Iterable[_Ground], habits: Iterable[_Habit]) -> _How:
    here = [ground for ground in grounds if _in(ground.spell, day)]
    ground = here[0] if here else _UNKNOWN
    debt = next((other for other in here if other.step), None)
    said = next((other.stated for other in here if other.stated), None)
    habit = next((habit for spell, habit in habits if _in(spell, day)), said.punctuality if said else None)
    why = ground.why if debt in (None, ground) else f"{ground.why}; {debt.why}"
    return _How(ground.standing, habit, debt and debt.step, why, ground.stated)


def _span(since: date, until: date, how: _How, *, synthetic: bool) -> StandingSpan:
    said = how.stated
    return StandingSpan(
        since_on=since,
        until_on=None if until == NEVER else until - _DAY,
        standing=how.standing,
        punctuality=how.punctuality,
        step=how.step,
        as_of=said.as_of if said else since,
        source=said.source if said else CONTRACT,
        why=how.why,
        synthetic=said.synthetic if said else synthetic,
    )


def _in(spell: Spell, day: date) -> bool:
    return spell[0] <= day < spell[1]


def _grounds(
    spells: Iterable[Spell], standing: Standing | None, why: str, step: LadderStep | None = None
) -> Iterator[_Ground]:
    return (_Ground(spell, standing, why, step) for spell in spells)


@cache
def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"
