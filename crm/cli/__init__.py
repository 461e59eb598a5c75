"""The `crm` command: the verbs and reports of the book on the command line."""

from crm.cli.commands import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the `crm` command with the arguments of this process."""
    app(prog_name="crm")
