import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from support.sample_report import arabic_report, sample_report

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


REPORTS = {
    "large": sample_report(),
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


def test_arabic_reads_from_right_to_left_and_its_bars_grow_from_the_right():
    text = arabic_report().to_html()
    assert Page(text).all("html") == [{"lang": "ar", "dir": "rtl"}]
    ends = re.findall(r'class="bar" x="([\d.]+)%" y="\d+" width="([\d.]+)%"', text)
    assert ends
    assert all(float(start) + float(length) == pytest.approx(100) for start, length in ends)
    assert "التعريف" in text
    assert "Definition" not in text


def test_figures_and_days_keep_their_order_in_arabic():
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
    assert contrast(colours["accent"], colours["track"]) >= 3


def contrast(one, other):
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
