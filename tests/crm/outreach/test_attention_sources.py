"""Letters and drafts in an attention list."""

from datetime import timedelta

import pytest
from support.outbox import MANAGER, contact, order, queue, staffed
from support.sending import delivery

from crm.outreach.outbox_tables import MessageClass


@pytest.fixture
def amina(book):
    staffed(book)
    return contact(book, owner=MANAGER)


def reasons(book):
    return [need.reason.value for need in book.attention()]


@pytest.mark.parametrize(
    ("message_class", "left"),
    [(MessageClass.CORRESPONDENCE, []), (MessageClass.MARKETING, ["unanswered", "cold"])],
)
def test_a_letter_by_hand_that_went_out_is_a_touch_of_ours_and_one_of_a_campaign_is_none(
    book, mail_server, clock, amina, message_class, left
):
    account, _ = amina
    book.log("email", account, "Hello?", inbound=True)
    clock.advance(timedelta(days=200))
    assert reasons(book) == ["unanswered", "cold"]
    queue(book, order(book, amina, message_class=message_class))
    assert reasons(book) == ["unanswered", "cold"]  # it has not gone out yet

    delivery(book, mail_server).deliver(limit=10)

    assert reasons(book) == left


def test_the_letter_that_was_the_last_touch_is_told_with_the_office_of_its_author(
    book, mail_server, clock, amina
):
    account, person = amina
    book.letters.approve(book.letters.draft(book.log("call", account, "Asked for fees", people=[person])))
    clock.advance(timedelta(hours=1))
    delivery(book, mail_server).deliver(limit=10)
    clock.advance(timedelta(days=100))
    (need,) = book.attention()
    assert need.words == "Last letter with BDT 100 days ago; Standard tier by default: 90 days ideally"
    assert need.refers_to.startswith("outbox:")


def test_a_draft_waits_for_its_author_until_it_is_approved_or_discarded(book, clock, amina):
    account, person = amina
    drafts = [book.letters.draft(book.log("call", account, f"Call {n}", people=[person])) for n in range(3)]
    clock.advance(timedelta(days=2))
    found = book.attention(owner=MANAGER)
    assert [need.refers_to for need in found] == [f"letter_draft:{draft.id}" for draft in drafts]
    assert found[0].words.startswith("Letter to Amina Odhiambo waits for approval for 2 days: ")
    assert book.attention(office="GS") == ()

    book.letters.approve(drafts[0])
    book.letters.discard(drafts[1])

    assert [need.refers_to for need in book.attention(owner=MANAGER)] == [f"letter_draft:{drafts[2].id}"]
