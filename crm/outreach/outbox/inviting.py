"""The invitation that goes out with a letter: a pure function of the letter's row and who we are."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from crm.mail.filters import filters
from crm.mail.invitation import Invitation
from crm.mail.message import Mailbox
from crm.outreach.identity import Identity
from crm.outreach.outbox.wordings import restored_facts
from crm.outreach.outbox_tables import Letter

_NOTICE = timedelta(hours=8)
"""Nobody is asked in the morning for the afternoon; a proposal for the next working day stays one."""


def too_near(starts_at: datetime, now: datetime) -> bool:
    """Whether a meeting is past, or too near to be asked for."""
    return starts_at - now < _NOTICE


def proposed_for(facts: Mapping[str, Any]) -> datetime | None:
    """When the meeting begins that a letter with these stored facts asks for; None: it asks for none."""
    meeting = facts.get("meeting")
    return datetime.fromisoformat(meeting["starts_at"]) if meeting else None


def invitation(letter: Letter, subject: str, identity: Identity) -> str | None:
    """The invitation of a letter that asks for a meeting; None: the letter asks for none.

    The account manager asks. The organiser's address is one of ours, signed for this letter, so that the answer of
    the reader's calendar comes back to it (RFC 5546 3.2.3).

    Args:
        letter: its facts say when, for how long and where.
        subject: what stands over it.
        identity: who we are.
    """
    if letter.facts.get("meeting") is None:
        return None
    facts = restored_facts(letter.facts)
    meeting = facts["meeting"]
    on = filters(letter.language, "text")["date"](meeting["on"])
    name = f"{letter.enrolment_id}-{letter.step}" if letter.enrolment_id else f"letter-{letter.id}"
    return Invitation(
        uid=f"{name}@{identity.answer_domain}",
        starts_at=datetime.fromisoformat(meeting["starts_at"]),
        minutes=meeting["minutes"],
        summary=subject,
        description=f"{on}, {meeting['time']} ({meeting['zone']})",
        place=meeting["place"],
        organizer=Mailbox(letter.from_name, identity.reply(letter.id)),
        host=Mailbox(letter.from_name, facts["manager"]["email"]),
        guest=Mailbox(letter.to_name, letter.to_address),
        stamped_at=letter.dated_at,
    ).calendar()
