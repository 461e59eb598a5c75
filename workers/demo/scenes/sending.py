"""A real worker and a real beat hand the letters to the local mail server."""

import time
from collections import Counter
from collections.abc import Callable

from campaigns import desk
from campaigns.overview import Overview
from crm.book import Book
from crm.errors import StoreError
from crm.outreach.outbox_tables import SETTLED
from crm.outreach.run_tables import Arm
from workers.demo.mail_server import read_letter
from workers.demo.processes import Processes
from workers.demo.stage import Stage, shown

_LOOK_EVERY, _PATIENCE = 0.3, 90.0


def send(stage: Stage, book: Book, run: Overview, processes: Processes) -> None:
    """Watch the letters of a run go out, one after the other, and each of them once."""
    screen = stage.screen
    screen.say(
        "`crm worker start` and `crm worker beat` run now, each as a process of its own, with a tick of a second."
    )
    letters = run.results.arm(Arm.TREATMENT).enrolled
    with screen.working("Starting both, and sending", total=letters) as progress:
        until(lambda: _settled(book, run, progress) >= letters, processes)
    files = [read_letter(path) for path in sorted(stage.output.letters.iterdir())]
    languages = Counter(str(letter["Content-Language"]) for letter in files)
    told = ", ".join(f"{count} {language}" for language, count in languages.most_common())
    accepted = desk.overview(book, run).results.arm(Arm.TREATMENT).letters
    screen.done(f"In the outbox: {', '.join(f'{count} {status}' for status, count in accepted.items())}.")
    screen.done(
        f"On disk: {len(files)} letters ({told}), each Message-ID once: {shown(stage.output.letters)}"
    )


def until(happened: Callable[[], bool], processes: Processes, *, seconds: float = _PATIENCE) -> None:
    """Wait until something has happened, as long as the worker and the beat are there.

    Raises:
        StoreError: one of them has ended, or nothing has happened in time.
    """
    end = time.monotonic() + seconds
    while not happened():
        processes.check()
        if time.monotonic() > end:
            raise StoreError(f"Nothing has come of it in {seconds:.0f} seconds.", hint=processes.said())
        time.sleep(_LOOK_EVERY)


def _settled(book: Book, run: Overview, progress: Callable[[int, int | None], None]) -> int:
    letters = desk.overview(book, run).results.arm(Arm.TREATMENT).letters
    done = sum(count for status, count in letters.items() if status in SETTLED)
    progress(done, None)
    return done
