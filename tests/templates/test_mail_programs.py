"""What mail programs make of our letters: every element, attribute and property of each is looked up in their tests.

`mail_features.csv` says which tested feature something is, `mail_clients.csv` (made by `read_caniemail.py`) what the
programs make of it, and `mail_fallbacks.csv` why it is harmless where one of them does not know it.
"""

import csv
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from crm.mail.appearance import direction
from crm.mail.rendering import render
from crm.mail.templates import TemplateFolder

FOLDER = TemplateFolder()
LETTERS = [(name, language) for name in FOLDER.names() for language in FOLDER.languages(name)]
letters = pytest.mark.parametrize(("name", "language"), LETTERS)
NOT_CLIENTS = {"feature", "tested_on", "source"}
GMAIL_CLIPS_AT = 102_000
SIXTEEN_KB = 16_384


def table(name):
    with (Path(__file__).parent / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


USED = {row["used"]: row for row in table("mail_features")}
SUPPORT = {row["feature"]: row for row in table("mail_clients")}
FALLBACKS = {row["feature"]: row["harmless because"] for row in table("mail_fallbacks")}


class Features(HTMLParser):
    """Everything in a page that a mail program must know."""

    def __init__(self, html):
        super().__init__()
        self.found = set()
        self.feed(html)

    def handle_decl(self, _):
        self.found.add("<!DOCTYPE>")

    def handle_starttag(self, tag, attrs):
        self.found |= {f"<{tag}>", *(f"{name}=" for name, _ in attrs)}
        self.found |= properties(dict(attrs).get("style") or "")

    def handle_data(self, data):
        if self.lasttag == "style":
            for rules in re.findall(r"\{([^{}]*)\}", data):
                self.found |= properties(rules)
            self.found |= {f"{condition} condition" for condition in re.findall(r"@media \(([\w-]+)", data)}
            self.found |= set(re.findall(r"@[\w-]+|!important", data))


def properties(rules):
    return {name.strip() for name, colon, _ in (rule.partition(":") for rule in rules.split(";")) if colon}


@cache
def rendered(name, language):
    return render(FOLDER.version(name, language), FOLDER.sample(name, language))


@cache
def features(name, language):
    return frozenset(Features(rendered(name, language).html).found)


def unsupported(feature):
    return {
        client for client, verdict in SUPPORT[feature].items() if client not in NOT_CLIENTS and verdict != "y"
    }


@letters
def test_everything_in_a_letter_is_tested_in_mail_programs_or_said_to_be_older_than_they_are(name, language):
    unknown = {used for used in features(name, language) if used not in USED}
    assert not unknown, "look it up: mail_features.csv"
    for used in features(name, language):
        assert bool(USED[used]["feature"]) != bool(USED[used]["untested"])


@letters
def test_what_a_mail_program_does_not_know_is_harmless_for_a_stated_reason(name, language):
    known = {USED[used]["feature"] for used in features(name, language)} - {""}
    without_reason = {feature for feature in known if unsupported(feature) and not FALLBACKS.get(feature)}
    assert not without_reason, "say why in mail_fallbacks.csv, or do without"


def test_the_tables_hold_what_is_used_and_nothing_else():
    used = {one for letter in LETTERS for one in features(*letter)}
    assert set(USED) == used
    asked = {row["feature"] for row in USED.values()} - {""}
    assert set(SUPPORT) == asked
    assert set(FALLBACKS) == {feature for feature in asked if unsupported(feature)}
    assert all(row["source"] and row["tested_on"] for row in SUPPORT.values())


@letters
def test_the_reasons_hold(name, language):
    html = rendered(name, language).html
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    assert len(style.encode()) < SIXTEEN_KB
    assert html.index("<style>") < html.index("<body")
    assert "!important" not in html.replace(style, "")
    inline = " ".join(re.findall(r'style="([^"]*)"', html))
    assert not re.search(r"margin[\w-]*:[^;]*(-\d|auto)", inline)
    assert not re.search(r"font-size: *[\d.]+(?!px)[a-z%]", inline)
    assert set(re.findall(r"font-weight: *(\w+)", inline)) <= {"bold", "normal"}
    assert set(re.findall(r"text-align: *(\w+)", inline)) <= {"left", "right"}
    assert all(int(width) <= 8 for width in re.findall(r"border[\w-]*: *(\d+)px", inline))
    assert all(
        f'dir="{direction(language)}"' in found
        for found in re.findall(r'<table class="(?:page|letter)"[^>]*>', html)
    )


@letters
def test_a_letter_sets_its_text_and_its_ground_together_in_the_light_and_in_the_dark(name, language):
    html = rendered(name, language).html
    assert re.search(
        r'class="letter"[^>]*style="[^"]*background-color: ?#ffffff[^"]*;color: ?#1f2a37',
        html.replace("; ", ";"),
    )
    dark = re.search(r"prefers-color-scheme: dark\) \{(.*)\}", html, re.DOTALL)[1]
    letter = re.search(r"\.letter \{([^}]*)\}", dark)[1]
    assert {"background-color", "color"} <= properties(letter)


@letters
def test_gmail_shows_a_letter_whole_even_with_the_longest_facts(name, language):
    version, facts = FOLDER.version(name, language), FOLDER.sample(name, language)
    # As long as the book takes a name, in a script of three bytes a letter.
    longest = render(version, filled(facts, "长" * 300))
    assert len(rendered(name, language).html.encode()) < len(longest.html.encode()) < GMAIL_CLIPS_AT


def filled(facts, words):
    """The same facts with other words in the place of every text; days, amounts and choices stay."""
    match facts:
        case dict():
            return {name: value if name in FIXED else filled(value, words) for name, value in facts.items()}
        case list():
            return [filled(value, words) for value in facts]
        case str() if not re.fullmatch(r"[\d.]+|[A-Z]{3}", facts):
            return words
        case _:
            return facts


FIXED = {"kind", "subject", "page"}


@letters
def test_addresses_stand_whole_in_the_text_and_every_line_can_be_sent_as_it_is(name, language):
    text = rendered(name, language).text
    facts = FOLDER.sample(name, language)
    for address in re.findall(r"[\w.+-]+@[\w.]+\w", str(facts)):
        assert re.search(rf"(^|[\s\u2068]){re.escape(address)}($|[\s\u2069.,])", text, re.MULTILINE), address
    # Paragraphs are not broken, so that a telephone can: but no line is longer than RFC 5322 lets a server pass on.
    assert all(len(line.encode()) <= 998 for line in text.splitlines())


LATIN = "Latin Name (3) & Sons"


@pytest.mark.parametrize(
    "name", [name for name, language in LETTERS if language == "ar" and name != "plain_letter"]
)
def test_in_arabic_every_latin_fact_is_kept_apart_from_the_words_around_it(name):
    facts = filled(FOLDER.sample(name, "ar"), LATIN)
    letter = render(FOLDER.version(name, "ar"), facts)
    assert letter.text.count(LATIN) == letter.text.count(f"\u2068{LATIN}\u2069") > 0
    written = letter.html.split("<body")[1].replace("&amp;", "&")
    shown = re.sub(r'href="[^"]*"', "", written)
    assert shown.count(LATIN) == shown.count(f"<bdi>\u2068{LATIN}\u2069</bdi>") > 0
    for amount in re.findall(r"[^<>]*CHF[^<>]*", shown):
        assert amount.startswith("\u2068")
        assert amount.endswith("\u2069")
