"""SIGTERM, as a container or an operator stops a worker: what it holds is finished."""

from support.outbox import letters, statuses
from support.worker_processes import workshop

from crm.store.shared_server import wait_until


def test_a_worker_that_is_told_to_stop_finishes_what_it_has_begun_and_gives_the_rest_back(database_url):
    with workshop(database_url, window=2, lease_seconds=300) as shop:
        queued = letters(shop.book, 6)
        worker = shop.faulty_worker("dot", 3, "wait")
        shop.ring_for(queued)
        place = worker.log.parent
        shop.until((place / "here").exists)
        assert statuses(shop.book, queued).count("handing_off") == 2

        worker.terminate()
        worker.wait_until_said("Warm shutdown")
        assert not worker.ended
        (place / "go").touch()
        assert worker.wait() == 0
        assert statuses(shop.book, queued) == ["accepted"] * 4 + ["queued"] * 2
        assert [shop.book.outbox.get(letter).tries for letter in queued[4:]] == [0, 0]
        assert len(shop.mail_server.messages) == 4


def test_an_idle_worker_and_a_beat_stop_at_once(database_url):
    with workshop(database_url) as shop:
        worker, beat = shop.worker(), shop.beat()
        worker.wait_until_said("ready")
        shop.until(lambda: bool(shop.book.job_slots.latest()))
        worker.terminate()
        beat.terminate()
        assert wait_until(lambda: worker.ended and beat.ended, seconds=60), worker.said() + beat.said()
