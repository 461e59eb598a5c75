import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.reference.spelling import near, plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Côte d’Ivoire", "cote divoire"),
        ("Cote d'Ivoire", "cote divoire"),
        ("The Gambia", "gambia"),
        ("the", "the"),
        ("St. Kitts & Nevis", "saint kitts and nevis"),
        ("Türkiye", "turkiye"),
        ("ÅLAND", "aland"),
        ("أفغانستان", "افغانستان"),
        ("  Viet\tNam ", "viet nam"),
        ("", ""),
        ("?!", ""),
    ],
)
def test_names_that_differ_in_case_accents_or_punctuation_are_the_same(text, expected):
    assert plain(text) == expected


@given(st.text(max_size=50))
def test_the_plain_form_has_no_case(text):
    assert plain(text) == plain(text.casefold())


def test_the_nearest_spelling_comes_first():
    assert near("swizerland", ["sweden", "switzerland", "swaziland"])[0] == "switzerland"
    assert near("absurdistan", ["kenya"]) == ()
