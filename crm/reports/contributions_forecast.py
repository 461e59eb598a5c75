"""The contributions of Member States in the years ahead, by their classes and the unit, with the fees of members beside."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from sqlmodel import Session

from crm.membership.contributions.votes import Vote, votes_on
from crm.membership.contributions.year_of_states import YearOfStates, year_of_states
from crm.membership.dues.balance import ZERO
from crm.reference.contributory_units import ContributoryUnit
from crm.reference.facts import Certainty
from crm.reference.languages import known_language
from crm.reference.units import units_in_words
from crm.reports.accounts import Place, member_states
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart, ChartKind
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report
from crm.reports.revenue_forecast import fees_ahead, years_ahead


class _Contribution(NamedTuple):
    """What a Member State is to contribute for a year; at risk where it is in arrears today."""

    name: str
    vote: Vote
    units: Fraction
    amount: Decimal

    @property
    def at_risk(self) -> Decimal:
        return self.amount if self.vote.arrears else ZERO


def contributions_forecast(
    reader: Reader, *, years: int = 5, region: str | None = None, rows: bool = True
) -> Report:
    """The contributions of Member States, this year and in those that follow; the fees of members stand apart.

    Args:
        reader: reads the book.
        years: how many years, this one included.
        region: only Member States, and organisations based, in this development region, by slug or name.
        rows: whether the States are read with their contributions, for `rows_behind`.

    Returns:
        One row a year.

    Raises:
        NotFound: there is no such region, or no unit is on file for a year.
        InvalidInput: the number of years is not from 1 to 20.
    """
    as_of, today = reader.store.now(), reader.today()
    ahead = years_ahead(today, years)
    with reader.store.reading() as session:
        place = Place(session, region)
        units, found = _contributions(session, place, today, ahead)
        fees = fees_ahead(session, place, today, ahead)
    return Report(
        name="contributions-forecast",
        title="Contributions of Member States and fees of members",
        definition="What the classes of the Member States come to in each calendar year at the unit as it is stated today, "
        "whether or not it was invoiced. A State keeps its class until another is on record. Beside it, and no part of it, "
        "what the memberships in the ledger come to: the report revenue-forecast has them by category and Sector.",
        denominator="At risk: the Member States that are in arrears today by the ledger of dues. Not verified: what rests on a "
        "unit that no source states. A State of which no class is known in a year comes to nothing.",
        as_of=as_of,
        on=today,
        filters=place.filters,
        columns=_COLUMNS,
        rows=tuple(
            _row(year, units[year], found[year], sum((line.amount for line in fees[year]), ZERO))
            for year in ahead
        ),
        behind=_behind(found) if rows else None,
        notes=synthetic(sum(line.vote.synthetic for line in found[today.year])),
        apart=str(today.year),
        chart=Chart(
            label="year",
            value="contributions",
            part="at_risk",
            empty="Nothing expected",
            kind=ChartKind.COLUMNS,
        ),
    )


_COLUMNS = (
    Column(key="year", title="Year"),
    Column(key="states", title="Member States", kind=ColumnKind.COUNT),
    Column(key="units", title="Units"),
    Column(key="unit", title="One unit", kind=ColumnKind.MONEY, currency="CHF"),
    Column(key="doubt", title="The unit is"),
    Column(key="contributions", title="Contributions", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="at_risk", title="At risk", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="unsure", title="Not verified", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    Column(key="fees", title="Fees of members", kind=ColumnKind.MONEY, currency="CHF", summed=True),
)


def _contributions(
    session: Session, place: Place, today: date, ahead: range
) -> tuple[Mapping[int, ContributoryUnit], Mapping[int, Sequence[_Contribution]]]:
    """The unit of each year, and what each Member State of the place is to contribute for it."""
    states = {code: name for code, _, name in member_states(session, place, known_language("en"))}
    votes = {vote.state: vote for vote in votes_on(session, today, states)}
    known = {year: year_of_states(session, year) for year in ahead}
    found = {year: list(_of_year(known[year], states, votes)) for year in ahead}
    return {year: each.unit for year, each in known.items()}, found


def _of_year(
    year: YearOfStates, states: Mapping[str, str], votes: Mapping[str, Vote]
) -> Iterator[_Contribution]:
    for code, name in states.items():
        if lines := year.lines.get(code):
            units = sum((line.units * line.months / 12 for line in lines), Fraction(0))
            yield _Contribution(name, votes[code], units, sum((line.amount for line in lines), ZERO))


def _row(
    year: int, unit: ContributoryUnit, there: Sequence[_Contribution], fees: Decimal
) -> tuple[Cell, ...]:
    amount = sum((line.amount for line in there), ZERO)
    return (
        str(year),
        len(there),
        units_in_words(sum((line.units for line in there), Fraction(0))),
        unit.amount,
        unit.doubt or None,
        amount,
        sum((line.at_risk for line in there), ZERO),
        amount if unit.certainty is Certainty.UNVERIFIED else ZERO,
        fees,
    )


def _behind(found: Mapping[int, Sequence[_Contribution]]) -> Behind:
    """What each Member State is to contribute."""
    columns = (
        Column(key="state", title="Member State"),
        Column(key="units", title="Units"),
        Column(key="amount", title="Contribution", kind=ColumnKind.MONEY, currency="CHF", summed=True),
    )
    rows = (
        (
            (str(year),),
            ("contributions", "at_risk") if line.at_risk else ("contributions",),
            (line.name, units_in_words(line.units), line.amount),
        )
        for year, there in found.items()
        for line in there
    )
    return behind_of(("year",), columns, rows)
