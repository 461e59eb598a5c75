"""`crm mail unmatched`, `read`, `assign`, `unassign`, `set-aside` and `reopen`: mail that fits nothing, looked at by a person."""

from typing import Annotated

import typer

from crm.cli.options import ORGANIZATION, PERSON, After, Number, OptionalReason, Reason
from crm.cli.session import invocation, opened, say, say_more, show
from crm.cli.tables import Cells
from crm.outreach.answers.unmatched import Read, Waiting

ANSWERS: dict[str, Cells] = {
    "id": "id",
    "received": "received_at",
    "kind": "kind",
    "from": "sender",
    "subject": "subject",
    "effect": "effect",
}
"""What people see of a message in a list."""

_WAITING: dict[str, Cells] = {
    "id": lambda one: one.answer.id,
    "received": lambda one: one.answer.received_at,
    "kind": lambda one: one.answer.kind,
    "from": lambda one: one.answer.sender,
    "subject": lambda one: one.answer.subject,
    "may be": lambda one: "; ".join(map(str, one.suggestions)),
}
_SET_ASIDE: dict[str, Cells] = {
    **{heading: ANSWERS[heading] for heading in ("id", "received", "from", "subject")},
    "set aside": "set_aside_at",
    "because": "set_aside_because",
}


def unmatched(
    ctx: typer.Context,
    *,
    aside: Annotated[bool, typer.Option("--set-aside", help="What was set aside, instead.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many at the most.")] = 50,
    everything: Annotated[bool, typer.Option("--all", help="However many there are.")] = False,
    after: After = None,
) -> None:
    """List what came in and fits no letter of ours, with the accounts that it may be from."""
    most = None if everything else limit
    with opened(ctx) as book:
        if aside:
            found = book.answers.of(set_aside=True, limit=most, after=after)
            show(ctx, found, _SET_ASIDE, empty="Nothing was set aside.")
            say_more(found, or_else="--all")
            return
        waiting = book.answers.waiting(limit=most, after=after)
        show(ctx, waiting, _WAITING, empty="Nothing that came in waits for a person.")
        say_more(waiting, or_else="--all")
    if waiting:
        say(ctx, _next(waiting))


def read(ctx: typer.Context, message: Number) -> None:
    """Read a message that came in: all its text, and the names of what was attached."""
    with opened(ctx) as book:
        found = book.answers.read(message)
        show(ctx, found if invocation(ctx).as_json else _told(found))


def assign(
    ctx: typer.Context,
    message: Number,
    letter: Annotated[
        str | None, typer.Option(help="The letter that it answers: id, key or Message-ID.")
    ] = None,
    org: Annotated[str | None, typer.Option(help=f"Whose it is. {ORGANIZATION}")] = None,
    person: Annotated[str | None, typer.Option(help=f"Who wrote it. {PERSON}")] = None,
    reason: OptionalReason = "",
) -> None:
    """Say which letter a message answers, or which account wrote it; it counts as if we had known it at once."""
    with opened(ctx) as book:
        assigned = book.answers.assign(
            message, letter=letter, organization=org, person=person, reason=reason or None
        )
        show(ctx, assigned, ANSWERS)


def unassign(ctx: typer.Context, message: Number, reason: Reason) -> None:
    """Take back that a message was assigned to an account: it waits for a person again."""
    with opened(ctx) as book:
        show(ctx, book.answers.unassign(message, reason=reason), ANSWERS)


def set_aside(
    ctx: typer.Context,
    messages: Annotated[list[int], typer.Argument(metavar="IDS", help="One message or several.")],
    reason: Reason,
) -> None:
    """Say that messages which fit nothing need nobody; `reopen` takes it back."""
    with opened(ctx) as book:
        show(ctx, book.answers.set_aside(messages, reason=reason), _SET_ASIDE)


def reopen(ctx: typer.Context, message: Number, reason: OptionalReason = "") -> None:
    """Take back that a message was set aside: it waits for a person again."""
    with opened(ctx) as book:
        show(ctx, book.answers.reopen(message, reason=reason or None), ANSWERS)


COMMANDS = (unmatched, read, assign, unassign, set_aside, reopen)


def _next(waiting: tuple[Waiting, ...]) -> str:
    number = waiting[0].answer.id
    return (
        f"Read one: crm mail read {number}. Say whose it is: crm mail assign {number} --letter … or --org …; "
        f'or that nobody need answer: crm mail set-aside {number} --reason "…".'
    )


def _told(found: Read) -> str:
    """A message as people read mail; `show` sees to it that nothing in it steers the terminal."""
    answer, whole = found.answer, found.whole
    lines = {
        "From": whole.sender if whole else answer.sender,
        "To": ", ".join(whole.addressed) if whole else "",
        "Date": whole.dated if whole else "",
        "Subject": answer.subject,
        "Attached": ", ".join(whole.files) if whole else "",
        "Received": f"{answer.received_at:%Y-%m-%d %H:%M} UTC, {answer.kind.value.replace('_', ' ')}",
        "Effect": answer.effect,
        "Set aside": answer.set_aside_because,
        "May be": "; ".join(map(str, found.suggestions)),
    }
    head = "\n".join(f"{name}: {text}" for name, text in lines.items() if text)
    return f"{head}\n\n{whole.text if whole else answer.text}"
