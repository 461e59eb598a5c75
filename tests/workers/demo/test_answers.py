from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from support.letters import full_letter

from crm.mail import inbound
from crm.mail.answers import AnswerKind
from crm.mail.message import Mailbox
from crm.mail.mime import compose
from workers.demo.answers import REPLIES, bounce_of, reply_to, unsubscribe_from

AT = datetime(2027, 3, 5, 9, 30, tzinfo=UTC)
ENVELOPE = b"Return-Path: <bounces+token@itu.example>\r\n"


def arrived(language="fr"):
    letter = full_letter(
        to=Mailbox("ليلى المنصوري", "layla@acme.example"),
        sender=Mailbox("Lucía Fernández", "membership@itu.example"),
        language=language,
    )
    return message_from_bytes(ENVELOPE + compose(letter), policy=policy.default)


@pytest.mark.parametrize("language", [*REPLIES, "de"])
def test_a_reply_is_read_as_a_reply_in_the_words_of_its_writer(language):
    answer = inbound.parse(reply_to(arrived(language), at=AT))
    assert answer.kind is AnswerKind.REPLY
    assert answer.text == f"{REPLIES.get(language, REPLIES['en']).strip()}\n\nليلى المنصوري"
    assert answer.references == ("<a1b2c3@crm.example>",)
    assert [token.purpose for token in answer.tokens] == ["reply"]
    assert (answer.sender.address, answer.date) == ("layla@acme.example", AT)
    assert not answer.defects


def test_a_bounce_names_the_letter_and_says_that_the_address_is_bad():
    answer = inbound.parse(bounce_of(arrived(), at=AT))
    assert answer.kind is AnswerKind.BOUNCE
    assert [(token.purpose, token.token) for token in answer.tokens] == [("bounces", "token")]
    assert "<a1b2c3@crm.example>" in answer.references
    (recipient,) = answer.bounce
    assert (recipient.address, recipient.status, recipient.suppress) == ("layla@acme.example", "5.1.1", True)
    assert not answer.defects


def test_an_unsubscribe_is_what_the_header_of_the_letter_asks_for():
    answer = inbound.parse(unsubscribe_from(arrived(), at=AT))
    assert answer.kind is AnswerKind.UNSUBSCRIBE
    assert answer.recipients == ("unsubscribe+token@itu.example",)
    assert answer.subject == "unsubscribe"


def test_each_answer_has_a_message_id_of_its_own():
    answers = [make(arrived(), at=AT) for make in (reply_to, bounce_of, unsubscribe_from)]
    assert len({inbound.parse(raw).message_id for raw in answers}) == 3


def test_they_are_raw_messages_with_network_line_ends():
    for make in (reply_to, bounce_of, unsubscribe_from):
        raw = make(arrived("ar"), at=AT)
        assert raw.isascii()
        assert b"\n" not in raw.replace(b"\r\n", b"")
