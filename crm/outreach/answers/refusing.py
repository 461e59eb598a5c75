"""A letter's reader wants no more, by mail or on the page: the letter had arrived, the address goes on the list, the journey ends."""

from sqlmodel import Session

from crm.consent.suppressions import Scope, SuppressionReason, lock_people, suppress
from crm.keyring import KeyRing
from crm.outreach.outbox.outbox import note
from crm.outreach.outbox_tables import UNPROVED, Letter, MessageStatus
from crm.outreach.reasons import Leave
from crm.outreach.runs.runs import exit_enrolment
from crm.store.columns import ERASED
from crm.store.store import Change


def held(session: Session, letter: Letter) -> Letter | None:
    """A letter locked with its reader; None if they were erased: what comes back says nothing about anybody in the book."""
    # The person first, as whoever commits an intent: what comes back comes before or after it, never beside it.
    lock_people(session, [letter.person_id] if letter.person_id else [])
    session.refresh(letter, with_for_update=True)
    return None if letter.to_address == ERASED else letter


def prove(change: Change, letter: Letter, *, by: str) -> None:
    """Note inside a verb what came of a letter; that anything came proves that the letter had been taken.

    Args:
        change: the verb.
        letter: which, locked.
        by: what came: "reply", "bounce", "unsubscribe" …
    """
    again = letter.status is MessageStatus.QUEUED and letter.may_duplicate
    if again or letter.status in UNPROVED:
        letter.amend({"status": MessageStatus.ACCEPTED, "settled_at": change.now, "lease_until": None})
        note(change.session, [letter], MessageStatus.ACCEPTED, at=change.now, detail=f"proved by a {by}")
    note(change.session, [letter], by, at=change.now)


def refuse(
    change: Change,
    letter: Letter,
    reason: SuppressionReason,
    *,
    keys: KeyRing,
    scope: Scope = Scope.CAMPAIGNS,
) -> None:
    """Stop writing inside a verb to the address that a letter went to, and end the journey that it belongs to."""
    suppress(change, letter.to_address, keys=keys, scope=scope, reason=reason)
    if letter.enrolment_id:
        exit_enrolment(change, letter.enrolment_id, Leave(reason))
