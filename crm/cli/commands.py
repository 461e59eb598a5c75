"""How the command is put together: its global options, its groups, and those that upper layers bring."""

import os
from functools import cache
from importlib.metadata import EntryPoint, entry_points, version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from crm.cli import (
    applications,
    bases,
    clearance,
    complaints,
    contract,
    contributions,
    doctor,
    dues,
    duplicates,
    engagement,
    fees,
    imports,
    leaving,
    letters,
    mail,
    merging,
    opportunities,
    organizations,
    participation,
    people,
    potential,
    prompt,
    proposals,
    reminders,
    reports,
    retention,
    rounds,
    segments,
    staff,
    standing,
    store,
    subscriptions,
    suppression,
    teams,
    terms,
    today,
    web,
    what_if,
)
from crm.cli.failures import exit_code, tell
from crm.cli.session import Invocation
from crm.errors import AccordError

GROUP = "crm.commands"
"""The entry points under which the layers above register their commands, so that this one never imports them."""


_ANYWHERE = ("--json", "--no-pager")


class Commands(TyperGroup):
    """The commands of this package and of the layers above; the one place where an error becomes an exit code."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, ours first."""
        return [*super().list_commands(ctx), *sorted(_registered().keys() - self.commands.keys())]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by name; one of an upper layer is loaded when it is asked for, and not before."""
        found = super().get_command(ctx, cmd_name)
        entry = _registered().get(cmd_name)
        if found is not None or entry is None:
            return found
        command = typer.main.get_command(entry.load())
        command.name = cmd_name
        return command

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take `--json` and `--no-pager` wherever on the line they stand."""
        end = args.index("--") if "--" in args else len(args)
        asked = [flag for flag in _ANYWHERE if flag in args[:end]]
        return super().parse_args(ctx, asked + [a for a in args[:end] if a not in _ANYWHERE] + args[end:])

    def invoke(self, ctx: Any) -> Any:
        """Run a command; an error of the book becomes one sentence and an exit code."""
        try:
            return super().invoke(ctx)
        except AccordError as error:
            tell(error, as_json=bool(ctx.params.get("as_json")))
            raise typer.Exit(exit_code(error)) from None


@cache
def _registered() -> dict[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=GROUP)}


def _say_version(asked: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if asked:
        typer.echo(f"Accord {version('accord')}")
        raise typer.Exit


app = typer.Typer(
    cls=Commands,
    help="Accounts, conversations, memberships, letters and reports of a membership organisation.",
    epilog="Start with `crm doctor`, which says what is configured, reachable and running.",
    no_args_is_help=True,
    # A traceback with local variables could show what nobody should see.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def begin(
    ctx: typer.Context,
    *,
    actor: Annotated[
        str, typer.Option(envvar="CRM_ACTOR", help="Who you are: your staff e-mail address.")
    ] = "",
    book: Annotated[
        str, typer.Option(envvar="CRM_BOOK", help="Which book on the server that comes with Accord.")
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer in JSON; may stand anywhere on the line.")
    ] = False,
    no_pager: Annotated[
        bool,
        typer.Option("--no-pager", help="Print long answers whole, not a screen at a time through $PAGER."),
    ] = False,
    _version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Accounts, conversations, memberships, letters and reports of a membership organisation."""
    # An option is another way to write its variable: the commands of upper layers and their processes see it, too.
    os.environ.update({name: value for name, value in (("CRM_ACTOR", actor), ("CRM_BOOK", book)) if value})
    ctx.obj = ctx.obj or Invocation()
    ctx.obj.as_json = as_json
    ctx.obj.paging = not no_pager


for name, group in {
    "org": organizations.app,
    "person": people.app,
    "staff": staff.staff,
    "office": staff.office,
    "term": terms.app,
    "standing": standing.app,
    "plan": contract.plan,
    "exemption": contract.exemption,
    "participation": participation.app,
    "fee": fees.app,
    "contribution": contributions.app,
    "round": rounds.app,
    "dues": dues.app,
    "team": teams.app,
    "complaint": complaints.app,
    "follow-up": engagement.follow_up,
    "opportunity": opportunities.app,
    "potential": potential.app,
    "application": applications.app,
    "duplicates": duplicates.app,
    "import": imports.app,
    "report": reports.app,
    "segment": segments.app,
    "mail": mail.app,
    "letter": letters.app,
    "reminder": reminders.app,
    "retention": retention.app,
    "subscription": subscriptions.app,
    "suppression": suppression.app,
    "basis": bases.app,
    "web": web.app,
    "reference": store.reference,
}.items():
    app.add_typer(group, name=name)
terms.app.add_typer(leaving.app)  # `crm term give-notice`
terms.app.add_typer(proposals.app)  # `crm term propose-upgrade`
for command in (
    engagement.log,
    engagement.timeline,
    engagement.search,
    merging.merge,
    merging.unmerge,
    merging.merges,
    clearance.clearance,
    clearance.override_clearance,
    clearance.end_override,
    clearance.reserve,
    clearance.release,
    teams.hand_over,
    teams.hand_back,
    store.migrate,
    store.history,
    store.restore,
    doctor.doctor,
):
    app.command()(command)
app.command(name="open")(prompt.open_prompt)
app.command(epilog=today.EPILOG)(today.today)
app.command(epilog=what_if.EPILOG)(what_if.what_if)
