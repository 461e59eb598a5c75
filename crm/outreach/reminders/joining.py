"""Applications that wait: a letter to the administration that must approve, and to the applicant who must add something or pay.

For how many days each may wait before it is reminded is reference data (`application_patience.csv`); it is reminded once
more after as many days again. A letter to an administration is written by hand, to one administration, about one
application; nothing goes to Member States in bulk.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crm.membership.joining.application_steps import Party
from crm.membership.terms import Coverage
from crm.outreach.reminders.arrears import OpenInvoice, listed
from crm.outreach.reminders.rule import Matter, reached
from crm.reference.categories import Category
from crm.shown import Shown

_LETTERS = {
    Party.APPLICANT: "joining_missing",
    Party.ADMINISTRATION: "joining_administration",
    Party.PAYMENT: "joining_payment",
}


@dataclass(frozen=True, slots=True)
class Applying(Shown):
    """An application that waits for somebody, on a day.

    Attributes:
        applicant_id: the account that applies.
        party: who must act.
        since_on: since when it has waited for them.
        state: the Member State whose administration approves; None: the Secretary-General does.
        administration_id: that administration; None: it is not in the book.
        missing: what was said to its last step: where the applicant must act, what is missing.
        approved_on: the day of its approval.
        invoices: what of its joining invoice is open.
    """

    id: int
    applicant_id: int
    applicant: str
    category: Category
    coverage: Coverage
    party: Party
    since_on: date
    state: str | None
    administration_id: int | None
    missing: str = ""
    approved_on: date | None = None
    invoices: tuple[OpenInvoice, ...] = ()


def joining(application: Applying, on: date, *, patience: Mapping[str, int]) -> Matter | None:
    """Whom an application has to be recalled to on a day; None: nobody.

    Args:
        application: the application.
        on: the day.
        patience: for how many days it may wait for each party.
    """
    days = patience.get(application.party)
    told = _facts(application)
    if application.party not in _LETTERS or days is None or told is None:
        return None
    party, since = application.party.value, application.since_on
    # As in the report of those that are stuck, it waits for too long from the day after on.
    first = since + timedelta(days=days + 1)
    step = reached({party: first, f"{party}_again": first + timedelta(days=days)}, on)
    if step is None:
        return None
    to_state = application.party is Party.ADMINISTRATION
    return Matter(
        subject=f"application:{application.id}",
        organization_id=application.administration_id if to_state else application.applicant_id,
        reference_on=since,
        step=step,
        template=_LETTERS[application.party],
        words=f"{application.applicant} waits for {_whom(application)} since {since:%-d %B %Y}",
        facts=told,
    )


def _facts(application: Applying) -> dict[str, Any] | None:
    """What the letter says; None where there is nothing to say: an invoice that is paid."""
    single = application.coverage is not Coverage.ALL
    facts: dict[str, Any] = {"sector": {"code": application.coverage.value}} if single else {}
    if application.party is Party.ADMINISTRATION:
        asked = {"applicant": application.applicant, "forwarded_on": application.since_on}
        facts |= {"state": {"code": application.state}}
    elif application.party is Party.APPLICANT:
        asked = {"missing": application.missing, "asked_on": application.since_on}
    elif application.invoices and application.approved_on:
        asked = {"approved_on": application.approved_on}
        facts |= listed(application.invoices)
    else:
        return None
    return {**facts, "application": {"kind": application.category.value, **asked}}


def _whom(application: Applying) -> str:
    if application.party is Party.ADMINISTRATION:
        return f"the administration of {application.state}"
    return "its payment" if application.party is Party.PAYMENT else "what it has to add"
