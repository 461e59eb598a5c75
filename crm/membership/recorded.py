"""What a change of a membership that is recorded comes to: the term, and the dues that an assessment is still to settle."""

from dataclasses import dataclass
from datetime import date

from crm.directory.tables import Organization
from crm.membership.dues.to_settle import ToSettle, to_settle
from crm.membership.ledger import locked, record_event
from crm.membership.ledger_tables import Term
from crm.shown import Shown
from crm.store.store import Change


@dataclass(frozen=True, slots=True)
class Recorded(Shown):
    """What came of a change that was recorded.

    No source says what becomes of what was charged beyond a change, so no verb on a membership posts money; it says what
    is left to settle, and somebody assesses the year. A proposal (`propose_…`) shows and posts both at once.

    Attributes:
        term: the term that began, or that ends; None where nothing is left of it, because it never was.
        to_settle: what the next assessment will charge and give back, for each year that was invoiced.
    """

    term: Term | None
    to_settle: tuple[ToSettle, ...] = ()


def recorded(change: Change, organization: Organization, event: dict[str, object]) -> Recorded:
    """Add an event to the ledger, and say what it leaves to settle.

    Raises:
        NotFound: it is no member there.
        Refused: the event does not fit.
    """
    term = record_event(change, organization, event)
    since = event["effective_on"]
    assert isinstance(since, date)
    return Recorded(term, to_settle(change.session, locked(change.session, organization), since=since))
