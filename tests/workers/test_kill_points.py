"""Each line of the fault table (docs/ARCHITECTURE.md): a worker is killed at a point of the send path, and another goes on."""

from collections import Counter

import pytest
from support.kill_points import KILL_POINTS
from support.outbox import letters, statuses
from support.worker_processes import workshop

WINDOW = 2

# Six letters in windows of two; the worker dies in the second window. How many times the point is passed until then,
# and what is left: in the book at the kill, at the mail server, and in doubt once another worker has gone on.
LEFT = {
    "claim": (1, {"claimed": 6}, 0, 0),
    "mail": (3, {"accepted": 2, "claimed": 4}, 2, 0),
    "rcpt": (3, {"accepted": 2, "claimed": 4}, 2, 0),
    "body": (3, {"accepted": 2, "claimed": 4}, 2, 0),
    "intent": (2, {"accepted": 2, "handing_off": 2, "claimed": 2}, 2, 2),
    "dot": (3, {"accepted": 2, "handing_off": 2, "claimed": 2}, 3, 2),
    "reply": (3, {"accepted": 2, "handing_off": 2, "claimed": 2}, 4, 2),
    "outcome": (2, {"accepted": 4, "claimed": 2}, 4, 0),
}


def test_the_table_has_a_line_for_every_point():
    assert tuple(LEFT) == KILL_POINTS


@pytest.mark.parametrize("point", KILL_POINTS)
def test_a_worker_killed_at_a_point_leaves_what_the_fault_table_says(database_url, point):
    times, left, taken, doubts = LEFT[point]
    with workshop(database_url, window=WINDOW) as shop:
        queued = letters(shop.book, 6)
        faulty = shop.faulty_worker(point, times, "die")
        shop.ring_for(queued)
        assert faulty.wait() == -9, faulty.said()
        assert Counter(statuses(shop.book, queued)) == left
        assert len(shop.mail_server.wait_for(taken)) == taken

        shop.worker()
        shop.until_settled(queued, nudge=shop.sweep)
        after = Counter(statuses(shop.book, queued))
        assert after == {"accepted": 6 - doubts, **({"in_doubt": doubts} if doubts else {})}
        assert doubts <= WINDOW
        assert_nobody_got_two_copies_and_nobody_is_lost(shop, queued)


def assert_nobody_got_two_copies_and_nobody_is_lost(shop, queued):
    copies = Counter(message.recipients[0] for message in shop.mail_server.messages)
    assert set(copies.values()) <= {1}
    for letter in queued:
        kept = shop.book.outbox.get(letter)
        assert kept.status == "in_doubt" or copies[kept.to_address] == 1, kept.key


def test_with_a_window_of_one_a_kill_leaves_one_letter_in_doubt(database_url):
    with workshop(database_url, window=1) as shop:
        queued = letters(shop.book, 4)
        faulty = shop.faulty_worker("dot", 2, "die")
        shop.ring_for(queued)
        assert faulty.wait() == -9, faulty.said()
        assert statuses(shop.book, queued) == ["accepted", "handing_off", "claimed", "claimed"]
        shop.worker()
        shop.until_settled(queued, nudge=shop.sweep)
        assert statuses(shop.book, queued) == ["accepted", "in_doubt", "accepted", "accepted"]
        assert_nobody_got_two_copies_and_nobody_is_lost(shop, queued)
