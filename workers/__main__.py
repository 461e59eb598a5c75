"""``python -m workers``: what `crm worker` and `crm demo` do, for whoever starts a process by its interpreter."""

import sys

import typer

from crm.cli.failures import exit_code, tell
from crm.errors import AccordError
from workers import cli
from workers.demo.cli import demo
from workers.demo_big.cli import demo_big

app = typer.Typer(pretty_exceptions_enable=False)
app.add_typer(cli.app)
app.command()(demo)
app.command()(demo_big)

try:
    app(prog_name="python -m workers")
except AccordError as error:
    tell(error, as_json=False)
    sys.exit(exit_code(error))
