"""A worker that dies, freezes or waits at a named point: ``python -m support.faulty_worker POINT TIMES die|freeze|wait``.

It is the real worker, put together at its composition root with a way to the mail server and a hand-over that tell
of each point (`support.kill_points`). When a letter has passed the point so many times, the process

- ``die``: kills itself with its parent and all its children, as a power cut would;
- ``freeze``: is stopped by the system (SIGSTOP) until somebody lets it go on;
- ``wait``: writes the file ``here`` in its working folder and stands still until a file ``go`` is there.
"""

import os
import signal
import sys
from pathlib import Path

from support.kill_points import Watch, WatchedHandover, WatchedTransport

from crm.opening import read_settings
from crm.outreach.delivery.handover import Handover
from crm.store.shared_server import wait_until
from workers.cli import serve
from workers.queues import Queue
from workers.runtime import Runtime, transport_of

_PATIENCE = 120


def die() -> None:
    os.killpg(0, signal.SIGKILL)


def freeze() -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def wait() -> None:
    Path("here").touch()
    wait_until(Path("go").exists, seconds=_PATIENCE)


def at(point: str, times: int, deed: str) -> Watch:
    left = [times]

    def watch(passed: str) -> None:
        if passed == point:
            left[0] -= 1
            if left[0] == 0:
                {"die": die, "freeze": freeze, "wait": wait}[deed]()

    return watch


def main(point: str, times: str, deed: str) -> None:
    assert os.getpgrp() == os.getpid(), "it would take others with it"
    settings = read_settings()
    watch = at(point, int(times), deed)

    def watched(handover: Handover) -> Handover:
        return WatchedHandover(handover, watch)  # type: ignore[return-value]

    runtime = Runtime(settings, transport=WatchedTransport(transport_of(settings), watch), handover=watched)
    runtime.start()
    serve(runtime, concurrency=1, queues=Queue)


if __name__ == "__main__":
    main(*sys.argv[1:])
