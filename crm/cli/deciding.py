"""`crm mail resend`, `assume-sent` and `give-up`: a person decides about letters, one by one or for a whole run."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from crm.cli.options import Reason
from crm.cli.session import invocation, opened, show
from crm.cli.tables import Cells
from crm.errors import InvalidInput
from crm.outreach.outbox_tables import Letter, MessageStatus

LETTERS: dict[str, Cells] = {
    "id": "id",
    "status": "status",
    "to": "to_address",
    "class": "message_class",
    "run": "run_id",
    "step": "step",
    "due": "due_at",
    "handed over": "handed_at",
    "verdict": "verdict",
}
"""What people see of a letter in a list."""

_Key = Annotated[str | None, typer.Argument(metavar="[LETTER]", help="Id, key or Message-ID; or name a run.")]
_Run = Annotated[int | None, typer.Option(help="All letters of this run of a campaign that stand so.")]
_Status = Annotated[MessageStatus, typer.Option(help="Where the letters of the run stand.")]


def resend(
    ctx: typer.Context,
    *,
    letter: _Key = None,
    reason: Reason,
    run: _Run = None,
    status: _Status = MessageStatus.HELD,
) -> None:
    """Send letters again that are in doubt or held; the reader of one that was in doubt may see it twice."""
    with opened(ctx) as book:
        one = partial(book.outbox.resend, reason=reason)
        many = partial(book.outbox.resend_all, status=status, reason=reason)
        _decide(ctx, letter, run, one, many, "sent again")


def assume_sent(
    ctx: typer.Context,
    *,
    letter: _Key = None,
    reason: Reason,
    run: _Run = None,
    status: _Status = MessageStatus.IN_DOUBT,
) -> None:
    """Leave letters in doubt as probably sent."""
    with opened(ctx) as book:
        one = partial(book.outbox.assume_sent, reason=reason)
        many = partial(book.outbox.assume_sent_all, status=status, reason=reason)
        _decide(ctx, letter, run, one, many, "assumed sent")


def give_up(
    ctx: typer.Context,
    *,
    letter: _Key = None,
    reason: Reason,
    run: _Run = None,
    status: _Status = MessageStatus.HELD,
) -> None:
    """Never send letters that are held; the journeys of their accounts go on without them."""
    with opened(ctx) as book:
        one = partial(book.outbox.give_up, reason=reason)
        many = partial(book.outbox.give_up_all, status=status, reason=reason)
        _decide(ctx, letter, run, one, many, "given up")


COMMANDS = (resend, assume_sent, give_up)


def _decide(
    ctx: typer.Context,
    letter: str | None,
    run: int | None,
    one: Callable[[str], Letter],
    many: Callable[..., int],
    what: str,
) -> None:
    """Decide about one letter, or about those of a run, and tell what came of it."""
    if (letter is None) is (run is None):
        raise InvalidInput(
            "Name a letter, or a run.",
            field="letter",
            value=letter,
            hint="crm mail outbox --status held lists letters; --run 4711 means all of a run.",
        )
    if letter is not None:
        show(ctx, one(letter), LETTERS)
    else:
        count = many(run=run)
        show(ctx, count if invocation(ctx).as_json else f"{count} letters: {what}.")
