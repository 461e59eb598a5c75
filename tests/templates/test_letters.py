"""Every letter that comes with Accord, in every language it is written in."""

import re
import unicodedata
from html import unescape
from html.parser import HTMLParser

import pytest

from crm.mail.rendering import draft, render
from crm.mail.templates import TemplateFolder
from crm.reference.languages import Language

FOLDER = TemplateFolder()
# Notices to our own staff are another matter: tests/templates/test_notices.py.
NAMES = [name for name in FOLDER.names() if FOLDER.version(name, "en").meta.message_class != "notice"]
LETTERS = [(name, language) for name in NAMES for language in FOLDER.languages(name)]
SIGNALS = ("second_study_group", "size", "activity", "punctuality")
KINDS = ("call", "meeting", "email", "event")

letters = pytest.mark.parametrize(("name", "language"), LETTERS)
languages = pytest.mark.parametrize("language", ["ar", "en", "es", "fr", "ru", "zh"])


def letter(name, language, without=(), **changes):
    facts = {key: value for key, value in FOLDER.sample(name, language).items() if key not in without}
    for key, value in changes.items():
        facts[key] = {**facts.get(key, {}), **value}
    return render(FOLDER.version(name, language), facts)


class Page(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.words = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        if self.tags[-1:] != [("style", {})]:
            self.words.append(data)


def test_each_letter_speaks_the_six_languages_of_the_union():
    assert {name: set(FOLDER.languages(name)) for name in NAMES} == {name: set(Language) for name in NAMES}


@letters
def test_a_letter_renders_with_its_sample(name, language):
    rendered = letter(name, language)
    assert rendered.subject
    assert len(rendered.html.encode()) < 20_000
    assert "{{" not in rendered.subject + rendered.text + rendered.html
    assert "{%" not in rendered.subject + rendered.text + rendered.html


@letters
def test_nobody_has_reviewed_the_wording_yet(name, language):
    assert not FOLDER.version(name, language).reviewed


@letters
def test_every_fact_is_described(name, language):
    meta = FOLDER.version(name, language).meta
    assert meta.purpose
    assert all(words for _, words in meta.facts + meta.optional)


@letters
def test_a_page_declares_its_language_and_direction(name, language):
    html = letter(name, language).html
    direction = "rtl" if language == "ar" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in html
    assert all(attrs["dir"] == direction for _, attrs in Page(html).tags if "dir" in attrs)


@letters
def test_a_page_loads_nothing(name, language):
    page = Page(letter(name, language).html)
    assert not {tag for tag, _ in page.tags} & {
        "img",
        "link",
        "script",
        "iframe",
        "object",
        "svg",
        "form",
        "base",
    }
    assert not [attrs for _, attrs in page.tags if {"src", "background", "srcset", "data"} & attrs.keys()]
    html = letter(name, language).html
    assert "url(" not in html
    assert "@import" not in html
    assert "http://" not in html
    assert "https://" not in html


@letters
def test_every_link_opens_a_message(name, language):
    links = [attrs["href"] for tag, attrs in Page(letter(name, language).html).tags if tag == "a"]
    assert links
    assert all(link.startswith("mailto:") for link in links)


@letters
def test_the_text_reads_well(name, language):
    text = letter(name, language).text
    assert "\n\n\n" not in text
    assert not re.search(r"[ \t\u00a0\u202f]\n", text)
    assert "  " not in text
    assert not re.search(r" [.,;:!?،؛](?!\w)", text)
    assert not re.search(r"\(\s*\)|,,|\.\.|None|Undefined", text)
    assert text.endswith("\n")
    assert not text.startswith("\n")


@letters
def test_the_footer_says_who_writes_why_and_how_to_stop(name, language):
    rendered = letter(name, language)
    sender = {
        "en": "International Telecommunication Union",
        "fr": "Union internationale",
        "ar": "الاتحاد الدولي",
        "es": "Unión Internacional",
        "ru": "Международный союз",
        "zh": "国际电信联盟",
    }
    footer = rendered.text.split("-----\n")[1]
    assert sender[language] in footer
    assert len(footer.splitlines()) == 4
    assert "unsubscribe+s4mpl3@accord.example" in footer
    assert "mailto:unsubscribe+s4mpl3@accord.example" in rendered.html


@letters
def test_text_and_page_say_the_same(name, language):
    rendered = letter(name, language)
    words = re.sub(r"[\u2068\u2069]", "", unescape("".join(Page(rendered.html).words)))
    page = re.sub(r"\s+", " ", words)
    body = re.sub(r"[\u2068\u2069]", "", rendered.text.split("-----\n")[0])
    for paragraph in body.split("\n\n"):
        if not re.search(r"CHF|^- ", paragraph, re.MULTILINE):
            assert re.sub(r"\s+", " ", paragraph).strip() in page


@letters
def test_isolates_are_closed_on_their_line(name, language):
    for line in letter(name, language).text.splitlines():
        assert line.count("\u2068") == line.count("\u2069")


@pytest.mark.parametrize("name", NAMES)
def test_french_keeps_its_spaces_before_double_punctuation(name):
    rendered = letter(name, "fr")
    for words in (rendered.subject, rendered.text, unescape("".join(Page(rendered.html).words))):
        assert not re.search(r"[^\u202f][;!?]", words), words
        assert not re.search(r"[^\u00a0]:(?!\d)", words), words
        assert not re.search(r"«[^\u00a0]|[^\u00a0]»", words)
        assert "'" not in words


@languages
@pytest.mark.parametrize("signal", SIGNALS)
def test_the_upgrade_letter_says_why_it_comes_now(language, signal):
    others = {letter("associate_upgrade", language, signal={"kind": other}).text for other in SIGNALS}
    assert len(others) == len(SIGNALS)
    assert ("SG17" in letter("associate_upgrade", language, signal={"kind": signal}).text) == (
        signal == "second_study_group"
    )


@languages
def test_the_upgrade_letter_names_fees_only_when_they_are_given(language):
    assert re.search(r"31[,.\u00a0\u202f]800", letter("associate_upgrade", language).text)
    without = letter("associate_upgrade", language, without=("fee",))
    assert "CHF" not in without.text + without.html
    assert not re.search(r"\d{2}[,.\u00a0\u202f]\d{3}", without.text)


@languages
@pytest.mark.parametrize(
    "without",
    ["title", "signal_title", "signal_group"],
    ids=["no title", "no title of the other", "no other group"],
)
def test_the_upgrade_letter_reads_well_without_titles(language, without):
    facts = FOLDER.sample("associate_upgrade", language)
    dropped = {
        "title": ("study_group", ["title"]),
        "signal_title": ("signal", ["study_group_title"]),
        "signal_group": ("signal", ["study_group", "study_group_title"]),
    }
    part, names = dropped[without]
    for name in names:
        facts[part].pop(name)
    text = render(FOLDER.version("associate_upgrade", language), facts).text
    assert not re.search(r"\(\s*\)| [.,،؛]|\s\.", text)


@languages
def test_rights_of_approval_are_named_only_in_the_words_of_the_bureau(language):
    claims = r"\bvot(e|es|ing|ar|os?)\b|\bapprov|approbation|aprob|تصويت|الموافقة|голосова|утвержд|одобр|表决|投票|批准"
    assert not re.search(claims, letter("associate_upgrade", language).text, re.IGNORECASE)
    note = "Associates take no part in approving Recommendations."
    assert note in letter("associate_upgrade", language, sector={"rights_note": note}).text


@languages
def test_a_recorded_salutation_is_used_as_it_is(language):
    assert "Your Excellency" in letter("follow_up", language, person={"salutation": "Your Excellency"}).text


@languages
@pytest.mark.parametrize("name", ["Ng Ah Sio", "أمينة الخطيب", "张伟", "Þórdís Kolbrún", "O’Neill <Pat>"])
def test_a_name_in_any_script_is_addressed_without_guessing_a_gender(language, name):
    rendered = letter("follow_up", language, person={"name": name})
    assert name in rendered.text
    assert not re.search(r"\b(Mr|Mrs|Ms|Cher|Chère|Estimado|Estimada|Уважаемый) [^Ss]\b", rendered.text)


@languages
def test_the_reminder_is_short_and_knows_the_day_of_the_first_letter(language):
    first, reminder = letter("associate_upgrade", language), letter("associate_upgrade_reminder", language)
    assert len(reminder.text) < len(first.text)
    assert "2026" in reminder.text
    assert "2026" not in letter("associate_upgrade_reminder", language, without=("previous",)).text


@languages
@pytest.mark.parametrize("kind", KINDS)
def test_the_follow_up_names_the_exchange_and_the_next_step(language, kind):
    rendered = letter("follow_up", language, interaction={"kind": kind})
    subjects = {letter("follow_up", language, interaction={"kind": other}).subject for other in KINDS}
    assert len(subjects) == len(KINDS)
    assert "23" in rendered.subject
    assert FOLDER.sample("follow_up", language)["next_step"]["what"] in rendered.text


def test_the_follow_up_reads_as_agreed():
    text = letter("follow_up", "en").text
    assert "Thank you for our call of 23 November 2026 about the spectrum study groups." in text
    assert "As agreed, we will send the fee table by 1 December 2026." in text
    assert "d’ici au 1er décembre 2026" in letter("follow_up", "fr").text


@languages
def test_the_follow_up_does_without_a_day_and_a_topic(language):
    facts = FOLDER.sample("follow_up", language)
    facts["next_step"].pop("due_on")
    facts["interaction"].pop("topic")
    text = draft(FOLDER.version("follow_up", language), facts).text
    assert not re.search(r" [.,،]", text)


@pytest.mark.parametrize(("name", "language"), [one for one in LETTERS if one[0] != "plain_letter"])
def test_an_account_manager_without_a_title_signs_with_the_office(name, language):
    for title in ({"title": ""}, {}):
        facts = FOLDER.sample(name, language)
        del facts["manager"]["title"]
        facts["manager"] |= title
        signature = draft(FOLDER.version(name, language), facts).text.splitlines()[-3:]
        bare = [line.strip("\u2068\u2069") for line in signature]
        assert bare == [facts["manager"][part] for part in ("name", "office", "email")]


@languages
def test_without_a_next_step_the_follow_up_only_thanks(language):
    with_step, without = letter("follow_up", language), letter("follow_up", language, without=("next_step",))
    assert len(without.text.split("\n\n")) == len(with_step.text.split("\n\n")) - 2
    assert len(Page(without.html).tags) < len(Page(with_step.html).tags)


def test_the_note_that_was_logged_never_reaches_the_reader():
    facts = FOLDER.sample("follow_up", "en")
    facts["interaction"]["summary"] = "difficult, wants a discount"
    rendered = render(FOLDER.version("follow_up", "en"), facts)
    assert "difficult" not in rendered.text + rendered.html


def test_arabic_letters_keep_latin_names_and_amounts_apart():
    rendered = letter("associate_upgrade", "ar")
    assert "\u2068Acme Satellites\u2069" in rendered.text
    assert "<bdi>\u2068Acme Satellites\u2069</bdi>" in rendered.html
    assert "<bdi>\u2068\u200f10,600&nbsp;CHF\u2069</bdi>" in rendered.html
    outside = re.sub(r"\u2068[^\u2069]*\u2069", "", rendered.text.split("-----")[0])
    assert not [sign for sign in outside if unicodedata.bidirectional(sign) == "L"]
