from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from support.locks import blocked
from support.outbox import contacts, letters, looking, order, queue, statuses, told
from support.sending import at, delivery, watched

from crm.errors import AlreadyExists, InvalidInput, Refused


def test_while_all_mail_is_stopped_nothing_is_due_claimed_or_sent_whatever_its_class(
    book, make_book, mail_server, clock
):
    people = contacts(book, 3)
    classes = ("marketing", "correspondence", "notice")
    queued = queue(
        book,
        *(order(book, to, message_class=kind) for to, kind in zip(people, classes, strict=True)),
    )
    make_book("ola@accord.example").outgoing.stop(reason="a wrong figure")
    assert book.handover.due() == ()
    assert book.handover.claim(limit=10) == ()
    assert delivery(book, mail_server).deliver(limit=10).outcomes == {}
    assert statuses(book, queued) == ["queued"] * 3
    clock.advance(timedelta(hours=1))
    book.outgoing.resume(reason="the figure is right")
    assert delivery(book, mail_server).deliver(limit=10).outcomes == {"accepted": 3}


def test_who_stopped_it_when_and_why_and_who_let_it_go_on_is_kept(book, make_book, clock):
    assert book.outgoing.stopped is None
    stop = make_book("ola@accord.example").outgoing.stop(reason=" a wrong figure ")
    assert book.outgoing.stopped == stop
    assert stop.words == (
        "All mail was stopped by ola@accord.example on 24 November 2026 at 09:30 UTC: a wrong figure"
    )
    clock.advance(timedelta(minutes=5))
    book.outgoing.resume(reason="mended")
    (kept,) = book.outgoing.history
    assert (kept.reason, kept.stopped_by, kept.resumed_by, kept.resumed_because) == (
        "a wrong figure",
        "ola@accord.example",
        "dana@accord.example",
        "mended",
    )
    assert kept.resumed_at - kept.stopped_at == timedelta(minutes=5)
    assert [entry.verb for entry in book.trail.latest(limit=2)] == ["mail.resumed", "mail.stopped"]


def test_it_is_stopped_once_for_a_reason_and_let_go_on_once(book):
    with pytest.raises(InvalidInput, match="Nobody says why"):
        book.outgoing.stop(reason="  ")
    with pytest.raises(Refused, match="not stopped"):
        book.outgoing.resume()
    book.outgoing.stop(reason="a wrong figure")
    with pytest.raises(AlreadyExists, match="stopped already"):
        book.outgoing.stop(reason="another")
    book.outgoing.resume()
    book.outgoing.stop(reason="a wrong figure again")
    assert len(book.outgoing.history) == 2


def test_a_stop_between_the_claim_and_the_intent_keeps_the_letter_back_and_counts_no_try(
    book, make_book, mail_server
):
    (letter,) = letters(book, 1)
    other = make_book()
    done = watched(
        book, mail_server, at("body", lambda: other.outgoing.stop(reason="a wrong figure"))
    ).deliver(limit=1)
    kept = book.outbox.get(letter)
    assert (done.passed_over, kept.status, kept.tries, kept.attempts) == (1, "queued", 0, 0)
    assert "a wrong figure" in kept.verdict
    assert told(book, letter)[-1] == "queued"
    mail_server.wait_until_abandoned(1)
    assert mail_server.messages == ()


def test_stopping_waits_for_intents_under_way_and_none_comes_after_it(book, make_book):
    """Whoever has stopped the mail knows: nothing whose intent was not committed by then leaves."""
    letters(book, 2)
    first, second = book.handover.claim(limit=2)
    with ThreadPoolExecutor(2) as pool, looking(book) as gate, looking(book) as eye:
        with gate.transaction():
            gate.execute("LOCK TABLE delivery IN SHARE MODE")  # the intent is decided, and cannot commit
            intent = pool.submit(book.handover.intend, [first.letter])
            blocked(eye, 1)
            stop = pool.submit(make_book().outgoing.stop, reason="a wrong figure")
            blocked(eye, 2)
            assert not stop.done()
        assert intent.result(60) == {first.letter.id}
        stop.result(60)
    assert make_book().handover.intend([second.letter]) == frozenset()


def test_an_intent_waits_for_a_stop_under_way_and_obeys_it(book, make_book):
    letters(book, 1)
    (claim,) = book.handover.claim(limit=1)
    with ThreadPoolExecutor(2) as pool, looking(book) as gate, looking(book) as eye:
        with gate.transaction():
            gate.execute("LOCK TABLE trail_entry IN SHARE MODE")  # the stop is decided, and cannot commit
            stop = pool.submit(make_book().outgoing.stop, reason="a wrong figure")
            blocked(eye, 1)
            intent = pool.submit(book.handover.intend, [claim.letter])
            blocked(eye, 2)
            assert not intent.done()
        stop.result(60)
        assert intent.result(60) == frozenset()
    assert book.outbox.get(claim.letter).status == "queued"


def test_windows_of_several_workers_do_not_wait_for_each_other_because_mail_can_be_stopped(book, make_book):
    letters(book, 2)
    first, second = book.handover.claim(limit=2)
    with ThreadPoolExecutor(1) as pool, looking(book) as gate, looking(book) as eye:
        with gate.transaction():
            gate.execute("SELECT 1 FROM person WHERE id = %s FOR UPDATE", [first.letter.person_id])
            held = pool.submit(book.handover.intend, [first.letter])
            blocked(eye, 1)
            assert make_book().handover.intend([second.letter]) == {second.letter.id}
        assert held.result(60) == {first.letter.id}
