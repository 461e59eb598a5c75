"""`crm web …`: the pages on which readers of letters unsubscribe and choose."""

import urllib.request
from importlib import import_module
from types import ModuleType
from typing import Annotated

import typer

from crm.cli.options import examples
from crm.cli.session import say
from crm.errors import ConfigurationError, Unreachable

app = typer.Typer(help="The pages on which readers of letters unsubscribe and choose.", no_args_is_help=True)

Port = Annotated[int, typer.Option(min=1, max=65_535, help="The port that the pages answer on.")]
_PATIENCE_SECONDS = 5


@app.command(epilog=examples("crm web serve", "crm web serve --host 0.0.0.0 --proxies 10.0.0.0/8"))
def serve(
    ctx: typer.Context,
    *,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for all.")] = "127.0.0.1",
    port: Port = 8000,
    proxies: Annotated[
        str,
        typer.Option(
            help="Reverse proxies whose word about who asks is believed: addresses or networks, with commas between."
        ),
    ] = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, max=32, help="How many processes serve.")] = 1,
) -> None:
    """Serve the pages until the process is told to stop; a reverse proxy in front speaks HTTPS."""
    say(ctx, f"The pages answer on http://{host}:{port}; stop them with Ctrl-C.")
    _serving().serve(host=host, port=port, proxies=proxies, workers=workers)


@app.command()
def check(ctx: typer.Context, *, port: Port = 8000) -> None:
    """Say whether the pages answer on this machine; the exit code tells a health check."""
    address = f"http://127.0.0.1:{port}/health"
    try:
        urllib.request.urlopen(address, timeout=_PATIENCE_SECONDS).close()
    except OSError as error:
        raise Unreachable(f"Nothing answers at {address}.", hint="Start it: crm web serve.") from error
    say(ctx, "The pages answer.")


def _serving() -> ModuleType:
    try:
        return import_module("crm.web.serving")
    except ModuleNotFoundError as error:
        hint = "Install them: pip install 'accord[web]'."
        raise ConfigurationError(f"The pages need {error.name}.", hint=hint) from error
