from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

TICK = timedelta(seconds=10)
LASTING = timedelta(minutes=1)


@pytest.fixture
def take(book, clock):
    def take(slot=0, *, holder="one", job="outbox.sweep", by=book):
        return by.job_slots.take(job, slot_at=clock.now() + slot * TICK, holder=holder, lasting=LASTING)

    return take


def test_a_slot_is_taken_once(take):
    assert take()
    assert not take(holder="two")
    assert not take()


def test_of_many_who_take_a_slot_at_once_one_gets_it(take, make_book, clock):
    books = [make_book() for _ in range(8)]
    together = Barrier(len(books))
    slot = clock.now()

    def compete(other):
        together.wait()
        return other.job_slots.take("outbox.sweep", slot_at=slot, holder="x", lasting=LASTING)

    with ThreadPoolExecutor(len(books)) as pool:
        assert sum(pool.map(compete, books)) == 1


def test_a_job_that_still_runs_is_not_started_beside_itself(take, book):
    take()
    assert not take(1, holder="two")
    book.job_slots.finish("outbox.sweep", holder="one", summary={"due": 3})
    assert take(1, holder="two")


def test_a_holder_that_is_silent_too_long_is_taken_for_dead(take, clock):
    take()
    clock.advance(LASTING)
    assert not take(holder="two")
    clock.advance(timedelta(seconds=1))
    assert take(holder="two")


def test_who_lost_a_slot_does_not_finish_it_for_the_new_holder(take, book, clock):
    take()
    clock.advance(LASTING + TICK)
    take(holder="two")
    book.job_slots.finish("outbox.sweep", holder="one", summary={"due": 1})
    (slot,) = book.job_slots.latest()
    assert (slot.holder, slot.finished_at, slot.summary) == ("two", None, {})


def test_after_an_hour_of_silence_there_is_one_slot_to_catch_up_with(take, book, clock):
    take()
    book.job_slots.finish("outbox.sweep", holder="one", summary={})
    clock.advance(timedelta(hours=1))
    assert [take(), take()] == [True, False]


def test_an_earlier_slot_is_never_taken_after_a_later_one(take, book):
    take(3)
    book.job_slots.finish("outbox.sweep", holder="one", summary={})
    assert not take(2)


def test_jobs_do_not_stand_in_each_others_way(take, book, clock):
    assert take()
    assert take(job="runs.advance")
    book.job_slots.finish("runs.advance", holder="one", summary={"letters": 2})
    assert [(slot.job, slot.finished_at, slot.summary) for slot in book.job_slots.latest()] == [
        ("outbox.sweep", None, {}),
        ("runs.advance", clock.now(), {"letters": 2}),
    ]


def test_finishing_what_nobody_took_does_nothing(book):
    book.job_slots.finish("outbox.sweep", holder="one", summary={})
    assert book.job_slots.latest() == ()
