"""Arrears: a letter before the due date, after it, before a suspension, during it, and before an exclusion.

How far a debt has come is what the contract says (`crm.membership.contract.ladder`): the ladder halts while a repayment plan is
kept or the Secretary-General has put a step off, and its days to come are as if nothing more were paid. How many days
before and after is our own choice; no source states when members are reminded.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from crm.membership.contract.contract_case import SUSPENDED_STEPS, LadderStep
from crm.outreach.reminders.rule import Matter, reached
from crm.shown import Shown

AHEAD = timedelta(days=30)
"""So long before a due date, a suspension or an exclusion a letter recalls it."""

BOOKED = timedelta(days=14)
"""So long a payment may take from the due date to our books before it is asked for."""

SUSPENSION = "suspension"
"""What the letters of a suspension are about: "suspension:7:2027-09-27", the account and the first day of it."""

_TEMPLATES = {
    "due_soon": "arrears_due",
    "overdue": "arrears_overdue",
    "suspension_ahead": "arrears_overdue",
    "suspended": "arrears_suspended",
    "exclusion_ahead": "arrears_suspended",
}


@dataclass(frozen=True, slots=True)
class OpenInvoice(Shown):
    """An invoice that is not paid in full, and what is open of it, in CHF."""

    id: int
    number: str
    due_on: date
    outstanding: Decimal


@dataclass(frozen=True, slots=True)
class Rung:
    """From a day on, how far the debts of an account have come; None: not anywhere."""

    since_on: date
    step: LadderStep | None


@dataclass(frozen=True, slots=True)
class Owing:
    """What an account has not paid on a day.

    Attributes:
        invoices: the one that was due first before the others; at least one.
        ladder: the stretches of days in their order, those to come as if nothing more were paid.
    """

    organization_id: int
    invoices: tuple[OpenInvoice, ...]
    ladder: tuple[Rung, ...]


def arrears(owing: Owing, on: date) -> Matter | None:
    """What an account has to be reminded of on a day; None: nothing.

    Args:
        owing: what it has not paid.
        on: the day.
    """
    now = [rung for rung in owing.ladder if rung.since_on <= on]
    step = now[-1].step if now else None
    if step is LadderStep.ON_PLAN:
        return None
    if step is None:
        return _due_soon(owing, on)
    return _overdue(owing, on) if step is LadderStep.OVERDUE else _suspended(owing, now, on)


def listed(invoices: Sequence[OpenInvoice]) -> dict[str, Any]:
    """The facts of a letter that say what is to be paid."""
    return {
        "arrears": {"total": _total(invoices), "currency": "CHF"},
        "invoices": [
            {"number": each.number, "due_on": each.due_on, "outstanding": each.outstanding}
            for each in invoices
        ],
    }


def _due_soon(owing: Owing, on: date) -> Matter | None:
    ahead = [invoice for invoice in owing.invoices if invoice.due_on >= on]
    if not ahead:
        return None
    due_on = ahead[0].due_on
    facts = listed(ahead)
    facts["arrears"] = {**facts["arrears"], "due_on": due_on}
    return _matter(owing, ahead, {"due_soon": (due_on - AHEAD, due_on)}, on, facts, "due")


def _overdue(owing: Owing, on: date) -> Matter | None:
    overdue = _past(owing, on)
    steps = {"overdue": (overdue[0].due_on + BOOKED, overdue[0].due_on)}
    ladder: dict[str, date] = {}
    if suspension_on := _next(owing.ladder, on, SUSPENDED_STEPS):
        steps["suspension_ahead"] = (suspension_on - AHEAD, suspension_on)
        ladder = {"suspension_on": suspension_on}
    return _matter(owing, overdue, steps, on, listed(overdue) | _known(ladder), "overdue since")


def _suspended(owing: Owing, now: Sequence[Rung], on: date) -> Matter | None:
    overdue, since = _past(owing, on), _begun(now)
    steps = {"suspended": (since, since)}
    ladder = {"suspended_on": since}
    due = [rung.since_on for rung in now if rung.since_on >= since and rung.step is LadderStep.EXCLUSION_DUE]
    exclusion_on = due[0] if due else _next(owing.ladder, on, {LadderStep.EXCLUSION_DUE})
    if exclusion_on:
        steps["exclusion_ahead"] = (exclusion_on - AHEAD, exclusion_on)
        ladder["exclusion_on"] = exclusion_on
    # Of the suspension, not of the oldest debt: that one may be paid while the suspension goes on.
    subject = f"{SUSPENSION}:{owing.organization_id}:{since}"
    facts = listed(overdue) | _known(ladder)
    return _matter(owing, overdue, steps, on, facts, "suspended; overdue since", subject=subject)


def _matter(
    owing: Owing,
    invoices: Sequence[OpenInvoice],
    steps: Mapping[str, tuple[date, date]],
    on: date,
    facts: Mapping[str, Any],
    how: str,
    *,
    subject: str = "",
) -> Matter | None:
    """The matter at the step that has been reached; for each step the day on which it begins, and what it refers to.

    It is about the first of the invoices unless a subject is given.
    """
    step = reached({name: begins for name, (begins, _) in steps.items()}, on) if invoices else None
    if step is None:
        return None
    first = invoices[0]
    return Matter(
        subject=subject or f"invoice:{first.id}",
        organization_id=owing.organization_id,
        reference_on=steps[step][1],
        step=step,
        template=_TEMPLATES[step],
        words=f"CHF {_total(invoices):,} {how} {first.due_on:%-d %B %Y}",
        facts=facts,
    )


def _past(owing: Owing, on: date) -> list[OpenInvoice]:
    return [invoice for invoice in owing.invoices if invoice.due_on < on]


def _begun(now: Sequence[Rung]) -> date:
    """The day on which the present suspension began."""
    since = now[-1].since_on
    for rung in reversed(now):
        if rung.step not in SUSPENDED_STEPS:
            break
        since = rung.since_on
    return since


def _next(ladder: Iterable[Rung], on: date, steps: Iterable[LadderStep]) -> date | None:
    wanted = frozenset(steps)
    return next((rung.since_on for rung in ladder if rung.since_on > on and rung.step in wanted), None)


def _total(invoices: Iterable[OpenInvoice]) -> Decimal:
    return sum((invoice.outstanding for invoice in invoices), Decimal(0))


def _known(ladder: Mapping[str, date]) -> dict[str, Any]:
    return {"ladder": dict(ladder)} if ladder else {}
