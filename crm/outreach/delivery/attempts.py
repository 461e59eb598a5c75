"""What comes of trying to hand letters over, written down for a window of them in one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, BigInteger, String, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Session

from crm.mail.failures import Outcome, Verdict
from crm.outreach.outbox_tables import DeliveryEvent, Letter, MessageStatus
from crm.store.columns import UtcDateTime
from crm.store.inserting import documents, insert_rows

_FIRST_DELAY = timedelta(minutes=1)
_LONGEST_DELAY = timedelta(hours=4)
_MOST_TRIES = 30  # with the delays above, some four and a half days (RFC 5321 4.5.4.1 asks for four to five)
COMPOSE = "compose"
"""The phase of an attempt that did not get as far as the mail server: the letter could not be put together."""

_MOVING = (MessageStatus.CLAIMED, MessageStatus.HANDING_OFF, MessageStatus.IN_DOUBT)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of trying to hand a letter over.

    Attributes:
        letter: the letter as it was claimed.
        verdict: what the server's answer, or its silence, means.
        phase: how far the dialogue got.
        code: the server's reply code.
        detail: what it said, the recipient's address masked.
        digest: SHA-256 of the bytes.
    """

    letter: Letter
    verdict: Verdict
    phase: str
    code: int | None = None
    detail: str = ""
    digest: str | None = None


def settled(session: Session, attempts: Sequence[Attempt], *, now: datetime) -> dict[int, MessageStatus]:
    """Write down what letters have become, and why; who has lost the claim meanwhile writes nothing.

    Args:
        session: a transaction under way.
        attempts: one a letter.
        now: the present instant.

    Returns:
        What the letters became that were still ours, by their ids.
    """
    after = {attempt.letter.id: _after(attempt, now=now) for attempt in attempts}
    rows = [_row(each, after[each.letter.id]) for each in attempts]
    given = {"ids": list(after), "rows": documents(rows), "moving": list(_MOVING), "at": now}
    ours = session.scalars(_SETTLE, given)
    return {number: after[number]["status"] for number in ours}


def note(session: Session, lines: Sequence[Mapping[str, Any]]) -> None:
    """Write lines into the delivery ledger."""
    insert_rows(session, DeliveryEvent, lines)


def line(letter: Letter, what: str, *, at: datetime, detail: str = "", **more: Any) -> dict[str, Any]:
    """A line of the delivery ledger about a letter."""
    return {"outbox_id": letter.id, "at": at, "what": what, "fence": letter.fence, "detail": detail, **more}


# Asked for by their ids, whatever else the planner thinks of, and locked in their order, as by everybody who changes
# several letters.
_SETTLE = text("""
WITH became AS (
    SELECT * FROM jsonb_to_recordset(:rows) AS became (
        id bigint, fence integer, status text, verdict text, rendered_hash text, due_at timestamptz,
        settled_at timestamptz, phase text, code integer, detail text
    )
), held AS (
    SELECT outbox.id FROM outbox JOIN became USING (id, fence)
    WHERE outbox.id = ANY(:ids) AND outbox.status = ANY(:moving) ORDER BY outbox.id FOR UPDATE OF outbox
), settled AS (
    UPDATE outbox SET status = became.status, lease_until = NULL, verdict = became.verdict,
        rendered_hash = became.rendered_hash, due_at = coalesce(became.due_at, outbox.due_at),
        settled_at = coalesce(became.settled_at, outbox.settled_at)
    FROM became JOIN held USING (id) WHERE outbox.id = became.id
    RETURNING outbox.id
)
INSERT INTO delivery (id, outbox_id, at, what, fence, phase, code, detail)
SELECT nextval('accord_id'), id, :at, status, fence, phase, code, detail FROM settled JOIN became USING (id)
RETURNING outbox_id
""").bindparams(
    bindparam("ids", type_=ARRAY(BigInteger)),
    bindparam("rows", type_=JSONB),
    bindparam("moving", type_=ARRAY(String)),
    bindparam("at", type_=UtcDateTime),
)


def _after(attempt: Attempt, *, now: datetime) -> dict[str, Any]:
    """What a letter becomes after an attempt."""
    reason = attempt.verdict.reason
    base = {"verdict": reason, "rendered_hash": attempt.digest}
    match attempt.verdict.outcome:
        case Outcome.ACCEPTED:
            return base | {"status": MessageStatus.ACCEPTED, "settled_at": now}
        case Outcome.IN_DOUBT:
            return base | {"status": MessageStatus.IN_DOUBT}
        case Outcome.REFUSED_POLICY:
            return base | {"status": MessageStatus.HELD}
        case _ if (
            attempt.phase == COMPOSE
        ):  # nobody has refused it; a person mends the cause and sends it again
            return base | {"status": MessageStatus.HELD}
        case Outcome.REFUSED_TEMP if attempt.letter.tries < _MOST_TRIES:
            delay = min(_FIRST_DELAY * 2 ** (attempt.letter.tries - 1), _LONGEST_DELAY)
            return base | {"status": MessageStatus.QUEUED, "due_at": now + delay}
        case _:
            return base | {"status": MessageStatus.FAILED, "settled_at": now}


def _row(attempt: Attempt, after: Mapping[str, Any]) -> dict[str, Any]:
    """What a letter becomes, and its line of the delivery ledger."""
    told = {"phase": attempt.phase, "code": attempt.code}
    told["detail"] = f"{attempt.verdict.reason} {attempt.detail}".strip()
    return {"id": attempt.letter.id, "fence": attempt.letter.fence, **told, **after}
