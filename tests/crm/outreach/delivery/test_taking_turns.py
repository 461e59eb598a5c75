"""Whoever pauses, refuses or answers while an intent is under way waits for it; after that nothing leaves any more."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from support.locks import blocked
from support.outbox import (
    campaign_letters,
    contact,
    contacts,
    looking,
    of,
    order,
    queue,
    running,
    staffed,
    statuses,
)

from crm.outreach.outbox_tables import MessageClass


def test_pausing_waits_for_intents_under_way_and_stands_after_them(book, make_book):
    """Whoever has paused a run knows: nothing whose intent was not committed by then leaves."""
    staffed(book)
    people = contacts(book, 1)
    run = running(make_book, *people[:1])
    campaign_letters(book, run, *people)
    claims = book.handover.claim(limit=1)
    with ThreadPoolExecutor(2) as pool, looking(book) as gate, looking(book) as eye:
        with gate.transaction():
            gate.execute("LOCK TABLE delivery IN SHARE MODE")  # the intent is decided, and cannot commit
            intent = pool.submit(book.handover.intend, of(claims))
            blocked(eye, 1)
            pause = pool.submit(make_book().runs.pause, run, reason="a wrong figure")
            blocked(eye, 2)
            assert not pause.done()
        assert intent.result(60) == {claims[0].letter.id}
        assert pause.result(60).status == "paused"


@pytest.mark.parametrize("what", ["suppressions.add", "answers.receive"])
def test_refusing_waits_for_intents_under_way_and_what_comes_after_it_does_not_leave(book, make_book, what):
    staffed(book)
    to = contact(book)
    run = running(make_book, to)
    campaign_letters(book, run, to)
    (old,) = queue(
        book, order(book, to, key="older", message_class=MessageClass.MARKETING, due_at=book.clock.now())
    )
    claims = book.handover.claim(limit=1, ids=[book.outbox.of(run=run.id)[0].id])
    (later,) = book.handover.claim(limit=1, ids=[old.id])
    wish = f"From: a@acme.example\r\nTo: {book.identity.unsubscribe(old.id)}\r\n\r\nstop\r\n".encode()
    other = make_book()
    refuse = {
        "suppressions.add": lambda: other.suppressions.add(to[1].email),
        "answers.receive": lambda: other.answers.receive(wish),
    }[what]
    with ThreadPoolExecutor(2) as pool, looking(book) as gate, looking(book) as eye:
        with gate.transaction():
            gate.execute("LOCK TABLE delivery IN SHARE MODE")
            intent = pool.submit(book.handover.intend, of(claims))
            blocked(eye, 1)
            refused = pool.submit(refuse)
            blocked(eye, 2)
            assert not refused.done()
        assert intent.result(60) == {claims[0].letter.id}
        refused.result(60)
    assert book.handover.intend([later.letter]) == frozenset()
    assert statuses(book, [old]) == ["stopped"]


def test_taking_a_reply_in_waits_for_intents_under_way(book, make_book):
    staffed(book)
    to = contact(book)
    run = running(make_book, to)
    (letter,) = campaign_letters(book, run, to)
    claims = book.handover.claim(limit=1)
    raw = f"From: a@acme.example\r\nTo: {book.identity.reply(letter.id)}\r\n\r\nYes.\r\n".encode()
    with ThreadPoolExecutor(2) as pool, looking(book) as gate, looking(book) as eye:
        with gate.transaction():
            gate.execute("LOCK TABLE delivery IN SHARE MODE")
            intent = pool.submit(book.handover.intend, of(claims))
            blocked(eye, 1)
            taken = pool.submit(make_book().answers.receive, raw)
            blocked(eye, 2)
            waits_for_the_person = (
                "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
                " WHERE datname = current_database() AND relation = 'outbox'::regclass AND mode = 'RowShareLock'"
            )
            assert eye.execute(waits_for_the_person).fetchone()[0] == 1  # the intent's own
        assert intent.result(60) == {letter.id}
        assert taken.result(60).kind == "reply"


def test_two_windows_with_the_same_people_take_turns_and_do_not_block_each_other(book, make_book):
    people = contacts(book, 6)
    queue(book, *(order(book, to, key=f"{turn}:{to[1].id}") for turn in range(2) for to in people))
    other = make_book()
    mine, theirs = book.handover.claim(limit=6), other.handover.claim(limit=6)
    together = Barrier(2)

    def intend(hands, claims):
        together.wait()
        return len(hands.intend(of(claims)))

    with ThreadPoolExecutor(2) as pool:
        backwards = tuple(reversed(theirs))
        both = [pool.submit(intend, book.handover, mine), pool.submit(intend, other.handover, backwards)]
        assert [done.result(60) for done in both] == [6, 6]
