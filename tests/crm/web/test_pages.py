"""The pages themselves: six languages, both directions, and HTML that anybody can use."""

import base64
import hashlib
import string
from html.parser import HTMLParser

import pytest
from support.pages import letter_to, link_to

from crm.reference.languages import Language
from crm.web.pages import chosen_language, page, style_source, words

EVERY_LANGUAGE = pytest.mark.parametrize("language", list(Language))
VOID = {"meta", "input", "br"}


class Outline(HTMLParser):
    """The elements of a page, refused where they are not closed in order."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open = [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@EVERY_LANGUAGE
def test_every_language_has_every_word(language):
    assert words(language).keys() == words(Language.ENGLISH).keys()
    assert all(text.strip() and "  " not in text for text in words(language).values())


@EVERY_LANGUAGE
def test_no_word_is_left_in_english(language):
    if language is not Language.ENGLISH:
        same = {name for name, text in words(language).items() if text == words(Language.ENGLISH)[name]}
        assert same == set()


@pytest.mark.parametrize("language", ["ar", "zh", "ru"])
def test_other_scripts_hold_no_latin_words(language):
    for text in words(Language(language)).values():
        assert not set(text) & set(string.ascii_letters), text


@EVERY_LANGUAGE
def test_each_page_comes_in_the_language_that_is_chosen(book, site, sent, language):
    link = link_to(book, sent, site)
    paths = {sent.unsubscribe: "unsubscribe_title", sent.choices: "choices_title", link: "choices_title"}
    for path, title in paths.items():
        outline = Outline(site.get(f"{path}?lang={language}").text)
        (html,) = outline.all("html")
        assert html == {"lang": language, "dir": "rtl" if language == "ar" else "ltr"}
        assert words(language)[title] in site.get(f"{path}?lang={language}").text


def test_without_a_choice_a_page_speaks_the_language_of_the_letter(book, site):
    sent = letter_to(book, "Aïcha N’Diaye", language="fr")
    assert '<html lang="fr"' in site.get(sent.unsubscribe, Accept_Language="es").text
    assert words(Language.FRENCH)["unsubscribed_title"] in site.post(sent.unsubscribe).text


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("fr-CH, fr;q=0.9, en;q=0.8", "fr"), ("ar", "ar"), ("zh-Hans-CN,zh;q=0.9", "zh"), ("de, ru;q=0.5", "ru"), ("de", "en"), ("", "en"),
     ("*", "en"), ("fr" * 5_000, "en"), ("en-" * 3_000, "en"), (";;,,=", "en"), ("../../etc", "en")],
)  # fmt: skip
def test_a_page_about_nothing_speaks_what_the_browser_accepts(accepted, language):
    assert chosen_language(None, accepted=accepted) == language


def test_a_choice_survives_the_button(site, sent):
    assert '<html lang="ar" dir="rtl"' in site.post(f"{sent.unsubscribe}?lang=ar").text
    outline = Outline(site.get(f"{sent.unsubscribe}?lang=ar").text)
    assert all("action" not in form for form in outline.all("form"))  # posts to the page's own address


def test_the_html_is_whole_and_usable_without_seeing_it(book, site, sent):
    link = link_to(book, sent, site)
    for path in (sent.unsubscribe, sent.choices, link, "/nothing"):
        outline = Outline(site.get(path).text)
        assert [len(outline.all(tag)) for tag in ("h1", "main", "title", "nav")] == [1, 1, 1, 1]
        assert outline.all("meta")[1]["content"] == "width=device-width, initial-scale=1"
        assert {a["lang"] for a in outline.all("a") if "hreflang" in a} == set(Language)
        labelled = len(outline.all("label"))
        controls = [i for i in outline.all("input") if i.get("type") != "hidden"] + outline.all("select")
        assert labelled == len(controls)
        assert len(outline.all("fieldset")) == len(outline.all("legend"))


def test_a_sender_s_name_is_text():
    shown = page("said", Language.ENGLISH, sender="<script>alert(1)</script>", said="unknown")
    assert "<script" not in shown


def test_the_style_is_the_one_that_the_policy_names(site, sent):
    style = site.get(sent.unsubscribe).text.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert style_source() == f"'sha256-{digest}'"
    assert style_source() in site.get(sent.unsubscribe).headers["Content-Security-Policy"]
