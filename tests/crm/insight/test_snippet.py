import pytest

from crm.insight.search_query import terms_of
from crm.insight.snippet import snippet_of


def marked(text, query):
    return str(snippet_of(text, terms_of(query)))


@pytest.mark.parametrize(
    ("text", "query", "expected"),
    [
        ("Wants study group access", "group", "Wants study *group* access"),
        ("Wants\nstudy  group", "study", "Wants *study* group"),
        ("Ils veulent l'accès", "acces", "Ils veulent *l'accès*"),
        ("我们讨论了五年计划和会费", "五年计划", "我们讨论了*五年计划*和会费"),
        ("اجتماع حول الْخُطَّة", "خطة", "اجتماع حول *الْخُطَّة*"),
        ("a \u202eevil\u2066 word", "word", "a evil *word*"),
        ("nothing of it", "absent", "nothing of it"),
    ],
)
def test_hits_are_marked(text, query, expected):
    assert marked(text, query) == expected


def test_a_long_text_is_shown_from_shortly_before_the_first_hit():
    text = "before " * 100 + "needle " + "after " * 100
    shown = marked(text, "needle")
    assert shown.startswith("…before")
    assert shown.endswith("after…")
    assert "*needle*" in shown
    assert len(shown) < 250


def test_a_snippet_does_not_turn_the_line_around_it():
    shown = snippet_of("اجتماع حول الخطة", terms_of("خطة")).isolated
    assert (shown[0], shown[-1]) == ("\u2068", "\u2069")
