"""Payments: entered once, whatever their currency, and taken back by a reversal."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlmodel import Session, col, select

from crm.dates import day_of
from crm.directory.merged import among, keeper_of, with_merged
from crm.directory.staff import today_of
from crm.directory.tables import Organization
from crm.errors import AlreadyExists, Ambiguous, InvalidInput, NotFound, Refused
from crm.membership.dues.dues_tables import Invoice, Payment
from crm.membership.dues.invoices import InvoiceKey, find_invoice
from crm.membership.ledger import locked
from crm.reference.fee_schedule import to_the_cent
from crm.reference.money import amount_of, currency_of
from crm.store.records import by_id
from crm.store.store import Change

FRANC = "CHF"
FINANCE = "finance"
"""Who tells of a payment, where nobody else is named."""

PaymentKey = Payment | int | str

_TOLD = ("amount", "currency", "rate", "received_on")
"""What a source always tells of a payment beside its reference."""


def enter_payment(change: Change, organization: Organization, fields: Mapping[str, Any]) -> Payment:
    """Enter what an account paid; a payment that stands in the book already is given back as it is.

    Args:
        change: the verb under way.
        organization: the account.
        fields: `amount`, `currency`, `rate`, `on`, `source`, `reference`, `invoice` and `synthetic`, as people give them.

    Raises:
        InvalidInput: an amount, currency, rate, day or reference is not what it should be.
        NotFound: there is no such invoice.
        Refused: the invoice is somebody else's, or gives something back.
        AlreadyExists: the source has told of another payment by that reference.
    """
    values = _read(change, fields) | {"invoice_id": _meant(change.session, organization, fields["invoice"])}
    earlier = _by_reference(change.session, values["source"], values["reference"])
    if known := _standing(change.session, earlier):
        _refuse_another(change.session, known[0], organization, values)
        return known[0]
    values |= {
        "organization_id": organization.id,
        "synthetic": fields["synthetic"],
        "entry": len(earlier) + 1,
    }
    return _entered(change, {**values, **_recorded(change)})


def take_back(change: Change, payment: Payment, *, on: date | str, reason: str) -> Payment:
    """Enter that a payment came to nothing; what is open is again what it would be without it.

    Raises:
        Refused: it is a reversal itself, or was reversed, or the day is before the payment or still to come.
        InvalidInput: there is no reason.
    """
    if not reason.strip():
        raise InvalidInput("Why is it taken back?", field="reason")
    _refuse_reversed(change.session, payment)
    day = past_day(change, on)
    if day < payment.received_on:
        raise Refused(f"It was received on {payment.received_on}.", rule="dues.reversal", field="on")
    kept = ("organization_id", "currency", "rate", "source", "reference", "invoice_id", "entry", "synthetic")
    values = {name: getattr(payment, name) for name in kept}
    values |= {"amount": -payment.amount, "amount_chf": -payment.amount_chf, "received_on": day}
    values |= {"reverses_id": payment.id, "reason": reason, **_recorded(change)}
    return _entered(change, values)


def _entered(change: Change, values: Mapping[str, Any]) -> Payment:
    # Whoever takes an application further locks its account first; a payment may do so as well.
    locked(change.session, change.session.get_one(Organization, values["organization_id"]))
    return change.add(Payment.model_validate(values))


def find_payment(session: Session, key: PaymentKey) -> Payment:
    """A payment by its number, by its reference, or itself; by its reference no reversal, and what stands before others.

    Raises:
        NotFound: there is none.
        Ambiguous: several sources told of one by that reference.
    """
    found = _payments(session, key)
    if len(found) == 1:
        return found[0]
    if found:
        told = [f"{row.id} {row.source}: {row.amount} {row.currency}" for row in found]
        raise Ambiguous(f"{len(found)} payments bear that reference.", field="payment", candidates=told)
    raise NotFound(f"There is no payment {key!r}.", field="payment", value=str(key))


def payments_of(session: Session, organization_ids: Iterable[int]) -> Sequence[Payment]:
    """The payments of some accounts and their reversals, the first before the others."""
    query = select(Payment).where(among(col(Payment.organization_id), organization_ids))
    return session.exec(query.order_by(col(Payment.received_on), col(Payment.id))).all()


def past_day(change: Change, given: date | str | None, *, field: str = "on") -> date:
    """The day that somebody means, which is not to come; today where none is given.

    Raises:
        Refused: it is.
    """
    today = today_of(change.session, change.now, change.actor)
    day = day_of(given or today, today=today, field=field)
    if day > today:
        raise Refused(f"{day} is still to come.", rule="dues.not_ahead", field=field)
    return day


def _read(change: Change, fields: Mapping[str, Any]) -> dict[str, Any]:
    amount, currency = amount_of(fields["amount"]), currency_of(fields["currency"])
    rate = rate_of(fields["rate"], currency)
    reference, source = (_said(fields[name], name) for name in ("reference", "source"))
    values = {"amount": amount, "currency": currency, "rate": rate, "amount_chf": to_the_cent(amount * rate)}
    if not values["amount_chf"]:
        raise InvalidInput("It comes to nothing.", field="amount", value=str(fields["amount"]))
    return {**values, "reference": reference, "source": source, "received_on": past_day(change, fields["on"])}


def _meant(session: Session, organization: Organization, key: InvoiceKey | None) -> int | None:
    """The invoice that a payment is for."""
    if key is None:
        return None
    invoice = find_invoice(session, key)
    refuse_odd_invoice(invoice, theirs=session.exec(with_merged(Organization, [organization.id])).all())
    return invoice.id


def refuse_odd_invoice(invoice: Invoice, *, theirs: Collection[int]) -> None:
    """Refuse to let a payment settle an invoice that is not the payer's, or nothing to pay.

    Args:
        invoice: what the payment is said to be for.
        theirs: the payer, and all that were merged into it.

    Raises:
        Refused: it is such an invoice.
    """
    if invoice.organization_id not in theirs:
        raise Refused(
            f"{invoice.number} was issued to another account.", rule="dues.invoice", field="invoice"
        )
    if invoice.amount <= 0:
        raise Refused(f"{invoice.number} gives something back.", rule="dues.invoice", field="invoice")


def rate_of(given: Decimal | int | str | None, currency: str) -> Decimal:
    """How many CHF one unit of a currency was worth, as people give it; of CHF itself nobody need say so.

    Raises:
        InvalidInput: it is missing, or no rate.
    """
    if currency == FRANC and given is None:
        return Decimal(1)
    hint = f"State how many CHF one {currency} was worth on that day, as a Decimal or a text."
    if given is None or isinstance(given, float | bool):
        raise InvalidInput("The rate is missing or not exact.", field="rate", value=given, hint=hint)
    try:
        rate = Decimal(given)
    except InvalidOperation:
        rate = Decimal("NaN")
    if not rate.is_finite() or rate <= 0 or (currency == FRANC and rate != 1):
        raise InvalidInput(f"rate: {given} is no rate of {currency}.", field="rate", value=given, hint=hint)
    return rate


def _said(given: str, field: str) -> str:
    if text := " ".join(given.split()):
        return text
    raise InvalidInput(f"{field}: it is empty.", field=field, hint="It tells this payment from all others.")


def _by_reference(session: Session, source: str, reference: str) -> Sequence[Payment]:
    same = (Payment.source == source, Payment.reference == reference)
    query = select(Payment).where(*same, col(Payment.reverses_id).is_(None))
    return session.exec(query.order_by(col(Payment.id))).all()


def _standing(session: Session, payments: Sequence[Payment]) -> Sequence[Payment]:
    """Those of some payments that were not taken back."""
    query = select(Payment.reverses_id).where(among(col(Payment.reverses_id), [row.id for row in payments]))
    reversed_ids = set(session.exec(query))
    return [row for row in payments if row.id not in reversed_ids]


def is_same(known: Payment, values: Mapping[str, Any]) -> bool:
    """Whether a source tells of a payment once more; it need not name its invoice again."""
    said = all(getattr(known, name) == values[name] for name in _TOLD)
    return said and values["invoice_id"] in {None, known.invoice_id}


def another(known: Payment, whose: Organization) -> AlreadyExists:
    """The error for a payment by the reference of another one."""
    return AlreadyExists(
        f"{known.source} told of {known.amount} {known.currency} from {whose.name} on {known.received_on} by the"
        f" reference {known.reference!r}.",
        field="reference",
        value=known.reference,
        hint="Reverse that one if it is wrong; a payment of its own has a reference of its own.",
    )


def _refuse_another(
    session: Session, known: Payment, organization: Organization, values: Mapping[str, Any]
) -> None:
    whose = keeper_of(session, session.get_one(Organization, known.organization_id))
    if whose.id != organization.id or not is_same(known, values):
        raise another(known, whose)


def _refuse_reversed(session: Session, payment: Payment) -> None:
    if payment.reverses_id is not None:
        raise Refused("It is a reversal itself.", rule="dues.reversal", hint="Enter the payment anew.")
    if session.exec(select(Payment.id).where(Payment.reverses_id == payment.id)).first() is not None:
        raise Refused("The payment has been reversed already.", rule="dues.reversal", field="payment")


def _payments(session: Session, key: PaymentKey) -> Sequence[Payment]:
    number = key.id if isinstance(key, Payment) else key
    if isinstance(number, int):
        return [row for row in [by_id(session, Payment, number)] if row]
    named = (Payment.reference == " ".join(number.split()), col(Payment.reverses_id).is_(None))
    found = session.exec(select(Payment).where(*named).order_by(col(Payment.id))).all()
    return (
        _standing(session, found)
        or found[-1:]
        or (_payments(session, int(number)) if number.isdecimal() else [])
    )


def _recorded(change: Change) -> dict[str, Any]:
    return {"recorded_at": change.now, "recorded_by": change.actor}
