"""A notice of denunciation was received: the account manager writes by hand, before the membership ends (retention first)."""

from dataclasses import dataclass
from datetime import date

from crm.membership.terms import Coverage
from crm.outreach.reminders.rule import Matter
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Leaving(Shown):
    """A membership that runs on and has been denounced.

    Attributes:
        event_id: the denunciation in the ledger.
        received_on: the day on which its notice was received.
        effective_on: the first day without it.
    """

    event_id: int
    organization_id: int
    coverage: Coverage
    received_on: date
    effective_on: date


def notice_received(leaving: Leaving, on: date) -> Matter | None:
    """Who has to be written to about a notice on a day; None: it takes effect, or is not received yet."""
    if not leaving.received_on <= on < leaving.effective_on:
        return None
    notice = {"received_on": leaving.received_on, "effective_on": leaving.effective_on}
    single = leaving.coverage is not Coverage.ALL
    return Matter(
        subject=f"membership_event:{leaving.event_id}",
        organization_id=leaving.organization_id,
        reference_on=leaving.received_on,
        step="received",
        template="retention",
        words=f"notice of {leaving.received_on:%-d %B %Y}: leaves ITU-{leaving.coverage} on"
        f" {leaving.effective_on:%-d %B %Y}",
        facts={"notice": notice, **({"sector": {"code": leaving.coverage.value}} if single else {})},
    )
