from decimal import Decimal
from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console
from support.sample_report import arabic_report, sample_report

from crm.reports.columns import Column, ColumnKind
from crm.reports.forms.terminal import isolated, tame

ROW = ("Africa", "Angola", "AGO", 0, 1, Decimal("0.5"))


def lines(report):
    return str(report).splitlines()


@pytest.mark.parametrize("report", [sample_report(), arabic_report()], ids=["en", "ar"])
def test_the_report_fits_80_columns_with_nothing_cut(report):
    assert max(cell_len(line) for line in lines(report)) <= 80
    assert "…" not in str(report)


def test_zeros_are_shown_as_figures():
    (namibia,) = [line for line in lines(sample_report()) if "NAM" in line]
    assert namibia.split()[:3] == ["Namibia", "NAM", "0"]


def test_each_region_has_its_subtotal_and_the_report_its_total():
    report = sample_report()
    said = lines(report)
    for group in report.groups:
        assert any(line.split()[-2:] == _figures(group.totals) for line in said if group.name in line)
    assert any(line.split() == ["Total", *_figures(report.totals)] for line in said)


def _figures(totals):
    return [f"{totals['prospects']:,}", f"{totals['members']:,}"]


def test_instant_filters_definition_denominator_and_notes_are_stated():
    said = " ".join(str(sample_report(filters={"segment": "satellite"})).split())
    for fact in (
        "Synthetic demonstration data",
        "As of: 1 March 2027, 09:00 UTC",
        "Figures for: 28 February 2027",
        "Filters: segment: satellite",
        "Definition: Organisations marked",
        "Denominator: All 194 Member States",
    ):
        assert fact in said


def test_a_filter_says_which_regions_it_means():
    text = str(sample_report(filters={"region": "Africa", "segment": "cloud"}))
    assert "development region: Africa; segment: cloud" in text


def test_colour_comes_only_with_a_terminal():
    target = StringIO()
    Console(file=target).print(sample_report())
    assert "\x1b" not in target.getvalue()
    Console(file=target, force_terminal=True, color_system="standard").print(sample_report())
    assert "\x1b[2m0\x1b[0m" in target.getvalue().replace(" ", "")


@pytest.mark.parametrize("steering", ["\x1b[2J", "\x07", "\x9b2J", "\u202e", "\u2066", "\x00"])
def test_a_name_cannot_steer_the_terminal(steering):
    said = str(sample_report(rows=[("Africa", f"An{steering}gola", "AGO", 0, 1, None)], title=f"T{steering}"))
    assert steering not in said
    assert "\N{REPLACEMENT CHARACTER}" in said


def test_a_hostile_definition_or_filter_cannot_either():
    assert "\x1b" not in str(
        sample_report(definition="\x1b[2J", filters={"\x1b[2J": "\x1b[2J"}, notes=("\x1b[2J",))
    )


def test_a_long_word_is_folded_and_never_cut():
    said = str(sample_report(rows=[("Africa", "X" * 100, *ROW[2:])]))
    assert said.count("X") == 100
    assert max(map(len, said.splitlines())) <= 80


def test_more_figures_than_fit_side_by_side_stand_below_one_another():
    figures = [f"Letters that stand at {number}" for number in range(12)]
    columns = [Column(key="arm", title="Arm")]
    columns += [Column(key=name, title=name, kind=ColumnKind.COUNT, summed=True) for name in figures]
    rows = [("Written to", *range(100, 112)), ("Held out", *range(12))]
    report = sample_report(columns=columns, rows=rows, grouped_by=None, chart=None, stated_totals={})
    said = lines(report)
    assert any(line.split() == ["Arm", "Written", "to", "Held", "out", "Total"] for line in said)
    assert any(line.split() == [*figures[7].split(), "107", "7", "114"] for line in said)
    assert max(map(len, said)) <= 80


def test_where_many_rows_are_too_wide_the_columns_stand_in_parts_and_no_figure_is_lost():
    titles = [f"Amount that was stated in {year}" for year in range(2020, 2030)]
    columns = [Column(key="account", title="Account")]
    columns += [Column(key=t, title=t, kind=ColumnKind.MONEY, currency="CHF", summed=True) for t in titles]
    rows = [(f"Account {n}", *(Decimal(1_000_000 * n + year) for year in range(10))) for n in range(1, 8)]
    report = sample_report(columns=columns, rows=rows, grouped_by=None, chart=None, stated_totals={})
    said = lines(report)
    assert max(map(len, said)) <= 80
    assert sum(line.startswith(" Account 7 ") for line in said) > 1
    figures = {word for line in said for word in line.split()}
    assert {f"{1_000_000 * n + year:,}.00" for n in range(1, 8) for year in range(10)} <= figures


def test_line_ends_in_a_name_become_spaces():
    assert tame("a\r\nb\tc\u2028d") == "a  b c d"


def test_square_brackets_are_words_and_no_markup():
    assert "[red]Angola[/red]" in str(sample_report(rows=[("Africa", "[red]Angola[/red]", *ROW[2:])]))


@pytest.mark.parametrize(
    ("text", "language", "isolated_text"),
    [
        ("Acme", "ar", "\u2068Acme\u2069"),
        ("-1,200", "ar", "\u2068-1,200\u2069"),
        ("أنغولا", "ar", "أنغولا"),
        ("أنغولا", "en", "\u2068أنغولا\u2069"),
        ("Acme", "en", "Acme"),
        ("12", "en", "12"),
        ("", "ar", ""),
    ],
)
def test_a_text_keeps_its_own_order_beside_the_other_direction(text, language, isolated_text):
    assert isolated(text, language) == isolated_text


def test_wish_20_in_an_arabic_report_latin_names_and_numbers_keep_their_order():
    report = arabic_report()
    (angola,) = [line for line in lines(report) if "AGO" in line]
    assert "\u2068AGO\u2069" in angola
    assert angola.lstrip().startswith("أنغولا")
    assert {"\u20681\u2069", "\u20684\u2069"} <= set(angola.split())
    for line in lines(report):
        assert line.count("\u2068") == line.count("\u2069")
    assert "\u2068" not in str(sample_report())


def test_the_columns_stand_straight_although_cells_are_isolated():
    assert len({cell_len(line) for line in lines(arabic_report()) if line.endswith("%\u2069")}) == 1
