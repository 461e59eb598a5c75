import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.directory.names import clean_name, normal_name
from crm.errors import InvalidInput

SAME = [
    ("Acme Ltd.", "ACME  LTD"),
    ("Société Générale", "societe generale"),
    ("L’Oréal", "L'Oreal"),
    ("McDonald´s", "McDonalds"),
    ("Ørsted", "ORSTED"),
    ("Łódź Æther Œuvre", "lodz aether oeuvre"),
    ("Akıllı Işık", "AKILLI IŞIK"),
    ("Straße", "STRASSE"),
    ("Ростелеком, ПАО", "«РОСТЕЛЕКОМ» ПАО"),
    ("Ёлка", "елка"),
    ("شَرِكَة", "شركة"),
    ("شــركة", "شركة"),
    ("أفغانستان", "افغانستان"),
    ("ＮＴＴ　ドコモ", "NTT ドコモ"),
    ("ﾄﾞｺﾓ", "ドコモ"),
    ("한국전력", unicodedata.normalize("NFD", "한국전력")),
    ("Ac\u00adme\u200b", "Acme"),
    ("中国移动（集团）", "中国移动 集团"),
    ("AT&T", "AT & T"),
    ("foo_bar", "foo bar"),
    ("ΟΔΟΣ", "οδος"),
    ("𝐀cme", "acme"),
]
OTHERS = [
    ("バンク", "ハンク"),  # ba is not ha
    ("टाटा", "टीटी"),
    ("กิน", "กัน"),
    ("Acme One", "AcmeOne"),
    ("Acme 1", "Acme 2"),
    ("中国移动", "中国联通"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_differs_only_in_case_accents_width_or_punctuation_is_the_same_name(one, other):
    assert normal_name(one) == normal_name(other) != ""


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_what_is_read_differently_is_another_name(one, other):
    assert normal_name(one) != normal_name(other)


@given(st.text(max_size=40))
def test_the_form_for_looking_up_is_stable_and_knows_no_case(name):
    normal = normal_name(name)
    assert normal_name(normal) == normal
    assert normal_name(name.casefold()) == normal
    assert normal_name(unicodedata.normalize("NFD", name)) == normal
    assert normal == " ".join(normal.split())


@given(st.text(st.characters(categories=["Ll", "Lu", "Nd"], max_codepoint=0x24F), min_size=1, max_size=30))
def test_latin_names_are_found_in_capitals(name):
    assert normal_name(name.upper()) == normal_name(name) == normal_name(name.lower())


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("  Acme \t Satellites\n", "Acme Satellites"),
        ("شركة الاتصالات", "شركة الاتصالات"),
        ("नमस्\u200cते", "नमस्\u200cते"),  # a joiner that the script needs
        ("x" * 400, "x" * 400),
        ("Acme\u2028Ltd", "Acme Ltd"),
    ],
)
def test_a_name_is_kept_as_it_is_written_on_one_line(name, clean):
    assert clean_name(name) == clean


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "nothing to read"),
        (" - . ", "nothing to read"),
        ("\u200b\u00ad", "nothing to read"),
        ("Ac\x00me", r"U\+0000"),
        ("Ac\x1b[31mme", r"U\+001B"),
        ("\u202eemcA", r"U\+202E"),
        ("\u2066Acme", r"U\+2066"),
        ("Acme\ud800", r"U\+D800"),
        ("x" * 401, "401 characters are too many"),
    ],
)
def test_a_name_that_cannot_be_read_or_deceives_is_refused(name, said):
    with pytest.raises(InvalidInput, match=f"^aliases: .*{said}") as caught:
        clean_name(name, field="aliases")
    assert caught.value.field == "aliases"


@given(st.text(max_size=500))
def test_a_clean_name_stays_clean(name):
    try:
        clean = clean_name(name)
    except InvalidInput:
        return
    assert clean_name(clean) == clean
    assert normal_name(clean) == normal_name(name) != ""
