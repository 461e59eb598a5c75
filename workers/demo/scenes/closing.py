"""Scene 11: the processes are stopped, and what was made is summed up."""

import os
from collections.abc import Mapping
from pathlib import Path

from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from workers.demo.processes import Processes, servers_in
from workers.demo.screen import Screen
from workers.demo.stage import Stage

_COMMANDS = (
    ("org show Nokia", "an account with everything about it"),
    ("follow-up list", "what is owed next, and by whom"),
    ("campaign show {run}", "the run and what came of it"),
    ("report prospects-by-state --region Africa", "any part of the report"),
    ("mail show {letter}", "a letter as it went out"),
)


def stop_everything(screen: Screen, processes: Processes) -> None:
    """Stop the worker and the beat; what they hold is finished first."""
    with screen.working("Stopping the worker and the beat"):
        stopped = processes.stop()
    screen.done("Both have ended." if stopped else "They did not end, and were killed.")


def look_around(screen: Screen, data_folder: Path) -> None:
    """Say whether any server is left running."""
    if left := servers_in(data_folder):
        screen.say(f"[yellow]Another program uses the data folder, so these go on: {', '.join(left)}.[/]")
    else:
        screen.done("No process is left behind: no PostgreSQL, no Valkey, no worker, no beat.")
