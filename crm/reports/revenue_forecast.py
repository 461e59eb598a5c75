"""The revenue forecast: what the contracts in the ledger come to in the years ahead, at the fees as they are stated."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import or_
from sqlmodel import Session, col

from crm.directory.tables import Organization
from crm.errors import InvalidInput
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contract.standing import AT_RISK
from crm.membership.contract.standing_spans import standing_on
from crm.membership.dues.balance import ZERO
from crm.membership.dues.charging import runs
from crm.membership.dues.yearly_dues import yearly_dues
from crm.membership.ledger_tables import Term
from crm.membership.pricing import Holding, price, yearly_fee
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.facts import Certainty
from crm.reference.fee_schedule import fee_schedule
from crm.reports.accounts import ACCOUNT, SHOWN, Place, accounts
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart, ChartKind
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.memberships import MEMBERSHIPS
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_MOST_YEARS = 20


class PricedMembership(NamedTuple):
    """A membership in a year, with what it comes to; `unsure` where that rests on a fee that no source states."""

    term: Any
    exempt: bool
    amount: Decimal
    unsure: bool

    @property
    def at_risk(self) -> Decimal:
        """What of it may not come in: all, where the account is in arrears, suspended or leaving; who keeps a plan pays."""
        return self.amount if self.term.standing in AT_RISK else ZERO


def revenue_forecast(
    reader: Reader, *, years: int = 5, region: str | None = None, rows: bool = True
) -> Report:
    """What the contracts in the ledger come to, this year and in those that follow.

    Args:
        reader: reads the book.
        years: how many years, this one included.
        region: only organisations based in this development region, by slug or name.
        rows: whether the accounts at risk are read with their amounts, for `rows_behind`.

    Returns:
        For each year, one row for each category in each Sector.

    Raises:
        NotFound: there is no such region, or the fee tables say nothing for a membership.
        InvalidInput: the number of years is not from 1 to 20.
    """
    as_of, today = reader.store.now(), reader.today()
    ahead = years_ahead(today, years)
    with reader.store.reading() as session:
        place = Place(session, region)
        priced = fees_ahead(session, place, today, ahead)
    return Report(
        name="revenue-forecast",
        title="Revenue from memberships",
        definition="What the memberships in the ledger come to in each calendar year, at the fees as they are stated today. A "
        "membership renews by itself: it counts until the day on which it ends, if an end is on record. Nothing is "
        "assumed of new members, upgrades or exits; for these see the forecast of asks and the what-if of fees. The contributions "
        "of Member States are no part of it: the report contributions-forecast has them, and these fees beside.",
        denominator="At risk: the accounts that today are in arrears, suspended or leaving. Not verified: what rests on a fee "
        "that no source states. Exempt bodies are counted; the months in which they are exempt come to nothing.",
        as_of=as_of,
        on=today,
        filters=place.filters,
        columns=_COLUMNS,
        rows=tuple(_row(year, kind, priced[year]) for year in ahead for kind in MEMBERSHIPS),
        behind=_behind(priced) if rows else None,
        notes=synthetic(sum(line.term.made_up for line in priced[today.year])),
        grouped_by="year",
        apart=str(today.year),
        chart=_CHARTS,
    )


def years_ahead(today: date, years: int) -> range:
    """The present year and those that follow, so many in all.

    Raises:
        InvalidInput: the number of years is not from 1 to 20.
    """
    if not 1 <= years <= _MOST_YEARS:
        raise InvalidInput(f"years: {years} is not from 1 to {_MOST_YEARS}.", field="years", value=years)
    return range(today.year, today.year + years)


def fees_ahead(
    session: Session, place: Place, today: date, ahead: range
) -> Mapping[int, Sequence[PricedMembership]]:
    """The memberships that run in each of some years, with what they come to.

    Args:
        session: of the report.
        place: where the organisations are based.
        today: the day whose standings say what is at risk.
        ahead: the years.
    """
    terms = session.execute(_terms(place, today, ahead)).all()
    return {year: list(_priced(session, terms, year)) for year in ahead}


_CHARTS = (
    Chart(label="year", value="amount", part="at_risk", empty="Nothing expected", kind=ChartKind.COLUMNS),
    Chart(label="membership", value="amount", empty="Nothing expected"),
)
_COLUMNS = (
    Column(key="year", title="Year"),
    Column(key="membership", title="Membership"),
    Column(key="memberships", title="Memberships", kind=ColumnKind.COUNT),
    Column(key="exempt", title="Exempt", kind=ColumnKind.COUNT),
    Column(key="amount", title="Amount", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="at_risk", title="At risk", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="unsure", title="Not verified", kind=ColumnKind.MONEY, currency="CHF", summed=True),
)


def _terms(place: Place, today: date, ahead: range) -> Any:
    """The memberships that run at any time in the years, each with how its account stands today."""
    columns = (
        col(Term.id),
        col(Term.organization_id),
        col(Term.coverage),
        col(Term.category),
        col(Term.units),
        col(Term.since_on),
        col(Term.until_on),
        col(Term.synthetic).label("made_up"),
        col(AccountStanding.standing),
        *(column.label(f"account_{column.key}") for column in SHOWN),
    )
    held = accounts(*columns).join(Term, col(Term.organization_id) == col(Organization.id))
    known = (col(AccountStanding.organization_id) == col(Organization.id)) & standing_on(today)
    goes_on = or_(col(Term.until_on).is_(None), col(Term.until_on) >= date(ahead[0], 1, 1))
    begins = col(Term.since_on) <= date(ahead[-1], 12, 31)
    order = (col(Organization.name), col(Organization.id), col(Term.coverage), col(Term.since_on))
    return place.narrowed(held.outerjoin(AccountStanding, known).where(goes_on, begins)).order_by(*order)


def _priced(session: Session, terms: Sequence[Any], year: int) -> Iterator[PricedMembership]:
    """The memberships that run in a year, at its fees: the same arithmetic as their assessment."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    there = [t for t in terms if t.since_on <= last and (t.until_on is None or t.until_on >= first)]
    dues, schedule = yearly_dues(session, there, year), fee_schedule(session)

    @cache
    def cost(holding: Holding, since_on: date, until_on: date) -> tuple[Decimal, bool]:
        lines = price(schedule, holding, since_on=since_on, until_on=until_on)
        certainty = yearly_fee(schedule, holding, since_on).certainty
        return sum((line.amount for line in lines), ZERO), certainty is Certainty.UNVERIFIED

    for term in there:
        due = dues[term.id]
        parts = [cost(due.holding, *stretch) for stretch in runs(due.paid_for, year)]
        amount = sum((part for part, _ in parts), ZERO)
        yield PricedMembership(term, bool(due.exempt), amount, any(unsure for _, unsure in parts))


def _row(year: int, kind: tuple[Category, Coverage], priced: Iterable[PricedMembership]) -> tuple[Cell, ...]:
    there = [line for line in priced if (line.term.category, line.term.coverage) == kind]
    return (
        str(year),
        MEMBERSHIPS[kind],
        len(there),
        sum(line.exempt for line in there),
        sum((line.amount for line in there), ZERO),
        sum((line.at_risk for line in there), ZERO),
        sum((line.amount for line in there if line.unsure), ZERO),
    )


def _behind(priced: Mapping[int, Iterable[PricedMembership]]) -> Behind:
    """The memberships at risk, with what they come to."""
    columns = (
        *ACCOUNT,
        Column(key="standing", title="Standing"),
        Column(key="amount", title="Amount", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    )
    rows = (
        (
            (str(year), MEMBERSHIPS[line.term.category, line.term.coverage]),
            ("at_risk",),
            (*line.term[-len(SHOWN) :], line.term.standing.value.replace("_", " "), line.at_risk),
        )
        for year, lines in priced.items()
        for line in lines
        if line.at_risk
    )
    return behind_of(("year", "membership"), columns, rows)
