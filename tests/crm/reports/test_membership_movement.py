from datetime import date

import pytest
from support.reporting import assert_figures_open_to_their_rows

from crm.directory.tables import Organization
from crm.errors import InvalidInput, NotFound
from crm.membership.ledger import record_event
from crm.membership.terms import Coverage, EventKind
from crm.reference.categories import Category

COUNTED = ("joined", "returned", "further", "upgraded_to", "downgraded_to", "corrected")
LOST = ("upgraded_from", "downgraded_from", "denounced", "excluded")


@pytest.fixture
def filled(book):
    """What happened in 2025 to six organisations, told by the ledger."""
    add, terms = book.organizations.add, book.terms

    def associate(name, since, country="KE", sector="T"):
        account = add(name, country=country)
        group = {"T": "T-SG13", "R": "R-SG4"}[sector]
        terms.join(account, "associate", sector=sector, study_group=group, on=since)
        return account

    associate("New", date(2025, 3, 1))
    upgraded = associate("Upgraded", date(2020, 1, 1), country="FR")
    terms.upgrade(upgraded, sector="T", on=date(2025, 4, 1))
    terms.further_sector(upgraded, sector="D", on=date(2025, 5, 1))
    back = associate("Back", date(2015, 1, 1))
    terms.denounce(back, sector="T", on=date(2019, 1, 1), reason="no budget")
    terms.join(back, "associate", sector="T", study_group="T-SG13", on=date(2025, 6, 1))
    gone = associate("Gone", date(2018, 1, 1))
    terms.denounce(gone, sector="T", on=date(2025, 7, 1), reason="merged")
    out = associate("Out", date(2018, 1, 1), sector="R")
    terms.exclude(out, sector="R", on=date(2026, 1, 1), reason="unpaid since 2024", override="recorded late")
    add("Stays", country="CH")
    terms.join("Stays", "academia", on=date(2012, 1, 1))
    return book


def report(book, **filters):
    made = book.reports.membership_movement(since=date(2025, 1, 1), until=date(2025, 12, 31), **filters)
    return made, {row["membership"]: row for row in made}


def test_every_change_is_counted_by_its_reason(filled):
    _, by = report(filled)
    told = {
        place: {k: v for k, v in row.items() if v and k not in ("year", "membership")}
        for place, row in by.items()
    }
    assert told["Associates, ITU-T"] == {
        "at_start": 2,
        "joined": 1,
        "returned": 1,
        "came": 2,
        "upgraded_from": 1,
        "denounced": 1,
        "went": 2,
        "at_end": 2,
    }
    assert told["Sector Members, ITU-T"] == {"upgraded_to": 1, "came": 1, "at_end": 1}
    assert told["Sector Members, ITU-D"] == {"further": 1, "came": 1, "at_end": 1}
    assert told["Associates, ITU-R"] == {"at_start": 1, "at_end": 1}
    assert told["Academia"] == {"at_start": 1, "at_end": 1}
    assert told["Associates, ITU-D"] == {}


def test_wish_2_an_upgrade_is_never_a_join_or_a_renewal(filled, book):
    made, by = report(filled)
    assert made.total("joined") == 1
    assert by["Sector Members, ITU-T"]["joined"] == by["Sector Members, ITU-T"]["at_start"] == 0


def test_an_exclusion_counts_in_the_period_of_its_day(filled):
    made = filled.reports.membership_movement(since=date(2026, 1, 1), until=date(2026, 6, 30))
    assert {row["membership"]: row["excluded"] for row in made if row["excluded"]} == {"Associates, ITU-R": 1}
    assert made.total("denounced") == 0


def test_each_year_of_a_longer_period_stands_by_itself_and_is_drawn_with_what_came_and_went(filled):
    made = filled.reports.membership_movement(since=date(2019, 1, 1), until=date(2026, 6, 30))
    whole, _ = report(filled)
    (year,) = [group for group in made.groups if group.name == "2025"]
    assert [tuple(row.values()) for row in year.rows] == [tuple(row.values()) for row in whole]
    assert_figures_open_to_their_rows(made)
    assert made.totals == {}  # who is there at the end of two years is not there twice
    moved = {group.name: (group.totals["came"], group.totals["went"]) for group in made.groups}
    assert moved == {
        **dict.fromkeys(map(str, range(2019, 2027)), (0, 0)),
        "2019": (0, 1),
        "2020": (1, 0),
        "2025": (4, 2),
        "2026": (0, 1),
    }
    assert made.heads == {"came": 0, "went": 1}  # the year that has begun
    assert "2025: 4, Went out 2; 2026: 0, Went out 1" in made.to_html()


def test_its_table_is_told_to_be_wide_and_what_is_at_zero_is_named(filled):
    page = filled.reports.membership_movement(since="2024-01-01", until="2025-12-31").to_html()
    assert 'class="figures wide"' in page
    assert "<dt><bdi>Year: None came in</bdi></dt><dd>" in page
    short = filled.reports.revenue_forecast(years=1).to_html()
    assert 'class="figures"' in short
    assert "<dt><bdi>Year: Nothing expected</bdi></dt><dd>0</dd>" in short


def test_every_row_adds_up_and_every_figure_opens_to_its_rows(filled):
    made, by = report(filled)
    for row in by.values():
        assert (
            row["at_start"] + sum(row[key] for key in COUNTED) - sum(row[key] for key in LOST)
            == row["at_end"]
        )
        assert row["corrected"] == 0
    assert_figures_open_to_their_rows(made)


def test_a_correction_within_the_period_shows_as_one(filled):
    term = filled.terms.join("New", "sector_member", sector="R", on=date(2025, 8, 1))
    mended = {"kind": EventKind.CORRECTION, "coverage": Coverage.RADIO, "category": Category.ASSOCIATE}
    with filled._store.changing("membership.correction") as change:
        account = change.session.get_one(Organization, term.organization_id)
        record_event(change, account, {**mended, "study_group": "R-SG4", "effective_on": date(2025, 9, 1)})
    _, by = report(filled)
    assert by["Sector Members, ITU-R"]["further"] == 1
    assert (by["Sector Members, ITU-R"]["corrected"], by["Associates, ITU-R"]["corrected"]) == (-1, 1)


def test_an_upgrade_on_the_first_day_counts_in_the_category_that_it_came_to_alone(filled):
    account = filled.organizations.add("At once", country="KE")
    filled.terms.join(account, "associate", sector="R", study_group="R-SG4", on=date(2025, 8, 1))
    filled.terms.upgrade(account, sector="R", on=date(2025, 8, 1))
    made, by = report(filled)
    assert (by["Sector Members, ITU-R"]["upgraded_to"], by["Sector Members, ITU-R"]["at_end"]) == (1, 1)
    assert (by["Associates, ITU-R"]["joined"], by["Associates, ITU-R"]["upgraded_from"]) == (0, 0)
    assert made.total("corrected") == 0
    assert "never was of the former category" in made.definition


def test_a_region_narrows_and_a_wrong_period_or_region_is_refused(filled):
    made, by = report(filled, region="Europe")
    assert by["Associates, ITU-T"]["at_start"] == 1
    assert made.filters["region"] == "Europe"
    with pytest.raises(InvalidInput):
        filled.reports.membership_movement(since=date(2026, 1, 1), until=date(2025, 1, 1))
    with pytest.raises(NotFound):
        filled.reports.membership_movement(region="Atlantis")


def test_an_empty_book_has_a_row_for_every_category(book):
    assert [row["at_end"] for row in book.reports.membership_movement()] == [0] * 7
