"""What a person may decide about letters that are in doubt or held: about one, or about all of a run."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from crm.errors import Refused
from crm.outreach.outbox_tables import DeliveryEvent, Letter, MessageStatus
from crm.store.inserting import insert_rows
from crm.store.store import Change


@dataclass(frozen=True, slots=True)
class Decision:
    """What a letter becomes because a person decided so.

    Attributes:
        words: how the delivery ledger tells it.
        becomes: where the letter stands then.
        about: where it must have stood.
    """

    words: str
    becomes: MessageStatus
    about: frozenset[MessageStatus]

    def refuse_others(self, status: MessageStatus, *, subject: str) -> None:
        """Refuse to decide about letters that stand elsewhere.

        Raises:
            Refused: they do.
        """
        if status not in self.about:
            raise Refused(
                f"The letter is {status.value.replace('_', ' ')}.",
                rule="outbox.decide",
                subject=subject,
                hint=f"Only what is {' or '.join(sorted(self.about)).replace('_', ' ')} can be decided about.",
            )

    def changes(self, change: Change, was: MessageStatus, *, reason: str) -> dict[str, Any]:
        """What changes of a letter inside a verb; one that is sent again while in doubt may arrive twice."""
        values: dict[str, Any] = {"status": self.becomes}
        match self.becomes:
            case MessageStatus.QUEUED:
                values |= {"due_at": change.now, "lease_until": None}
                values |= {"may_duplicate": True} if was is MessageStatus.IN_DOUBT else {}
            case MessageStatus.ASSUMED_SENT:
                values |= {"settled_at": change.now}
        return {**values, "verdict": f"{self.words} by {change.actor}: {reason}"}


RESEND = Decision(
    "resend decided", MessageStatus.QUEUED, frozenset({MessageStatus.IN_DOUBT, MessageStatus.HELD})
)
ASSUME_SENT = Decision(
    "assumed sent, by decision", MessageStatus.ASSUMED_SENT, frozenset({MessageStatus.IN_DOUBT})
)
GIVE_UP = Decision("given up, by decision", MessageStatus.STOPPED, frozenset({MessageStatus.HELD}))


def decide_about_all(
    change: Change, decision: Decision, *, run_id: int, status: MessageStatus, reason: str
) -> int:
    """Decide inside a verb about all letters of a run that stand so.

    Args:
        change: the verb.
        decision: what becomes of them.
        run_id: the run.
        status: where they stand.
        reason: why.

    Returns:
        How many they were.

    Raises:
        Refused: nothing can be decided about letters that stand so.
    """
    decision.refuse_others(status, subject=f"run {run_id}")
    these = select(Letter.id).where(Letter.run_id == run_id, Letter.status == status)
    # In the order in which everybody locks several of them.
    locked = these.order_by(col(Letter.id)).with_for_update()
    decided = (
        update(Letter)
        .where(col(Letter.id).in_(locked))
        .values(decision.changes(change, status, reason=reason))
        .returning(col(Letter.id), col(Letter.fence))
        .execution_options(synchronize_session=False)
    )
    told = {"at": change.now, "what": decision.words, "detail": ""}
    rows = [{"outbox_id": number, "fence": fence} for number, fence in change.session.execute(decided)]
    insert_rows(change.session, DeliveryEvent, rows, common=told)
    return len(rows)
