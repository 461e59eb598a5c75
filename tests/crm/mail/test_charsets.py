import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.mail.charsets import decoded, on_one_line, seemly

ODD = "text does not fit its charset"


@pytest.mark.parametrize(
    ("text", "charset", "label"),
    [
        ("مرحبا بكم", "windows-1256", "windows-1256"),
        ("مرحبا", "iso-8859-6", "ISO-8859-6"),
        ("Здравствуйте", "koi8-r", "KOI8-R"),
        ("Здравствуйте", "cp1251", '"windows-1251"'),
        ("Привіт", "koi8-u", "koi8-u"),
        ("正式成员㐂", "gb18030", "gb18030"),
        ("朱镕基", "gbk", "gb2312"),
        ("會員", "big5", "Big5"),
        ("会員", "iso-2022-jp", "iso-2022-jp"),
        ("회원", "euc-kr", "ks_c_5601-1987"),
        ("déjà €", "cp1252", "iso-8859-1"),
        ("déjà", "utf-16", "utf-16"),
        ("déjà", "utf-8", ""),
    ],
)
def test_the_charsets_of_our_correspondents_are_read(text, charset, label):
    defects = []
    assert decoded(text.encode(charset), label, defects) == text
    assert defects == []


@pytest.mark.parametrize(
    ("data", "label", "text", "defects"),
    [
        ("é".encode(), "us-ascii", "é", [ODD]),
        (b"\xe9", "us-ascii", "é", [ODD, ODD]),
        (b"\xe9", "utf-8", "\ufffd", [ODD]),
        (b"\xe9", "", "é", [ODD]),
        ("é".encode(), "x-nosuch", "é", ["unknown charset"]),
        (b"abc", "zlib", "abc", ["unknown charset"]),
        (b"abc", "unicode_escape", "abc", ["unknown charset"]),
        (b"abc", "a\0b", "abc", ["unknown charset"]),
        (b"abc", "../../etc/passwd", "abc", ["unknown charset"]),
    ],
)
def test_a_wrong_label_is_noted_and_the_text_read_as_far_as_it_goes(data, label, text, defects):
    noted = []
    assert decoded(data, label, noted) == text
    assert noted == defects


def test_lines_end_alike_and_controls_vanish():
    assert seemly("a\r\nb\rc\u2028d\x85e\0f\x1bg\u202eh\ud800i\tj") == "a\nb\nc\nd\nefghi\tj"
    assert on_one_line(" a\r\n b\tc ") == "a b c"


@given(st.binary(max_size=200), st.text(max_size=20))
def test_no_bytes_are_too_odd(data, label):
    text = decoded(data, label, [])
    text.encode("utf-8")
    assert "\0" not in text
