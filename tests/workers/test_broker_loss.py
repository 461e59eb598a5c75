"""The broker carries hints and nothing else: whatever becomes of it, the sweep finds the rows."""

from collections import Counter

from support.outbox import letters, order, queue, statuses
from support.server_processes import processes_in
from support.worker_processes import workshop

from crm.store.shared_server import wait_until
from workers.valkey import open_broker

PATIENCE = 5
"""Seconds that a worker gives the broker to answer (`socket_timeout` in workers/app.py)."""


def assert_each_arrived_once(shop, queued):
    copies = Counter(message.recipients[0] for message in shop.mail_server.messages)
    assert copies == {letter.to_address: 1 for letter in queued}
    assert statuses(shop.book, queued) == ["accepted"] * len(queued)


def later_letters(shop, count):
    """Letters that are queued while the others are on their way."""
    account = shop.book.organizations.get("Acme Satellites")
    addresses = [f"later{number}@acme.example" for number in range(count)]
    people = [shop.book.people.add(f"L {at}", email=at, at=account) for at in addresses]
    return queue(shop.book, *(order(shop.book, (account, person)) for person in people))


def test_flushing_the_broker_before_and_during_a_run_loses_no_letter_and_repeats_none(database_url):
    with workshop(database_url, window=1) as shop, shop.redis() as client:
        queued = letters(shop.book, 30)
        for letter in queued:
            shop.ring_for([letter])
        assert client.dbsize() > 0
        client.flushall()
        assert client.dbsize() == 0

        shop.worker()
        shop.beat()
        for so_far in (1, 15):
            shop.mail_server.wait_for(so_far, timeout=90)
            client.flushall()
        queued += later_letters(shop, 3)
        client.flushall()
        shop.until_settled(queued)
        assert_each_arrived_once(shop, queued)


def test_a_broker_that_dies_and_comes_back_empty_loses_no_letter_and_repeats_none(database_url):
    with workshop(database_url, window=1) as shop:
        queued = letters(shop.book, 3)
        worker, beat = shop.worker(), shop.beat()
        shop.until_settled(queued)

        (server,) = processes_in(shop.folder / "valkey")
        server.kill()
        server.wait(60)
        queued += later_letters(shop, 3)
        with open_broker(shop.folder):
            shop.until_settled(queued)
            assert not worker.ended
            assert not beat.ended
        assert_each_arrived_once(shop, queued)


def test_a_broker_that_stands_still_delays_letters_and_repeats_none(database_url):
    with workshop(database_url, window=1) as shop:
        queued = letters(shop.book, 3)
        shop.worker()
        shop.beat()
        shop.until_settled(queued)

        (server,) = processes_in(shop.folder / "valkey")
        server.suspend()
        late = later_letters(shop, 3)
        wait_until(lambda: False, seconds=PATIENCE + 1)
        assert statuses(shop.book, late) == ["queued"] * 3
        server.resume()
        shop.until_settled(late)
        assert_each_arrived_once(shop, queued + late)
