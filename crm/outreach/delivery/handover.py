"""`book.handover`: how a letter changes hands between the book and a worker. Each verb is one short transaction.

`handing_off` never goes back to `queued` by a timeout: the server may have taken the letter. Only what was merely
claimed goes back by itself. A fence number keeps whoever lost a claim from writing about it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import tuple_, update
from sqlmodel import Session, col

from crm.consent.suppressions import Scope, SuppressionReason, suppress
from crm.mail.message import Enclosure
from crm.mail.templates import TemplateVersion
from crm.outreach.delivery.attempts import COMPOSE, Attempt, line, note, settled
from crm.outreach.delivery.budget import watch_failures
from crm.outreach.delivery.claiming import LONGEST_WAITING, claimed, due
from crm.outreach.delivery.intents import hold, intended
from crm.outreach.delivery.last_facts import hindered
from crm.outreach.delivery.last_look import LastLook, waiting
from crm.outreach.delivery.reaping import reap
from crm.outreach.delivery.throttle import admitted
from crm.outreach.identity import Identity
from crm.outreach.limits import Limits
from crm.outreach.outbox.outbox import enclosures_of
from crm.outreach.outbox.wordings import wording
from crm.outreach.outbox_tables import Letter, MessageStatus
from crm.outreach.reasons import Leave
from crm.outreach.runs.runs import exit_enrolment, pause_run
from crm.shown import Shown
from crm.store.store import Change, Store


@dataclass(frozen=True, slots=True)
class Claim(Shown):
    """A letter that this worker holds, its wording, and the files that go out with it."""

    letter: Letter
    wording: TemplateVersion
    enclosures: tuple[Enclosure, ...] = ()


class Handover:
    """What workers do to letters.

    Args:
        store: the door to the database.
        identity: who we are in a letter.
        limits: leases and caps.
    """

    def __init__(self, store: Store, *, identity: Identity, limits: Limits) -> None:
        self._store = store
        self._identity = identity
        self._limits = limits

    def due(self, *, limit: int = 1000) -> tuple[int, ...]:
        """The ids of letters that are due, the longest waiting first."""
        with self._store.reading() as session:
            return tuple(session.exec(due(self._store.now()).order_by(*LONGEST_WAITING).limit(limit)))

    def claim(self, *, limit: int, ids: Iterable[int] | None = None) -> tuple[Claim, ...]:
        """Take up to `limit` due letters for this worker; no other worker gets them while the lease lasts.

        What is refused, or has left its journey, by now is stopped at once, and no mail server hears of it.
        A letter over which workers have died again and again is taken by itself, once nothing else is left.

        Args:
            limit: how many at the most.
            ids: only of these.
        """
        now = self._store.now()
        with self._store.transaction() as session:
            mine = claimed(session, limit=limit, ids=ids, now=now, lease=self._limits.lease)
            doubtful = hindered(session, mine, keys=self._identity.keys)
            doubts = {letter.id for letter in doubtful}
            sure = [letter for letter in mine if letter.id not in doubts]
            claims = self._claims(session, admitted(session, sure, rate=self._limits.rate, now=now))
            session.expunge_all()
        return claims + self._still_wanted(doubtful) if doubtful else claims

    def intend(self, letters: Sequence[Letter]) -> frozenset[int]:
        """Commit the intent to write the final dots of a window of letters, after looking once more whether to.

        Consent, suppression, exit, pause and the frequency cap are checked under locks on the people, taken in id
        order. A letter that does not pass is stopped, or goes back to wait; its dot must not be written.

        Returns:
            The ids of the letters whose dot may be written.
        """
        now = self._store.now()
        with self._store.transaction() as session:
            cleared = self._cleared(session, letters, now=now)
            return intended(session, cleared, at=now, until=now + self._limits.lease)

    def settle(self, attempts: Sequence[Attempt]) -> int:
        """Record what came of a window of attempts; who has lost the claim meanwhile records nothing.

        An address that does not exist is suppressed; a refusal for policy holds the letter and pauses its run, for
        it says something about the sender and not about the person. A run of which too many letters fail, or cannot be put
        together, pauses itself.

        Returns:
            How many were recorded.
        """
        with self._store.changing("letters.settled") as change:
            became = settled(change.session, attempts, now=change.now)
            ours = [attempt for attempt in attempts if attempt.letter.id in became]
            for attempt in ours:
                self._consequences(change, attempt, became[attempt.letter.id])
            failed = [
                attempt.letter.run_id
                for attempt in ours
                if became[attempt.letter.id] is MessageStatus.FAILED or attempt.phase == COMPOSE
            ]
            watch_failures(change, filter(None, failed), self._limits.budget)
            return len(became)

    def put_back(self, claims: Sequence[Claim], *, reason: str, wait: timedelta = timedelta()) -> None:
        """Return claimed letters that no server has heard of to the queue; such a claim counts as no try.

        Args:
            claims: what was claimed.
            reason: why.
            wait: until they are due again.
        """
        letters = [claim.letter for claim in claims]
        back = waiting(reason) | {"due_at": self._store.now() + wait}
        with self._store.transaction() as session:
            _change(session, letters, back)

    def reap(self) -> dict[str, int]:
        """See to what dead workers left behind, and to what has been in doubt for long enough.

        Returns:
            How many letters were held, went back to the queue, came into doubt, and were assumed sent.
        """
        with self._store.transaction() as session:
            return reap(session, now=self._store.now(), doubt=self._limits.doubt)

    def _still_wanted(self, doubtful: Sequence[Letter]) -> tuple[Claim, ...]:
        """Those of some letters that a mail server has to hear of all the same; the others take nothing from a rate."""
        now = self._store.now()
        with self._store.transaction() as session:
            cleared = self._cleared(session, doubtful, now=now)
            claims = self._claims(session, admitted(session, cleared, rate=self._limits.rate, now=now))
            session.expunge_all()
        return claims

    def _claims(self, session: Session, letters: Sequence[Letter]) -> tuple[Claim, ...]:
        files = enclosures_of(session, letters)
        return tuple(
            Claim(letter, wording(session, letter.template), files.get(letter.id, ())) for letter in letters
        )

    def _cleared(self, session: Session, letters: Sequence[Letter], *, now: datetime) -> list[Letter]:
        """Those letters that nothing stands against; the others are stopped, or go back to wait."""
        hold(session, letters)
        look = LastLook(session, letters, keys=self._identity.keys, limits=self._limits, now=now)
        judged = [(letter, look.otherwise(letter)) for letter in look.ours]
        for letter, otherwise in judged:
            if otherwise is not None:
                _change(session, [letter], otherwise)
                note(session, [line(letter, otherwise["status"], at=now, detail=otherwise["verdict"])])
        return [letter for letter, otherwise in judged if otherwise is None]

    def _consequences(self, change: Change, attempt: Attempt, status: MessageStatus) -> None:
        letter = attempt.letter
        if attempt.verdict.suppress:
            suppress(
                change,
                letter.to_address,
                keys=self._identity.keys,
                scope=Scope.ALL,
                reason=SuppressionReason.BOUNCED,
            )
        if letter.enrolment_id and status is MessageStatus.FAILED:
            exit_enrolment(
                change,
                letter.enrolment_id,
                Leave.BOUNCED if attempt.verdict.suppress else Leave.UNDELIVERABLE,
            )
        if attempt.verdict.stop_sender and letter.run_id:
            pause_run(
                change, letter.run_id, note=f"Refused by a mail server's policy: {attempt.verdict.reason}"
            )


def _change(session: Session, letters: Iterable[Letter], changes: dict[str, Any]) -> None:
    """Change letters that are still claimed, and by this worker."""
    held = [(letter.id, letter.fence) for letter in letters]
    if held:
        ours = tuple_(col(Letter.id), col(Letter.fence)).in_(held) & (
            col(Letter.status) == MessageStatus.CLAIMED
        )
        session.execute(
            update(Letter).where(ours).values(changes).execution_options(synchronize_session=False)
        )
