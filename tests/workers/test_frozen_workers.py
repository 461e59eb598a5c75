"""A worker that the system stops (SIGSTOP, a suspended virtual machine) past its lease, and that then goes on."""

import pytest
from support.outbox import letters, statuses, told
from support.worker_processes import workshop

DONE = "Task outbox.deliver"

# Four letters in windows of two. Where the worker freezes; what another makes of it; what the ledger says in the end.
FROZEN = {
    "body": (["accepted"] * 4, ["handing_off", "accepted"]),
    "intent": (["in_doubt"] * 2 + ["accepted"] * 2, ["handing_off", "in_doubt", "accepted"]),
}


@pytest.mark.parametrize("point", FROZEN)
def test_a_worker_that_goes_on_after_its_lease_sends_nothing_twice(database_url, point):
    meanwhile, ledger = FROZEN[point]
    with workshop(database_url, window=2, lease_seconds=1) as shop:
        queued = letters(shop.book, 4)
        sleeper = shop.faulty_worker(point, 1, "freeze")
        shop.ring_for(queued)
        shop.until(lambda: sleeper.frozen)
        shop.worker()
        shop.until_settled(queued, nudge=shop.sweep)
        assert statuses(shop.book, queued) == meanwhile

        sleeper.thaw()
        shop.until(lambda: any(DONE in line and "succeeded" in line for line in sleeper.said().splitlines()))
        assert statuses(shop.book, queued) == ["accepted"] * 4
        recipients = sorted(message.recipients[0] for message in shop.mail_server.messages)
        assert recipients == sorted(letter.to_address for letter in queued)
        assert [what for what in told(shop.book, queued[0]) if what != "queued"] == ledger
