import re
from html.parser import HTMLParser

import pytest
from support.letter_folders import letter_folder

from crm.errors import TemplateError
from crm.mail.letters_page import ShownLetter, language_name, letters_page, sample_page
from crm.mail.rendering import Rendered
from crm.mail.templates import TemplateFolder

SHIPPED = TemplateFolder()
SAMPLE = '[person]\nname = "Amina Odhiambo"\n'


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def all(self, tag):
        return [attrs for found, attrs in self.tags if found == tag]


def test_one_page_holds_a_letter_in_all_its_languages_each_in_a_frame_that_can_neither_run_nor_load():
    page = Page(sample_page(SHIPPED, "follow_up"))
    frames = page.all("iframe")
    assert len(frames) == 6
    assert all(frame["sandbox"] is None for frame in frames)
    assert ['lang="ar"' in frame["srcdoc"] for frame in frames] == [False] * 5 + [True]
    assert not [attrs for _, attrs in page.tags if {"src", "href"} & attrs.keys()]
    (policy,) = (found["content"] for found in page.all("meta") if found.get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_subject_and_text_stand_beside_the_page_in_their_direction():
    page = sample_page(SHIPPED, "follow_up")
    assert re.search(r'<p class="subject" lang="ar" dir="rtl">مكالمتنا', page)
    assert re.search(r'<pre lang="ar" dir="rtl"[^>]*>حضرة', page)
    assert "Our call of 23 November 2026" in page


def test_what_nobody_has_reviewed_is_marked_and_what_somebody_has_names_them(tmp_path):
    folder = letter_folder(tmp_path / "mail")
    (tmp_path / "mail" / "hello" / "sample.toml").write_text(SAMPLE, encoding="utf-8")
    page = sample_page(folder, "hello")
    assert '<p class="review missing">Not reviewed by any person</p>' in page
    assert '<p class="review">Reviewed by R. Haddad, 2026-11-20</p>' in page
    assert "<strong>Not reviewed by any person:</strong> English." in page


def test_nothing_in_a_letter_leaves_its_frame():
    hostile = '"></iframe><script>alert(1)</script>'
    page = letters_page(
        hostile, hostile, [ShownLetter(hostile, "en", Rendered(hostile, hostile, hostile), hostile)]
    )
    assert "<script" not in page
    assert [attrs["srcdoc"] for attrs in Page(page).all("iframe")] == [hostile]


def test_a_letter_that_there_is_not_names_those_there_are():
    with pytest.raises(TemplateError) as refused:
        sample_page(SHIPPED, "folow_up")
    assert "follow_up" in refused.value.candidates


@pytest.mark.parametrize(
    ("tag", "name"), [("en", "English"), ("ar", "Arabic (العربية)"), ("zh", "Chinese (中文)")]
)
def test_a_language_is_named_for_those_who_read_it_and_those_who_do_not(tag, name):
    assert language_name(tag) == name
