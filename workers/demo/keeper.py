"""``python -m workers.demo.keeper LOGS PROGRAMS``: runs a worker and a beat, and ends them however the demonstration ends.

PROGRAMS is a JSON object of names and command lines; what each says goes into LOGS under its name. It reads from a pipe that the demonstration holds open and never writes to. When that ends (because the demonstration
is over, failed, was interrupted or killed) they are stopped, the last one first, and finish what they hold. Its session is its own, so that Ctrl-C at the terminal reaches the demonstration alone.
"""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from select import select

_LOOK_EVERY, _STOP_SECONDS = 0.2, 15


def main(logs: Path, programs: Mapping[str, Sequence[str]]) -> int:
    """Run the programs until the pipe ends or one of them does.

    Args:
        logs: the folder for what they say.
        programs: a command line for each name.

    Returns:
        1 if one of them ended by itself.
    """
    for ending in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))
    running: list[subprocess.Popen[bytes]] = []
    try:
        for name, program in programs.items():
            running.append(_started(program, logs / f"{name}.log"))
        while not select([sys.stdin], [], [], _LOOK_EVERY)[0]:
            if any(process.poll() is not None for process in running):
                return 1
        return 0
    finally:
        for process in reversed(running):
            _stop(process)


def _started(program: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("wb") as file:
        return subprocess.Popen(program, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT)


def _stop(process: subprocess.Popen[bytes]) -> None:
    # A worker finishes the letters in its hands and goes; only one that hangs is killed.
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        process.send_signal(how)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
            return


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), json.loads(sys.argv[2])))
