"""The last look at a letter before its final dot: consent, suppression, exit, pause and the frequency cap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from crm.consent.suppressions import Scope, suppressed
from crm.keyring import KeyRing
from crm.outreach.outbox_tables import WENT_OUT, Letter, MessageClass, MessageStatus
from crm.outreach.run_tables import Enrolment, EnrolmentState, Run, RunStatus


@dataclass(frozen=True, slots=True)
class Held:
    """A claimed letter, locked, with its place in a journey where it has one."""

    letter: Letter
    enrolment: Enrolment | None
    run: Run | None


class LastLook:
    """One more look at a window of letters, with everything read in two statements.

    Args:
        session: the transaction that holds the locks on the people.
        window: the letters.
        keys: key the suppression list.
        cap: the least time between two marketing letters to one person, whatever their campaigns.
        now: the present instant.
    """

    def __init__(
        self, session: Session, window: Sequence[Held], *, keys: KeyRing, cap: timedelta, now: datetime
    ) -> None:
        letters = [held.letter for held in window]
        self._suppressed = suppressed(session, {letter.to_address for letter in letters}, keys=keys)
        self._written = _written(session, letters, since=now - cap)
        self._cap = cap

    def at(self, held: Held) -> dict[str, Any] | None:
        """What becomes of a letter instead of being handed over; None: nothing stands against it."""
        if (why := self._against(held)) is not None:
            return {"status": MessageStatus.STOPPED, "lease_until": None, "verdict": why}
        if held.run is not None and held.run.status is not RunStatus.RUNNING:
            return waiting("the run is paused")
        if (last := self._last_from_others(held.letter)) is not None:
            return waiting(f"another campaign wrote on {last:%d %B %Y}") | {"due_at": last + self._cap}
        return None

    def _against(self, held: Held) -> str | None:
        scopes = self._suppressed.get(held.letter.to_address, set())
        if Scope.ALL in scopes or (scopes and held.letter.message_class is MessageClass.MARKETING):
            return "the address must not be written to"
        if held.run is not None and held.run.status is RunStatus.CANCELLED:
            return "the run was cancelled"
        left = held.enrolment is not None and held.enrolment.state is not EnrolmentState.ENROLLED
        if held.enrolment is not None and (left or held.enrolment.answered_at):
            return f"the account left the journey: {held.enrolment.reason or 'answered'}"
        return None

    def _last_from_others(self, letter: Letter) -> datetime | None:
        if letter.message_class is not MessageClass.MARKETING:
            return None
        times = [
            at for person, run, at in self._written if person == letter.person_id and run != letter.run_id
        ]
        return max(times, default=None)


def waiting(why: str) -> dict[str, Any]:
    """Back to the queue without a try being counted."""
    return {"status": MessageStatus.QUEUED, "lease_until": None, "tries": Letter.tries - 1, "verdict": why}


def _written(
    session: Session, letters: Sequence[Letter], *, since: datetime
) -> list[tuple[int, int | None, datetime]]:
    """Person, run and instant of the marketing letters that went to these people lately."""
    query = select(Letter.person_id, Letter.run_id, Letter.handed_at).where(
        col(Letter.person_id).in_({letter.person_id for letter in letters}),
        Letter.message_class == MessageClass.MARKETING,
        col(Letter.status).in_(WENT_OUT),
        col(Letter.handed_at) > since,
    )
    return [(person, run, at) for person, run, at in session.exec(query) if at is not None]
