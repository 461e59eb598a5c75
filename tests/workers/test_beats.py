"""Any number of beats may run: they ring twice, and the work is done once."""

import re
from datetime import datetime

from support.worker_processes import workshop

from crm.clock import SystemClock

TICK = 0.5
DONE = re.compile(r"Task outbox\.sweep\[[^]]+\] succeeded in [^:]+: (.*)")


def test_three_beats_at_once_have_each_slot_done_once(database_url):
    with workshop(database_url, tick_seconds=TICK) as shop:
        worker = shop.worker()
        # A slow sweep is told of late: what counts is when the first could have been rung for, not when it was done.
        began = SystemClock().now().astimezone().replace(tzinfo=None)
        for _ in range(3):
            shop.beat()

        def sweeps():
            found = DONE.findall(worker.said())
            return [line for line in found if line == "None"], [line for line in found if line != "None"]

        shop.until(lambda: len(sweeps()[0]) >= 4 and len(sweeps()[1]) >= 4)
        last = datetime.fromisoformat(stamps(worker.said())[-1])
        slots = (last - began).total_seconds() / TICK
        assert len(sweeps()[1]) <= slots + 2
        (slot,) = [slot for slot in shop.book.job_slots.latest() if slot.job == "outbox.sweep"]
        assert slot.slot_at.timestamp() % TICK == 0


def stamps(said):
    """When each sweep was done, by the worker's log."""
    return [
        line[:23].replace(",", ".")
        for line in said.splitlines()
        if "Task outbox.sweep[" in line and "succeeded" in line
    ]
