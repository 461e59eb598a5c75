"""`book.repayment_plans`: agree to pay what is due by instalments, see whether a plan is kept, and end one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from sqlmodel import Session, col, select

from crm.dates import day_of
from crm.directory.merged import with_merged
from crm.directory.names import clean_name
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import day_asked, day_said, today_of
from crm.directory.tables import Organization, OrganizationKind
from crm.errors import NotFound, Refused
from crm.membership.contract.contract_case import ContractCase, Instalment, Plan
from crm.membership.contract.contract_facts import contract_cases
from crm.membership.contract.contract_tables import PlanInstalment, RepaymentPlan
from crm.membership.contract.owed import owed_items
from crm.membership.contract.repayment import Regime, evenly, kept
from crm.membership.contract.spells import NEVER
from crm.membership.dues.balance import ZERO
from crm.membership.dues.payments import past_day
from crm.reference.country import CountryGroup, GroupKind
from crm.reference.development import developed_on, status_of
from crm.reference.membership_rules import membership_rules
from crm.reference.money import amount_of
from crm.shown import Shown
from crm.store.store import Change, Store

Schedule = Sequence[tuple[date | str, Decimal | int | str]]
"""The instalments: the last day on which each is paid in time, and its amount in CHF."""


@dataclass(frozen=True, slots=True)
class PlannedInstalment(Shown):
    """An instalment, and how much of it is open today."""

    due_on: date
    amount: Decimal
    open: Decimal


@dataclass(frozen=True, slots=True)
class RepaymentPlanSeen(Shown):
    """A repayment plan and how it is kept.

    Attributes:
        amount: what it is for, in CHF.
        over_on: the day from which it halts nothing any more, as if nothing more were paid: the one after an instalment that is
            not paid, that on which all of it is paid, another plan takes its place or somebody ends it.
        settled: whether all of it is paid.
        how: how it is kept, in a sentence.
    """

    id: int
    organization: str
    agreed_on: date
    amount: Decimal
    instalments: tuple[PlannedInstalment, ...]
    over_on: date | None
    settled: bool
    how: str
    reason: str
    ended_because: str


class RepaymentPlans:
    """`book.repayment_plans`: while a plan is kept, the ladder is halted and its instalments are due instead."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def agree(
        self,
        key: OrganizationKey,
        schedule: Schedule,
        *,
        on: date | str,
        reason: str,
        synthetic: bool = False,
        dry_run: bool = False,
    ) -> RepaymentPlanSeen:
        """Record a repayment plan for all that is due. Invoices that become due later are paid beside it.

        Args:
            key: which account.
            schedule: the instalments, e.g. from `even`; together they come to what is due on the day.
            on: the day of the agreement.
            reason: why, or where it is documented.
            synthetic: whether it is made up for a demonstration or test.
            dry_run: only say what the plan would be.

        Raises:
            InvalidInput: an amount is not what it should be.
            Refused: the day is still to come; nothing is due; the instalments come to more or less; or the last one is later
                than the rules allow (PP-14/64: 5 years for Sector Members, Associates and developed States, 10 for
                developing States, 15 for least developed countries; of Academia no source speaks, and it is treated like
                the other members).
        """
        why = clean_name(reason, field="reason")
        with self._store.changing("repayment_plan.agreed", reason=why, dry_run=dry_run) as change:
            account, day = find_organization(change.session, key), past_day(change, on)
            parts = tuple(sorted((_instalment(change, *part) for part in schedule), key=_due))
            _refuse_unfit(change.session, account, parts, day)
            values = {"organization_id": account.id, "agreed_on": day, "reason": why, "synthetic": synthetic}
            values |= {"agreed_by": change.actor, "recorded_at": change.now}
            plan = change.add(RepaymentPlan.model_validate(values))
            for part in parts:
                fields = {"plan_id": plan.id, "due_on": part.due_on, "amount": part.amount}
                change.add(PlanInstalment.model_validate(fields))
            return _settled(change, account, plan)

    def end(
        self, key: OrganizationKey, *, on: date | str, reason: str, dry_run: bool = False
    ) -> RepaymentPlanSeen:
        """End the latest plan of an account: from that day what is not paid is due as it was before.

        Raises:
            NotFound: it has none that is not ended.
            InvalidInput: there is no reason.
        """
        why = clean_name(reason, field="reason")
        with self._store.changing("repayment_plan.ended", reason=why, dry_run=dry_run) as change:
            day = day_said(change, on)
            account = find_organization(change.session, key)
            plan = next((row for row in reversed(_plans(change.session, account)) if not row.ended_on), None)
            if plan is None:
                raise NotFound(
                    f"{account.name} has no repayment plan.", field="organization", value=account.name
                )
            plan.amend({"ended_on": day, "ended_because": why})
            return _settled(change, account, plan)

    def even(
        self,
        key: OrganizationKey,
        *,
        on: date | str,
        first_on: date | str,
        count: int,
        every_months: int = 12,
    ) -> tuple[tuple[date, Decimal], ...]:
        """What is due on a day in equal instalments, to look at and to agree on.

        Args:
            key: which account.
            on: the day of the agreement.
            first_on: when the first instalment is due.
            count: how many there are.
            every_months: so many months apart.
        """
        with self._store.reading() as session:
            day = day_asked(self._store, session, on)
            first = day_asked(self._store, session, first_on, field="first_on")
            owed = _owed(session, find_organization(session, key), day)
        parts = evenly(owed, first_on=first, count=count, every_months=every_months)
        return tuple((part.due_on, part.amount) for part in parts)

    def of(self, key: OrganizationKey) -> tuple[RepaymentPlanSeen, ...]:
        """The plans of an account and how they are kept, the oldest first."""
        with self._store.reading() as session:
            account = find_organization(session, key)
            today = today_of(session, self._store.now(), self._store.actor)
            return tuple(_seen(session, account, today))


