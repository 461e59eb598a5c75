from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from openpyxl import load_workbook

from crm.errors import InvalidInput, NotFound

BEGAN = date(2026, 7, 1)
NAME = "2028-2031 provisional"


@pytest.fixture
def filled(book):
    """It is 24 November 2026: all were asked, one twice; four answered, one of them by mistake."""
    book.rounds.open(NAME, circular="CL-25/36", period="2028", deadline=date(2026, 12, 31), on=BEGAN)
    book.rounds.ask(NAME, on=BEGAN)
    book.rounds.ask(NAME, "Peru", channel="mission", on=date(2026, 11, 3))
    book.rounds.answer(NAME, "FRA", on=date(2026, 9, 1), document="Note 7")
    book.rounds.answer(NAME, "CAN", 9, on=date(2026, 9, 2))
    book.rounds.answer(NAME, "KEN", "1 1/2", on=date(2026, 9, 3))
    book.rounds.answer(NAME, "LBY", "1/16", on=date(2026, 9, 4))
    book.rounds.correct(NAME, "LBY", nothing=True, reason="It was about something else")
    return book


def row(report, code):
    return next(each for each in report if each["code"] == code)


def test_every_member_state_has_a_row_in_its_region(filled):
    report = filled.reports.contribution_round()
    assert len(report) == 194
    sizes = {group.name: len(group.rows) for group in report.groups}
    assert list(sizes.values()) == [44, 35, 21, 39, 9, 46]
    assert report.total("units") == 356
    assert (report.total("announced"), report.total("asked")) == (Decimal("31.5"), 195)


def test_a_row_tells_what_was_announced_and_what_it_costs(filled):
    report = filled.reports.contribution_round()
    canada, peru, libya = row(report, "CAN"), row(report, "PER"), row(report, "LBY")
    assert (canada["units"], canada["announced"], canada["open"]) == (11, 9, 0)
    assert canada["change"] == Decimal("-636000.00")
    assert (peru["asked"], peru["announced"], peru["change"]) == (2, None, 0)
    assert (peru["open"], libya["open"], libya["announced"]) == (Decimal("0.25"), Decimal("0.25"), None)
    assert report.total("open") == 356 - 21 - 11 - 1
    assert report.total("change") == Decimal("-477000.00")


def test_a_region_alone_and_an_earlier_day(filled):
    africa = filled.reports.contribution_round(region="Africa")
    assert (len(africa), africa.total("announced")) == (44, Decimal("1.5"))
    assert filled.reports.contribution_round(on=date(2026, 9, 1)).total("announced") == 21
    assert row(filled.reports.contribution_round(language="fr"), "DEU")["state"] == "Allemagne"


def test_the_unit_amount_comes_with_its_certainty(filled):
    unit = filled.reports.contribution_round().filters["unit amount"]
    assert unit.startswith("CHF 318,000.00 (preliminary, unverified: ")


def test_the_projection_states_its_assumption(filled):
    *_, kept = filled.reports.contribution_round().notes
    assert "354.50 units expected (354.50 to 354.50) after 356" in kept
    assert "191 States that have not answered, all keep their class" in kept
    assert "(unverified)" in kept
    *_, some = filled.reports.contribution_round(lower=Decimal("0.1"), higher=Decimal("0.02")).notes
    assert "10 per cent go down as far as the limit allows, 2 per cent go up to the next class" in some
    with pytest.raises(InvalidInput):
        filled.reports.contribution_round(lower=Decimal(2))


def test_figures_open_to_the_lines_they_were_counted_from(filled):
    filled.rounds.answer(NAME, "YEM", "1/8", on=date(2026, 9, 5))
    filled.rounds.answer(NAME, "BRA", 8, on=date(2026, 9, 5))
    report = filled.reports.contribution_round()
    for each in report:
        assert len(report.rows_behind(each, "asked")) == each["asked"]
        assert [line["units"] for line in report.rows_behind(each, "announced")] == (
            [] if each["announced"] is None else [each["announced"]]
        )
    (line,) = report.rows_behind("FRA", "announced")
    assert (line["units"], line["document"], line["on"]) == (21, "Note 7", date(2026, 9, 1))
    (line,) = report.rows_behind("BRA", "announced")
    assert "8 is less than 9" in line["rules"]


def test_an_empty_book_shows_the_classes_alone(book):
    report = book.reports.contribution_round()
    assert (report.total("units"), report.total("open"), report.total("announced")) == (356, 356, None)
    assert "no round" in report.title
    with pytest.raises(NotFound):
        book.reports.contribution_round(round="CL-25/36")


def test_a_made_up_round_says_so(book):
    book.rounds.open(
        NAME, circular="CL-x", period="2028", deadline=date(2026, 12, 31), on=BEGAN, synthetic=True
    )
    book.rounds.answer(NAME, "FRA")
    assert "made up" in book.reports.contribution_round().notes[0]


def test_units_are_shown_as_the_scale_writes_them_and_stay_numbers(filled, tmp_path):
    report = filled.reports.contribution_round(region="Africa")
    assert " 1 1/2 " in str(report)
    assert max(map(len, str(report).splitlines())) <= 80
    assert "Kenya" in str(report)
    assert ',"1.5",' in report.to_csv()
    page = report.to_html()
    assert page.count("<svg") >= 1
    book = load_workbook(report.to_xlsx(tmp_path / "round.xlsx"))
    lines = [line for sheet in book.worksheets for line in sheet.iter_rows()]
    cells = [cell for line in lines for cell in line if cell.number_format == "# ?/??"]
    assert Fraction(3, 2) in {Fraction(cell.value) for cell in cells if cell.value is not None}
