"""It is 24 November 2026."""

from datetime import date
from decimal import Decimal

import pytest

from crm.errors import NotFound
from crm.reports.columns import added

NAME, BEGAN = "2028-2031 provisional", date(2026, 7, 1)


@pytest.fixture
def filled(book):
    book.rounds.open(NAME, circular="CL-25/36", period="2028", deadline=date(2026, 12, 31), on=BEGAN)
    book.rounds.ask(NAME, on=BEGAN)
    book.rounds.answer(NAME, "FRA", on=date(2026, 9, 1), document="Note 7")
    book.rounds.answer(NAME, "CAN", 9, on=date(2026, 9, 2))
    book.rounds.answer(NAME, "KEN", "1 1/2", on=date(2026, 9, 3))
    return book


def test_what_is_at_stake_stands_by_region_and_direction_and_comes_to_that_of_the_round(filled):
    report = filled.reports.contribution_stakes()
    assert [group.name for group in report.groups][:2] == ["Africa", "Americas"]
    by = {(row["region"], row["direction"]): row for row in report}
    assert [direction for region, direction in by if region == "Americas"] == ["go down", "silent"]
    canada, kenya = by["Americas", "go down"], by["Africa", "go up"]
    assert (canada["states"], canada["units"], canada["change"]) == (1, 11, -2)
    assert (canada["worth"], canada["stake"]) == (Decimal("3498000.00"), Decimal("-636000.00"))
    assert (kenya["change"], kenya["stake"]) == (Decimal("0.5"), Decimal("159000.00"))
    assert (by["Europe", "keep"]["units"], by["Europe", "keep"]["stake"]) == (21, 0)

    whole = filled.reports.contribution_round()
    assert (report.total("states"), report.total("units")) == (194, whole.total("units"))
    assert report.total("stake") == whole.total("change") == Decimal("-477000.00")


def test_figures_open_to_the_states_that_they_were_counted_from(filled):
    report = filled.reports.contribution_stakes()
    for row in report:
        behind = report.rows_behind(row, "stake")
        assert len(behind) == row["states"]
        assert added(line["stake"] for line in behind) == row["stake"]
        assert added(line["before"] for line in behind) == row["units"]
    (canada,) = report.rows_behind(("Americas", "go down"), "units")
    assert (canada["code"], canada["state"], canada["before"], canada["announced"]) == (
        "CAN",
        "Canada",
        11,
        9,
    )


def test_both_figures_are_drawn_under_their_own_heading(filled):
    page = filled.reports.contribution_stakes().to_html()
    assert page.count("<figure>") == 2
    assert "Change a year (CHF)</bdi></h2>" in page
    assert "<h2><bdi>Units</bdi></h2>" in page


def test_a_region_an_earlier_day_and_a_language(filled):
    africa = filled.reports.contribution_stakes(
        region="Africa", round="CL-25/36", on=date(2026, 9, 1), language="fr"
    )
    assert [(row["region"], row["direction"], row["states"]) for row in africa] == [("Afrique", "silent", 44)]
    assert africa.filters["round"] == NAME


def test_without_a_round_there_is_nothing_at_stake(book):
    report = book.reports.contribution_stakes()
    assert len(report) == 0
    assert "no round" in report.title
    with pytest.raises(NotFound):
        book.reports.contribution_stakes(round="CL-25/36")
