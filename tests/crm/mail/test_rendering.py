import json
import subprocess
import sys
from dataclasses import astuple
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.letter_folders import letter_folder

from crm.errors import InvalidInput, TemplateError
from crm.mail.gating import check_template
from crm.mail.rendering import draft, plain_facts, plain_letter, render
from crm.mail.sandbox import compiled_part
from crm.mail.templates import TemplateFolder, TemplateMeta, TemplateVersion

SHIPPED = TemplateFolder()


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, tuple(attrs)))


def free_version(source, *, html="<p>x</p>", facts=(), optional=()):
    """A version that never went through loading, as if somebody had made it by hand."""
    meta = TemplateMeta("x", "correspondence", facts, optional)
    return TemplateVersion(
        "x", "en", "Subject", source, "Footer", html, "<html><!--the letter--></html>", meta
    )


def follow_up(language="en", **changes):
    facts = SHIPPED.sample("follow_up", language)
    for name, value in changes.items():
        facts[name] = {**facts.get(name, {}), **value}
    return render(SHIPPED.version("follow_up", language), facts)


def test_the_same_version_and_facts_give_the_same_bytes():
    assert follow_up() == follow_up()
    assert follow_up() != follow_up(person={"name": "Somebody Else"})


def test_another_process_gives_the_same_bytes():
    code = """
from dataclasses import astuple
import json
from crm.mail.rendering import render
from crm.mail.templates import TemplateFolder
folder = TemplateFolder()
version = folder.version("follow_up", "ar")
print(json.dumps([version.sha256, *astuple(render(version, folder.sample("follow_up", "ar")))]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=SHIPPED.path.parents[1],
        env={"PYTHONHASHSEED": "7"},
    )
    assert json.loads(done.stdout) == [SHIPPED.version("follow_up", "ar").sha256, *astuple(follow_up("ar"))]


def test_facts_that_passed_through_json_give_the_same_letter():
    version, facts = SHIPPED.version("follow_up", "fr"), SHIPPED.sample("follow_up", "fr")
    assert render(version, json.loads(json.dumps(facts, default=str))) == render(version, facts)


def test_a_missing_fact_is_named(tmp_path):
    with pytest.raises(TemplateError) as refusal:
        render(letter_folder(tmp_path / "mail").version("hello", "en"), {"person": {}})
    assert refusal.value.field == "person.name"
    assert "lacks person.name" in str(refusal.value)


@pytest.mark.parametrize("name", ["", " \n"])
def test_a_blank_fact_counts_as_missing(tmp_path, name):
    with pytest.raises(TemplateError, match=r"lacks person\.name"):
        render(letter_folder(tmp_path / "mail").version("hello", "en"), {"person": {"name": name}})


def test_an_optional_fact_that_is_read_but_not_given_is_an_error_and_not_a_gap(tmp_path):
    version = letter_folder(tmp_path / "mail", text="{{ note }}").version("hello", "en")
    with pytest.raises(TemplateError) as refusal:
        render(version, {"person": {"name": "Amina"}})
    assert refusal.value.field == "text"
    assert "note" in str(refusal.value)


def test_a_value_for_which_there_are_no_words_is_refused(tmp_path):
    version = letter_folder(tmp_path / "mail").version("hello", "en")
    with pytest.raises(TemplateError) as refusal:
        render(version, {"person": {"name": "Amina"}, "note": "middling"})
    assert refusal.value.candidates == ("short", "long")


def test_a_list_is_not_replaced_by_a_text(tmp_path):
    version = letter_folder(tmp_path / "mail", text="{% for g in groups %}{{ g.code }}{% endfor %}").version(
        "hello", "en"
    )
    assert "SG13" in render(version, {"person": {"name": "A"}, "groups": [{"code": "SG13"}]}).text
    with pytest.raises(TemplateError, match="needs a list of groups"):
        render(version, {"person": {"name": "A"}, "groups": "x" * 20_000})


def test_a_fact_that_the_letter_does_not_name_is_never_read():
    facts = SHIPPED.sample("follow_up", "en")
    version = SHIPPED.version("follow_up", "en")
    assert render(version, facts | {"secret": {"note": "difficult"}}) == render(version, facts)


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "<svg/onload=alert(1)>",
        "' onmouseover='alert(1)",
        "{{ 7*7 }}",
        "{% for a in range(99999) %}x{% endfor %}",
        "{{ person.__class__ }}",
        "zq0zq <!--zq1zq-->",
        "<!--the letter-->",
        "</td></tr></table><h1>Pay here</h1>",
        "&lt;b&gt;",
        "$body ${sender}",
    ],
)
def test_a_hostile_name_stands_there_as_a_name(name):
    plain, hostile = follow_up(person={"name": "Amina"}), follow_up(person={"name": name})
    assert Tags(hostile.html).found == Tags(plain.html).found
    assert name in hostile.text
    assert "49" not in hostile.text


@settings(deadline=None)
@given(name=st.text(min_size=1, max_size=60).filter(str.strip))
def test_no_name_changes_the_shape_of_a_letter(name):
    assert Tags(follow_up("ar", person={"name": f"A{name}"}).html).found == Tags(follow_up("ar").html).found


def test_characters_that_turn_the_reading_direction_are_gone():
    letter = follow_up(person={"name": "Amina \u202egpj.exe\u2066"})
    assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067") & set(
        letter.subject + letter.text + letter.html
    )
    assert "Amina gpj.exe" in letter.text


@pytest.mark.parametrize(
    "address", ["a@x.example?bcc=b@y.example", "javascript:alert(1)", '"><script>', "a@x.example' onclick='x"]
)
def test_a_hostile_address_stays_one_address(address):
    links = [
        dict(attrs)["href"]
        for tag, attrs in Tags(follow_up(unsubscribe={"address": address}).html).found
        if tag == "a"
    ]
    assert all(link.startswith("mailto:") and "?" not in link and "<" not in link for link in links)


@pytest.mark.parametrize(
    "name", ["Acme\nBcc: x@evil.example", "Acme\r\nBcc: x", "=?utf-8?q?Hi=0ABcc:_evil@x.org?=", "A" * 999]
)
def test_a_subject_that_no_header_can_carry_is_refused(tmp_path, name):
    version = letter_folder(tmp_path / "mail").version("hello", "en")
    with pytest.raises(InvalidInput) as refusal:
        render(version, {"person": {"name": name}})
    assert refusal.value.field == "subject"


def test_a_subject_drops_the_isolates_that_a_name_brings(tmp_path):
    version = letter_folder(tmp_path / "mail").version("hello", "en")
    assert render(version, {"person": {"name": "\u2068أمينة\u2069"}}).subject == "Hello أمينة"


def test_a_letter_that_grows_too_large_is_stopped(tmp_path):
    loops = "{% for a in groups %}{% for b in groups %}{{ a.code }}{% endfor %}{% endfor %}"
    version = letter_folder(tmp_path / "mail", text=loops).version("hello", "en")
    with pytest.raises(TemplateError, match="passes 100 KB"):
        render(version, {"person": {"name": "A"}, "groups": [{"code": "x" * 20_000}] * 200})


def test_html_that_grows_by_escaping_is_stopped_too():
    with pytest.raises(TemplateError, match="HTML of the letter passes 100 KB"):
        plain_letter("Subject", "&" * 19_500, "en")


def test_a_version_made_by_hand_is_held_to_the_same_syntax():
    with pytest.raises(TemplateError, match="a call is not allowed"):
        render(free_version("{{ range(9) }}"), {})


@pytest.mark.parametrize(
    "payload",
    [
        "{{ person.name.upper }}",
        "{{ person.items }}",
        "{{ person.keys }}",
        "{{ person.name.x }}",
        "{{ person.pop }}",
    ],
)
def test_behind_the_gate_no_attribute_or_method_is_reached_either(payload):
    check_template(payload, file="f", filters=())
    with pytest.raises(TemplateError):
        render(free_version(payload), {"person": {"name": "Amina"}})


def test_a_field_may_bear_the_name_of_a_method():
    assert render(
        free_version("{{ study.title }} {{ study.items }}"), {"study": {"title": "Security", "items": "3"}}
    ).text.startswith("Security 3\n")


def test_behind_the_gate_nothing_is_called_and_nothing_calculated():
    letters = compiled_part("x", "en", "text").template.environment
    for source in ("{{ person.name() }}", "{{ 2 * n }}", "{{ -n }}", "{{ n ** n }}", "{{ n + 1 }}"):
        with pytest.raises(Exception, match=r"does not calculate|not safely callable|has no attribute"):
            letters.from_string(source).render(person={"name": str}, n=3)
    assert not letters.globals


def test_html_that_passed_by_no_gate_is_cleaned_after_filling():
    html = "<p onclick='x'>{{ name }}</p><script>x</script><img src='https://t.example/p.gif'>"
    assert render(free_version("x", html=html), {"name": "A"}).html == "<html><p>A</p></html>"


def test_texts_have_no_runs_of_blank_lines_and_no_trailing_spaces(tmp_path):
    text = "one  \n\n\n{% if note is defined %}\n{{ note }}\n{% endif %}\n\n\ntwo\t\n\n\n"
    letter = render(
        letter_folder(tmp_path / "mail", text=text).version("hello", "en"), {"person": {"name": "A"}}
    )
    assert letter.text.startswith("one\n\ntwo\n\n-----\n")
    assert letter.text.endswith("You know us.\n")


def test_a_draft_has_no_footer():
    words = draft(SHIPPED.version("follow_up", "en"), SHIPPED.sample("follow_up", "en"))
    assert words.subject == "Our call of 23 November 2026"
    assert words.text.endswith("dana.keller@accord.example\n")
    assert "-----" not in words.text


def test_an_edited_letter_goes_out_word_for_word():
    letter = plain_letter(
        "The fee table", "Dear Amina,\r\n\r\nas agreed:\n- one\n- two\n", "en", stop="stop+1@accord.example"
    )
    assert letter.subject == "The fee table"
    assert letter.text.startswith("Dear Amina,\n\nas agreed:\n- one\n- two\n\n-----\n")
    assert "stop+1@accord.example" in letter.text
    assert 'href="mailto:stop+1@accord.example"' in letter.html
    assert "as agreed:<br>\n- one<br>\n- two</p>" in letter.html


def test_nothing_in_an_edited_letter_becomes_html_a_link_or_a_template():
    text = "<b>x</b> https://evil.example javascript:alert(1) {{ 7*7 }} {% raw %} www.evil.example"
    letter = plain_letter("S", text, "en")
    assert text in letter.text
    assert "&lt;b&gt;x&lt;/b&gt; https://evil.example javascript:alert(1) {{ 7*7 }} {% raw %}" in letter.html
    assert not [tag for tag, _ in Tags(letter.html).found if tag in {"a", "b"}]


def test_without_an_address_the_footer_names_none():
    assert "mailto:" not in plain_letter("S", "Text", "en").html


@pytest.mark.parametrize(("subject", "text"), [("", "Text"), ("S", " \n ")])
def test_an_empty_letter_is_refused(subject, text):
    with pytest.raises(TemplateError):
        plain_letter(subject, text, "en")


def test_a_draft_in_arabic_keeps_its_isolates_when_it_goes_out_unedited():
    words = draft(SHIPPED.version("follow_up", "ar"), SHIPPED.sample("follow_up", "ar"))
    assert plain_letter(words.subject, words.text, "ar").text.startswith(words.text.rstrip("\n"))


def test_the_outbox_can_keep_facts_of_an_edited_letter_and_render_it_later():
    stored = json.loads(json.dumps(plain_facts("S", "Text", stop="stop@accord.example")))
    assert render(SHIPPED.version("plain_letter", "fr"), stored) == plain_letter(
        "S", "Text", "fr", stop="stop@accord.example"
    )


def test_amounts_and_days_of_the_wrong_kind_are_named(tmp_path):
    version = letter_folder(tmp_path / "mail", text="{{ amount | money('CHF') }}").version("hello", "en")
    assert "CHF\u00a05" in render(version, {"person": {"name": "A"}, "amount": Decimal(5)}).text
    with pytest.raises(TemplateError, match="is no number"):
        render(version, {"person": {"name": "A"}, "amount": "five"})
    with pytest.raises(TemplateError, match="cannot stand in a letter: a float"):
        render(version, {"person": {"name": "A"}, "amount": 5.0})
