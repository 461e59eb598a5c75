"""Replies: logged, given to the account manager, and what they do to a journey."""

from datetime import UTC, datetime, timedelta

from support.inbound_mail import enrolled, message, reply
from support.outbox import (
    MANAGER,
    campaign_letters,
    contact,
    letters,
    order,
    queue,
    running,
    staffed,
    told,
)
from support.sending import delivery


def test_a_reply_is_logged_with_a_follow_up_for_the_account_manager_and_ends_the_journey(book, sent, clock):
    clock.advance(timedelta(hours=5))
    answer = book.answers.receive(
        reply(book, sent, Subject="Re: For you", Date="Tue, 24 Nov 2026 12:00:00 +0000")
    )
    assert (answer.kind, answer.outbox_id, answer.person_id) == ("reply", sent.id, sent.person_id)

    met = book.interactions.get(answer.interaction_id)
    assert (met.interaction.kind, met.interaction.inbound) == ("email", True)
    assert met.interaction.at == datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert met.interaction.summary == "Re: For you\nYes please, call me."
    assert [person.id for person in met.people] == [sent.person_id]
    assert [staff.email for staff in met.staff] == [MANAGER]
    (step,) = book.follow_ups.open(owner=MANAGER)
    assert (step.what, step.interaction_id) == ("Answer the reply from Amina Odhiambo", met.id)
    assert step.due_on.isoformat() == "2026-11-26"

    journey = enrolled(book, sent)
    assert (journey.state, journey.reason, journey.answered_at) == ("exited", "answered", clock.now())
    assert book.suppressions.of(sent.to_address) == ()
    assert told(book, sent)[-1] == "reply"


def test_a_reply_about_an_account_without_a_manager_still_asks_for_an_answer(book, mail_server):
    (letter,) = letters(book, 1)
    delivery(book, mail_server).deliver(limit=1)
    book.answers.receive(reply(book, letter))
    (step,) = book.follow_ups.open()
    assert step.owner_id is None


def test_a_reply_with_an_impossible_date_is_logged_when_it_came(book, sent, clock):
    clock.advance(timedelta(days=1))
    for date in ("Thu, 1 Jan 1970 00:00:00 +0000", "Fri, 1 Jan 2100 00:00:00 +0000", "nonsense", None):
        answer = book.answers.receive(reply(book, sent, Date=date))
        assert book.interactions.get(answer.interaction_id).interaction.at == clock.now(), date


def test_a_reply_finds_its_letter_by_the_message_id_alone(book, sent):
    raw = message("Thanks.\n", To="info@accord.example", In_Reply_To=sent.message_id)
    assert book.answers.receive(raw).outbox_id == sent.id


def test_the_nearest_message_id_of_a_thread_names_the_letter(book, make_book, mail_server, clock):
    to = contact(book)
    first, second = (queue(book, order(book, to, key=key))[0] for key in "ab")
    raw = message(
        "Thanks.\n", In_Reply_To=first.message_id, References=f"{second.message_id} {first.message_id}"
    )
    assert book.answers.receive(raw).outbox_id == first.id


def test_an_automatic_reply_changes_nothing_but_the_ledger(book, sent):
    answer = book.answers.receive(reply(book, sent, "I am away.\n", Auto_Submitted="auto-replied"))
    assert (answer.kind, answer.effect, answer.interaction_id) == ("automatic_reply", "noted", None)
    assert enrolled(book, sent).state == "enrolled"
    assert book.follow_ups.open() == ()
    assert told(book, sent)[-1] == "automatic_reply"


def test_people_of_one_account_answer_each_for_themselves(book, make_book, mail_server):
    staffed(book)
    people = contact(book), contact(book, "Baraka Mwangi")
    run = running(make_book, *people)
    first, second = campaign_letters(book, run, *people)
    delivery(book, mail_server).deliver(limit=2)
    book.answers.receive(reply(book, first))
    states = {row.person_id: row.state for row in book.runs.audience(run)}
    assert states == {first.person_id: "exited", second.person_id: "enrolled"}
