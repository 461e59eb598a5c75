"""How an application goes from step to step, and who must act next: pure rules over its status."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.errors import InvalidInput, Refused


class Status(StrEnum):
    """Where an application stands.

    Attributes:
        RECEIVED: it is with us, to be forwarded.
        INCOMPLETE: something is missing that the applicant must add.
        SUBMITTED: it is with whoever approves it.
        APPROVED: it has been approved; the joining invoice is to be issued.
        INVOICED: the joining invoice has been issued and is not covered yet.
        PAID: the first payment covers the invoice, but the membership could not begin by itself.
        ACTIVE: the membership is in the ledger.
        REFUSED: whoever approves it said no.
        WITHDRAWN: the applicant does not want it any more.
    """

    RECEIVED = "received"
    INCOMPLETE = "incomplete"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    INVOICED = "invoiced"
    PAID = "paid"
    ACTIVE = "active"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What happened to an application; unpaid: a payment that covered its invoice was taken back."""

    APPLIED = "applied"
    SENT_BACK = "sent_back"
    COMPLETED = "completed"
    FORWARDED = "forwarded"
    APPROVED = "approved"
    REFUSED = "refused"
    INVOICED = "invoiced"
    PAID = "paid"
    UNPAID = "unpaid"
    ACTIVATED = "activated"
    WITHDRAWN = "withdrawn"


class Party(StrEnum):
    """Who must act next.

    Attributes:
        PAYMENT: the applicant, by paying the joining invoice.
    """

    US = "us"
    APPLICANT = "applicant"
    ADMINISTRATION = "administration"
    SECRETARY_GENERAL = "secretary_general"
    PAYMENT = "payment"


CLOSED = frozenset({Status.ACTIVE, Status.REFUSED, Status.WITHDRAWN})
"""Where nobody must act any more."""

WITH_APPLICANT_OR_US = frozenset({Status.RECEIVED, Status.INCOMPLETE})
_OPEN = frozenset(Status) - CLOSED

_PARTIES: Mapping[Status, Party] = {
    Status.RECEIVED: Party.US,
    Status.INCOMPLETE: Party.APPLICANT,
    Status.SUBMITTED: Party.ADMINISTRATION,
    Status.APPROVED: Party.US,
    Status.INVOICED: Party.PAYMENT,
    Status.PAID: Party.US,
}


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a step leads, and from where.

    Attributes:
        usual: from where it follows by itself.
        skipping: from where it leaves steps out, which wants a reason.
        explained: whether it wants a reason from anywhere.
    """

    to: Status
    usual: frozenset[Status]
    skipping: frozenset[Status] = frozenset()
    explained: bool = False


_WAYS: Mapping[Step, _Way] = {
    Step.SENT_BACK: _Way(Status.INCOMPLETE, frozenset({Status.RECEIVED, Status.SUBMITTED}), explained=True),
    Step.COMPLETED: _Way(Status.RECEIVED, frozenset({Status.INCOMPLETE})),
    Step.FORWARDED: _Way(
        Status.SUBMITTED, frozenset({Status.RECEIVED}), skipping=frozenset({Status.INCOMPLETE})
    ),
    Step.APPROVED: _Way(Status.APPROVED, frozenset({Status.SUBMITTED}), skipping=WITH_APPLICANT_OR_US),
    Step.REFUSED: _Way(
        Status.REFUSED, frozenset({Status.SUBMITTED}), skipping=WITH_APPLICANT_OR_US, explained=True
    ),
    Step.INVOICED: _Way(Status.INVOICED, frozenset({Status.APPROVED})),
    Step.PAID: _Way(Status.PAID, frozenset({Status.INVOICED})),
    Step.UNPAID: _Way(Status.INVOICED, frozenset({Status.PAID})),
    Step.ACTIVATED: _Way(
        Status.ACTIVE, frozenset({Status.PAID}), skipping=frozenset({Status.APPROVED, Status.INVOICED})
    ),
    Step.WITHDRAWN: _Way(Status.WITHDRAWN, _OPEN, explained=True),
}


def first_status(*, direct: bool) -> Status:
    """Where a new or completed application stands.

    Args:
        direct: whether it goes straight to the Secretary-General, as those of international and regional bodies do:
            then there is nothing for us to forward.
    """
    return Status.SUBMITTED if direct else Status.RECEIVED


def status_after(status: Status, step: Step, *, direct: bool, reason: str) -> Status:
    """Where an application stands after a step.

    Args:
        status: where it stands before.
        step: what happened; the first one, that somebody applied, follows no other.
        direct: whether it goes straight to the Secretary-General.
        reason: why; needed to refuse, withdraw, send back, and wherever a step leaves out another.

    Raises:
        Refused: the step does not follow, or it leaves others out without a reason.
        InvalidInput: the reason is missing.
    """
    way = _WAYS[step]
    if status not in way.usual | way.skipping:
        raise Refused(
            f"It is {status.value}: it cannot be {step.value.replace('_', ' ')}.",
            rule="applications.order",
            field="step",
            value=step.value,
        )
    if reason.strip():
        return _arrived(way, direct=direct)
    if status in way.skipping:
        raise Refused(
            f"It is only {status.value}: to be {step.value} now, it leaves steps out.",
            rule="applications.nothing_skipped",
            field="reason",
            hint="Say why: reason=…",
        )
    if way.explained:
        raise InvalidInput(
            f"Why was it {step.value.replace('_', ' ')}?",
            field="reason",
            hint="Whoever follows it wants to know.",
        )
    return _arrived(way, direct=direct)


def refuse_odd_day(on: date, *, after: date, today: date) -> None:
    """Refuse a day that has not come yet or lies before the step before; earlier days are entered in their order.

    Args:
        on: the day of a step.
        after: the day of the step before it.
        today: the present day of whoever enters it.

    Raises:
        Refused: it does.
    """
    if on > today:
        raise Refused(f"{on} is still to come.", rule="applications.not_ahead", field="on", value=on)
    if on < after:
        raise Refused(
            f"{on} lies before the last step, which was on {after}.",
            rule="applications.in_order",
            field="on",
            value=on,
        )


def waits_for(status: Status, *, direct: bool) -> Party | None:
    """Who must act next; None where it is closed.

    Args:
        status: where the application stands.
        direct: whether the Secretary-General approves it.
    """
    if direct and status is Status.SUBMITTED:
        return Party.SECRETARY_GENERAL
    return _PARTIES.get(status)


def _arrived(way: _Way, *, direct: bool) -> Status:
    return first_status(direct=direct) if way.to is Status.RECEIVED else way.to
