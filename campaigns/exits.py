"""When an account leaves its journey before the end: looked at before each step, the most telling reason first.

A campaign names which of the first four apply to it. The others apply to every campaign: without somebody who may be
written to there is no journey.
"""

from crm.consent.bases import Purpose
from crm.insight.candidate import Candidate, Contact
from crm.outreach.outbox_tables import NEVER_LEFT
from crm.outreach.reasons import Leave
from crm.outreach.runs.moves import Waiting

CHOSEN = (Leave.GOAL_REACHED, Leave.ANSWERED, Leave.MEMBERSHIP_ENDED, Leave.STANDING)
"""The exits that a campaign may do without."""


def contact_of(waiting: Waiting, account: Candidate | None) -> Contact | None:
    """Whom the letters go to, if they are still there."""
    contacts = account.contacts if account else ()
    return next((contact for contact in contacts if contact.person_id == waiting.person_id), None)


def leaving(
    waiting: Waiting,
    account: Candidate | None,
    exits: tuple[Leave, ...] = CHOSEN,
    *,
    about: Purpose = Purpose.CAMPAIGNS,
) -> Leave | None:
    """Why an account leaves its journey now; None: it goes on.

    Args:
        waiting: where it stands and which steps it has taken.
        account: the account as it is now.
        exits: those of the campaign.
        about: the purpose of its letters.
    """
    contact = contact_of(waiting, account)
    grounds = (
        (Leave.GOAL_REACHED, waiting.goal_reached),
        (Leave.ANSWERED, waiting.answered),
        (Leave.MEMBERSHIP_ENDED, waiting.coverage not in (None, account and account.coverage)),
        (Leave.STANDING, account is not None and not account.in_good_standing),
        (Leave.CONTACT_LEFT, contact is None),
        (Leave.SUPPRESSED, contact is not None and contact.refuses(about)),
        (Leave.COMPLAINING, waiting.complaining),
        (Leave.LETTER_NOT_SENT, any(step.letter in NEVER_LEFT for step in waiting.done.values())),
    )
    return next(
        (reason for reason, applies in grounds if applies and (reason in exits or reason not in CHOSEN)), None
    )
