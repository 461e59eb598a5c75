import pytest
from support.inbound_mail import LETTER_ID, message, sample

from crm.mail.bounce_wordings import from_a_server
from crm.mail.inbound import AnswerKind, parse


@pytest.mark.parametrize(
    ("name", "status", "permanent", "policy", "references"),
    [
        ("bounce_qmail", "5.1.1", True, False, (LETTER_ID,)),
        ("bounce_exim", "5.0.0", True, True, (LETTER_ID,)),
        ("bounce_gmail_text", "5.1.1", True, False, ()),
        ("bounce_exchange_text", "5.1.1", True, False, ()),
        ("bounce_postfix_text", "4.2.2", False, False, (LETTER_ID,)),
        ("delay_sendmail_text", None, False, False, ()),
    ],
)
def test_notices_in_free_text_are_read(name, status, permanent, policy, references):
    answer = parse(sample(name))
    (found,) = answer.bounce
    assert (found.address, found.status) == ("amina@acme.example", status)
    assert (found.permanent, found.policy, answer.references) == (permanent, policy, references)
    assert answer.defects == ("bounce in free text",)


def test_the_words_of_the_returned_letter_are_not_the_servers():
    assert b"warning message only" in sample("bounce_qmail")
    assert parse(sample("bounce_qmail")).kind is AnswerKind.BOUNCE


def test_a_failure_without_a_reason_is_not_permanent():
    raw = message(
        "It did not work.", From="mailer-daemon@x.example", Subject="failure notice", Return_Path="<>"
    )
    (found,) = parse(raw).bounce
    assert (found.address, found.status, found.permanent, found.suppress) == (None, None, False, False)


def test_a_full_mailbox_is_known_by_its_wording():
    raw = message(
        "<a@x.example>: mailbox is full", From="postmaster@x.example", Subject="Undeliverable: hello"
    )
    (found,) = parse(raw).bounce
    assert (found.address, found.status, found.suppress) == ("a@x.example", "5.2.2", False)


def test_several_failed_recipients_may_be_named():
    raw = message(
        "could not be delivered to one or more of its recipients",
        From="Mailer-Daemon@x.example",
        X_Failed_Recipients="a@x.example,\r\n b@x.example",
    )
    assert [found.address for found in parse(raw).bounce] == ["a@x.example", "b@x.example"]


def test_a_report_that_lost_its_form_is_read_as_a_report():
    body = "could not be delivered\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n"
    (found,) = parse(message(body, From="mailer-daemon@x.example")).bounce
    assert (found.address, found.status) == ("a@x.example", "5.1.1")


def test_an_absence_note_with_the_words_of_a_bounce_is_an_absence_note():
    raw = message(
        "Parcels couldn't be delivered.", Subject="Out of office", Return_Path="<>", In_Reply_To=LETTER_ID
    )
    assert parse(raw).kind is AnswerKind.AUTOMATIC_REPLY


def test_a_notice_that_nobody_understands_is_automatic():
    raw = message("Nem sikerült.", From="MAILER-DAEMON@x.example", In_Reply_To=LETTER_ID)
    assert parse(raw).kind is AnswerKind.AUTOMATIC_REPLY


def test_a_person_who_quotes_a_bounce_replies():
    answer = parse(sample("bounce_quoted_by_a_person"))
    assert (answer.kind, answer.text) == (AnswerKind.REPLY, "Look what I got when I wrote to your colleague:")


@pytest.mark.parametrize(
    ("null_sender", "address", "server"),
    [
        (True, "", True),
        (True, "amina@acme.example", True),
        (False, "MAILER-DAEMON@x.example", True),
        (False, "postmaster@x.example", True),
        (False, "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.example", True),
        (False, "amina@mailer-daemon.example", False),
        (False, "", False),
    ],
)
def test_servers_are_known_by_their_envelope_or_their_name(null_sender, address, server):
    assert from_a_server(null_sender=null_sender, address=address) is server
