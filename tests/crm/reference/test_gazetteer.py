from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.reference_facts import shipped_countries, shipped_gazetteer

from crm.errors import Ambiguous, NotFound
from crm.reference.gazetteer import Basis


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("KE", "KEN"),
        ("KEN", "KEN"),
        (404, "KEN"),
        ("404", "KEN"),
        ("Kenya", "KEN"),
        ("KENYA", "KEN"),
        ("Кения", "KEN"),
        ("肯尼亚", "KEN"),
        ("كينيا", "KEN"),
        ("004", "AFG"),
        ("NA", "NAM"),
        ("ناميبيا", "NAM"),
        ("USA", "USA"),
        ("U.S.", "USA"),
        ("United States", "USA"),
        ("UK", "GBR"),
        ("South Korea", "KOR"),
        ("Russia", "RUS"),
        ("Czech Republic", "CZE"),
        ("Türkiye", "TUR"),
        ("turkiye", "TUR"),
        ("Turkey", "TUR"),
        ("Ivory Coast", "CIV"),
        ("Cote d'Ivoire", "CIV"),
        ("Côte d’Ivoire", "CIV"),
        ("Holland", "NLD"),
        ("The Netherlands", "NLD"),
        ("Guinea", "GIN"),
        ("Guinea-Bissau", "GNB"),
        ("Hong Kong", "HKG"),
        ("St. Lucia", "LCA"),
        ("Trinidad & Tobago", "TTO"),
        ("  Gambia, The ", "GMB"),
        ("Georgia", "GEO"),
    ],
)
def test_any_reasonable_key_finds_the_country(key, code):
    assert shipped_gazetteer().find(key).code == code


def test_a_country_finds_itself():
    kenya = shipped_countries()["KEN"]

    assert shipped_gazetteer().find(kenya) is kenya


@pytest.mark.parametrize(
    ("key", "codes"),
    [("Congo", {"COG", "COD"}), ("Конго", {"COG", "COD"}), ("Korea", {"KOR", "PRK"}), ("Saint Martin", {"MAF", "SXM"}),
     ("Virgin Islands", {"VGB", "VIR"})],
)  # fmt: skip
def test_an_ambiguous_name_raises_with_its_candidates(key, codes):
    with pytest.raises(Ambiguous) as raised:
        shipped_gazetteer().find(key)

    assert {candidate[-4:-1] for candidate in raised.value.candidates} == codes


@pytest.mark.parametrize(
    "key", ["Houston, Texas", "New York City", "none", "", " ", "na", "n/a", "9" * 5000, -404, 0, 999]
)
def test_what_is_no_country_is_never_guessed(key):
    with pytest.raises(NotFound):
        shipped_gazetteer().find(key)


def test_an_unknown_country_comes_with_what_it_might_mean():
    with pytest.raises(NotFound) as raised:
        shipped_gazetteer().find("Swizerland")

    assert raised.value.candidates[0].startswith("Switzerland (CHE)")
    assert (raised.value.field, raised.value.value) == ("country", "Swizerland")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Houston, Texas", [("USA", Basis.ENDS_WITH_SUBDIVISION)]),
        ("Washington, D.C.", [("USA", Basis.ENDS_WITH_SUBDIVISION)]),
        ("Columbus, Ohio;Detroit, Michigan", [("USA", Basis.ENDS_WITH_SUBDIVISION)]),
        ("Dublin, Ireland", [("IRL", Basis.ENDS_WITH_COUNTRY)]),
        ("San Juan, Puerto Rico", [("PRI", Basis.ENDS_WITH_COUNTRY)]),
        ("Atlanta, Georgia", [("GEO", Basis.ENDS_WITH_COUNTRY), ("USA", Basis.ENDS_WITH_SUBDIVISION)]),
        ("Irvine, CA", [("CAN", Basis.ENDS_WITH_COUNTRY), ("USA", Basis.ENDS_WITH_SUBDIVISION)]),
        (
            "London, United Kingdom; Rotterdam, Netherlands",
            [("GBR", Basis.ENDS_WITH_COUNTRY), ("NLD", Basis.ENDS_WITH_COUNTRY)],
        ),
        ("na", [("NAM", Basis.SPELLING)]),
        ("none", []),
        ("", []),
    ],
)
def test_a_suggestion_says_on_what_it_rests(text, expected):
    assert [(s.country.code, s.basis) for s in shipped_gazetteer().suggest(text)] == expected


def test_a_suggestion_gives_its_reason_in_words():
    [suggestion] = shipped_gazetteer().suggest("Houston, Texas")

    assert str(suggestion) == "United States of America (USA): 'Texas' is a part of it"


@given(st.text(max_size=60))
def test_no_text_breaks_the_look_up(text):
    with suppress(NotFound, Ambiguous):
        assert shipped_gazetteer().find(text).code


def test_a_miss_looks_for_like_spellings_only_when_somebody_asks(monkeypatch):
    gazetteer = shipped_gazetteer()
    asked = []
    monkeypatch.setattr("crm.reference.gazetteer.near", lambda *_, **__: asked.append(1) or ())
    with pytest.raises(NotFound) as raised:
        gazetteer.find("Atlantis")
    assert asked == []
    assert raised.value.candidates == ()
    assert asked == [1]
