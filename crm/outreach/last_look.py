"""One more look at a window of letters before their dots: whether anything has come to stand against them.

What is read here is read under locks that hold until the intents are committed: whoever unsubscribes somebody, takes
in a reply, or pauses or cancels a run is decided before or after the intents, never beside them.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from crm.consent.bases import Purpose
from crm.consent.suppressions import Scope, suppressed
from crm.directory.people import Person
from crm.keyring import KeyRing
from crm.outreach.limits import Limits
from crm.outreach.outbox_tables import WENT_OUT, Letter, MessageClass, MessageStatus
from crm.outreach.outgoing import stop_before_intents
from crm.outreach.readers import readers_of
from crm.outreach.run_tables import Enrolment, EnrolmentState, Run, RunStatus


@dataclass(frozen=True, slots=True)
class _Run:
    status: RunStatus
    about: str | None


@dataclass(frozen=True, slots=True)
class _Enrolment:
    state: EnrolmentState
    reason: str | None


class LastLook:
    """A window of letters and all that may stand against them.

    Args:
        session: the transaction that commits the intents; it holds the locks on the people and the letters.
        letters: the letters.
        keys: key the suppression list.
        limits: the least time between letters of two campaigns to one person, and when campaigns may write.
        now: the instant of the intents.
    """

    def __init__(
        self,
        session: Session,
        letters: Sequence[Letter],
        *,
        keys: KeyRing,
        limits: Limits,
        now: datetime,
    ) -> None:
        self._limits = limits
        self._now = now
        self._stop = stop_before_intents(session)
        self._runs = _runs(session, letters)
        self._enrolments = _enrolments(session, letters)
        self._erased = _erased(session, letters)
        self._suppressed = suppressed(session, {letter.to_address for letter in letters}, keys=keys)
        self._written = _written(session, letters, since=now - limits.cap)
        self._readers = readers_of(session, letters, now.date())

    def otherwise(self, letter: Letter) -> dict[str, Any] | None:
        """What becomes of a letter instead of being handed over; None: nothing stands against it.

        A letter that passes counts for the cap of those that are looked at after it.
        """
        if (change := self._stopped(letter) or self._put_off(letter)) is not None:
            return change
        if letter.message_class is MessageClass.MARKETING:
            self._written[letter.person_id].append((letter.run_id, self._now))
        return None

    def _stopped(self, letter: Letter) -> dict[str, Any] | None:
        scopes = self._suppressed.get(letter.to_address, set())
        run, enrolment = self._of(letter)
        if Scope.ALL in scopes or (letter.message_class is MessageClass.MARKETING and scopes):
            return _stop("the address must not be written to")
        if letter.person_id in self._erased:
            return _stop("its reader was erased")
        if run is not None and run.status is RunStatus.CANCELLED:
            return _stop("the run was cancelled")
        if enrolment is not None and enrolment.state is not EnrolmentState.ENROLLED:
            return _stop(f"the account left the journey: {enrolment.reason or enrolment.state}")
        return self._without_permission(letter, run)

    def _without_permission(self, letter: Letter, run: _Run | None) -> dict[str, Any] | None:
        about = run.about if run and letter.message_class is MessageClass.MARKETING else None
        if about is None:
            return (
                None  # what is part of no campaign, or of one from before campaigns said what they are about
            )
        found = self._readers.permission(letter, Purpose(about), self._now.date())
        return None if found.allowed else _stop(f"no permission to write: {found.words}")

    def _put_off(self, letter: Letter) -> dict[str, Any] | None:
        if self._stop is not None:
            return waiting(self._stop.words)
        run, _ = self._of(letter)
        if run is not None and run.status is not RunStatus.RUNNING:
            return waiting("the run is paused")
        return self._out_of_turn(letter) if letter.message_class is MessageClass.MARKETING else None

    def _out_of_turn(self, letter: Letter) -> dict[str, Any] | None:
        others = [at for run_id, at in self._written[letter.person_id] if run_id != letter.run_id]
        if others:
            last = max(others)
            why = f"another campaign wrote on {last:%d %B %Y}"
            return waiting(why) | {"due_at": last + self._limits.cap}
        hours, country = self._limits.hours, self._readers.country(letter)
        if hours and (opens_at := hours.next_opening(country, self._now)) > self._now:
            return waiting(f"outside working hours in {country or 'an unknown country'}") | {
                "due_at": opens_at
            }
        return None

    def _of(self, letter: Letter) -> tuple[_Run | None, _Enrolment | None]:
        return self._runs.get(letter.run_id), self._enrolments.get(letter.enrolment_id)


def waiting(why: str) -> dict[str, Any]:
    """Back to the queue without a try being counted."""
    return {"status": MessageStatus.QUEUED, "lease_until": None, "tries": Letter.tries - 1, "verdict": why}


def _stop(why: str) -> dict[str, Any]:
    return {"status": MessageStatus.STOPPED, "lease_until": None, "verdict": why}


def _runs(session: Session, letters: Sequence[Letter]) -> dict[int | None, _Run]:
    """The runs of the letters, locked against being paused or cancelled until the intents are committed."""
    ids = {letter.run_id for letter in letters if letter.run_id is not None}
    query = select(Run.id, Run.status, col(Run.content)["about"].astext).where(col(Run.id).in_(ids))
    rows = session.exec(query.order_by(col(Run.id)).with_for_update(read=True))
    return {number: _Run(RunStatus(status), about) for number, status, about in rows}


def _enrolments(session: Session, letters: Sequence[Letter]) -> dict[int | None, _Enrolment]:
    """The enrolments of the letters; a reply that would change one waits for the lock on its person."""
    ids = {letter.enrolment_id for letter in letters if letter.enrolment_id is not None}
    query = select(Enrolment.id, Enrolment.state, Enrolment.reason).where(col(Enrolment.id).in_(ids))
    return {
        number: _Enrolment(EnrolmentState(state), reason) for number, state, reason in session.exec(query)
    }


def _erased(session: Session, letters: Sequence[Letter]) -> set[int]:
    """The readers who were erased while a letter to them was being queued."""
    readers = col(Person.id).in_({letter.person_id for letter in letters})
    return set(session.exec(select(Person.id).where(readers, col(Person.erased_at).is_not(None))))


def _written(
    session: Session, letters: Sequence[Letter], *, since: datetime
) -> defaultdict[int | None, list[tuple[int | None, datetime]]]:
    """For each person, which runs' marketing letters went to them since an instant, and when."""
    query = select(Letter.person_id, Letter.run_id, Letter.handed_at).where(
        col(Letter.person_id).in_({letter.person_id for letter in letters}),
        Letter.message_class == MessageClass.MARKETING,
        col(Letter.status).in_(WENT_OUT),
        col(Letter.handed_at) > since,
    )
    found: defaultdict[int | None, list[tuple[int | None, datetime]]] = defaultdict(list)
    for person_id, run_id, at in session.exec(query):
        if at is not None:
            found[person_id].append((run_id, at))
    return found
