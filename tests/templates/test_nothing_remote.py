"""No letter tells anybody that it was opened: nothing in it is fetched, and it leads nowhere but to our own pages."""

import re
from html.parser import HTMLParser

import pytest

from crm.mail.rendering import render
from crm.mail.templates import TemplateFolder

FOLDER = TemplateFolder()
PAGE = "https://letters.accord.example/u/s4mpl3"
OURS = (PAGE, "https://letters.accord.example/p/s4mpl3")
LETTERS = [(name, language) for name in FOLDER.names() for language in FOLDER.languages(name)]
FETCHED = {"img", "image", "picture", "source", "video", "audio", "embed", "object", "iframe", "frame", "link", "script", "base", "input", "svg"}  # fmt: skip
SOURCES = {
    "src",
    "srcset",
    "background",
    "poster",
    "data",
    "action",
    "formaction",
    "ping",
    "cite",
    "longdesc",
}


class Attributes(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.found = set(), []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.found += attrs


def rendered(name, language):
    version, facts = FOLDER.version(name, language), FOLDER.sample(name, language)
    if "unsubscribe.address" in version.meta.fields:
        facts["unsubscribe"] = {**facts.get("unsubscribe", {}), "page": PAGE}
    return version, render(version, facts)


@pytest.mark.parametrize(("name", "language"), LETTERS)
def test_a_letter_fetches_nothing(name, language):
    _, letter = rendered(name, language)
    page = Attributes(letter.html)
    assert FETCHED.isdisjoint(page.tags)
    assert SOURCES.isdisjoint(attribute for attribute, _ in page.found)
    assert not re.search(r"url\s*\(|@import|@font-face", letter.html, re.IGNORECASE)
    links = {value for attribute, value in page.found if attribute == "href"}
    assert {link for link in links if not link.startswith("mailto:")} <= set(OURS)


@pytest.mark.parametrize(("name", "language"), LETTERS)
def test_a_letter_that_may_be_stopped_names_the_page_where_there_is_one(name, language):
    version, letter = rendered(name, language)
    if version.meta.message_class == "marketing":
        assert PAGE in letter.text
        assert f'href="{PAGE}"' in letter.html
        assert "{%" not in letter.text


@pytest.mark.parametrize("language", ["en", "fr", "es", "ru", "zh", "ar"])
def test_the_letter_that_brings_a_link_names_it_in_both_forms(language):
    _, letter = rendered("preferences_link", language)
    assert OURS[1] in letter.text
    assert f'href="{OURS[1]}"' in letter.html
