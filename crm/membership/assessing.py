"""Assessing the dues of a year: every membership that runs in it, in one pass with a few statements."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from sqlalchemy import or_, select
from sqlmodel import Session, col

from crm.directory.merged import among, keeper_ids
from crm.directory.tables import Organization
from crm.membership.balance import ZERO
from crm.membership.charging import charged_months, months_to_charge, runs
from crm.membership.dues_tables import Assessment, Invoice, InvoiceKind, InvoiceLine
from crm.membership.exemptions import exempt_on
from crm.membership.holdings import holdings
from crm.membership.ledger_tables import Term
from crm.membership.posting import next_serial, number_of
from crm.membership.pricing import Holding, PricedLine, price
from crm.membership.standing_spans import settle_standing
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.fee_schedule import FeeSchedule, fee_schedule
from crm.shown import Shown
from crm.store.copying import copy_in
from crm.store.store import Change
from crm.store.trail import take_ids

Progress = Callable[[int, int], object]
"""Is told how many accounts are done, and of how many."""

_STEP = 1_000


@dataclass(frozen=True, slots=True)
class Exempted(Shown):
    """A membership for which nothing is charged, and why."""

    organization_id: int
    name: str
    coverage: Coverage
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessed(Shown):
    """What a pass over the memberships of a year came to.

    Attributes:
        memberships: how many memberships run in the year.
        charged_before: how many of them had nothing left to charge.
        invoices: how many invoices were written; 0 where the year was assessed before.
        amount: what they come to, in CHF.
        assumed: how many Sector Members were charged the lowest class because no class of theirs is stated.
        exempt: the memberships for which nothing is charged, with the reason.
        assessment_id: the pass on record; None where it wrote nothing.
    """

    year: int
    issued_on: date
    due_on: date
    memberships: int
    charged_before: int
    invoices: int
    amount: Decimal
    assumed: int
    exempt: tuple[Exempted, ...]
    assessment_id: int | None = None


@dataclass(slots=True)
class _Pass:
    """One pass under way."""

    year: int
    lines: dict[int, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    exempt: list[Any] = field(default_factory=list)
    synthetic: set[int] = field(default_factory=set)
    charged_before: int = 0
    assumed: int = 0
    _prices: dict[tuple[Holding, date, date], tuple[PricedLine, ...]] = field(default_factory=dict)

    def take(self, term: Any, holding: Holding, months: Sequence[int], schedule: FeeSchedule) -> None:
        """Charge what is left of a membership to its account, or note that nothing is."""
        if holding.exempt:
            self.exempt.append(term)
        elif not months:
            self.charged_before += 1
        else:
            self.assumed += holding.category is Category.SECTOR_MEMBER and holding.units is None
            if term.synthetic:
                self.synthetic.add(term.organization_id)
            for since_on, until_on in runs(months, self.year):
                for line in self._price(schedule, holding, since_on, until_on):
                    self.lines[term.organization_id].append(_line(term, holding, line))

    @property
    def amount(self) -> Decimal:
        """What all lines come to."""
        return sum((line["amount"] for lines in self.lines.values() for line in lines), ZERO)

    def _price(
        self, schedule: FeeSchedule, holding: Holding, since_on: date, until_on: date
    ) -> tuple[PricedLine, ...]:
        # A hundred thousand memberships are priced by a few dozen different rules.
        key = holding, since_on, until_on
        if key not in self._prices:
            self._prices[key] = price(schedule, holding, since_on=since_on, until_on=until_on)
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
    session, this = change.session, _Pass(year)
    serial = next_serial(session, year)  # and nobody else charges anything in that year meanwhile
    terms = _terms(session, year)
    held, charged = _held(session, terms, year), _charged(session, year)
    schedule = fee_schedule(session)
    for (account, coverage), together in groupby(
        terms, key=lambda term: (term.organization_id, term.coverage)
    ):
        there = list(together)
        months = months_to_charge(there, charged_months(charged.get((account, coverage), ()), year), year)
        for term in there:
            this.take(term, held[term.id], months[term.id], schedule)
    written = _written(change, this, serial, issued_on, due_on, progress)
    return Assessed(
        year=year,
        issued_on=issued_on,
        due_on=due_on,
        memberships=len(terms),
        charged_before=this.charged_before,
        invoices=len(this.lines),
        amount=this.amount,
        assumed=this.assumed,
        exempt=_exempt(session, this.exempt, year),
        assessment_id=written.id if written else None,
    )


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
    goes_on = or_(col(Term.until_on).is_(None), col(Term.until_on) >= date(year, 1, 1))
    query = select(*_TERM).where(col(Term.since_on) <= date(year, 12, 31), goes_on)
    order = (col(Term.organization_id), col(Term.coverage), col(Term.since_on), col(Term.id))
    return session.execute(query.order_by(*order)).all()


def _held(session: Session, terms: Sequence[Any], year: int) -> Mapping[int, Holding]:
    """What each membership is priced by, as of its first day in the year."""
    by_day: dict[date, list[Any]] = defaultdict(list)
    for term in terms:
        by_day[max(term.since_on, date(year, 1, 1))].append(term)
    held: dict[int, Holding] = {}
    for day, together in by_day.items():
        held.update(holdings(session, together, on=day))
    return held


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


def _line(term: Any, holding: Holding, priced: PricedLine) -> dict[str, Any]:
    units = holding.units
    return {
        "event_id": term.id,
        "coverage": holding.coverage.value,
        "category": holding.category.value,
        "units": None if units is None else Decimal(units.numerator) / Decimal(units.denominator),
        "since_on": priced.since_on,
        "until_on": priced.until_on,
        "months": priced.months,
        "amount": priced.amount,
        "rule": priced.rule,
        "basis": priced.basis,
    }


def _written(
    change: Change, this: _Pass, serial: int, issued_on: date, due_on: date, progress: Progress | None
) -> Assessment | None:
    """Write the pass, its invoices and their lines; nothing where nothing is left to charge."""
    if not this.lines:
        return None
    fields = {"year": this.year, "invoices": len(this.lines), "amount": this.amount}
    fields |= {"issued_on": issued_on, "due_on": due_on}
    fields |= {"assessed_at": change.now, "assessed_by": change.actor}
    written = change.add(Assessment.model_validate(fields))
    ids = iter(take_ids(change.session, len(this.lines) + sum(map(len, this.lines.values()))))
    shared = {"assessment_id": written.id, "kind": InvoiceKind.YEARLY.value, "year": this.year}
    shared |= {"issued_on": issued_on, "due_on": due_on}
    shared |= {"recorded_at": change.now, "recorded_by": change.actor}
    invoices = {account: next(ids) for account in this.lines}
    copy_in(
        change.session, Invoice, _told(_invoices(this, invoices, serial, shared), len(invoices), progress)
    )
    lines = (
        {**line, "id": next(ids), "invoice_id": invoices[account]}
        for account, together in this.lines.items()
        for line in together
    )
    copy_in(change.session, InvoiceLine, lines)
    settle_standing(change.session, this.lines)
    return written


def _invoices(
    this: _Pass, ids: Mapping[int, int], serial: int, shared: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    for number, (account, lines) in enumerate(this.lines.items(), start=serial):
        yield {
            **shared,
            "id": ids[account],
            "organization_id": account,
            "number": number_of(this.year, number),
            "serial": number,
            "amount": sum((line["amount"] for line in lines), ZERO),
            "synthetic": account in this.synthetic,
        }


def _told(rows: Iterable[dict[str, Any]], total: int, progress: Progress | None) -> Iterator[dict[str, Any]]:
    """The rows as they are written, telling now and then how many were."""
    for done, row in enumerate(rows, start=1):
        yield row
        if progress is not None and (done % _STEP == 0 or done == total):
            progress(done, total)


def _exempt(session: Session, terms: Sequence[Any], year: int) -> tuple[Exempted, ...]:
    ids = {term.organization_id for term in terms}
    names: Any = select(col(Organization.id), col(Organization.name)).where(among(col(Organization.id), ids))
    known = dict(session.execute(names).all())
    firsts = [max(term.since_on, date(year, 1, 1)) for term in terms]
    why = {day: exempt_on(session, ids, day) for day in set(firsts)}
    return tuple(
        Exempted(
            term.organization_id, known[term.organization_id], term.coverage, why[day][term.organization_id]
        )
        for term, day in zip(terms, firsts, strict=True)
    )
