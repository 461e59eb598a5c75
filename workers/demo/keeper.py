"""``python -m workers.demo.keeper LOGS``: runs a worker and a beat, and ends them however the demonstration ends.

It reads from a pipe that the demonstration holds open and never writes to. When that ends (because the demonstration
is over, failed, was interrupted or killed) both are stopped: the beat first, then the worker, which finishes what it
holds. Its session is its own, so that Ctrl-C at the terminal reaches the demonstration alone.
"""

import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from select import select

_LOOK_EVERY, _STOP_SECONDS = 0.2, 15


def main(logs: Path) -> int:
    """Run both until the pipe ends or one of them does.

    Returns:
        1 if one of them ended by itself.
    """
    for ending in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))
    running: list[subprocess.Popen[bytes]] = []
    try:
        for command, name in (("start", "worker"), ("beat", "beat")):
            running.append(_started(command, logs / f"{name}.log"))
        while not select([sys.stdin], [], [], _LOOK_EVERY)[0]:
            if any(process.poll() is not None for process in running):
                return 1
        return 0
    finally:
        for process in reversed(running):
            _stop(process)


def _started(command: str, log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "workers", command],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
        )


def _stop(process: subprocess.Popen[bytes]) -> None:
    # On SIGINT a worker finishes its tasks and goes; SIGTERM gives running ones half a minute, whether they need it
    # or not.
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
            return


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
