from datetime import timedelta

from support.outbox import (
    LAPSED,
    LEASE,
    attempt,
    contacts,
    letters,
    of,
    order,
    queue,
    statuses,
    told,
)

from crm.mail.failures import Outcome
from crm.outreach.outbox_tables import MessageClass


def test_a_lease_that_still_runs_is_left_alone(book, clock):
    (letter,) = letters(book, 1)
    book.handover.claim(limit=1)
    clock.advance(LEASE)
    assert set(book.handover.reap().values()) == {0}
    assert statuses(book, [letter]) == ["claimed"]


def test_an_intent_renews_the_lease_so_that_a_slow_batch_does_not_look_dead(book, clock):
    (letter,) = letters(book, 1)
    claims = book.handover.claim(limit=1)
    clock.advance(LEASE - timedelta(seconds=1))
    book.handover.intend(of(claims))
    clock.advance(LEASE - timedelta(seconds=1))
    book.handover.reap()
    assert statuses(book, [letter]) == ["handing_off"]


def test_what_was_at_the_dot_comes_into_doubt_and_never_back_to_the_queue(book, clock):
    (letter,) = letters(book, 1)
    claims = book.handover.claim(limit=1)
    book.handover.intend(of(claims))
    for _ in range(3):
        clock.advance(timedelta(days=30))
        book.handover.reap()
        assert statuses(book, [letter]) == ["in_doubt"]
        assert book.handover.due() == ()
    assert told(book, letter) == ["queued", "handing_off", "in_doubt"]


def test_a_late_answer_settles_a_letter_in_doubt(book, clock):
    (letter,) = letters(book, 1)
    (claim,) = book.handover.claim(limit=1)
    book.handover.intend([claim.letter])
    clock.advance(LAPSED)
    book.handover.reap()
    assert book.handover.settle([attempt(claim)]) == 1
    kept = book.outbox.get(letter)
    assert (kept.status, kept.settled_at) == ("accepted", clock.now())


def test_a_late_refusal_sends_a_letter_in_doubt_back_to_the_queue(book, clock):
    (letter,) = letters(book, 1)
    (claim,) = book.handover.claim(limit=1)
    book.handover.intend([claim.letter])
    clock.advance(LAPSED)
    book.handover.reap()
    book.handover.settle([attempt(claim, Outcome.REFUSED_TEMP)])
    assert statuses(book, [letter]) == ["queued"]


def test_marketing_in_doubt_is_assumed_sent_after_the_quiet_time_and_correspondence_waits(book, clock):
    people = contacts(book, 2)
    queued = queue(
        book,
        order(book, people[0], message_class=MessageClass.MARKETING),
        order(book, people[1]),
    )
    claims = book.handover.claim(limit=2)
    book.handover.intend(of(claims))
    clock.advance(LAPSED)
    book.handover.reap()
    clock.advance(timedelta(days=2))
    assert book.handover.reap()["assumed_sent"] == 0
    clock.advance(timedelta(days=1))
    assert book.handover.reap()["assumed_sent"] == 1
    assert statuses(book, queued) == ["assumed_sent", "in_doubt"]
    assert book.handover.settle([attempt(claim) for claim in claims]) == 1
    assert statuses(book, queued) == ["assumed_sent", "accepted"]


def test_a_letter_over_which_ten_workers_died_is_held(book, clock):
    (letter,) = letters(book, 1)
    for died in range(1, 11):
        assert len(book.handover.claim(limit=1)) == 1, died
        clock.advance(LAPSED)
        book.handover.reap()
    kept = book.outbox.get(letter)
    assert (kept.status, kept.verdict) == ("held", "10 workers died over it")
    assert book.handover.claim(limit=1) == ()


def test_letters_over_which_three_workers_died_are_claimed_one_at_a_time_after_all_others(book, clock):
    first, second, third = letters(book, 3)
    for died in range(1, 4):
        assert len(book.handover.claim(limit=2, ids=[first.id, second.id])) == 2, died
        clock.advance(LAPSED)
        book.handover.reap()
    claims = [book.handover.claim(limit=10) for _ in range(4)]
    assert [[letter.id for letter in of(claim)] for claim in claims] == [
        [third.id],
        [first.id],
        [second.id],
        [],
    ]


def test_the_deaths_over_a_letter_are_counted_anew_once_a_person_has_it_sent_again(book, clock):
    (letter,) = letters(book, 1)
    for _ in range(10):
        book.handover.claim(limit=1)
        clock.advance(LAPSED)
        book.handover.reap()
    book.outbox.resend(letter, reason="the machine had no memory left")
    book.handover.claim(limit=1)
    clock.advance(LAPSED)
    book.handover.reap()
    assert statuses(book, [letter]) == ["queued"]


def test_refusals_are_no_deaths(book, clock):
    (letter,) = letters(book, 1)
    for _ in range(12):
        (claim,) = book.handover.claim(limit=1)
        book.handover.settle([attempt(claim, Outcome.REFUSED_TEMP)])
        clock.advance(timedelta(hours=5))
    book.handover.claim(limit=1)
    clock.advance(LAPSED)
    book.handover.reap()
    assert statuses(book, [letter]) == ["queued"]
