"""A reply, a bounce and an unsubscribe come in through the same door as in production."""

import mailbox
from collections.abc import Mapping, Sequence
from email.message import EmailMessage

from rich import box
from rich.table import Table

from campaigns import desk
from campaigns.overview import Overview
from crm.book import Book
from crm.outreach.answer_tables import AnswerReceived
from crm.outreach.run_tables import Arm
from workers.demo.answers import REPLIES, bounce_of, reply_to, unsubscribe_from
from workers.demo.mail_server import read_letter
from workers.demo.processes import Processes
from workers.demo.scenes.sending import until
from workers.demo.stage import Stage, shown


def receive_answers(stage: Stage, book: Book, run: Overview, processes: Processes) -> AnswerReceived:
    """Put three answers into the inbox, and show what the worker makes of them.

    Returns:
        The reply.
    """
    screen = stage.screen
    answers = _written(stage, book)
    screen.say(
        f"Three messages, made from letters that arrived, go into the Maildir that the worker watches: {shown(stage.output.answers)}"
    )
    inbox = mailbox.Maildir(str(stage.output.inbox), create=True)
    for raw in answers.values():
        inbox.add(raw)
    with screen.working("Waiting until the worker has taken them in", total=len(answers)):
        until(lambda: len(book.answers.of()) == len(answers), processes)
    received = book.answers.of()
    screen.show(_table(book, received))
    exits = desk.overview(book, run).results.arm(Arm.TREATMENT).exits
    screen.done(
        f"Their journeys have ended: {', '.join(f'{count} {reason}' for reason, count in exits.items())}."
    )
    reply = next(answer for answer in received if answer.kind == "reply")
    screen.page("The reply", f"From: {reply.sender}\nSubject: {reply.subject}\n\n{reply.text}")
    return reply


def _written(stage: Stage, book: Book) -> Mapping[str, bytes]:
    letters = [read_letter(path) for path in sorted(stage.output.letters.iterdir())]
    replied, bounced, stopped = _chosen(letters)
    now = book.clock.now()
    answers = {
        "1-reply.eml": reply_to(replied, at=now),
        "2-bounce.eml": bounce_of(bounced, at=now),
        "3-unsubscribe.eml": unsubscribe_from(stopped, at=now),
    }
    for name, raw in answers.items():
        (stage.output.answers / name).write_bytes(raw)
    return answers


def _chosen(letters: Sequence[EmailMessage]) -> list[EmailMessage]:
    """Three letters: one to be replied to, in French if there is one, and two others."""
    tongues = list(REPLIES)
    return sorted(letters, key=lambda letter: tongues.index(str(letter["Content-Language"])))[:3]


def _table(book: Book, received: Sequence[AnswerReceived]) -> Table:
    grid = Table(box=box.SIMPLE_HEAD)
    for title in ("What came in", "About", "Effect"):
        grid.add_column(title)
    for answer in sorted(received, key=lambda answer: answer.id):
        account = book.organizations.get(answer.organization_id) if answer.organization_id else None
        grid.add_row(answer.kind.value, account.name if account else "", answer.effect)
    return grid
