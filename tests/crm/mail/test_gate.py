import pytest
from support.letters import full_letter

from crm.errors import InvalidInput, MailError
from crm.mail.gate import body_text, check_output, header_text
from crm.mail.mime import compose

HEADERS = frozenset({"From", "Subject"})
PLAIN = b"From: a@x.org\r\nSubject: Hi\r\n\r\nbody\r\n"

REFUSED = {
    "encoded word with a line feed, Q": "=?utf-8?q?Hi=0ABcc:_evil@x.org?=",
    "encoded word with a line break, B": "=?utf-8?B?SGkNCkJjYzogZXZpbEB4Lm9yZw==?=",
    "start of an encoded word": "Hi =?",
    "carriage return and line feed": "Hi\r\nBcc: evil@x.org",
    "carriage return": "Hi\rBcc: evil@x.org",
    "line feed": "Hi\nBcc: evil@x.org",
    "vertical tab": "Hi\x0bthere",
    "form feed": "Hi\x0cthere",
    "file separator": "Hi\x1cthere",
    "next line": "Hi\x85there",
    "line separator": "Hi\u2028there",
    "paragraph separator": "Hi\u2029there",
    "NUL": "Hi\x00there",
    "escape": "Hi\x1b[31m",
    "delete": "Hi\x7f",
    "right-to-left override": "\u202egpj.exe",
    "left-to-right isolate": "\u2066Hi",
    "pop directional isolate": "Hi\u2069",
    "half a character": "Hi\ud800",
    "a word of 2,000 characters": "x" * 2_000,
    "10,000 characters": "x " * 5_000,
}


@pytest.mark.parametrize("value", REFUSED.values(), ids=REFUSED.keys())
def test_what_could_become_a_header_does_not_get_in(value):
    with pytest.raises(InvalidInput) as refused:
        header_text(value, field="subject")
    assert refused.value.field == "subject"
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize(
    "value",
    ["", "Réunion", "مرحبا \u200fITU", "x" * 998, "50 % = ? half", 'Eve" <ceo@bank.com>, "', "👩‍👩‍👧"],
)
def test_what_people_write_gets_in_unchanged(value):
    assert header_text(value, field="subject") == value


def test_a_tab_becomes_a_space():
    assert header_text("a\tb", field="subject") == "a b"


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ("", ""),
        ("a", "a\r\n"),
        ("a\nb\n", "a\r\nb\r\n"),
        ("a\rb", "a\r\nb\r\n"),
        ("a\r\nb\r\n", "a\r\nb\r\n"),
        ("a\n\rb", "a\r\n\r\nb\r\n"),
        ("a\n.\nb", "a\r\n.\r\nb\r\n"),
        ("a\r\n.\r\nb", "a\r\n.\r\nb\r\n"),
        ("a\n.\r\nb", "a\r\n.\r\nb\r\n"),
        ("a\r.\rb", "a\r\n.\r\nb\r\n"),
        ("\r", "\r\n"),
    ],
)
def test_every_line_of_a_body_comes_to_end_the_same_way(value, lines):
    assert body_text(value, field="text") == lines


@pytest.mark.parametrize("value", ["a\x00b", "a\ud800b"])
def test_a_body_that_mail_cannot_carry_is_refused(value):
    with pytest.raises(InvalidInput):
        body_text(value, field="text")


def test_a_message_with_exactly_its_headers_passes():
    check_output(PLAIN, expected=HEADERS)


BAD = {
    "bare line feed in a header": PLAIN.replace(b"Hi", b"Hi\nBcc: x"),
    "bare carriage return in a header": PLAIN.replace(b"Hi", b"Hi\rBcc: x"),
    "bare line feed in the body": PLAIN.replace(b"body", b"body\n.\n"),
    "bare carriage return in the body": PLAIN.replace(b"body", b"body\r."),
    "carriage returns and line feeds in equal numbers": PLAIN.replace(b"body", b"a\n\rb"),
    "one header too many": PLAIN.replace(b"Hi", b"Hi\r\nBcc: x@y.org"),
    "one header too few": PLAIN.replace(b"Subject: Hi\r\n", b""),
    "repeated header": PLAIN.replace(b"Hi", b"Hi\r\nSubject: Ho"),
    "repeated in another case": PLAIN.replace(b"Hi", b"Hi\r\nsubject: Ho"),
    "header in another case": PLAIN.replace(b"Subject", b"SUBJECT"),
    "line without a colon": PLAIN.replace(b"Hi", b"Hi\r\nthere"),
    "space before the colon": PLAIN.replace(b"Subject:", b"Subject :"),
    "continuation of nothing": b" x\r\n" + PLAIN,
    "empty continuation": PLAIN.replace(b"Hi", b"Hi\r\n "),
    "NUL": PLAIN.replace(b"body", b"bo\x00dy"),
    "no line end": PLAIN + b"x",
    "line of 999 octets": PLAIN.replace(b"body", b"x" * 999),
    "encoded line feed": PLAIN.replace(b"Hi", b"=?utf-8?q?Hi=0ABcc:_evil@x.org?="),
    "encoded line break": PLAIN.replace(b"Hi", b"=?utf-8?B?SGkNCkJjYzogZXZpbEB4Lm9yZw==?="),
    "encoded word that is none": PLAIN.replace(b"Hi", b"=?utf-8?B?SGkNCkJ?="),
    "nothing": b"",
}


@pytest.mark.parametrize("raw", BAD.values(), ids=BAD.keys())
def test_bytes_that_are_not_what_was_meant_are_refused(raw):
    assert raw != PLAIN
    with pytest.raises(MailError):
        check_output(raw, expected=HEADERS)


BAD_PARTS = {
    "foreign header in a part": (b"Content-Type: text/html", b"Bcc: x@y.org\r\nContent-Type: text/html"),
    "repeated header in a part": (
        b"Content-Type: text/html",
        b"Content-Type: text/plain\r\nContent-Type: text/html",
    ),
    "part without its gap": (b"quoted-printable\r\n\r\n", b"quoted-printable\r\n"),
    "not closed": (b"--\r\n", b"\r\n"),
    "something after the end": (b"--\r\n", b"--\r\nBcc: x@y.org\r\n"),
}


@pytest.mark.parametrize(("old", "new"), BAD_PARTS.values(), ids=BAD_PARTS.keys())
def test_the_parts_are_walked_too(old, new):
    good = compose(full_letter())
    expected = {
        line.split(b":")[0].decode() for line in good.split(b"\r\n\r\n")[0].split(b"\r\n") if line[0] != 32
    }
    check_output(good, expected=expected)
    head, tail = good.rsplit(old, 1)
    with pytest.raises(MailError):
        check_output(head + new + tail, expected=expected)


def test_parts_within_parts_are_walked():
    inner = b'--o\r\nContent-Type: multipart/related; boundary="i"\r\n\r\n--i\r\nX-Evil: 1\r\n\r\nx\r\n--i--\r\n\r\n--o--\r\n'
    raw = b'Content-Type: multipart/mixed; boundary="o"\r\n\r\n' + inner
    with pytest.raises(MailError):
        check_output(raw, expected={"Content-Type"})
    check_output(raw.replace(b"X-Evil: 1", b"Content-ID: <1>"), expected={"Content-Type"})


def test_a_subject_that_speaks_of_boundaries_is_no_boundary():
    check_output(PLAIN.replace(b"Hi", b'a; boundary="x"'), expected=HEADERS)
