"""The votes of Member States, read from the ledger of dues: the figures, the rule behind, and what a payment would change."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from crm.directory.merged import among
from crm.membership.contract.spells import NEVER
from crm.membership.contributions.class_history import History, lines_of_year
from crm.membership.contributions.contribution_facts import histories
from crm.membership.contributions.state_accounts import state_accounts
from crm.membership.contributions.voting import VoteCase, enough_until, without_vote
from crm.membership.dues.balance import ZERO
from crm.membership.dues.dues_tables import Invoice, InvoiceKind
from crm.membership.dues.entries import Entries, entries_of
from crm.reference.contributory_units import ContributoryUnit, Payer, all_units
from crm.reference.countries import is_member_state
from crm.reference.country import Country
from crm.reference.facts import Certainty
from crm.reference.membership_rules import MembershipRules, Rule, membership_rules
from crm.reference.spans import holds_on
from crm.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote(Shown):
    """Whether a Member State may vote on a day, with the figures and the rule behind.

    Attributes:
        state: the Member State, ISO 3166 alpha-3.
        organization_id: the account on which its contributions stand; None: none is in the book.
        votes: whether it may vote; None: the book does not know, because no contribution was invoiced to it by the day.
        contribution: what it is to contribute for the year of the day, in CHF.
        arrears: what is overdue on its account, without what a kept repayment plan covers.
        on_plan: what such a plan covers.
        overdue: the arrears by the year for which they were invoiced; interest by the year in which it was charged.
        limit: the arrears with which it has no vote: its contributions of the years before.
        years: those years.
        not_known: those of them of which its class or the unit is not known; they count as the first known year after them.
        lost_since: since when it has had no vote; None while it has one.
        lost_from: the day to come from which it has none, if nothing more is paid.
        to_pay: what has to be paid by `pay_by` to have the vote back, or to keep it; nothing where none is lost.
        pay_by: the last day on which so much is enough, as far as invoices are in the book; None: there is no such day.
        rule: the rule in a sentence, with its source and certainty.
        synthetic: whether an invoice of its account is made up.
    """

    state: str
    name: str
    organization_id: int | None
    on: date
    votes: bool | None
    contribution: Decimal = ZERO
    arrears: Decimal = ZERO
    on_plan: Decimal = ZERO
    overdue: Mapping[int, Decimal]
    limit: Decimal = ZERO
    years: tuple[int, ...] = ()
    not_known: tuple[int, ...] = ()
    lost_since: date | None = None
    lost_from: date | None = None
    to_pay: Decimal = ZERO
    pay_by: date | None = None
    rule: str
    source: str
    certainty: Certainty
    synthetic: bool = False

    def __str__(self) -> str:
        if self.votes is None:
            return f"{self.name}: no contribution is invoiced in the book, so its vote is not known"
        told = f"arrears of CHF {self.arrears:,.2f}, and it is lost with {self.limit:,.2f}"
        return f"{self.name} {'has its' if self.votes else 'has no'} vote on {self.on}: {told} ({self.source}; {self.certainty})"


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    """What the book knows of a Member State that bears on its vote; `years` says for which each invoice is."""

    code: str
    name: str
    account: int | None
    entries: Entries
    due: Mapping[int, Decimal]
    years: Mapping[int, int]

    def is_invoiced(self, day: date) -> bool:
        items = self.entries.items
        return any(item.kind is InvoiceKind.CONTRIBUTION and item.issued_on <= day for item in items)

    def overdue(self, day: date) -> dict[int, Decimal]:
        found: dict[int, Decimal] = {}
        for item in self.entries.items:
            if amount := item.overdue(day):
                year = self.years[item.invoice_id]
                found[year] = found.get(year, ZERO) + amount
        return found


def votes_on(session: Session, day: date, states: Iterable[str] | None = None) -> Iterator[Vote]:
    """The votes of Member States on a day, past or to come, by code; the days to come as if nothing more were paid.

    Args:
        session: reads the book.
        day: the day.
        states: only these, by ISO 3166 alpha-3; all of them if left out.
    """
    rules = membership_rules(session)
    return (_vote(state, rules, day) for state in _states(session, rules, day, states))


def _states(
    session: Session, rules: MembershipRules, day: date, only: Iterable[str] | None
) -> Iterator[_State]:
    query = select(Country.code, Country.name_en).where(is_member_state()).order_by(col(Country.code))
    names = dict(
        session.exec(query if only is None else query.where(col(Country.code).in_(list(only)))).all()
    )
    accounts, known, units = state_accounts(session), histories(session, names), all_units(session)
    entries = entries_of(session, [accounts[state] for state in names if state in accounts])
    years = _years(session, (item.invoice_id for each in entries.values() for item in each.items))
    ahead = day.year + max(rules.on(day).repayment_years.values())  # a plan may be broken as late as that
    for state, name in names.items():
        account = accounts.get(state)
        yield _State(
            code=state,
            name=name,
            account=account,
            entries=entries.get(account, Entries()) if account else Entries(),
            due=_due(known.get(state, ()), units, ahead),
            years=years,
        )


def _years(session: Session, invoice_ids: Iterable[int]) -> Mapping[int, int]:
    """For which year each invoice is."""
    rows = session.exec(select(Invoice.id, Invoice.year).where(among(col(Invoice.id), invoice_ids)))
    return dict(rows.all())


def _due(history: History, units: Sequence[ContributoryUnit], last: int) -> Mapping[int, Decimal]:
    """What a State was and is to contribute for each year of which its class and the unit are known."""
    theirs = [unit for unit in units if unit.payer is Payer.MEMBER_STATE]
    due = {}
    for year in range(history[0].since_on.year, last + 1) if history else ():
        for unit in theirs:
            if holds_on(unit, date(year, 1, 1)):
                due[year] = sum((line.amount for line in lines_of_year(history, year, unit.amount)), ZERO)
    return due


def _vote(state: _State, rules: MembershipRules, day: date) -> Vote:
    line = rules.line(Rule.VOTE_YEARS, day)
    told: dict[str, Any] = {"state": state.code, "name": state.name, "organization_id": state.account}
    told |= {"on": day, "rule": line.words, "source": line.source, "certainty": line.certainty}
    told["synthetic"] = state.entries.case.synthetic
    if not state.due or not state.is_invoiced(day):
        return Vote(votes=None, overdue={}, **told)
    case = VoteCase(state.entries.items, state.due)
    years = case.years_before(day, rules)
    return Vote(
        contribution=case.contribution(day.year),
        arrears=state.entries.arrears(day),
        overdue=state.overdue(day),
        on_plan=sum((item.on_plan(day) for item in case.items), ZERO),
        limit=case.limit(day, rules),
        years=years,
        not_known=tuple(year for year in years if year not in case.due),
        **_lost(case, rules, day),
        **told,
    )


def _lost(case: VoteCase, rules: MembershipRules, day: date) -> dict[str, Any]:
    """Since or from when there is no vote, and what payment would change that, by when."""
    spells = without_vote(case, rules)
    now = next((since for since, until in spells if since <= day < until), None)
    if now is not None:
        enough = enough_until(case, rules, day)
        by = None if enough == NEVER else enough
        return {"votes": False, "lost_since": now, "to_pay": case.missing(day, rules), "pay_by": by}
    ahead = next((since for since, _ in spells if since > day), None)
    if ahead is None:
        return {"votes": True}
    missing = case.missing(ahead, rules)
    return {"votes": True, "lost_from": ahead, "to_pay": missing, "pay_by": ahead - timedelta(days=1)}
