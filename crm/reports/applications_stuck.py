"""Applications that are stuck: with which administration, or with whom else, and since when."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from crm.directory.tables import Organization
from crm.engagement.opportunity_tables import Opportunity
from crm.errors import InvalidInput
from crm.membership.joining.application import in_words
from crm.membership.joining.application_routes import administrations, on_file
from crm.membership.joining.application_steps import Party, waits_for
from crm.membership.joining.application_tables import ApplicationRecord
from crm.reference.application_patience import application_patience
from crm.reference.country import Country
from crm.reference.languages import known_language
from crm.reference.opportunity_stages import OpportunityKind
from crm.reference.regions import Region
from crm.reference.spelling import plain
from crm.reports.accounts import REGION, Place
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_DIRECT = "Secretary-General"
_FIGURES: Mapping[Party, tuple[str, str]] = {
    Party.ADMINISTRATION: ("with_approver", "With whoever approves"),
    Party.SECRETARY_GENERAL: ("with_approver", "With whoever approves"),
    Party.US: ("with_us", "With us"),
    Party.APPLICANT: ("with_applicant", "With the applicant"),
    Party.PAYMENT: ("unpaid", "To be paid"),
}
_COUNTS = dict(_FIGURES.values())
_COLUMNS = (
    REGION,
    Column(key="state", title="Member State"),
    Column(key="code", title="Code"),
    Column(key="administration", title="Administration"),
    *(Column(key=key, title=title, kind=ColumnKind.COUNT, summed=True) for key, title in _COUNTS.items()),
    Column(key="stuck", title="Stuck", kind=ColumnKind.COUNT, summed=True),
    Column(key="longest", title="Longest wait in days", kind=ColumnKind.COUNT),
)
_BEHIND = (
    Column(key="id", title="Id", kind=ColumnKind.ID),
    Column(key="organization", title="Organisation"),
    Column(key="wants", title="Applies for"),
    Column(key="waits_for", title="Waits for"),
    Column(key="since", title="Since", kind=ColumnKind.DATE),
    Column(key="days", title="Days", kind=ColumnKind.COUNT),
    Column(key="ask", title="Open ask", kind=ColumnKind.ID),
)


@dataclass(frozen=True, slots=True)
class _Stuck:
    """One application that has waited for too long; `state` is empty where the Secretary-General approves."""

    id: int
    organization: str
    wants: str
    party: Party
    state: str
    since_on: date
    days: int
    ask: int | None
    synthetic: bool

    @property
    def figures(self) -> tuple[str, str]:
        """The columns in which it counts."""
        return _FIGURES[self.party][0], "stuck"

    def cells(self) -> tuple[Cell, ...]:
        """What is shown of it behind a figure."""
        whom = self.party.value.replace("_", " ")
        return (self.id, self.organization, self.wants, whom, self.since_on, self.days, self.ask)


def applications_stuck(
    reader: Reader,
    *,
    days: int | None = None,
    region: str | None = None,
    every: bool = False,
    language: str = "en",
    rows: bool = True,
) -> Report:
    """Applications for membership that have waited for too long, by the Member State whose administration must approve.

    Args:
        reader: reads the book.
        days: stuck are those that have waited for more than so many days; where none is given, what is usual for each party.
        region: only this development region, by slug or name.
        every: all Member States, those in which nothing is stuck included.
        language: the language of the names of States and regions.
        rows: whether the applications themselves are read with their number, for `rows_behind`.

    Returns:
        One row a Member State, and one for the Secretary-General: the longest wait first, States of a region together.

    Raises:
        NotFound: there is no such region.
        InvalidInput: the number of days is below zero.
    """
    if days is not None and days < 0:
        raise InvalidInput(f"days: {days} is below zero.", field="days", value=days)
    as_of, today, tongue = reader.store.now(), reader.today(), known_language(language)
    with reader.store.reading() as session:
        place = Place(session, region)
        usual = application_patience(session)
        states = _states(session, place, tongue.value)
        found = list(
            _found(session, usual if days is None else dict.fromkeys(usual, days), today, set(states))
        )
        shown = states.keys() if every else {one.state for one in found}
        known = administrations(session, shown)
    return Report(
        name="applications-stuck",
        title="Applications that are stuck",
        definition=_definition(usual, days),
        denominator="All open applications; one counts for the Member State whose administration must approve it.",
        as_of=as_of,
        on=today,
        filters={**place.filters, **({} if days is None else {"days": days})},
        columns=_COLUMNS,
        rows=tuple(_rows(found, {code: states[code] for code in shown}, known)),
        behind=_behind(found) if rows else None,
        notes=synthetic(sum(one.synthetic for one in found)),
        grouped_by="region",
        chart=Chart(label="state", value="longest", empty="Nothing is stuck in"),
        language=tongue.value,
    )


def _states(session: Session, place: Place, language: str) -> dict[str, tuple[str, str]]:
    """The Member States by code, with their region and name, in the usual order; without a code, the Secretary-General."""
    query: Any = select(Country, Region).join(Region, col(Region.slug) == col(Country.region))
    query = query.where(col(Country.member_state) == col(Country.code))
    if place.region is not None:
        query = query.where(col(Country.region) == place.region.slug)
    found = sorted(session.execute(query), key=lambda row: (row[1].position, plain(row[0].name(language))))
    direct = {} if place.region is not None else {"": (_DIRECT, _DIRECT)}
    return {state.code: (region.name(language), state.name(language)) for state, region in found} | direct


def _found(session: Session, most: Mapping[str, int], today: date, states: set[str]) -> Iterator[_Stuck]:
    query = (
        select(ApplicationRecord, col(Organization.name), _ask())
        .join(Organization, col(Organization.id) == col(ApplicationRecord.organization_id))
        .where(col(ApplicationRecord.closed_on).is_(None))
        .order_by(col(ApplicationRecord.since_on), col(ApplicationRecord.id))
    )
    for row, name, ask in session.execute(query):
        party, waited = waits_for(row.status, direct=row.state is None), (today - row.since_on).days
        state = row.state or ""
        if party is not None and waited > most.get(party, waited) and state in states:
            wants = in_words(row.category, row.coverage)
            yield _Stuck(row.id, name, wants, party, state, row.since_on, waited, ask, row.synthetic)


def _ask() -> Any:
    """The open ask for a first membership of the account, which an application succeeds or fails beside."""
    return (
        select(col(Opportunity.id))
        .where(col(Opportunity.organization_id) == col(Organization.id), col(Opportunity.closed_at).is_(None))
        .where(col(Opportunity.kind) == OpportunityKind.FIRST_MEMBERSHIP)
        .order_by(col(Opportunity.id).desc())
        .limit(1)
        .correlate(Organization)
        .scalar_subquery()
        .label("ask")
    )


def _rows(
    found: Sequence[_Stuck], states: Mapping[str, tuple[str, str]], known: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[Cell, ...]]:
    longest = {code: max((one.days for one in found if one.state == code), default=-1) for code in states}
    of_region: dict[str, int] = {}
    for code, (region, _) in states.items():
        of_region[region] = max(longest[code], of_region.get(region, -1))
    # Regions that wait equally long stay apart; within one, States keep their usual order.
    for code in sorted(
        states, key=lambda code: (-of_region[states[code][0]], states[code][0], -longest[code])
    ):
        there = [one for one in found if one.state == code]
        region, name = states[code]
        who = on_file(known.get(code, ())) if code else _DIRECT
        counts = (sum(key in one.figures for one in there) for key in _COUNTS)
        waited = longest[code] if there else None
        yield (region, name, code or None, who, *counts, len(there), waited)


def _behind(found: Iterable[_Stuck]) -> Behind:
    return behind_of(("code",), _BEHIND, (((one.state or None,), one.figures, one.cells()) for one in found))


def _definition(usual: Mapping[str, int], days: int | None) -> str:
    if days is not None:
        return f"Open applications that have waited for whoever must act next for more than {days} days."
    told = ", ".join(f"{party.replace('_', ' ')} {most}" for party, most in sorted(usual.items()))
    return (
        "Open applications that have waited for whoever must act next for more days than is usual. How many are usual is "
        f"unverified, our own choice: {told}."
    )
