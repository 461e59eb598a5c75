"""A letter that kills every process that takes it, and those that lie beside it."""

from support.outbox import letters, statuses, told
from support.worker_processes import workshop


def test_a_letter_that_kills_its_workers_is_held_alone_and_its_neighbours_go_out(database_url):
    with workshop(database_url, window=4) as shop:
        first, poison, *others = queued = letters(shop.book, 5)
        assert shop.start("-m", "support.poisoned_worker", poison.to_address).wait() == 10, shop.all_said()
        assert statuses(shop.book, queued) == ["accepted", "held", "accepted", "accepted", "accepted"]
        for letter in (first, *others):
            # The first time each was queued, and three times that a process died with it in hand.
            assert told(shop.book, letter) == ["queued"] * 4 + ["handing_off", "accepted"]
        assert len(shop.mail_server.messages) == 4
