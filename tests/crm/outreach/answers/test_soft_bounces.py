"""Letters that come back although the address is not known to be bad, and refusals for what we are."""

from datetime import timedelta

import pytest
from support.inbound_mail import LETTER_ID, TOKEN, message, sample
from support.outbox import MANAGER, campaign_letters, contact, order, queue, running, staffed
from support.sending import delivery


@pytest.fixture
def to(book):
    staffed(book)
    return contact(book, owner=MANAGER)


def came_back(book, letter, name="bounce_expired"):
    raw = sample(name).replace(
        f"bounces+{TOKEN}@mail.accord.example".encode(), book.identity.bounces(letter.id).encode()
    )
    return book.answers.receive(raw.replace(LETTER_ID.encode(), letter.message_id.encode()))


def sent(book, mail_server, to, key):
    (letter,) = queue(book, order(book, to, key=key))
    delivery(book, mail_server).deliver(limit=1)
    return book.outbox.get(letter)


def test_the_third_letter_in_ninety_days_that_comes_back_holds_campaigns_and_nothing_else(
    book, mail_server, clock, to
):
    effects = []
    for number in range(3):
        effects.append(came_back(book, sent(book, mail_server, to, str(number))).effect)
        clock.advance(timedelta(days=20))
    assert effects[:2] == ["noted: the address is not known to be bad"] * 2
    assert effects[2] == "suppressed for campaigns: bounced"
    (entry,) = book.suppressions.of(to[1].email)
    assert (entry.scope, entry.reason) == ("campaigns", "bounced")


def test_letters_that_come_back_over_a_longer_time_hold_nothing(book, mail_server, clock, to):
    for number in range(3):
        came_back(book, sent(book, mail_server, to, str(number)))
        clock.advance(timedelta(days=46))
    assert book.suppressions.of(to[1].email) == ()


def test_two_reports_on_one_letter_count_once(book, mail_server, to):
    letter = sent(book, mail_server, to, "a")
    for name in ("bounce_expired", "bounce_expired", "bounce_expired"):
        raw = sample(name).replace(LETTER_ID.encode(), letter.message_id.encode())
        book.answers.receive(b"X-Copy: %d\n" % id(raw) + raw)
    assert book.suppressions.of(to[1].email) == ()


def test_an_answer_in_between_shows_that_somebody_reads_there(book, mail_server, clock, to):
    for number in range(4):
        letter = sent(book, mail_server, to, str(number))
        clock.advance(timedelta(days=1))
        if number == 2:
            book.answers.receive(message("Yes.\n", To=book.identity.reply(letter.id)))
        else:
            came_back(book, letter)
    assert book.suppressions.of(to[1].email) == ()


def test_another_address_of_the_same_person_starts_anew(book, mail_server, to):
    for number in range(2):
        came_back(book, sent(book, mail_server, to, str(number)))
    moved = book.people.change(to[1], email="moved@acme.example")
    came_back(book, sent(book, mail_server, (to[0], moved), "later"))
    assert book.suppressions.of("moved@acme.example") == ()


@pytest.mark.parametrize("name", ["bounce_policy_outlook", "bounce_policy_in_words"])
def test_a_report_of_a_refusal_for_policy_pauses_the_run_and_not_the_contact(
    book, make_book, mail_server, to, name
):
    run = running(make_book, to)
    (letter,) = campaign_letters(book, run, to)
    delivery(book, mail_server).deliver(limit=1)
    assert came_back(book, book.outbox.get(letter), name).effect.startswith("its run is paused")
    paused = book.runs.get(run)
    assert paused.status == "paused"
    assert f"letter {letter.id}" in paused.note
    assert book.suppressions.of(to[1].email) == ()
    assert [row.state for row in book.runs.audience(run)] == ["enrolled"]


def test_a_letter_of_no_run_that_is_refused_for_policy_is_noted(book, mail_server, to):
    letter = sent(book, mail_server, to, "a")
    assert came_back(book, letter, "bounce_policy_outlook").effect.startswith(
        "noted: refused for what we are"
    )
