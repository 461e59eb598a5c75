"""Whom a journey goes on with when the one who was written to does not answer."""

from collections.abc import Set as AbstractSet

from campaigns.guards import Reachability, objection_to
from crm.insight.candidate import Candidate, Contact
from crm.reference.languages import Language


def next_senior(
    account: Candidate,
    *,
    after: int,
    language: Language,
    default: Language | None,
    spoken_for: AbstractSet[int],
    around: Reachability,
) -> Contact | None:
    """The next senior contact of an account, in the order in which it is written to; None: there is none.

    Whoever a guard would keep from being enrolled is passed over: who must not be written to, or on no ground, had a
    letter of a campaign just now, or has an address that is none of the account's. They must read the language in which
    the journey began, for that is how its letters were approved.

    Args:
        account: its contacts stand with focal points first.
        after: the id of the person who was written to so far; nobody before them is written to again.
        language: of the letters so far.
        default: the language of people of whom nobody has said.
        spoken_for: people whom the run writes to for other accounts: one person is written to once.
        around: what the guards must know about writing to them.
    """
    people = [contact.person_id for contact in account.contacts]
    following = account.contacts[people.index(after) + 1 :] if after in people else ()
    return next(
        (
            contact
            for contact in following
            if contact.senior
            and contact.person_id not in spoken_for
            and (contact.language or default) is language
            and objection_to(contact, account, around) is None
        ),
        None,
    )
