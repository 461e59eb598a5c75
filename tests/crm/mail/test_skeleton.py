import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from crm.mail.facts import frozen
from crm.mail.markup import sanitized
from crm.mail.rendering import _compiled
from crm.mail.skeleton import sanitized_pieces
from crm.mail.templates import TemplateFolder

FOLDER = TemplateFolder()
LETTERS = [(name, language) for name in FOLDER.names() for language in FOLDER.languages(name)]

TROUBLE = st.one_of(
    st.text(min_size=1, max_size=30),
    st.text("<>&\"'= /\\;:()\ue000\u00a0zq0 \n\tmailto", min_size=1, max_size=30),
    st.sampled_from(
        ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "mailto:a@b.example?bcc=c", "&#39;&lt;"]
    ),
)


def other(facts, words):
    """The same facts with other words wherever there is a text that the letter does not choose by."""
    match facts:
        case dict():
            return {name: value if name == "kind" else other(value, words) for name, value in facts.items()}
        case list():
            return [other(value, words) for value in facts]
        case str() if not facts[:1].isdigit() and not facts.isupper():
            return words
    return facts


@pytest.mark.parametrize(("name", "language"), LETTERS)
@settings(max_examples=10)  # for each of 140 letters
@given(words=TROUBLE)
def test_every_letter_is_cleaned_to_the_same_bytes_as_when_all_of_it_is_cleaned(name, language, words):
    version = FOLDER.version(name, language)
    facts = frozen(other(FOLDER.sample(name, language) | {"unsubscribe": {"address": "stop"}}, words))
    pieces = _compiled(version.language, version.sources).html.pieces(facts)
    assert sanitized_pieces(pieces) == sanitized("".join(pieces))


@pytest.mark.parametrize(
    ("before", "fact", "after"),
    [
        ('<p style="color:', "red;position:fixed", '">x</p>'),
        ('<p style="', "position:fixed", '">x</p>'),
        ('<a href="', "javascript:alert(1)", '">x</a>'),
        ('<a href="https:', "//evil.example", '">x</a>'),
        ("<a title=", "x onclick=alert(1)", ">x</a>"),
        ("<a ", "onclick=alert(1)", ">x</a>"),
        ("<script>", "alert(1)", "</script>"),
        ("<style>", "p{}", "</style>"),
        ("<!-- ", "--><script>", " -->"),
        ("<table>", "words", "<tr><td>x</td></tr></table>"),
        ("<svg><title>", "<b>", "</title></svg>"),
        ("<textarea>", "</textarea><script>", "</textarea>"),
        ("\ue000<p>", "x", "</p>"),
        ('<a href="', "mailto:a@b.example", '">x</a>'),
        ('<p title="', "mailto:a@b.example", '">x</p>'),
    ],
)
def test_a_fact_in_a_place_that_no_letter_on_file_has_is_cleaned_with_all_around_it(before, fact, after):
    pieces = [before, Markup.escape(fact), after]
    assert sanitized_pieces(pieces) == sanitized("".join(pieces))


def test_the_words_of_a_template_are_no_facts_even_where_they_look_like_some():
    assert sanitized_pieces(["<script>x</script>", Markup.escape("<b>")]) == "&lt;b&gt;"


def test_a_fact_that_would_name_a_tag_stays_text():
    pieces = ["<", Markup.escape("script"), ">alert(1)</script>"]
    assert sanitized_pieces(pieces) == sanitized(sanitized_pieces(pieces)) == "&lt;script&gt;alert(1)"
