import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from support.sample_report import arabic_report, report_with_rows, sample_report

from crm.reports import Chart, ChartKind, Column
from crm.reports.behind import behind_of
from crm.templates_folder import templates_folder

VOID = {"meta", "br", "hr", "img", "input", "link"}
HOSTILE = "</title></style><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;{{ 7*7 }}"


class Page(HTMLParser):
    """Reads a page strictly: every element is closed, in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.words = [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.open)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs), tuple(self.open)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append((tuple(self.open), data))

    def all(self, tag):
        return [attributes for name, attributes, _ in self.elements if name == tag]

    def text(self, *inside):
        return [data for path, data in self.words if set(inside) <= set(path)]


TILES = Chart(kind=ChartKind.TILES, label="state", code="code", value="prospects", empty="No prospect")
COLUMNS = Chart(kind=ChartKind.COLUMNS, label="state", value="prospects", empty="None")
LARGEST = Chart(label="state", value="prospects", empty="No prospect", most=15)

REPORTS = {
    "large": sample_report(),
    "tiles": sample_report(chart=(TILES, LARGEST)),
    "arabic tiles": replace(arabic_report(), chart=(TILES, COLUMNS)),
    "columns": sample_report(chart=COLUMNS),
    "rows": report_with_rows(),
    "many rows": report_with_rows(most=20, chart=TILES),
    "arabic": arabic_report(),
    "empty": sample_report(rows=()),
    "plain": sample_report(chart=None, grouped_by=None, notes=(), on=None),
    "zeros": sample_report(rows=[("Africa", "Angola", "AGO", 0, 0, None)]),
}


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
@pytest.mark.parametrize("form", ["to_html", "_repr_html_"])
def test_the_page_is_well_formed_and_needs_nothing_from_outside(report, form):
    text = getattr(report, form)()
    page = Page(text)
    assert not any(page.all(tag) for tag in ("script", "link", "img", "iframe", "object"))
    assert not re.search(r"https?:|//|@import|url\(|\son\w+=|javascript:", text)
    ids = [attributes["id"] for _, attributes, _ in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    targets = [link["href"] for link in page.all("a")]
    assert {target.removeprefix("#") for target in targets} <= set(ids)
    named = [attributes.get("aria-labelledby") for _, attributes, _ in page.elements]
    assert set(filter(None, named)) <= set(ids)


@pytest.mark.parametrize("report", REPORTS.values(), ids=REPORTS)
def test_headings_tables_and_drawings_are_told_to_those_who_do_not_see_them(report):
    page = Page(report.to_html())
    levels = [int(tag[1]) for tag, *_ in page.elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert all(head.get("scope") in {"col", "row", "rowgroup"} for head in page.all("th"))
    tables = [(attributes, path) for tag, attributes, path in page.elements if tag == "table"]
    assert len(page.all("caption")) + sum("aria-label" in attributes for attributes, _ in tables) == len(
        tables
    )
    outer = [attributes for tag, attributes, path in page.elements if tag == "svg" and "svg" not in path]
    assert all(attributes["role"] == "img" for attributes in outer)
    (whole,) = page.all("html")
    assert whole["lang"] == report.language
    assert whole["dir"] in {"ltr", "rtl"}
    assert all(summary == {} for summary in page.all("summary"))  # a summary is a button by itself


def test_behind_the_chart_stands_a_table_with_every_row_zeros_included():
    page = Page(sample_report().to_html())
    assert all(page.all(tag) for tag in ("figure", "figcaption", "caption"))
    heads = [attributes for attributes in page.all("th") if attributes.get("scope") == "row"]
    assert len(heads) == 195 + 1
    assert len([attributes for attributes in page.all("th") if attributes.get("scope") == "rowgroup"]) == 7
    assert page.text("tbody", "td").count("0") > 100


def test_every_row_is_in_the_chart_as_a_bar_or_in_the_visible_list_of_zeros():
    report = sample_report()
    page = Page(report.to_html())
    bars = [data for data in page.text("svg", "text") if not data.replace(",", "").isdigit()]
    zeros = page.text("figure", "li", "bdi")
    assert len(bars) + len(zeros) == 195
    assert set(zeros) == {row["state"] for row in report if row["prospects"] == 0}


def test_a_map_has_a_tile_for_every_row_with_its_code_its_figure_and_its_shade():
    report = sample_report(chart=TILES)
    tiles = re.findall(
        r'<g class="shade-(\w+)".*?<title>(.*?)</title>.*?"name".*?>(.*?)<.*?"figure".*?>(.*?)<',
        report.to_html(),
    )
    assert len(tiles) == 195
    said = {(row["code"] or "Unas…"): row["prospects"] for row in report}
    assert {code: figure for _, _, code, figure in tiles} == {
        code: f"{figure}" for code, figure in said.items()
    }
    assert all((shade == "zero") == (figure == "0") for shade, _, _, figure in tiles)
    assert ("4", "United States of America: 612") in {(shade, title) for shade, title, *_ in tiles}


def test_zero_and_not_stated_look_different_and_the_legend_names_both():
    text = sample_report(
        chart=TILES, rows=[("Africa", "A", "AGO", 0, 1, None), ("Africa", "B", "BEN", None, 1, None)]
    ).to_html()
    assert re.findall(r'<g class="shade-(\w+)"', text) == ["zero", "unstated"]
    assert re.findall(r'swatch shade-([\w-]+)"', text) == ["unstated", "zero"]
    style = (templates_folder() / "report" / "report.css").read_text(encoding="utf-8")
    assert ".tiles .shade-unstated rect { stroke-dasharray" in style


def test_a_chart_of_the_largest_says_of_how_many():
    report = sample_report(chart=(TILES, LARGEST))
    page = Page(report.to_html())
    bars = [data for path, data in page.words if path[-2:] == ("svg", "text") and not data.strip().isdigit()]
    assert len(bars) == 15
    assert any(
        f"The 15 largest of {sum(row['prospects'] > 0 for row in report)}," in data
        for data in page.text("figcaption")
    )


def test_columns_stand_in_the_order_of_time_from_where_reading_begins():
    rows = [("", f"Q{number}", None, number, 1, None) for number in (1, 0, 3)]
    for report, places in (
        (sample_report(chart=COLUMNS, rows=rows, grouped_by=None), [16.67, 50, 83.33]),
        (replace(arabic_report(), chart=COLUMNS, rows=rows, grouped_by=None), [83.33, 50, 16.67]),
    ):
        drawn = re.findall(r'<text class="name" x="([\d.]+)%" y="212">(Q\d)', report.to_html())
        assert [(float(place), name) for place, name in drawn] == list(
            zip(places, ("Q1", "Q0", "Q3"), strict=True)
        )


def test_every_figure_with_rows_behind_it_opens_to_them_and_back():
    report = report_with_rows(most=20)
    text = report.to_html()
    page = Page(text)
    links = re.findall(
        r'<td id="([^"]+)" class="count"><a href="#([^"]+)"><bdi dir="ltr">(\d+)</bdi></a>', text
    )
    assert len(links) == sum(row["prospects"] > 0 for row in report) == len(page.all("details"))
    for figure, rows, _ in links:
        (inside,) = re.findall(
            rf'<details>\n(?:(?!<details>).)*?<div id="{rows}" tabindex="-1">(.*?)</div>', text, re.DOTALL
        )
        assert f'<a href="#{figure}">Back to the figure</a>' in inside
    assert "Benin: Prospects" in page.text("summary", "bdi")
    for line in report.rows_behind("BEN", "prospects"):
        assert line["name"] in page.text("details", "td", "bdi")


def test_a_figure_without_rows_is_no_link():
    assert Page(sample_report().to_html()).all("details") == []
    assert "Rows behind" not in sample_report().to_html()


def test_a_page_holds_so_many_rows_and_names_the_figures_that_it_leaves_out():
    large = [("Africa", "Kenya", "KEN", 4_000, 0, None), ("Africa", "Angola", "AGO", 1_001, 0, None)]
    small = [("Africa", "Benin", "BEN", 3, 0, None)]
    page = Page(report_with_rows(most=9_999, rows=[*large, *small]).to_html())
    said = " ".join("".join(page.text("p")).split())
    assert (
        "holds 5,000 rows behind figures at most. 4,000 more are in the spreadsheet (XLSX) of this report: Kenya: Prospects (4,000)."
        in said
    )
    assert [data for data in page.text("summary", "bdi") if ":" in data] == [
        "Angola: Prospects",
        "Benin: Prospects",
    ]


def test_rows_are_printed_only_where_they_are_open():
    style = (templates_folder() / "report" / "report.css").read_text(encoding="utf-8")
    on_paper = style.rpartition("@media print")[2]
    assert "details:not([open])" in on_paper
    assert ".behind:not(:has(details[open]))" in on_paper


def test_two_days_of_one_report_in_a_notebook_do_not_lead_into_each_other():
    one, other = (
        set(re.findall(r'id="([^"]+)"', report._repr_html_()))
        for report in (report_with_rows(most=3), report_with_rows(most=3, on=date(2027, 2, 1)))
    )
    assert not one & other


def test_each_drawing_has_a_title_and_a_description_for_those_who_do_not_see_it():
    text = sample_report().to_html()
    drawings = re.findall(r"<svg.*?</svg>", text, re.DOTALL)
    assert len(drawings) > 7
    for drawing in drawings:
        assert re.match(r'<svg [^>]*role="img"[^>]*>\s*<title>.+</title>\s*<desc>.+: \d', drawing)


def test_instant_filters_definition_denominator_and_notes_stand_at_the_top():
    report = sample_report(filters={"segment": "satellite"})
    head = report.to_html().split("<figure>")[0]
    for fact in (
        "1 March 2027, 09:00 UTC",
        "28 February 2027",
        "segment: satellite",
        report.definition,
        report.denominator,
        *report.notes,
    ):
        assert fact in head


def test_wish_20_an_arabic_page_reads_from_right_to_left_and_its_bars_grow_from_the_right():
    text = arabic_report().to_html()
    assert Page(text).all("html") == [{"lang": "ar", "dir": "rtl"}]
    ends = re.findall(r'class="bar" x="([\d.]+)%" y="\d+" width="([\d.]+)%"', text)
    assert ends
    assert all(float(start) + float(length) == pytest.approx(100) for start, length in ends)
    assert "التعريف" in text
    assert "Definition" not in text


def test_wish_20_figures_and_days_keep_their_order_in_arabic():
    report = replace(arabic_report(), rows=[("أفريقيا", "أنغولا", "AGO", -1200, 1, None)])
    said = Page(report.to_html())
    held = [attributes for tag, attributes, path in said.elements if tag == "bdi" and path[-1] == "td"]
    assert held.count({"dir": "ltr"}) == len([data for data in said.text("td", "bdi") if data != "AGO"]) > 3


def test_the_style_follows_the_direction_of_the_text():
    style = "".join(
        path.read_text(encoding="utf-8") for path in (templates_folder() / "report").glob("*.css")
    )
    assert not re.search(r"(margin|padding|border)-(left|right)|text-align:\s*(left|right)|[^-]float:", style)


def test_hostile_words_stay_words_wherever_they_stand():
    report = sample_report(
        title=HOSTILE,
        definition=HOSTILE,
        filters={HOSTILE: HOSTILE},
        notes=(HOSTILE,),
        rows=[(HOSTILE, HOSTILE, HOSTILE, 3, 1, None), (HOSTILE, HOSTILE + "0", None, 0, 1, None)],
        chart=(TILES, LARGEST, COLUMNS),
        behind=behind_of(
            ("code",), [Column(key="a", title=HOSTILE)], [((HOSTILE,), ("prospects",), (HOSTILE,))]
        ),
    )
    report = replace(report, columns=[replace(column, title=HOSTILE) for column in report.columns])
    for text in (report.to_html(), report._repr_html_()):
        page = Page(text)
        assert not any(page.all(tag) for tag in ("script", "img"))
        assert HOSTILE in "".join(page.text("dd"))
        assert "49" not in text


def test_a_notebook_gets_a_piece_of_a_page_whose_style_touches_nothing_else():
    text = sample_report()._repr_html_()
    page = Page(text)
    assert not any(page.all(tag) for tag in ("html", "head", "body", "main"))
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    selectors = [line.split("{")[0].strip() for line in style.splitlines() if "{" in line]
    assert len(selectors) > 40
    for selector in selectors:
        assert selector.startswith((".accord-report", ".accord-fragment", "@media"))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_words_stand_out_from_their_ground(scheme):
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text; 1.4.11: 3 to 1 for what a chart draws."""
    style = (templates_folder() / "report" / "report.css").read_text(encoding="utf-8")
    light, dark = [
        dict(re.findall(r"--([\w-]+): (#\w+);", block)) for block in style.split("prefers-color-scheme")
    ]
    colours = light | (dark if scheme else {})
    pairs = [
        ("ink", "paper"),
        ("quiet", "paper"),
        ("ink", "band"),
        ("quiet", "band"),
        ("note-ink", "note-paper"),
    ]
    assert all(contrast(colours[text], colours[ground]) >= 4.5 for text, ground in pairs)
    for step in ("1", "2", "3", "4"):
        assert contrast(colours[f"step-{step}-ink"], colours[f"step-{step}"]) >= 4.5
    assert contrast(colours["accent"], colours["track"]) >= 3
    assert contrast(colours["edge"], colours["paper"]) >= 3
    shades = [luminance(colours[f"step-{step}"]) for step in "1234"]
    assert shades == sorted(shades, reverse=not scheme)  # the larger the figure, the further from the ground


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
