from datetime import date
from decimal import Decimal

import pytest
from support.reporting import assert_figures_open_to_their_rows

from crm.errors import AlreadyExists, InvalidInput, NotFound

LONG_AGO = date(2020, 1, 1)
TODAY = date(2026, 11, 24)


def known(book, segment, country, members=0, others=0):
    for number in range(members + others):
        organization = book.organizations.add(
            f"{segment} {country} {number}", country=country, segment=segment
        )
        if number < members:
            book.terms.join(organization, "sector_member", sector="T", on=LONG_AGO)


@pytest.fixture
def filled(book):
    with book.transaction():
        known(book, "satellite", "KE", members=4, others=4)
        known(book, "cloud", "KE", members=0, others=8)
        known(book, "ai", "KE", members=0, others=4)
        known(book, "cloud", "FR", members=1, others=9)
        book.organizations.add("No segment", country="KE")
        book.organizations.add("Nowhere", segment="cloud")
    return book


def found(report):
    return {(row["region"], row["segment"]): row for row in report}


def test_a_segment_below_half_of_the_common_share_is_under_represented(filled):
    report = filled.reports.segments_under_represented()
    # 5 members of 30 organisations: half of their share is a twelfth.
    assert report.filters["threshold"] == "8.3%"
    assert set(found(report)) == {("Africa", "Cloud and data centre")}
    (row,) = report
    assert (row["members"], row["organizations"], row["share"]) == (0, 8, 0)


def test_too_few_organisations_are_no_ground_for_a_verdict(filled):
    report = filled.reports.segments_under_represented(every=True)
    row = next(row for row in report if row["organizations"] == 4)
    assert row["verdict"] == "too few to tell"
    assert len(report) == 4


def test_the_threshold_is_stated_and_can_be_chosen(filled):
    report = filled.reports.segments_under_represented(threshold=Decimal("0.2"))
    assert ("Europe", "Cloud and data centre") in found(report)
    assert "below 20.0%." in report.definition
    for wrong in (Decimal(0), Decimal(-1), Decimal(2)):
        with pytest.raises(InvalidInput, match="no share"):
            filled.reports.segments_under_represented(threshold=wrong)


def test_the_latest_stated_population_counts_before_what_is_on_record(filled):
    state = filled.populations.state
    state("satellite", region="africa", organizations=40, source="Register", as_of=date(2024, 1, 1))
    state("satellite", region="Africa", organizations=100, source="Register", as_of=date(2025, 1, 1))
    state("quantum", region="europe", organizations=10, source="Study", as_of=date(2025, 1, 1))
    rows = found(filled.reports.segments_under_represented(every=True))
    satellite = next(row for (_, name), row in rows.items() if "atellite" in name)
    assert (satellite["members"], satellite["organizations"]) == (4, 100)
    assert satellite["source"] == "Register, 1 January 2025"
    assert any("uantum" in name and row["members"] == 0 for (_, name), row in rows.items())
    earlier = found(filled.reports.segments_under_represented(every=True, on=date(2024, 6, 1)))
    assert next(r for (_, n), r in earlier.items() if "atellite" in n)["organizations"] == 40


def test_a_population_is_stated_once_and_must_make_sense(filled):
    said = {"region": "africa", "organizations": 40, "source": "Register", "as_of": TODAY}
    filled.populations.state("satellite", **said)
    with pytest.raises(AlreadyExists):
        filled.populations.state("satellite", **said)
    with pytest.raises(InvalidInput):
        filled.populations.state("satellite", **{**said, "organizations": 0, "source": "Other"})
    with pytest.raises(NotFound):
        filled.populations.state("no such", **said)
    assert [row.source for row in filled.populations.of("satellite")] == ["Register"]


def test_fewer_members_than_a_source_knows_is_no_contradiction(filled):
    filled.populations.state("satellite", region="africa", organizations=2, source="Old", as_of=TODAY)
    rows = found(filled.reports.segments_under_represented(every=True))
    assert max(row["share"] for row in rows.values()) <= 1


def test_its_member_figures_open_to_their_rows(filled):
    assert_figures_open_to_their_rows(filled.reports.segments_under_represented(every=True))


def test_a_region_narrows_it(filled):
    report = filled.reports.segments_under_represented(region="Europe", every=True)
    assert {row["region"] for row in report} == {"Europe"}
