"""Whatever arrives is taken in or refused clearly."""

import pytest
from support.inbound_mail import SAMPLES, answering

from crm.errors import MailError
from crm.mail.inbound import parse


def test_every_sample_is_taken_in(book, sent):
    for path in SAMPLES.glob("*.eml"):
        raw = answering(book, sent, path.stem)
        answer = book.answers.receive(raw)
        assert (answer.kind, answer.raw) == (parse(raw).kind, raw), path.stem
    assert len(book.answers.of()) == len(list(SAMPLES.glob("*.eml"))) > 40


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff\xfe\x00 not a message",
        b"Subject: \x00\x00\r\nFrom: \x00@\x00\r\nMessage-ID: <\x00@x>\r\n\r\nNUL \x00 here",
        "From: a@b.example\r\nSubject: =?utf-8?q?=ED=A0=80?=\r\n\r\n\ud800".encode("utf-8", "surrogatepass"),
        b"Subject: only\r\n\r\n",
    ],
)
def test_odd_bytes_are_kept_and_break_nothing(book, sent, raw):
    assert book.answers.receive(raw).raw == raw
    tail = f"\r\nTo: {book.identity.reply(sent.id)}\r\n".encode()
    head, _, rest = raw.partition(b"\r\n")
    answer = book.answers.receive(head + tail + rest)
    assert book.answers.of(letter=sent) == ((answer,) if answer.outbox_id else ())


@pytest.mark.parametrize("raw", [b"", b"\r\n\r\n", b"x" * (10 * 1024 * 1024 + 1)])
def test_what_cannot_be_read_is_refused_clearly(book, raw):
    with pytest.raises(MailError):
        book.answers.receive(raw)
    assert book.answers.of() == ()
