"""Clocks that are wrong, and clocks that are changed: what is late, what is early, and that nothing is done twice."""

import os
import time
from collections import Counter
from datetime import timedelta

import pytest
from faults.plan import ZONES
from support.outbox import LEASE, letters, statuses
from support.sending import at, delivery, watched
from support.smtp_server import RecordingServer

from crm.clock import SetClock
from workers import jobs

EVERY = timedelta(minutes=10)
OFF = timedelta(hours=2)


@pytest.fixture(params=ZONES, ids=lambda zone: f"{zone.name} {zone.turn:%B}")
def zone(request, monkeypatch):
    """A machine that stands in this zone."""
    monkeypatch.setitem(os.environ, "TZ", request.param.name)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


def test_where_clocks_change_each_slot_is_done_once_and_none_is_left_out(book, clock, zone):
    clock.at = zone.turn - timedelta(hours=1)
    done = []
    while clock.now() < zone.turn + timedelta(hours=1):
        for holder in ("one", "two"):
            jobs.in_slot(
                book, "outbox.sweep", every=EVERY, holder=holder, work=lambda: done.append(clock.now()) or {}
            )
        clock.advance(EVERY)
    assert done == [zone.turn + EVERY * n for n in range(-6, 6)]


def test_where_clocks_change_a_day_has_one_daily_slot(book, clock, zone):
    clock.at = zone.turn - timedelta(days=2)
    ran = []
    while clock.now() < zone.turn + timedelta(days=2):
        jobs.in_slot(
            book, "daily", every=timedelta(days=1), holder="me", work=lambda: ran.append(clock.now()) or {}
        )
        clock.advance(timedelta(hours=3))
    assert set(Counter(at.date() for at in ran).values()) == {1}


def test_where_clocks_change_a_letter_waits_as_long_as_it_should_and_goes_out_once(book, clock, zone):
    clock.at = zone.turn - timedelta(seconds=30)
    (letter,) = letters(book, 1)
    with RecordingServer() as server:
        server.play("dot451")
        delivery(book, server).deliver(limit=1)
        assert book.outbox.get(letter).due_at == clock.now() + timedelta(minutes=1)
        clock.advance(timedelta(seconds=59))
        assert delivery(book, server).deliver(limit=1).outcomes == {}
        clock.advance(timedelta(seconds=1))
        delivery(book, server).deliver(limit=1)
        assert len(server.messages) == 1
        assert "Date" in server.messages[0].message
    assert statuses(book, [letter]) == ["accepted"]


@pytest.mark.parametrize("off", [OFF, -OFF], ids=["ahead", "behind"])
@pytest.mark.parametrize("point", ["body", "intent", "reply"])
def test_a_worker_whose_clock_is_wrong_may_be_early_or_late_and_sends_nothing_twice(
    book, make_book, clock, off, point
):
    """It takes leases of others for over, or gives such long ones that others wait; fences and keys need no clock."""
    queued = letters(book, 6)
    wrong = make_book(clock=SetClock(clock.now() + off))

    def meanwhile():
        wrong.handover.reap()
        delivery(wrong, server).deliver(limit=6)

    with RecordingServer() as server:
        watched(book, server, at(point, meanwhile), window=2).deliver(limit=6)
        for _ in range(2):
            clock.advance(OFF + LEASE + timedelta(seconds=1))
            book.handover.reap()
            delivery(book, server).deliver(limit=6)
        copies = Counter(message.recipients[0] for message in server.messages)
    assert copies == {letter.to_address: 1 for letter in queued}
    assert statuses(book, queued) == ["accepted"] * 6


def test_a_worker_ahead_takes_slots_that_the_others_then_wait_for(book, make_book, clock):
    ahead = make_book(clock=SetClock(clock.now() + OFF))

    def slot(of):
        return jobs.in_slot(of, "outbox.sweep", every=EVERY, holder="anybody", work=lambda: {"due": 0})

    assert slot(ahead) is not None
    waited = timedelta()
    while slot(book) is None:
        clock.advance(EVERY)
        waited += EVERY
    assert OFF <= waited <= OFF + 2 * EVERY
