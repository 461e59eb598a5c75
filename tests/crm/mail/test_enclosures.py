"""Files that go out with a message."""

from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.letters import letter

from crm.errors import InvalidInput
from crm.mail.message import Enclosure
from crm.mail.mime import compose


def read(raw):
    return message_from_bytes(raw, policy=policy.default)


@given(st.binary(max_size=2000))
def test_a_file_arrives_as_it_was_byte_by_byte(content):
    raw = compose(letter(enclosures=(Enclosure("report-2026-11-24.bin", "application/x-any", content),)))
    (file,) = read(raw).iter_attachments()
    assert file.get_content() == content
    assert file.get_filename() == "report-2026-11-24.bin"
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_the_words_stay_what_they_are_and_files_keep_their_order():
    files = tuple(Enclosure(f"{name}.csv", "text/csv", name.encode()) for name in "abc")
    with_files, without = (read(compose(letter(enclosures=given))) for given in (files, ()))
    assert [file.get_filename() for file in with_files.iter_attachments()] == ["a.csv", "b.csv", "c.csv"]
    for kind in ("plain", "html"):
        assert with_files.get_body((kind,)).get_content() == without.get_body((kind,)).get_content()


def test_the_same_message_gives_the_same_bytes():
    one = letter(enclosures=(Enclosure("a.csv", "text/csv", b"x"),))
    assert compose(one) == compose(one)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        'a".pdf; x="y',
        "عقد.pdf",
        "invoice\u202egpj.exe",
        "a\r\nBcc: x@y.example.csv",
        "",
        "A.CSV",
        ".csv",
    ],
)
def test_a_name_that_could_mislead_is_refused(name):
    with pytest.raises(InvalidInput):
        Enclosure(name, "text/csv", b"")


@pytest.mark.parametrize("kind", ["text", "text/csv; charset=x", "text/csv\r\nX: y", ""])
def test_a_type_that_is_none_is_refused(kind):
    with pytest.raises(InvalidInput):
        Enclosure("a.csv", kind, b"")
