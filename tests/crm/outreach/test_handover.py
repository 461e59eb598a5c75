from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from support.locks import blocked
from support.outbox import (
    LEASE,
    campaign_letters,
    contact,
    contacts,
    letters,
    looking,
    order,
    queue,
    running,
    staffed,
    statuses,
    told,
)

from crm.mail.failures import Outcome, Verdict
from crm.outreach.handover import Attempt
from crm.outreach.outbox_tables import MessageClass

LAPSED = LEASE + timedelta(seconds=1)


def attempt(claim, outcome=Outcome.ACCEPTED, **more):
    return Attempt(claim.letter, Verdict(outcome, f"as a test says: {outcome}"), "reply", **more)


def of(claims):
    return [claim.letter for claim in claims]


def test_a_claimed_letter_is_nobody_elses(book, make_book):
    letters(book, 3)
    mine = book.handover.claim(limit=2)
    others = make_book().handover.claim(limit=10)
    assert len(mine) == 2
    assert len(others) == 1
    assert not {claim.letter.id for claim in mine} & {claim.letter.id for claim in others}
    assert make_book().handover.claim(limit=10) == ()


def test_claimers_at_once_share_the_letters_without_waiting_or_overlapping(book, make_book):
    letters(book, 40)
    books = [make_book() for _ in range(4)]
    together = Barrier(len(books))

    def take(other):
        together.wait()
        return [claim.letter.id for claim in other.handover.claim(limit=10)]

    with ThreadPoolExecutor(len(books)) as pool:
        taken = [number for batch in pool.map(take, books) for number in batch]
    assert len(taken) == len(set(taken))
    rest = [claim.letter.id for claim in book.handover.claim(limit=40)]
    assert len(taken) + len(rest) == 40


def test_a_claim_passes_over_what_another_transaction_holds(book, make_book):
    first, second = letters(book, 2)
    with looking(book) as other, other.transaction():
        other.execute("SELECT 1 FROM outbox WHERE id = %s FOR UPDATE", [first.id])
        assert [letter.id for letter in of(book.handover.claim(limit=10))] == [second.id]


def test_a_claim_of_named_letters_takes_those_that_are_still_due(book, clock):
    first, second, third = letters(book, 3)
    book.handover.claim(limit=1, ids=[first.id])
    ids = [first.id, third.id, 10**15]
    assert [letter.id for letter in of(book.handover.claim(limit=10, ids=ids))] == [third.id]
    assert book.handover.claim(limit=10, ids=[]) == ()
    assert statuses(book, [second]) == ["queued"]


def test_the_longest_waiting_go_first(book, clock):
    people = contacts(book, 3)
    days = [2, 0, 1]
    orders = [
        order(book, to, due_at=clock.now() - timedelta(days=day))
        for to, day in zip(people, days, strict=True)
    ]
    queued = queue(book, *orders)
    assert [letter.id for letter in of(book.handover.claim(limit=2))] == [queued[0].id, queued[2].id]


def test_every_claim_raises_the_fence_and_counts_a_try(book, clock):
    letters(book, 1)
    (first,) = book.handover.claim(limit=1)
    clock.advance(LAPSED)
    book.handover.reap()
    (second,) = book.handover.claim(limit=1)
    assert (first.letter.fence, second.letter.fence) == (1, 2)
    assert second.letter.tries == 2


def test_a_lease_that_is_over_gives_the_letter_back_and_the_old_holder_can_write_nothing(book, clock):
    (letter,) = letters(book, 1)
    (old,) = book.handover.claim(limit=1)
    clock.advance(LAPSED)
    assert book.handover.reap()["requeued"] == 1
    assert statuses(book, [letter]) == ["queued"]
    assert book.handover.intend([old.letter]) == frozenset()
    (new,) = book.handover.claim(limit=1)
    assert book.handover.intend([old.letter]) == frozenset()
    assert book.handover.settle([attempt(old)]) == 0
    book.handover.put_back([old], reason="late")
    assert statuses(book, [letter]) == ["claimed"]
    assert book.handover.intend([new.letter]) == {letter.id}
    assert book.handover.settle([attempt(old, Outcome.REFUSED_TEMP)]) == 0
    assert book.handover.settle([attempt(new)]) == 1
    assert statuses(book, [letter]) == ["accepted"]


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


def test_an_answer_that_comes_twice_is_recorded_once(book):
    (letter,) = letters(book, 1)
    (claim,) = book.handover.claim(limit=1)
    book.handover.intend([claim.letter])
    assert [book.handover.settle([attempt(claim)]) for _ in range(2)] == [1, 0]
    assert told(book, letter) == ["queued", "handing_off", "accepted"]


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


@pytest.mark.parametrize(("tries", "minutes"), [(1, 1), (2, 2), (3, 4), (8, 128), (9, 240), (20, 240)])
def test_each_refusal_for_now_waits_twice_as_long_up_to_four_hours(book, clock, tries, minutes):
    (letter,) = letters(book, 1)
    for _ in range(tries):
        clock.advance(timedelta(hours=4))
        (claim,) = book.handover.claim(limit=1)
        book.handover.settle([attempt(claim, Outcome.REFUSED_TEMP)])
    kept = book.outbox.get(letter)
    assert (kept.tries, kept.due_at - clock.now()) == (tries, timedelta(minutes=minutes))


def test_after_thirty_refusals_over_four_days_a_letter_has_failed(book, clock):
    (letter,) = letters(book, 1)
    start = clock.now()
    while claims := book.handover.claim(limit=1):
        book.handover.settle([attempt(claims[0], Outcome.REFUSED_TEMP)])
        clock.advance(timedelta(hours=4))
    kept = book.outbox.get(letter)
    assert (kept.status, kept.tries, kept.settled_at) == ("failed", 30, clock.now() - timedelta(hours=4))
    assert timedelta(days=4) < clock.now() - start < timedelta(days=6)


def test_what_goes_back_because_no_server_answers_has_lost_no_try(book, clock):
    queued = letters(book, 2)
    claims = book.handover.claim(limit=2)
    book.handover.put_back(
        claims, reason="The mail server does not answer (connect).", wait=timedelta(minutes=1)
    )
    for letter in queued:
        kept = book.outbox.get(letter)
        assert (kept.status, kept.tries, kept.attempts, kept.lease_until) == ("queued", 0, 0, None)
        assert kept.due_at == clock.now() + timedelta(minutes=1)


def test_a_second_campaign_waits_for_the_cap_even_within_one_window(book, make_book, clock):
    staffed(book)
    to = contact(book)
    other_account = book.organizations.add("Acme Africa", country="KE")
    one = running(make_book, to)
    two = running(make_book, (other_account, to[1]), campaign="another")
    (first,) = campaign_letters(book, one, to)
    (second,) = campaign_letters(book, two, (other_account, to[1]))
    claims = book.handover.claim(limit=2)
    assert book.handover.intend(of(claims)) == {first.id}
    kept = book.outbox.get(second)
    assert (kept.status, kept.tries) == ("queued", 0)
    assert kept.due_at == clock.now() + timedelta(days=3)
    assert "another campaign wrote on 24 November 2026" in kept.verdict


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
        assert intent.result(20) == {claims[0].letter.id}
        assert pause.result(20).status == "paused"


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
        assert intent.result(20) == {claims[0].letter.id}
        refused.result(20)
    (later,) = book.handover.claim(limit=1)
    assert book.handover.intend([later.letter]) == frozenset()
    assert statuses(book, [old]) == ["stopped"]


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
        assert [done.result(20) for done in both] == [6, 6]
