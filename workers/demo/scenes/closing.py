"""Everything is stopped, and what was made is summed up."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Group
from rich.panel import Panel
from rich.text import Text

from crm.outreach.answer_tables import AnswerReceived
from workers.demo.cast import DANA
from workers.demo.output import Output
from workers.demo.processes import Processes, servers_in
from workers.demo.screen import Screen
from workers.demo.stage import BOOK, Stage, shown


def stop_the_processes(stage: Stage, processes: Processes) -> None:
    """Stop the worker and the beat; what they hold is finished first."""
    with stage.screen.working("Stopping the worker and the beat"):
        stopped = processes.stop()
    stage.screen.done("Both have ended." if stopped else "They did not end in time and were killed.")


def look_around(screen: Screen, data_folder: Path) -> None:
    """Say whether any server is left running."""
    if left := servers_in(data_folder):
        screen.say(f"[yellow]Another program uses the data folder, so these go on: {', '.join(left)}.[/]")
    else:
        screen.done("No process is left behind: no PostgreSQL, no Valkey, no worker, no beat.")


def sum_up(screen: Screen, output: Output, *, run: int, reply: AnswerReceived) -> None:
    """Say what was made, where to look, and what to try next.

    Args:
        screen: where to say it.
        output: what was made.
        run: the number of the run.
        reply: the reply that came in.
    """
    commands = next_commands(run=run, account=reply.organization_id or 0, letter=reply.outbox_id or 0)
    screen.console.print()
    screen.console.print(
        Panel(
            Group(
                _made(output),
                Text("\nTry next", "bold"),
                _listed(_before() | commands),
                Text("\nWhat is true and what is not", "bold"),
                Text(
                    "The companies are real. Their memberships, standing, contacts, meetings and answers are synthetic: "
                    "made up for this demonstration, and marked so. No letter has left this machine."
                ),
            ),
            title=f"That was the main job, in {screen.seconds:.0f} seconds",
            padding=(1, 2),
        )
    )


def next_commands(*, run: int, account: int, letter: int) -> dict[str, str]:
    """What to try next, each command with what it shows.

    Args:
        run: the number of the run.
        account: the account that replied.
        letter: the letter that it replied to.
    """
    return {
        f"crm timeline {account}": "the account that replied",
        "crm follow-up list": "what is owed next",
        f"crm campaign status {run}": "what came of the run",
        f"crm mail events {letter}": "a letter's way",
        "crm report prospects-by-state --region Africa": "zero upon zero",
        "crm doctor": "what is reachable and running",
    }


def _made(output: Output) -> Group:
    made = {
        "prospects-by-state.html": "the report with its chart",
        "letters": "every letter as it arrived, for a mail program",
        "answers": "the reply, the bounce, the unsubscribe",
        "audience.csv": "whom the campaign writes to, whom not, and why",
        "refused.csv": "rows to correct and import again",
        "logs": "what the worker and the beat said",
    }
    there = {shown(output.file(name)): words for name, words in made.items() if output.file(name).exists()}
    return _listed(there)


def _before() -> dict[str, str]:
    """What has to be typed before `crm` means the command that is running, and the book it has made."""
    activate, lines = Path(sys.executable).with_name("activate"), {}
    if shutil.which("crm") is None and activate.exists():
        lines[f". {os.path.relpath(activate)}"] = ""
    if os.environ.get("CRM_DATABASE_URL"):
        lines["unset CRM_DATABASE_URL"] = "which the demonstration has not touched"
    return lines | {f"export CRM_BOOK={BOOK} CRM_ACTOR={DANA.email}": ""}


def _listed(lines: Mapping[str, str]) -> Group:
    return Group(*(Text.assemble((what, "cyan"), f"  {words}") for what, words in lines.items()))
