from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.outbox import contact, contacts, letters, looking, order, queue, running, staffed, statuses

from crm.outreach.delivery.throttle import Allowance

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def taken(allowance):
    """How many leave now."""
    count = 0
    while allowance.has_room:
        allowance.take()
        count += 1
    return count


@pytest.mark.parametrize(
    ("per_minute", "at_once"), [(1, 1), (2, 1), (6, 1), (11, 1), (12, 2), (60, 10), (600, 100)]
)
def test_a_sixth_of_a_minutes_letters_may_leave_at_once(per_minute, at_once):
    assert taken(Allowance(per_minute, NOW, NOW)) == at_once
    long_idle = Allowance(per_minute, NOW - timedelta(days=1), NOW)
    assert taken(long_idle) == at_once


@given(
    per_minute=st.integers(1, 300),
    waits=st.lists(st.integers(0, 90_000), min_size=1, max_size=200),
    wanted=st.integers(1, 20),
)
def test_in_no_minute_do_more_leave_than_the_limit_says(per_minute, waits, wanted):
    used_until, now, left = NOW, NOW, []
    for milliseconds in waits:
        now += timedelta(milliseconds=milliseconds)
        allowance = Allowance(per_minute, used_until, now)
        for _ in range(wanted):
            if allowance.has_room:
                allowance.take()
                left.append(now)
        used_until = allowance.used_until
    for first in left:
        assert sum(first <= at < first + MINUTE for at in left) <= per_minute


@given(per_minute=st.integers(1, 300))
def test_whoever_asks_all_the_time_gets_five_sixths_of_the_limit_or_more(per_minute):
    used_until, count = NOW, 0
    for second in range(10 * 60):
        allowance = Allowance(per_minute, used_until, NOW + timedelta(seconds=second))
        count += taken(allowance)
        used_until = allowance.used_until
    assert count >= 10 * per_minute * 5 // 6 - 1


def test_places_in_the_queue_lie_one_interval_apart_and_in_the_future():
    allowance = Allowance(60, NOW, NOW)
    taken(allowance)
    places = [allowance.next_place() for _ in range(3)]
    assert places[0] > NOW
    assert places[1] - places[0] == places[2] - places[1] == MINUTE / 51


def claimed(book, **how):
    return [claim.letter.id for claim in book.handover.claim(limit=100, **how)]


def test_over_all_workers_no_more_letters_are_claimed_than_the_limit_says(book, make_book, clock):
    queued = letters(book, 30, message_class="marketing")
    one, other = make_book(per_minute=60), make_book(per_minute=60)
    assert len(claimed(one)) == 10
    assert claimed(other) == []
    later = [book.outbox.get(letter) for letter in queued if book.outbox.get(letter).status == "queued"]
    assert len(later) == 20
    assert all(letter.due_at > clock.now() and letter.tries == 0 for letter in later)
    assert len({letter.due_at for letter in later}) == 20  # one after the other, no burst
    total = 10
    for _ in range(9):
        clock.advance(timedelta(seconds=5))
        total += len(claimed(one)) + len(claimed(other))
    assert total == 30


def test_each_receiving_domain_has_an_allowance_of_its_own(book, make_book):
    account = book.organizations.add("Acme", country="KE")
    addresses = [f"p{n}@{domain}" for domain in ("one.example", "TWO.example") for n in range(5)]
    people = [(account, book.people.add(f"P {at}", email=at, at=account)) for at in addresses]
    queued = queue(book, *(order(book, to, message_class="marketing") for to in people))
    slow = make_book(per_domain_per_minute=12)
    assert len(claimed(slow)) == 4  # two to each
    assert [letter.status for letter in map(book.outbox.get, queued)].count("claimed") == 4
    with looking(book) as eye:
        rows = eye.execute("SELECT name FROM send_rate ORDER BY name").fetchall()
    assert rows == [("one.example",), ("two.example",)]


def test_what_a_colleague_wrote_and_a_notice_count_and_never_wait(book, make_book):
    people = contacts(book, 4)
    hands = [order(book, to) for to in people[:3]]
    (campaign,) = queue(book, order(book, people[3], message_class="marketing"))
    by_hand = queue(book, *hands)
    slow = make_book(per_minute=1)
    assert sorted(claimed(slow, ids=[letter.id for letter in by_hand])) == sorted(
        letter.id for letter in by_hand
    )
    assert claimed(slow) == []
    assert statuses(book, [campaign]) == ["queued"]
    assert book.outbox.get(campaign).due_at > book.clock.now() + 2 * MINUTE


def test_a_campaigns_correspondence_waits_as_all_its_letters_do(book, make_book):
    staffed(book)
    account = book.organizations.add("Acme", country="KE")
    people = [(account, book.people.add(f"P{n}", email=f"p{n}@acme.example", at=account)) for n in range(4)]
    run = running(make_book, people[0])
    queue(book, *(order(book, to, run_id=run.id) for to in people))
    assert len(claimed(make_book(per_minute=12))) == 2


def test_what_is_stopped_takes_nothing_from_the_rate(book, make_book):
    queued = letters(book, 6, message_class="marketing")
    for letter in queued[:3]:
        book.suppressions.add(letter.to_address)
    (noted,) = queue(book, order(book, contact(book), due_at=queued[0].due_at))
    book.suppressions.add(noted.to_address)
    assert claimed(make_book(per_minute=12)) == [queued[3].id, queued[4].id, noted.id]
    assert statuses(book, queued) == [*["stopped"] * 3, *["claimed"] * 2, "queued"]


def test_without_a_limit_nothing_is_asked_and_nothing_is_kept(book):
    letters(book, 20, message_class="marketing")
    assert len(claimed(book)) == 20
    with looking(book) as eye:
        assert eye.execute("SELECT count(*) FROM send_rate").fetchone() == (0,)


def test_claimers_at_the_same_instant_share_one_allowance_without_blocking_each_other_for_good(
    book, make_book
):
    account = book.organizations.add("Acme", country="KE")
    with book.transaction():
        people = [
            (account, book.people.add(f"P{n}", email=f"p{n}@d{n % 7}.example", at=account))
            for n in range(120)
        ]
    queue(book, *(order(book, to, message_class="marketing") for to in people))
    books = [make_book(per_minute=60, per_domain_per_minute=600) for _ in range(4)]
    together = Barrier(len(books))

    def take(other):
        together.wait()
        return [claim.letter.id for _ in range(3) for claim in other.handover.claim(limit=10)]

    with ThreadPoolExecutor(len(books)) as pool:
        got = [number for batch in pool.map(take, books) for number in batch]
    assert len(got) == len(set(got)) == 10


def test_after_an_hours_outage_the_backlog_obeys_the_limit(book, make_book, clock):
    letters(book, 200, message_class="marketing")
    slow = make_book(per_minute=60)
    clock.advance(timedelta(hours=1))
    left = []
    for _ in range(18):  # a sweep every ten seconds, for three minutes
        left += [clock.now()] * len(claimed(slow))
        clock.advance(timedelta(seconds=10))
    assert max(sum(first <= at < first + MINUTE for at in left) for first in left) <= 60
    assert len(left) > 120
