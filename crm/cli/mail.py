"""`crm mail …`: the door through which answers come in, and the letters that went out."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from crm.book import Book
from crm.cli import deciding, unmatched
from crm.cli.deciding import LETTERS
from crm.cli.failures import ExitCode, tell
from crm.cli.options import OptionalReason, Reason, examples
from crm.cli.session import invocation, opened, say, show
from crm.errors import AccordError, InvalidInput, MailError, NotFound
from crm.mail.rendering import Rendered
from crm.outreach.answer_tables import AnswerReceived
from crm.outreach.outbox_tables import MessageStatus

app = typer.Typer(help="Answers that come in, and letters that went out.", no_args_is_help=True)

ACTOR = "mail"
"""Who takes in what a mail server hands over, where nobody is named."""

LetterKey = Annotated[str, typer.Argument(metavar="LETTER", help="Id, key or Message-ID.")]

_STOPS = {
    "stopped": "stopped_at",
    "by": "stopped_by",
    "why": "reason",
    "resumed": "resumed_at",
    "resumed by": "resumed_by",
    "because": "resumed_because",
}


@app.command(
    epilog=examples(
        "crm mail receive <message.eml",
        "crm mail receive answers/*.eml",
        "in Postfix: argv=/usr/bin/crm mail receive",
    )
)
def receive(
    ctx: typer.Context,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILES", help="Raw messages; standard input if none, or -.")
    ] = None,
) -> None:
    """Take in messages as they arrived (RFC 5322): replies, bounces, unsubscribes. Made for the pipe of a mail server.

    Each message has its effect once, however often it comes. Exit code 75 asks the mail server to try again later;
    65 says that a message can never be read.
    """
    try:
        with opened(ctx, otherwise=ACTOR) as book:
            taken, unreadable = _take(ctx, book, files or ["-"])
    except (NotFound, InvalidInput):
        raise
    except AccordError as error:
        # Whatever is wrong with us is no reason to send somebody's message back to them.
        tell(error, as_json=invocation(ctx).as_json)
        raise typer.Exit(ExitCode.LATER) from None
    show(ctx, taken, unmatched.ANSWERS, empty="Nothing was taken in.")
    if unreadable:
        raise typer.Exit(ExitCode.DATA)


@app.command(epilog=examples("crm mail outbox acme.example", "crm mail outbox --status in_doubt"))
def outbox(
    ctx: typer.Context,
    org: Annotated[str | None, typer.Argument(metavar="ORG", help="Only letters to this account.")] = None,
    status: Annotated[MessageStatus | None, typer.Option(help="Only letters that stand so.")] = None,
    run: Annotated[int | None, typer.Option(help="Only letters of this run of a campaign.")] = None,
) -> None:
    """List letters and where they stand, the newest first."""
    with opened(ctx) as book:
        show(ctx, book.outbox.of(org, run=run, status=status), LETTERS, empty="No letter.")


@app.command(name="show")
def show_letter(
    ctx: typer.Context,
    *,
    letter: LetterKey,
    html: Annotated[
        bool, typer.Option("--html", help="The page instead of the text, to be put into a file.")
    ] = False,
) -> None:
    """Show a letter as it went out, or as it will."""
    with opened(ctx) as book:
        show_rendered(ctx, book.outbox.shown(letter), html=html)


@app.command()
def events(ctx: typer.Context, letter: LetterKey) -> None:
    """List what happened to a letter: the lines of the delivery ledger."""
    with opened(ctx) as book:
        cells = {"at": "at", "what": "what", "phase": "phase", "code": "code", "detail": "detail"}
        show(ctx, book.outbox.events(letter), cells)


@app.command(epilog=examples('crm mail stop --reason "a wrong figure in every letter"'))
def stop(ctx: typer.Context, reason: Reason) -> None:
    """Stop all outgoing mail: of campaigns, by hand, and notices. What is on its way already is finished."""
    with opened(ctx) as book:
        show(ctx, book.outgoing.stop(reason=reason), _STOPS)
    say(ctx, "Nothing more leaves. Let it go on: crm mail resume --reason …")


@app.command()
def resume(ctx: typer.Context, reason: OptionalReason = "") -> None:
    """Let mail go out again; letters that waited leave as their runs, hours and limits allow."""
    with opened(ctx) as book:
        show(ctx, book.outgoing.resume(reason=reason), _STOPS)


@app.command()
def stops(ctx: typer.Context) -> None:
    """List every time that all mail was stopped, the latest first."""
    with opened(ctx) as book:
        show(ctx, book.outgoing.history, _STOPS, empty="Mail was never stopped.")


for command in (*deciding.COMMANDS, *unmatched.COMMANDS):
    app.command()(command)


def show_rendered(ctx: typer.Context, letter: Rendered, *, html: bool) -> None:
    """Show a letter: subject and text, or the page.

    Args:
        ctx: of the command.
        letter: the letter.
        html: whether to give the page, as it is.
    """
    if invocation(ctx).as_json:
        show(ctx, letter)
    elif html:
        typer.echo(letter.html)
    else:
        show(ctx, f"Subject: {letter.subject}\n\n{letter.text}")


def _take(ctx: typer.Context, book: Book, files: list[str]) -> tuple[list[AnswerReceived], int]:
    taken, unreadable = [], 0
    for name, raw in _messages(files):
        try:
            taken.append(book.answers.receive(raw))
        except MailError as error:
            unreadable += 1
            say(ctx, f"{name}: {error}")
    return taken, unreadable


def _messages(files: list[str]) -> Iterator[tuple[str, bytes]]:
    for name in files:
        try:
            yield name, sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except FileNotFoundError as error:
            raise NotFound(f"There is no file {name}.", field="files", value=name) from error
        except OSError as error:
            raise InvalidInput(
                f"{name} cannot be read: {error.strerror}.", field="files", value=name
            ) from error
