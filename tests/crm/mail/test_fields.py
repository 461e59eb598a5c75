import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.mail.fields import (
    LONGEST_VALUE,
    MOST_FIELDS,
    from_base64,
    message_ids,
    parameters,
    plain,
    read_fields,
)


def word(text, charset):
    return f"=?{charset}?B?{base64.b64encode(text.encode(charset)).decode()}?="


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", "plain"),
        ("=?utf-8?q?caf=C3=A9_noir?=", "café noir"),
        ("=?ISO-8859-1?Q?caf=E9?= au lait", "café au lait"),
        ("=?utf-8?b?w6k=?= =?utf-8?b?w6g=?=", "éè"),
        ("=?utf-8?q?=C3?= =?utf-8?q?=A9?=", "é"),
        ("=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        ("=?utf-8*en?q?a?=", "a"),
        (word("عقد", "windows-1256"), "عقد"),
        (word("Членство", "koi8-r"), "Членство"),
        (word("正式成员", "gb18030"), "正式成员"),
        ("=?gb2312?B?" + base64.b64encode("镕".encode("gbk")).decode() + "?=", "镕"),
        ("=?utf-8?q?Hi=0ABcc:_evil@x.example?=", "Hi Bcc: evil@x.example"),
        ("=?utf-8?B?SGkNCkJjYzogZXZpbEB4Lm9yZw==?=", "Hi Bcc: evil@x.org"),
        ("=?utf-8?q?=00a=E2=80=AEb?=", "ab"),
        ("=?utf-8?b?w6?=", "\ufffd"),
        ("=?utf-8?b?====?=", ""),
        ("=?nosuch?q?a=FFb?=", "aÿb"),
        ("=?utf-8?x?a?=", "=?utf-8?x?a?="),
        ("=?utf-8?q?unclosed", "=?utf-8?q?unclosed"),
    ],
)
def test_encoded_words_are_read_and_can_start_no_line(value, text):
    assert plain(value, []) == text


def test_fields_are_found_in_any_case_and_unfolded():
    fields = read_fields(b"Subject: one\n two\nTO : a@x\nto: b@x", [])
    assert fields.first("SUBJECT") == "one two"
    assert fields.every("To") == ("a@x", "b@x")
    assert fields.has("Cc", "To")
    assert not fields.has("Cc")
    assert fields.first("Cc") == ""


def test_lines_that_are_no_fields_are_left_out_and_noted():
    defects = []
    fields = read_fields(b" folded nothing\nno colon\nbad name: x\nX: y\rBcc: z", defects)
    assert fields.pairs == (("x", "y Bcc: z"),)
    assert defects == ["header line without a name"] * 3


def test_raw_bytes_in_a_header_are_read_as_utf8_or_noted():
    defects = []
    assert read_fields("X: عقد".encode(), defects).first("x") == "عقد"
    assert defects == []
    assert read_fields(b"X: caf\xe9", defects).first("x") == "café"
    assert defects == ["text does not fit its charset"]


def test_bombs_are_cut_and_noted():
    defects = []
    fields = read_fields(b"X: y\n" * (MOST_FIELDS + 1) + b"Y: z", defects)
    assert len(fields.pairs) == MOST_FIELDS
    assert len(read_fields(b"X: " + b"y" * 100_000, defects).first("x")) <= LONGEST_VALUE
    assert defects == ["too many header fields", "header field too long"]


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("text/plain", {}),
        ("text/plain; charset=utf-8", {"charset": "utf-8"}),
        ('a/b; Boundary="x;y=z \\" w" ; charset = koi8-r', {"boundary": 'x;y=z " w', "charset": "koi8-r"}),
        ("a/b; x=1; x=2", {"x": "1"}),
        ("a/b;;; =x; y", {}),
    ],
)
def test_parameters_are_read(value, found):
    assert parameters(value) == found


def test_message_ids_keep_their_brackets():
    assert message_ids("your letter <a@x> of (yesterday) <b@x> <no id> <<c@x>") == ("<a@x>", "<b@x>", "<c@x>")


@pytest.mark.parametrize(
    ("data", "read"),
    [(b"YWJj", b"abc"), (b"YW Jj\n", b"abc"), (b"YWI", b"ab"), (b"YWJjZ", b"abc"), (b"!?", b"")],
)
def test_damaged_base64_is_read_as_far_as_it_goes(data, read):
    assert from_base64(data) == read


@given(st.binary(max_size=500))
def test_no_header_is_too_broken(header):
    for _, value in read_fields(header, []).pairs:
        assert "\n" not in plain(value, [])
        parameters(value)
