"""The worker of a round: ``python -m faults.worker PLACE SECONDS``.

The real worker, put together at its composition root: its way to the mail server and its side of the book tell of every
point (`support.kill_points`), where the harness may have left an order; its clock is the harness's, and may be off.
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from faults.orders import Orders
from faults.shared_clock import SharedClock
from support.kill_points import WatchedHandover, WatchedTransport

from crm.errors import StoreError
from crm.mail.line import Timeouts
from crm.opening import read_settings
from crm.outreach.delivery.handover import Handover
from crm.outreach.outbox_tables import Letter
from workers.cli import serve
from workers.queues import Queue
from workers.runtime import Runtime, transport_of

_PATIENCE = Timeouts(connect=10, command=10, final=6, quit=0.5)


class ObservedHandover(WatchedHandover):
    """Notes besides when the database died over an intent: nobody knows then whether it was committed."""

    def __init__(self, handover: Handover, orders: Orders) -> None:
        super().__init__(handover, orders.obey)
        self._orders = orders

    def intend(self, letters: Sequence[Letter]) -> frozenset[int]:
        try:
            return super().intend(letters)
        except StoreError:
            self._orders.note_unanswered()
            raise


def main(place: str, off: str) -> None:
    settings = read_settings()
    orders = Orders(Path(place) / "orders")

    def observed(handover: Handover) -> Handover:
        return ObservedHandover(handover, orders)  # type: ignore[return-value]

    runtime = Runtime(
        settings,
        clock=SharedClock(Path(place) / "clock", off=timedelta(seconds=float(off))),
        transport=WatchedTransport(replace(transport_of(settings), timeouts=_PATIENCE), orders.obey),
        handover=observed,
    )
    runtime.start()
    serve(runtime, concurrency=1, queues=Queue)


if __name__ == "__main__":
    main(*sys.argv[1:])
