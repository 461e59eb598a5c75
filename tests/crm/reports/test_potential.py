from datetime import date
from decimal import Decimal

import pytest
from support.associates import associate

from crm.errors import InvalidInput, NotFound
from crm.reports.columns import added

SINCE = date(2020, 1, 1)


@pytest.fixture
def filled(book):
    """An Associate in Nairobi, a Sector Member in Geneva, and one in arrears."""
    acme, _ = associate(book, "Nairobi", country="KE", segment="satellite", punctuality="on_time")
    book.participation.record(acme, "T-SG17", "asked", on=date(2026, 9, 1))
    for name, standing in [("Geneva", "good"), ("Owing", "arrears")]:
        account = book.organizations.add(name, country="CH", segment="gaming", synthetic=name == "Owing")
        book.terms.join(account, "sector_member", sector="T", on=SINCE)
        book.standing.record(account, standing, as_of=date(2026, 9, 30), source="test")
    return book


def figures(report):
    return {(row["region"], row["segment"]): tuple(row[key] for key in list(row)[2:]) for row in report}


def test_upgrades_and_further_sectors_are_summed_by_region_and_segment(filled):
    report = filled.reports.potential()
    assert figures(report) == {
        ("Africa", "Satellite and NewSpace"): (
            1,
            2,
            Decimal("33787.50"),
            Decimal("33787.50"),
            Decimal(0),
        ),
        ("Europe", "Gaming and extended reality"): (
            0,
            2,
            Decimal("39750.00"),
            Decimal(0),
            Decimal("39750.00"),
        ),
    }
    assert report.total("amount") == Decimal("73537.50")
    assert filled.reports.make("potential", region="africa").total("amount") == Decimal("33787.50")


def test_every_sum_opens_to_what_it_was_added_from(filled):
    report = filled.reports.potential()
    for row in report:
        for column in ("amount", "supported", "held"):
            behind = report.rows_behind(row, column)
            assert added(each["amount"] for each in behind) == row[column]
        for column in ("upgrades", "further"):
            assert len(report.rows_behind(row, column)) == row[column]
    (upgrade,) = report.rows_behind(("Africa", "Satellite and NewSpace"), "upgrades")
    assert (upgrade["name"], upgrade["ask"], upgrade["points"]) == ("Nairobi", "upgrade in ITU-T", 50)
    assert "+30: asked about T-SG17" in upgrade["speaks"]
    held = report.rows_behind("total", "held")
    assert {each["against"] for each in held} == {"hold: in arrears, as of 30 September 2026"}


def test_it_is_narrowed_by_segment_and_kind(filled):
    assert filled.reports.potential(segment="gaming").total("upgrades") == 0
    assert filled.reports.potential(kind="upgrade").total("amount") == Decimal("21200.00")
    assert filled.reports.potential(kind="upgrade", segment="gaming").rows == ()
    with pytest.raises(NotFound):
        filled.reports.potential(segment="alchemy")
    with pytest.raises(InvalidInput):
        filled.reports.potential(kind="gift")


def test_it_says_what_is_made_up_and_what_is_unverified(filled):
    report = filled.reports.potential()
    synthetic, fees = report.notes
    assert "2 of the records counted here are made up" in synthetic
    assert fees == "Some of the fees that these sums rest on are unverified."
    assert "our own choice" in report.definition
    assert "it takes 200 asks" in report.definition


def test_what_has_neither_region_nor_segment_comes_last(filled):
    account = filled.organizations.add("Nowhere")
    filled.terms.join(account, "sector_member", sector="T", on=SINCE)
    report = filled.reports.potential()
    assert list(figures(report))[-1] == ("No region", "No segment")


def test_the_chart_shows_the_money_of_each_segment(filled):
    report = filled.reports.potential()
    assert (report.chart.label, report.chart.value, report.grouped_by) == ("segment", "amount", "region")
    assert "Satellite and NewSpace" in report.to_html()
