"""Working a proposal out: a pure function of what is asked and of the facts, so that what is posted is what was shown."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from crm.membership.coverage import refuse_odd_study_group, refuse_odd_units
from crm.membership.dues.balance import ZERO
from crm.membership.dues.exempt_months import Granted, paid_stretches
from crm.membership.dues.posting import ChargeLine, charge_for
from crm.membership.dues.rounded_once import rounded_once
from crm.membership.dues.unused_months import PostedLine, given_back
from crm.membership.pricing import Holding, price, yearly_fee
from crm.membership.proposals.lowest_class import reduced_class
from crm.membership.proposals.proposal import (
    Approval,
    Ask,
    Ground,
    Proposal,
    fingerprint_of,
    membership_in_words,
)
from crm.membership.terms import EventKind, LedgerEvent, TermSpan, terms_of
from crm.reference.categories import Category, MembershipCategory
from crm.reference.change_rules import ApprovalNeed, ChangeRule, ChangeSubject, MembershipChange
from crm.reference.fee_schedule import FeeSchedule, YearlyFee

BECOMES_MORE = frozenset({MembershipChange.UPGRADE, MembershipChange.FURTHER_SECTOR})
"""The changes by which an account becomes a member of a kind or in a Sector that it is not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalFacts:
    """What the book knows that matters for a proposal.

    Attributes:
        organization: the name of the account.
        ledger: its membership events.
        holding: one of its memberships as it is priced: that of the Sector, if it has one there.
        exempt: the exemptions of the account that hold on a day from the first one on.
        posted: what was invoiced in the Sector.
        assessed_to: the last year whose dues were assessed for members.
        balance: what it owes, due or not.
        schedule: the tables of fees.
        categories: what members of each category may do.
        rules: what goes for the change.
        approver: who approves applications of the account, in words.
        against: what speaks against it, in sentences: how the account stands, who may become what.
        synthetic: whether the membership is made up.
    """

    organization: str
    ledger: tuple[LedgerEvent, ...]
    holding: Holding
    exempt: tuple[Granted, ...]
    posted: tuple[PostedLine, ...]
    assessed_to: int | None
    balance: Decimal
    schedule: FeeSchedule
    categories: Mapping[Category, MembershipCategory]
    rules: Mapping[ChangeSubject, ChangeRule]
    approver: str
    against: tuple[str, ...]
    synthetic: bool


def with_a_class(ask: Ask, facts: ProposalFacts) -> Ask:
    """What is asked, with the lowest class where somebody becomes a Sector Member and none is named."""
    if ask.category is not Category.SECTOR_MEMBER or ask.units is not None:
        return ask
    lowest = facts.schedule.minimum(
        ask.coverage.value, development=facts.holding.development, on=ask.effective_on
    )
    return replace(ask, units=lowest.units)


