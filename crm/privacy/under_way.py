"""What is on its way to a person who is erased: letters are stopped, journeys end, drafts are discarded."""

from collections.abc import Sequence

from sqlalchemy import or_, update
from sqlmodel import col, select

from crm.consent.suppressions import lock_people
from crm.directory.merged import among
from crm.errors import Refused
from crm.outreach.draft_tables import LetterDraft, waits
from crm.outreach.outbox.outbox import note
from crm.outreach.outbox_tables import SETTLED, Letter, MessageStatus
from crm.outreach.reasons import Leave
from crm.outreach.reminders.ledger import Reminder
from crm.outreach.run_tables import Enrolment, EnrolmentState
from crm.outreach.runs.runs import exit_enrolment
from crm.privacy.blanking import mentions
from crm.privacy.traces import Finder
from crm.store.store import Change

_WHY = "its reader was erased"


def stop_for(change: Change, person_ids: Sequence[int]) -> int:
    """Stop all that is on its way to some people; returns how many letters were stopped.

    Raises:
        Refused: a letter to them is being handed over at this moment.
    """
    lock_people(change.session, person_ids)
    theirs = select(Letter).where(
        among(col(Letter.person_id), person_ids), col(Letter.status).not_in(SETTLED)
    )
    letters = change.session.exec(theirs.order_by(col(Letter.id)).with_for_update()).all()
    _refuse_moving([letter.id for letter in letters if letter.status is MessageStatus.HANDING_OFF])
    for letter in letters:
        _stop(change, letter)
    journeys = select(Enrolment.id).where(
        among(col(Enrolment.person_id), person_ids), Enrolment.state == EnrolmentState.ENROLLED
    )
    for number in change.session.exec(journeys.order_by(col(Enrolment.id))):
        exit_enrolment(change, number, Leave.ERASED)
    open_drafts = among(col(LetterDraft.person_id), person_ids) & waits()
    # What was to be recalled to them is recalled to somebody else there.
    theirs_too = col(Reminder.draft_id).in_(select(LetterDraft.id).where(open_drafts))
    change.session.execute(update(Reminder).where(theirs_too).values(withdrawn_at=change.now))
    change.session.execute(update(LetterDraft).where(open_drafts).values(discarded_at=change.now))
    return len(letters)


def refuse_named_in_others(change: Change, person_ids: Sequence[int], finder: Finder) -> None:
    """Refuse while a letter to somebody else that names these people is on its way: it would go out mutilated.

    Raises:
        Refused: there is one; their numbers are the candidates.
    """
    others = or_(col(Letter.person_id).is_(None), ~among(col(Letter.person_id), person_ids))
    others &= col(Letter.status).not_in(SETTLED)
    naming = sorted({key[0] for key, _, _ in mentions(change.session, Letter, finder, others)})
    if naming:
        raise Refused(
            "Letters to others that name this person are on their way.",
            rule="erasure.under_way",
            candidates=[str(number) for number in naming],
            hint="Wait until they have gone, or decide about them with book.outbox.",
        )


def _refuse_moving(numbers: Sequence[int]) -> None:
    if numbers:
        raise Refused(
            "A letter to this person is being handed to the mail server at this moment.",
            rule="erasure.handing_off",
            candidates=[str(number) for number in numbers],
            hint="Try again in a minute.",
        )


def _stop(change: Change, letter: Letter) -> None:
    """What may have gone out counts as sent, and never goes again; the rest is stopped."""
    doubtful = letter.status is MessageStatus.IN_DOUBT
    status = MessageStatus.ASSUMED_SENT if doubtful else MessageStatus.STOPPED
    values = {"status": status, "lease_until": None, "settled_at": change.now, "verdict": _WHY}
    change.session.execute(update(Letter).where(col(Letter.id) == letter.id).values(values))
    note(change.session, [letter], status, at=change.now, detail=_WHY)
