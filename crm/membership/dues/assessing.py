"""Assessing the dues of a year: every membership that runs in it, in one pass with a few statements."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select
from sqlmodel import Session, col

from crm.directory.merged import among, keeper_ids
from crm.directory.tables import Organization
from crm.membership.contract.exemptions import exemptions_between
from crm.membership.dues.assessed import Assessed, Exempted
from crm.membership.dues.balance import ZERO
from crm.membership.dues.charging import Stretch, charged_months, months_to_charge, runs
from crm.membership.dues.dues_tables import Invoice, InvoiceLine
from crm.membership.dues.invoicing import Progress, total, write_invoices, yearly_line
from crm.membership.dues.posting import next_serial
from crm.membership.dues.unverified import unverified_rules
from crm.membership.holdings import holdings
from crm.membership.ledger_tables import Term
from crm.membership.pricing import Holding, PricedLine, price
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.fee_schedule import FeeSchedule, fee_schedule
from crm.store.store import Change


@dataclass(slots=True)
class _Pass:
    """One pass under way.

    Attributes:
        lines: what is charged, by account.
        synthetic: the accounts some of whose memberships are made up.
        charged_before: how many memberships had nothing left to charge.
        assumed: how many Sector Members are charged the lowest class because none of theirs is stated.
    """

    year: int
    schedule: FeeSchedule
    lines: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    synthetic: set[int] = field(default_factory=set)
    charged_before: int = 0
    assumed: int = 0
    _prices: dict[tuple[Holding, date, date], tuple[PricedLine, ...]] = field(default_factory=dict)

    def charge(self, term: Any, holding: Holding, months: Sequence[int]) -> None:
        """Charge what is left of a membership to its account, or count that nothing is."""
        if not months:
            self.charged_before += 1
            return
        self.assumed += holding.category is Category.SECTOR_MEMBER and holding.units is None
        if term.synthetic:
            self.synthetic.add(term.organization_id)
        for since_on, until_on in runs(months, self.year):
            for priced in self._price(holding, since_on, until_on):
                self.lines[term.organization_id].append(yearly_line(term.id, holding, priced))

    def _price(self, holding: Holding, since_on: date, until_on: date) -> tuple[PricedLine, ...]:
        # A hundred thousand memberships are priced by a few dozen different rules.
        key = holding, since_on, until_on
        if key not in self._prices:
            self._prices[key] = price(self.schedule, holding, since_on=since_on, until_on=until_on)
        return self._prices[key]


def assess(
    change: Change, year: int, *, issued_on: date, due_on: date, progress: Progress | None = None
) -> Assessed:
    """Invoice what is left to charge of every membership that runs in a year.

    Args:
        change: the verb under way.
        year: the year.
        issued_on: the day of issue.
        due_on: the last day on which it is paid in time.
        progress: is told how far it has come.
    """
    session, this = change.session, _Pass(year, fee_schedule(change.session))
    accounts = _locked(session, year)
    serial = next_serial(session, year)
    terms = [term for term in _terms(session, year) if term.organization_id in accounts]
    exempt = _exempt(session, terms, year)
    _charge(session, this, [term for term in terms if term.id not in exempt])
    dates = {"issued_on": issued_on, "due_on": due_on}
    written = None
    if this.lines:
        written = write_invoices(
            change, year, this.lines, serial=serial, synthetic=this.synthetic, progress=progress, **dates
        )
    return Assessed(
        year=year,
        memberships=len(terms),
        charged_before=this.charged_before,
        invoices=len(this.lines),
        amount=written.amount if written else ZERO,
        unverified=_unverified(session, this),
        assumed=this.assumed,
        exempt=tuple(exempt.values()),
        assessment_id=written.id if written else None,
        **dates,
    )


def _charge(session: Session, this: _Pass, terms: Sequence[Any]) -> None:
    held, charged = _held(session, terms, this.year), _charged(session, this.year)
    for place, together in groupby(terms, key=lambda term: (term.organization_id, term.coverage)):
        there = list(together)
        before = charged_months(charged.get(place, ()), this.year)
        months = months_to_charge(there, before, this.year)
        for term in there:
            this.charge(term, held[term.id], months[term.id])


def _unverified(session: Session, this: _Pass) -> Decimal:
    rules = unverified_rules(session)
    return total(line for lines in this.lines.values() for line in lines if line["rule"] in rules)


def _runs_in(year: int) -> ColumnElement[bool]:
    goes_on = or_(col(Term.until_on).is_(None), col(Term.until_on) >= date(year, 1, 1))
    return goes_on & (col(Term.since_on) <= date(year, 12, 31))


def _locked(session: Session, year: int) -> frozenset[int]:
    """The accounts with memberships in a year; none of these changes until the pass is over.

    Whoever changes a membership holds its account before it takes a turn with the numbers of a year, and so does this.
    """
    members = exists().where(col(Term.organization_id) == col(Organization.id), _runs_in(year))
    query = select(col(Organization.id)).where(members).order_by(col(Organization.id))
    return frozenset(session.scalars(query.with_for_update(key_share=True)))


_TERM: tuple[Any, ...] = (
    col(Term.id),
    col(Term.organization_id),
    col(Term.coverage),
    col(Term.category),
    col(Term.units),
    col(Term.since_on),
    col(Term.until_on),
    col(Term.synthetic),
)
_LINE: tuple[Any, ...] = (
    col(InvoiceLine.coverage),
    col(InvoiceLine.since_on),
    col(InvoiceLine.until_on),
    col(InvoiceLine.amount),
)


def _terms(session: Session, year: int) -> Sequence[Any]:
    """Every membership that runs in a year, those of one account in one Sector together."""
    order = (col(Term.organization_id), col(Term.coverage), col(Term.since_on), col(Term.id))
    return session.execute(select(*_TERM).where(_runs_in(year)).order_by(*order)).all()


def _first_day(term: Stretch, year: int) -> date:
    return max(term.since_on, date(year, 1, 1))


def _exempt(session: Session, terms: Sequence[Any], year: int) -> Mapping[int, Exempted]:
    """The memberships of those who are exempt on their first day in the year, by the term."""
    accounts = {term.organization_id for term in terms}
    granted = exemptions_between(session, accounts, date(year, 1, 1), date(year, 12, 31))
    names: Any = select(col(Organization.id), col(Organization.name)).where(
        among(col(Organization.id), {exemption.organization_id for exemption in granted})
    )
    known = dict(session.execute(names).all())
    return {
        term.id: Exempted(term.organization_id, known[term.organization_id], term.coverage, exemption.reason)
        for term in terms
        if term.organization_id in known
        for exemption in granted
        if exemption.organization_id == term.organization_id
        and exemption.since_on <= _first_day(term, year) <= exemption.until_on
    }


def _held(session: Session, terms: Sequence[Any], year: int) -> Mapping[int, Holding]:
    """What each membership that pays is priced by, as of the month from which it does."""
    by_month: dict[date, list[Any]] = defaultdict(list)
    for term in terms:
        by_month[_first_day(term, year).replace(day=1)].append(term)
    held: dict[int, Holding] = {}
    for month, together in by_month.items():
        held.update(holdings(session, together, on=month))
    # An exemption may be over between the first of a month and the day on which somebody joins.
    return {number: replace(of, exempt=False) if of.exempt else of for number, of in held.items()}


def _charged(session: Session, year: int) -> Mapping[tuple[int, Coverage], Sequence[Any]]:
    """The lines that charge something of a year or give it back, by account and Sector."""
    query = select(col(Invoice.organization_id), *_LINE).join(
        InvoiceLine, col(InvoiceLine.invoice_id) == col(Invoice.id)
    )
    touched = (col(InvoiceLine.since_on) <= date(year, 12, 31), col(InvoiceLine.until_on) >= date(year, 1, 1))
    rows = session.execute(query.where(col(InvoiceLine.coverage).is_not(None), *touched)).all()
    keepers = keeper_ids(session, Organization, {row.organization_id for row in rows})
    found: dict[tuple[int, Coverage], list[Any]] = defaultdict(list)
    for row in rows:
        found[keepers.get(row.organization_id, row.organization_id), row.coverage].append(row)
    return found