def work_out(ask: Ask, facts: ProposalFacts) -> Proposal:
    """The proposal.

    Args:
        ask: what is to be worked out; it takes effect with the first day of a month.
        facts: as the book has them.

    Raises:
        Refused: the ledger does not allow the change, or the class is too low.
        InvalidInput: the category does not go with the study group or the class.
        NotFound: no fee is stated for it.
    """
    span, before = _spans(ask, facts)
    money = _money(ask, facts, span, before)
    reduced = reduced_class(facts.schedule, money.then, money.now, on=ask.effective_on)
    grounds = tuple(_grounds(ask, facts, before, money, reduced))
    approval = _approval(ask, facts)
    return Proposal(
        ask=ask,
        organization=facts.organization,
        before=_in_words(ask, before),
        after=membership_in_words(ask.category, ask.coverage, ask.study_group, ask.units),
        effective_on=ask.effective_on,
        yearly_before=None if money.fee_now is None else _due(money.fee_now, ask, facts),
        yearly_after=_due(money.fee_then, ask, facts),
        lines=(*money.credits, *money.charges),
        to_invoice=_sum(money.charges),
        to_credit=-_sum(money.credits),
        net=_sum(money.charges) + _sum(money.credits),
        balance=facts.balance,
        rights_before=None if before is None else facts.categories[before.category].rights,
        rights_after=facts.categories[ask.category].rights,
        approval=approval,
        grounds=grounds,
        warnings=tuple(_warnings(ask, facts, span, money, reduced)),
        fingerprint=_fingerprint(ask, facts, money, approval, grounds),
        synthetic=facts.synthetic,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Money:
    """What it costs: how the membership is priced and the yearly fee, now and then; what is given back and charged.

    Attributes:
        exempt: the exemptions that hold in the months that are left.
    """

    now: Holding | None
    then: Holding
    fee_now: YearlyFee | None
    fee_then: YearlyFee
    exempt: tuple[Granted, ...]
    credits: tuple[ChargeLine, ...]
    charges: tuple[ChargeLine, ...]


def _money(ask: Ask, facts: ProposalFacts, span: TermSpan, before: TermSpan | None) -> _Money:
    now = None if before is None else _holding(facts.holding, before)
    then, on = _holding(facts.holding, span), ask.effective_on
    until = min(_horizon(ask, facts), span.until_on or date.max)
    credits_ = given_back(facts.posted, since_on=on, until_on=until)
    exempt = tuple(each for each in facts.exempt if each.since_on <= until)
    charges = _charges(facts.schedule, then, paid_stretches(exempt, on, until))
    lines = tuple(rounded_once(facts.posted, [*credits_, *charges]))
    return _Money(
        now=now,
        then=then,
        fee_now=None if now is None else yearly_fee(facts.schedule, now, on),
        fee_then=yearly_fee(facts.schedule, then, on),
        exempt=exempt,
        credits=tuple(line for line in lines if line.amount < 0),
        charges=tuple(line for line in lines if line.amount >= 0),
    )


def _fingerprint(
    ask: Ask, facts: ProposalFacts, money: _Money, approval: Approval, grounds: Sequence[Ground]
) -> str:
    return fingerprint_of(
        {
            "request": ask,
            "ledger": sorted(map(repr, facts.ledger)),
            "fees": (money.fee_now, money.fee_then, money.then, _days(money.exempt)),
            "invoices": (money.credits, money.charges),
            "balance": facts.balance,
            "rules": (approval, grounds),
        }
    )


def _spans(ask: Ask, facts: ProposalFacts) -> tuple[TermSpan, TermSpan | None]:
    """The term that would begin, and the one that it would end."""
    event = _event(ask, 1 + max((event.id for event in facts.ledger), default=0))
    refuse_odd_study_group(asdict(event))
    refuse_odd_units(asdict(event))
    before = [span for span in terms_of(facts.ledger) if span.coverage is ask.coverage and _runs(span, ask)]
    after = next(span for span in terms_of([*facts.ledger, event]) if span.id == event.id)
    return after, before[0] if before else None


def _event(ask: Ask, number: int) -> LedgerEvent:
    return LedgerEvent(
        number,
        EventKind(ask.change.value),
        ask.coverage,
        ask.category,
        ask.study_group,
        ask.effective_on,
        ask.organization_id,
        units=ask.units,
    )


def _runs(span: TermSpan, ask: Ask) -> bool:
    return span.since_on <= ask.effective_on <= (span.until_on or date.max)


def _holding(holding: Holding, span: TermSpan) -> Holding:
    return replace(holding, coverage=span.coverage, category=span.category, units=span.units)


def _horizon(ask: Ask, facts: ProposalFacts) -> date:
    """To when it is charged now: the end of the last year that is invoiced, and at least of that in which it begins."""
    year = max(ask.effective_on.year, facts.assessed_to or 0)
    return max([date(year, 12, 31), *(line.until_on for line in facts.posted)])


def _charges(
    schedule: FeeSchedule, then: Holding, stretches: Iterable[tuple[date, date]]
) -> Iterator[ChargeLine]:
    for since_on, until_on in stretches:
        for line in price(schedule, then, since_on=since_on, until_on=until_on):
            yield charge_for(then, line)


def _days(exempt: Iterable[Granted]) -> Sequence[tuple[date, date]]:
    return [(each.since_on, each.until_on) for each in exempt]


def _sum(lines: Sequence[ChargeLine]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)


def _due(fee: YearlyFee, ask: Ask, facts: ProposalFacts) -> Decimal:
    """What a year costs; nothing where it is exempt for all of a year from the first day on."""
    on = ask.effective_on
    year = paid_stretches(facts.exempt, on, on.replace(year=on.year + 1) - timedelta(days=1))
    return fee.amount if any(year) else ZERO


def _in_words(ask: Ask, before: TermSpan | None) -> str:
    if before is None:
        return membership_in_words(None, ask.coverage, None, None)
    return membership_in_words(before.category, before.coverage, before.study_group, before.units)


def _approval(ask: Ask, facts: ProposalFacts) -> Approval:
    rule = facts.rules.get(ChangeSubject.APPROVAL)
    need = ApprovalNeed.UNSTATED if rule is None or rule.approval is None else rule.approval
    return Approval(need, facts.approver if ask.change in BECOMES_MORE else "")


def _grounds(
    ask: Ask,
    facts: ProposalFacts,
    before: TermSpan | None,
    money: _Money,
    reduced: Ground | None,
) -> Iterator[Ground]:
    held = [] if before is None else [("rights now", before.category)]
    for about, category in (*held, ("rights then", ask.category)):
        row = facts.categories[category]
        yield Ground(about, row.rights, row.certainty, row.source)
    for about, fee in (("fee now", money.fee_now), ("fee then", money.fee_then)):
        if fee is not None:
            assumed = "no class is stated, so the lowest is taken: " if fee.assumed else ""
            yield Ground(about, f"{assumed}{fee.basis}", fee.certainty, f"fee tables, {fee.rule}")
    for subject in ChangeSubject:
        if rule := facts.rules.get(subject):
            yield Ground(subject.value, rule.words, rule.certainty, rule.source)
    if reduced is not None:
        yield reduced


def _warnings(
    ask: Ask,
    facts: ProposalFacts,
    span: TermSpan,
    money: _Money,
    reduced: Ground | None,
) -> Iterator[str]:
    yield from facts.against
    if span.until_on is not None:
        yield f"The membership ends on {span.until_on:%-d %B %Y} all the same."
    for since, until in _days(money.exempt):
        yield f"The account is exempt from {since:%-d %B %Y} to {until:%-d %B %Y}, and pays nothing for these months."
    if ask.change is not MembershipChange.FURTHER_SECTOR and money.charges and not money.credits:
        yield "No invoice in the book has charged the months that are left, so nothing is given back."
    if reduced is not None:
        yield f"The class is open only to some: {reduced.words}."