def plan_kept_on(session: Session, account: Organization, day: date) -> RepaymentPlanSeen | None:
    """The repayment plan that an account keeps on a day, with what is open of each instalment then."""
    plans = (plan for plan in _seen(session, account, day) if plan.agreed_on <= day)
    return next((plan for plan in plans if plan.over_on is None or day < plan.over_on), None)


def _settled(change: Change, account: Organization, plan: RepaymentPlan) -> RepaymentPlanSeen:
    today = today_of(change.session, change.now, change.actor)
    return next(seen for seen in _seen(change.session, account, today) if seen.id == plan.id)


def _seen(session: Session, account: Organization, today: date) -> Iterator[RepaymentPlanSeen]:
    rows = {row.id: row for row in _plans(session, account)}
    case = contract_cases(session, [account.id]).get(account.id, ContractCase())
    turns = pairwise([*(plan.agreed_on for plan in case.plans), NEVER])
    for plan, (_, until) in zip(case.plans, turns, strict=True):
        regime = kept(case, plan, until)
        yield _told(account, rows[plan.id], plan, regime, today, replaced_on=until)


def _told(
    account: Organization, row: RepaymentPlan, plan: Plan, regime: Regime, today: date, *, replaced_on: date
) -> RepaymentPlanSeen:
    over = regime.spell[1]
    settled = over != NEVER and not any(part.outstanding(over) for part in regime.instalments)
    open_ = {part.due_on: part.outstanding(today) for part in regime.instalments}
    return RepaymentPlanSeen(
        id=row.id,
        organization=account.name,
        agreed_on=row.agreed_on,
        amount=sum((part.amount for part in plan.instalments), ZERO),
        instalments=tuple(
            PlannedInstalment(part.due_on, part.amount, open_.get(part.due_on, ZERO))
            for part in plan.instalments
        ),
        over_on=None if over == NEVER else over,
        settled=settled,
        how=_how(row, regime, today, settled=settled, replaced=over == replaced_on),
        reason=row.reason,
        ended_because=row.ended_because,
    )


def _how(row: RepaymentPlan, regime: Regime, today: date, *, settled: bool, replaced: bool) -> str:
    """How a plan is kept, and what it hangs on."""
    over, last = regime.spell[1], regime.spell[1] - timedelta(days=1)
    if settled:
        return f"paid in full on {_day(over)}"
    if over == row.ended_on:
        return f"ended on {_day(over)}: {row.ended_because}"
    if replaced:
        return f"another plan took its place on {_day(over)}"
    missing = sum((part.outstanding(today) for part in regime.instalments if part.due_on <= last), ZERO)
    what = f"CHF {missing:,.2f} due by {_day(last)}"
    return f"kept; next: {what}" if today < over else f"not kept since {_day(over)}: {what} was not paid"


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"


def _plans(session: Session, account: Organization) -> Sequence[RepaymentPlan]:
    """The plans of an account and of what was merged into it: two may be of one day then."""
    theirs = col(RepaymentPlan.organization_id).in_(with_merged(Organization, [account.id]))
    query = select(RepaymentPlan).where(theirs)
    return session.exec(query.order_by(col(RepaymentPlan.agreed_on), col(RepaymentPlan.id))).all()


def _owed(session: Session, account: Organization, day: date) -> Decimal:
    """What is due on a day and not paid."""
    case = contract_cases(session, [account.id]).get(account.id, ContractCase())
    return sum((item.owed(day) for item in owed_items(case) if item.due_on <= day), ZERO)


def _refuse_unfit(session: Session, account: Organization, parts: Sequence[Instalment], on: date) -> None:
    owed, planned = _owed(session, account, on), sum((part.amount for part in parts), ZERO)
    if not owed or planned != owed:
        raise Refused(
            f"CHF {owed:,.2f} is due on {on}, and the instalments come to CHF {planned:,.2f}.",
            rule="repayment_plans.amount",
            field="schedule",
            hint="What is due is shared out by book.repayment_plans.even(…), or by --first DAY --count N.",
        )
    if parts[0].due_on < on:
        raise Refused(
            "An instalment would be due before the agreement.", rule="repayment_plans.order", field="schedule"
        )
    longest = _longest(session, account, on)
    if parts[-1].due_on > longest:
        raise Refused(
            f"The last instalment would be due on {parts[-1].due_on}; for {account.name} a plan of {on} may run until"
            f" {longest} (PP-14/64).",
            rule="repayment_plans.longest",
            field="schedule",
            value=parts[-1].due_on,
        )


def _longest(session: Session, account: Organization, on: date) -> date:
    """The last day until which a plan may run, by who pays."""
    years = membership_rules(session).on(on).repayment_years[_payer(session, account, on)]
    return day_of(f"{years}y", today=on)


def _payer(session: Session, account: Organization, on: date) -> str:
    if account.kind is not OrganizationKind.ADMINISTRATION:
        return "sector_member"
    spells = select(CountryGroup).where(
        CountryGroup.country == account.country,
        CountryGroup.kind == GroupKind.LDC,
        col(CountryGroup.retired_on).is_(None),
    )
    if any(spell.covers(on) for spell in session.exec(spells)):
        return "ldc"
    return status_of(account.country, developed_on(session, on)).value


def _instalment(change: Change, due_on: date | str, amount: Decimal | int | str) -> Instalment:
    return Instalment(day_said(change, due_on, field="schedule"), amount_of(amount, field="schedule"))


def _due(part: Instalment) -> date:
    return part.due_on
