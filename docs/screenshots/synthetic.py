"""A synthetic book for pictures: the same made-up organisations at every run."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from zlib import crc32

import crm
from crm.config import Settings, StatedSettings
from crm.directory.staff import Staff
from crm.membership.proposals.proposal import Proposal
from crm.membership.what_if import EligibilityChange, FeeChange, UnitChange, Who
from crm.opening import open_book
from crm.reference.country import Country
from crm.reports import Chart, ChartKind, Column, ColumnKind, Report
from crm.reports.what_if.simulation import Simulation
from workers.demo.round_of_the_paper import AS_OF, NAME, hold_the_round

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
_ACTOR = "dana@accord.example"
_SEGMENTS = ("satellite", "cloud", None)
_PLACES = ("North", "South", "Coast", "Lake", "Hill", "East", "West", "River", "Harbour", "Valley")
_GROUPS = {"R": "R-SG4", "T": "T-SG13", "D": "D-SG1"}
_TRADES = ("Telecom", "Networks", "Broadcasting", "Cloud", "Satellites")


@contextmanager
def synthetic_book(folder: Path) -> Iterator[crm.Book]:
    """A book in a folder of its own, filled with synthetic prospects."""
    settings: Settings = StatedSettings.model_validate({"data_folder": folder})
    with open_book(_ACTOR, settings=settings, clock=crm.SetClock(NOW)) as book:
        dana = book.staff.add("Dana Novak", email=_ACTOR, office="BDT")
        with book.transaction():
            for state in book.countries.member_states():
                for number in range(_how_many(state.code)):
                    _prospect(book, state, number, owner=dana if number % 2 else None)
        yield book


def forecast() -> Report:
    """A made-up forecast by quarter, for the columns over time."""
    quarters = [f"{year}-Q{quarter}" for year in (2027, 2028) for quarter in (1, 2, 3, 4)]
    amounts = [120, 180, 95, 0, 240, 310, 275, None]
    return Report(
        name="forecast",
        title="Expected contributions by quarter",
        definition="Open opportunities by the quarter in which they are expected to close.",
        denominator="All open opportunities of this synthetic book.",
        as_of=NOW,
        columns=(
            Column(key="quarter", title="Quarter"),
            Column(key="amount", title="Expected", kind=ColumnKind.COUNT, summed=True),
        ),
        rows=tuple(zip(quarters, amounts, strict=True)),
        notes=("Synthetic demonstration data.",),
        chart=Chart(kind=ChartKind.COLUMNS, label="quarter", value="amount", empty="Nothing expected"),
    )


def announcements(book: crm.Book) -> Report:
    """The announcement round of the Working Group's paper, with States that are made up."""
    hold_the_round(book)
    return book.reports.contribution_round(round=NAME, on=AS_OF)


def proposal(book: crm.Book) -> Proposal:
    """What it would mean that a made-up Associate becomes a Sector Member."""
    acme = book.organizations.add("Acme Satellites", country="CH", synthetic=True)
    book.organizations.add("Federal Office of Communications", country="CH", kind="administration")
    joined = {"study_group": "T-SG13", "on": date(2020, 1, 1), "synthetic": True}
    book.terms.join(acme, "associate", sector="T", **joined)
    book.dues.assess(NOW.year)
    return book.terms.propose_upgrade(acme, sector="T", on=date(2027, 4, 1))


def what_if(book: crm.Book) -> Simulation:
    """What changes of fees would do to a made-up membership; the members stay in the book."""
    with book.transaction():
        for number, state in enumerate(book.countries.member_states()):
            _member(book, state, number)
    proposal = (
        FeeChange("associate-*", by="20%"),
        EligibilityChange("developing", granted=False, who=Who(income="upper-middle")),
        UnitChange(by="15%"),
    )
    return book.what_if(proposal, seed=7)


def _member(book: crm.Book, state: Country, number: int) -> None:
    sector, since = "RTD"[number % 3], date(2026, 1, 1)
    size = "sme" if number % 5 == 0 else "large"
    name = f"{state.name()} {_PLACES[number % 10]} Member"
    added = book.organizations.add(name, country=state.code, size=size, synthetic=True)
    if number % 2:
        units = 1 + number * 7 % 23
        book.terms.join(added, "sector_member", sector=sector, units=units, on=since, synthetic=True)
    else:
        book.terms.join(
            added, "associate", sector=sector, study_group=_GROUPS[sector], on=since, synthetic=True
        )


def _how_many(code: str) -> int:
    """Many States without a prospect, most with a few, some far ahead."""
    chance = crc32(code.encode()) % 100
    return {"USA": 41, "CHN": 27, "JPN": 19, "KEN": 12}.get(code, max(0, (chance - 45) // 8))


def _prospect(book: crm.Book, state: Country, number: int, *, owner: Staff | None) -> None:
    place, trade = _PLACES[number % 10], _TRADES[(number // 10 + crc32(state.code.encode())) % 5]
    added = book.organizations.add(
        f"{state.name()} {place} {trade}",
        country=state.code,
        segment=_SEGMENTS[number % 3],
        owner=owner,
        synthetic=True,
    )
    book.roles.give(added, "prospect", source="synthetic", since=date(2026, 1, 1))
