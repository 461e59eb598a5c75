from datetime import timedelta
from email import message_from_bytes, policy
from hashlib import sha256

import pytest
from support.outbox import campaign_letters, contact, letters, order, queue, running, staffed
from support.sending import delivery

from crm.errors import InvalidInput, MailError, TemplateError
from crm.outreach.outbox.composing import envelope
from crm.outreach.outbox_tables import MessageClass


def composed(book, letter):
    return envelope(letter, book.runs.wording(letter.template), book.identity)


def message(book, letter):
    return message_from_bytes(composed(book, letter).raw, policy=policy.default)


def test_the_hash_that_is_kept_is_that_of_the_bytes_that_went_out(book, mail_server, clock):
    (letter,) = letters(book, 1)
    delivery(book, mail_server).deliver(limit=1)
    clock.advance(timedelta(days=900))
    (sent,) = mail_server.messages
    kept = book.outbox.get(letter)
    assert kept.rendered_hash == sha256(sent.raw).hexdigest() == composed(book, kept).digest
    assert composed(book, kept).raw == sent.raw


def test_the_envelope_names_the_letter_where_bounces_come_back_to(book):
    (letter,) = letters(book, 1)
    ready = composed(book, letter)
    purpose, _, token = ready.sender.partition("@")[0].partition("+")
    assert (purpose, book.identity.letter("bounces", token)) == ("bounces", letter.id)
    assert book.identity.letter("unsubscribe", token) is None
    assert ready.recipient == letter.to_address


def test_an_answer_goes_to_an_address_that_names_the_letter(book):
    (letter,) = letters(book, 1)
    (reply_to,) = message(book, letter)["Reply-To"].addresses
    assert book.identity.letter("reply", reply_to.username.partition("+")[2]) == letter.id
    assert reply_to.display_name == "Dana Novak"


def test_marketing_names_its_unsubscribe_address_and_correspondence_none(book):
    to = contact(book)
    campaign, letter = queue(
        book, order(book, to, key="a", message_class=MessageClass.MARKETING), order(book, to, key="b")
    )
    field = message(book, campaign)["List-Unsubscribe"]
    assert field == f"<mailto:{book.identity.unsubscribe(campaign.id)}?subject=unsubscribe>"
    assert message(book, letter)["List-Unsubscribe"] is None


def test_with_a_web_part_the_header_names_the_page_first_and_promises_one_click(make_book):
    book = make_book(web_url="https://letters.accord.example/")
    (campaign,) = queue(book, order(book, contact(book), message_class=MessageClass.MARKETING))
    page = book.identity.unsubscribe_page(campaign.id)
    assert page.startswith("https://letters.accord.example/u/")
    assert book.identity.letter("unsubscribe", page.rpartition("/")[2]) == campaign.id
    sent = message(book, campaign)
    address = book.identity.unsubscribe(campaign.id)
    assert sent["List-Unsubscribe"] == f"<{page}>, <mailto:{address}?subject=unsubscribe>"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_letter_of_a_run_names_its_campaign_s_stream_and_is_a_person_s(book, make_book):
    to = contact(book)
    staffed(book)
    run = running(make_book, to, campaign="associate_upgrade")
    (letter,) = campaign_letters(book, run, to)
    sent = message(book, letter)
    assert sent["List-Id"] == "<associate-upgrade.answers.accord.example>"
    assert sent["Feedback-ID"] == "associate_upgrade:marketing:accord"
    assert sent["Auto-Submitted"] is sent["Precedence"] is None
    assert sent["Date"].datetime == letter.dated_at.replace(microsecond=0)
    assert sent["Message-ID"] == letter.message_id


def test_correspondence_belongs_to_no_stream(book):
    (letter,) = letters(book, 1)
    assert {"List-Id", "Feedback-ID", "List-Unsubscribe-Post"}.isdisjoint(message(book, letter).keys())


def test_a_letter_threads_with_the_mail_that_it_answers(book):
    (letter,) = letters(
        book,
        1,
        in_reply_to="<question@acme.example>",
        references=["<first@x.example>", "<question@acme.example>"],
    )
    sent = message(book, letter)
    assert sent["In-Reply-To"] == "<question@acme.example>"
    assert sent["References"].split() == ["<first@x.example>", "<question@acme.example>"]


@pytest.mark.parametrize(
    ("name", "address", "smtputf8"),
    [
        ("أمينة عودة", "amina@acme.example", False),
        ('Ngozi "NG" Okafor, Dr', "ngozi@acme.example", False),
        ("O'Brien; Ltd", "o'brien@acme.example", False),
        ("小林", "小林@例え.example", True),
    ],
)
def test_names_and_addresses_in_any_script_arrive_as_they_are_written(book, name, address, smtputf8):
    account, person = contact(book)
    (letter,) = queue(book, order(book, (account, person), to_name=name, to_address=address))
    ready = composed(book, letter)
    (to,) = message(book, letter)["To"].addresses
    assert to.display_name == name
    assert ready.smtputf8 is smtputf8
    assert ready.recipient.partition("@")[0] == address.partition("@")[0]


def test_a_missing_fact_is_named(book):
    (letter,) = letters(book, 1, facts={"letter": {"subject": "Only a subject"}})
    with pytest.raises(TemplateError, match=r"lacks letter\.text"):
        composed(book, letter)


@pytest.mark.parametrize(
    "subject", ["Hello\r\nBcc: evil@x.example", "=?utf-8?q?Hi=0ABcc:_evil=40x.example?="]
)
def test_a_subject_that_would_smuggle_a_header_is_refused_or_harmless(book, subject):
    (letter,) = letters(book, 1, facts={"letter": {"subject": subject, "text": "words"}})
    try:
        sent = message(book, letter)
    except (InvalidInput, MailError):
        return
    assert sent["Bcc"] is None
    assert b"evil" not in composed(book, letter).recipient.encode()
