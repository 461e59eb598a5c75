"""Reads what a round has left: the mail server's record, the book, and the database's own record of commits."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from faults.oracle import Copy, Enrolled, Evidence, Letter, Pause
from faults.people import People
from faults.stage import Stage
from support.outbox import looking

from crm.book import Book
from crm.consent.suppressions import address_hash
from crm.directory.addresses import parse_email

_LETTERS = "SELECT id, key, message_id, to_address, enrolment_id, status, verdict FROM outbox ORDER BY id"
_EVENTS = """
SELECT outbox_id, what, pg_xact_commit_timestamp(xmin) AS committed FROM delivery ORDER BY outbox_id, id
"""
_REFUSALS = "SELECT address_hash, min(pg_xact_commit_timestamp(xmin)) FROM suppression GROUP BY 1"
_ENROLLED = "SELECT id, arm, state, reason, due_at IS NOT NULL FROM enrolment WHERE state <> 'left_out'"
_TURNS = """
SELECT verb, pg_xact_commit_timestamp(xmin) FROM trail_entry
WHERE verb IN ('run.paused', 'run.resumed', 'run.cancelled', 'mail.stopped', 'mail.resumed') ORDER BY 2
"""
_PAUSED, _STOPPED = "run.paused", "mail.stopped"
_DECISIONS = ("resend decided", "assumed sent, by decision")

Rows = Sequence[tuple[Any, ...]]


def evidence_of(stage: Stage, people: People, *, settled: bool) -> Evidence:
    """All that is known of a round."""
    with looking(stage.shop.book) as book:
        letters, events, refusals, enrolled, turns = (
            book.execute(question).fetchall()
            for question in (_LETTERS, _EVENTS, _REFUSALS, _ENROLLED, _TURNS)
        )
    return Evidence(
        window=stage.plan.window,
        kills=stage.kills,
        unanswered=stage.orders.unanswered,
        copies=tuple(
            Copy(str(each.message["Message-ID"]), each.recipients[0], each.at, each.answered)
            for each in stage.shop.mail_server.messages
        ),
        letters=tuple(_letters(letters, events, refusals, stage.shop.book)),
        enrolled=tuple(Enrolled(*row) for row in enrolled),
        pauses=tuple(_pauses(turns, people, workers=len(stage.workers))),
        settled=settled,
    )


def _letters(letters: Rows, events: Rows, refusals: Rows, book: Book) -> Iterable[Letter]:
    refused = dict(refusals)
    told: dict[int, list[tuple[str, datetime]]] = defaultdict(list)
    for number, what, committed in events:
        told[number].append((what, committed))
    for number, key, message_id, address, enrolment, status, reason in letters:
        whats = [what for what, _ in told[number]]
        doubts = [what for before, what in pairwise(whats) if before == "in_doubt"]
        yield Letter(
            key=key,
            message_id=message_id,
            address=address,
            enrolment=enrolment or 0,
            status=status,
            reason=reason,
            intents=tuple(at for what, at in told[number] if what == "handing_off"),
            asked_again=doubts.count("resend decided"),
            decided=any(decision in doubts for decision in _DECISIONS),
            suppressed_at=refused.get(
                address_hash(parse_email(address).canonical, book.identity.keys.current)
            ),
        )


def _pauses(turns: Rows, people: People, *, workers: int) -> Iterable[Pause]:
    ends = [*(at for _, at in turns[1:]), datetime.max.replace(tzinfo=UTC)]
    stood = [
        (verb, at, end) for (verb, at), end in zip(turns, ends, strict=False) if verb in (_PAUSED, _STOPPED)
    ]
    for (verb, at, end), seen in zip(stood, people.pauses, strict=True):
        yield Pause(at, end, seen.returned, seen.resumed, workers, all_mail=verb == _STOPPED)
