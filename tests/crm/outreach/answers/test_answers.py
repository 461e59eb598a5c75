from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from support.inbound_mail import message, reply
from support.outbox import (
    told,
)


def test_the_same_message_has_its_effect_once(book, sent):
    raw = reply(book, sent)
    first, second = book.answers.receive(raw), book.answers.receive(raw)
    assert first.id == second.id
    assert len(book.interactions.of(sent.organization_id)) == 1
    assert len(book.follow_ups.open()) == 1
    assert told(book, sent).count("reply") == 1


def test_the_same_message_taken_in_by_several_at_once_has_its_effect_once(book, sent, make_book):
    raw = reply(book, sent)
    books = [make_book() for _ in range(4)]
    together = Barrier(len(books))

    def receive(other):
        together.wait()
        return other.answers.receive(raw).id

    with ThreadPoolExecutor(len(books)) as pool:
        assert len(set(pool.map(receive, books))) == 1
    assert len(book.interactions.of(sent.organization_id)) == 1


def test_a_crash_halfway_leaves_nothing_and_the_message_is_taken_in_whole_the_next_time(book, sent):
    raw = reply(book, sent)

    def crashing():
        with book.transaction():
            book.answers.receive(raw)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power"):
        crashing()
    assert book.answers.of() == ()
    assert book.follow_ups.open() == ()
    book.answers.receive(raw)
    assert len(book.follow_ups.open()) == 1


def test_what_came_in_is_listed_the_newest_first(book, sent, clock):
    first = book.answers.receive(reply(book, sent))
    clock.advance(timedelta(minutes=1))
    second = book.answers.receive(message("Hello.\n", Message_ID="<2@acme.example>"))
    assert [answer.id for answer in book.answers.of()] == [second.id, first.id]
    assert [answer.id for answer in book.answers.of(letter=sent)] == [first.id]
    assert [answer.id for answer in book.answers.of(unmatched=True)] == [second.id]


def test_the_personal_words_of_an_answer_stand_where_they_can_be_erased(book, sent):
    book.answers.receive(reply(book, sent, "My private number is 4711.\n", From="Amina <amina@acme.example>"))
    with book._store.reading() as session:
        run = session.connection().exec_driver_sql
        assert run("SELECT count(*) FROM trail_change WHERE after::text LIKE '%%4711%%'").scalar_one() == 0
        assert run("SELECT count(*) FROM trail_personal WHERE after::text LIKE '%%4711%%'").scalar_one() > 0
