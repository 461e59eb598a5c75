from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from support.outbox import (
    LAPSED,
    attempt,
    contacts,
    letters,
    looking,
    of,
    order,
    queue,
    statuses,
    told,
)

from crm.mail.failures import Outcome


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


def test_a_claim_passes_over_what_another_transaction_holds(book):
    first, second = letters(book, 2)
    with ThreadPoolExecutor(1) as pool, looking(book) as other, other.transaction():
        other.execute("SELECT 1 FROM outbox WHERE id = %s FOR UPDATE", [first.id])
        claims = pool.submit(book.handover.claim, limit=10).result(60)
        assert [claim.letter.id for claim in claims] == [second.id]


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


def test_an_answer_that_comes_twice_is_recorded_once(book):
    (letter,) = letters(book, 1)
    (claim,) = book.handover.claim(limit=1)
    book.handover.intend([claim.letter])
    assert [book.handover.settle([attempt(claim)]) for _ in range(2)] == [1, 0]
    assert told(book, letter) == ["queued", "handing_off", "accepted"]


def test_each_refusal_for_now_waits_twice_as_long_up_to_four_hours(book, clock):
    (letter,) = letters(book, 1)
    minutes = []
    for _ in range(12):
        clock.advance(timedelta(hours=4))
        (claim,) = book.handover.claim(limit=1)
        book.handover.settle([attempt(claim, Outcome.REFUSED_TEMP)])
        minutes.append((book.outbox.get(letter).due_at - clock.now()) // timedelta(minutes=1))
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240]


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
