"""The dues of a year before they are invoiced: who is charged what for what, given what back, and who is exempt."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col

from crm.directory.merged import among
from crm.directory.tables import Organization
from crm.membership.dues.assessed import Exempted
from crm.membership.dues.assessing import Pass, exempted, otherwise, passed_over
from crm.membership.dues.posting import ChargeLine
from crm.membership.dues.priced_otherwise import PricedOtherwise
from crm.membership.dues.statement import NOT_THE_BOOKS
from crm.membership.dues.unverified import UnverifiedRules, unverified_rules
from crm.membership.dues.year_on_file import accounts_in
from crm.reference.country import Country
from crm.reference.regions import Region
from crm.reports.accounts import REGION, Place, accounts
from crm.reports.assessed_lines import (
    LINES,
    MONEY,
    OTHERWISE,
    at_another_price,
    figures_of,
    line_cells,
    money,
    priced_otherwise,
    told,
    year_asked,
)
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_NOWHERE = "No region"
_COLUMNS = (
    REGION,
    Column(key="account", title="Account"),
    Column(key="id", title="Id", kind=ColumnKind.ID),
    Column(key="country", title="Country"),
    Column(key="for", title="For", kind=ColumnKind.NOTE),
    *MONEY,
    Column(key="assumed", title="Class not stated", kind=ColumnKind.COUNT, summed=True),
    Column(key="exempt", title="Months exempt", kind=ColumnKind.COUNT),
    Column(key="why", title="Why exempt", kind=ColumnKind.NOTE),
    OTHERWISE,
)


@dataclass(frozen=True, slots=True)
class _Account:
    """An account of a pass: what its invoice would say, which memberships are exempt, and which are priced otherwise by now."""

    about: Any
    lines: Sequence[ChargeLine]
    assumed: int
    exempt: Sequence[Exempted]
    otherwise: Sequence[PricedOtherwise]

    def cells(self, rules: UnverifiedRules) -> tuple[Cell, ...]:
        about = self.about
        months = max((each.months for each in self.exempt), default=None)
        return (
            about.Region.name() if about.Region else _NOWHERE,
            *(about.name, about.id, about.country),
            told(self.lines),
            *money(self.lines, rules),
            self.assumed,
            months,
            "; ".join(dict.fromkeys(each.reason for each in self.exempt)) or None,
            at_another_price(self.otherwise),
        )


def dues_assessment(
    reader: Reader, *, year: int | None = None, region: str | None = None, rows: bool = True
) -> Report:
    """The dues of a year before they are invoiced, account by account: charged, given back, exempt, or of no class.

    Args:
        reader: reads the book.
        year: the year of the dues; the one whose invoices are to go out next where none is given.
        region: only organisations based in this development region, by slug or name.
        rows: whether the lines of the invoices are read with the figures, for `rows_behind`.

    Returns:
        One row an account that would get an invoice, is exempt, or was charged at another price than now, by region.

    Raises:
        NotFound: there is no such region, or the fee tables say nothing for a membership.
    """
    as_of = reader.store.now()
    with reader.store.reading() as session:
        asked = year_asked(reader, session, year)
        place = Place(session, region)
        this = passed_over(session, asked, accounts_in(session, asked))
        rules = unverified_rules(session)
        found = _accounts(session, place, this)
    return Report(
        name="dues-assessment",
        title=f"Assessment of the dues of {asked}",
        definition=f"What an assessment of {asked} would write now (crm dues assess {asked}), account by account: what is left "
        "to charge of every membership that runs in the year, and what is given back of what was charged before; where one "
        "Sector gives back and another one is charged, each has an invoice of its own. A Sector "
        "Member whose class is not stated is charged the lowest one. Where an account is exempt for some months, the others "
        f"are charged. Nothing is written by this report. {NOT_THE_BOOKS}",
        denominator=f"Of {len(this.terms):,} memberships that run in {asked}, {this.charged_before:,} have nothing left to charge. "
        "Not verified: what follows a fee that no source states.",
        as_of=as_of,
        filters={"year": str(asked), **place.filters},
        columns=_COLUMNS,
        rows=tuple(each.cells(rules) for each in found),
        behind=_behind(found, rules) if rows else None,
        notes=(
            *synthetic(len(this.synthetic & {each.about.id for each in found})),
            *priced_otherwise(sum(bool(each.otherwise) for each in found)),
        ),
        grouped_by="region",
        chart=Chart(label="account", value="invoice", empty="Exempt, or nothing to pay", most=20),
    )


def _accounts(session: Session, place: Place, this: Pass) -> list[_Account]:
    """The accounts that would get an invoice, are exempt or were charged at another price, by region and name."""
    exempt: defaultdict[int, list[Exempted]] = defaultdict(list)
    for body in exempted(session, this):
        exempt[body.organization_id].append(body)
    priced: defaultdict[int, list[PricedOtherwise]] = defaultdict(list)
    for each in otherwise(session, this):
        priced[each.organization_id].append(each)
    about = _about(session, place, [*this.lines.keys(), *exempt, *priced])
    found = [
        _Account(row, this.lines.get(number, ()), this.assumed[number], exempt[number], priced[number])
        for number, row in about.items()
    ]
    return sorted(found, key=_position)


def _position(account: _Account) -> tuple[int, str, int]:
    region = account.about.Region
    return region.position if region else 99, account.about.name, account.about.id


def _about(session: Session, place: Place, ids: Sequence[int]) -> Mapping[int, Any]:
    query = accounts(Organization.id, Organization.name, Organization.country, Region)
    query = query.outerjoin(Region, col(Region.slug) == col(Country.region))
    rows = session.execute(place.narrowed(query.where(among(col(Organization.id), ids))))
    return {row.id: row for row in rows}


def _behind(found: Sequence[_Account], rules: UnverifiedRules) -> Behind:
    return behind_of(("id",), LINES, _lines(found, rules))


def _lines(
    found: Sequence[_Account], rules: UnverifiedRules
) -> Iterator[tuple[tuple[Cell, ...], frozenset[str], tuple[Cell, ...]]]:
    for account in found:
        for line in account.lines:
            yield (account.about.id,), figures_of(line), line_cells(account.about.name, line, rules)
