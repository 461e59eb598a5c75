"""One more look at a window of letters before their dots: whether anything has come to stand against them.

What is read here is read under locks that hold until the intents are committed: whoever unsubscribes somebody, takes
in a reply, or pauses or cancels a run is decided before or after the intents, never beside them.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlmodel import Session

from crm.consent.bases import Purpose
from crm.consent.permission import NOTHING, permission, recorded_for
from crm.consent.suppressions import Scope, refuses, suppressed
from crm.keyring import KeyRing
from crm.outreach.delivery.last_facts import LetterSeen, letters_seen
from crm.outreach.limits import Limits
from crm.outreach.outbox.inviting import proposed_for, too_near
from crm.outreach.outbox_tables import Letter, MessageStatus
from crm.outreach.outgoing import standing_stop
from crm.outreach.run_tables import EnrolmentState, RunStatus, reason_of
from crm.reference.consent_rules import consent_rules_of


class LastLook:
    """A window of letters and all that may stand against them.

    Args:
        session: the transaction that commits the intents; it holds the letters and what belongs to them.
        letters: the letters, as they were claimed.
        keys: key the suppression list.
        limits: the least time between letters of two campaigns to one person, and when campaigns may write.
        now: the instant of the intents.

    Attributes:
        ours: those of the letters whose claim still holds, in the order of their ids.
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
        self._seen = letters_seen(session, letters, on=now.date(), since=now - limits.cap)
        self.ours = sorted(filter(self._is_ours, letters), key=attrgetter("id"))
        self._suppressed = suppressed(session, {letter.to_address for letter in letters}, keys=keys)
        self._passed: defaultdict[int | None, set[int | None]] = defaultdict(set)
        self._rules = consent_rules_of(session)
        people = {seen.person_id for seen in self._seen.values() if seen.person_id and seen.on_record}
        self._recorded = recorded_for(session, people, now.date()) if people else {}
        stopped = any(not seen.mail_goes_out for seen in self._seen.values())
        self._stop = standing_stop(session) if stopped else None

    def otherwise(self, letter: Letter) -> dict[str, Any] | None:
        """What becomes of a letter instead of being handed over; None: nothing stands against it.

        A letter that passes counts for the cap of those that are looked at after it.
        """
        if (change := self._stopped(letter) or self._put_off(letter)) is not None:
            return change
        if letter.of_campaign:
            self._passed[letter.person_id].add(letter.run_id)
        return None

    def _is_ours(self, letter: Letter) -> bool:
        seen = self._seen.get(letter.id)
        return seen is not None and (seen.fence, seen.status) == (letter.fence, MessageStatus.CLAIMED)

    def _stopped(self, letter: Letter) -> dict[str, Any] | None:
        scopes = self._suppressed.get(letter.to_address, {})
        seen = self._seen[letter.id]
        if Scope.ALL in scopes or (letter.of_campaign and refuses(scopes, seen.about)):
            return _stop("the address must not be written to")
        if seen.erased:
            return _stop("its reader was erased")
        if seen.run is RunStatus.CANCELLED:
            return _stop("the run was cancelled")
        if seen.state not in {None, EnrolmentState.ENROLLED}:
            why = reason_of(seen.state, seen.reason)
            return _stop(f"the account left the journey: {why.words if why else seen.state}")
        if letter.may_duplicate and self._proposes_too_late(letter):
            return _stop("the day that it proposes is past or too near")
        return self._without_permission(seen)

    def _without_permission(self, seen: LetterSeen) -> dict[str, Any] | None:
        if seen.about is None:
            return None
        purpose = Purpose(seen.about)
        found = permission(
            purpose,
            self._recorded.get((seen.person_id or 0, purpose), NOTHING),
            relation=seen.relation,
            country=seen.country,
            rules=self._rules,
            on=self._now.date(),
        )
        return None if found.allowed else _stop(f"no permission to write: {found.words}")

    def _proposes_too_late(self, letter: Letter) -> bool:
        starts_at = proposed_for(letter.facts) if letter.enrolment_id else None
        return starts_at is not None and too_near(starts_at, self._now)

    def _put_off(self, letter: Letter) -> dict[str, Any] | None:
        if self._stop is not None:
            return waiting(self._stop.words)
        if self._seen[letter.id].run not in {None, RunStatus.RUNNING}:
            return waiting("the run is paused")
        if (look_at := self._seen[letter.id].look_at) is not None and look_at <= self._now:
            return waiting("its account is looked at first")
        if look_at is not None and self._proposes_too_late(letter):
            return waiting("the day that it proposes is too near: another is proposed") | {"due_at": look_at}
        too_soon = self._too_soon(letter) if letter.of_campaign else None
        return too_soon or (self._out_of_hours(letter) if letter.run_id is not None else None)

    def _too_soon(self, letter: Letter) -> dict[str, Any] | None:
        seen = self._seen[letter.id]
        last = self._now if self._passed[letter.person_id] - {letter.run_id} else seen.written_at
        if last is None:
            return None
        return waiting(f"another campaign wrote on {last:%-d %B %Y}") | {"due_at": last + self._limits.cap}

    def _out_of_hours(self, letter: Letter) -> dict[str, Any] | None:
        hours, seen = self._limits.hours, self._seen[letter.id]
        if hours is None:
            return None
        opens_at = hours.next_opening(seen.country, self._now, zone=seen.time_zone)
        if opens_at <= self._now:
            return None
        where = seen.time_zone or seen.country or "an unknown country"
        return waiting(f"outside working hours in {where}") | {"due_at": opens_at}


def waiting(why: str) -> dict[str, Any]:
    """Back to the queue without a try being counted."""
    return {"status": MessageStatus.QUEUED, "lease_until": None, "tries": Letter.tries - 1, "verdict": why}


def _stop(why: str) -> dict[str, Any]:
    return {"status": MessageStatus.STOPPED, "lease_until": None, "verdict": why}
