"""PostgreSQL itself is killed in the middle of a window and comes back at once; the worker lives on and finishes."""

from collections import Counter
from collections.abc import Iterator

import pytest
from faults.ground import Ground, ground
from support.books import MakeBook
from support.kill_points import KILL_POINTS
from support.outbox import letters, statuses, told
from support.sending import at, watched
from support.smtp_server import RecordingServer


@pytest.fixture(scope="module")
def found() -> Iterator[Ground]:
    with ground(accounts=0) as found:
        yield found


@pytest.mark.parametrize("point", KILL_POINTS)
def test_a_database_that_is_killed_at_a_point_costs_no_letter_and_repeats_none(found, clock, point):
    with found.book() as url, RecordingServer() as server:
        make = MakeBook(url, clock)
        book = make()
        queued = letters(book, 4)
        watched(book, server, at(point, lambda: found.crash(down=0)), window=2).deliver(limit=4)
        assert statuses(book, queued) == ["accepted"] * 4
        assert told(book, queued[0]) == ["queued", "handing_off", "accepted"]
        copies = Counter(message.recipients[0] for message in server.messages)
        assert copies == {letter.to_address: 1 for letter in queued}
        make.close()
