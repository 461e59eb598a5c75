"""Taking back rows of payments: payments are never deleted, so each is reversed, on the day on which it counted."""

from collections.abc import Sequence

from crm.errors import AccordError
from crm.imports.batches import ImportRow
from crm.membership.dues.dues_tables import Payment
from crm.membership.dues.payments import take_back
from crm.membership.joining.application_invoices import activate_covered
from crm.store.store import Change, Store


def take_back_payments(store: Store, rows: Sequence[ImportRow], *, reason: str) -> dict[int, str | None]:
    """Reverse the payments of some rows, in one verb; what is open is what it would be without them.

    Args:
        store: the door to the database.
        rows: rows of an import of payments.
        reason: why.

    Returns:
        For each row, by its number, why it stands, e.g. because somebody has reversed it; None where it was taken back.
    """
    with store.changing("payments.reversed", reason=reason) as change:
        payments = {row.row: change.session.get_one(Payment, row.subject_id) for row in rows}
        why = {number: _reversed(store, change, payment, reason) for number, payment in payments.items()}
        accounts = {payments[number].organization_id for number, against in why.items() if against is None}
        activate_covered(change, accounts)
    return why


def _reversed(store: Store, change: Change, payment: Payment, reason: str) -> str | None:
    try:
        with store.transaction():
            take_back(change, payment, on=payment.received_on, reason=reason)
    except AccordError as error:
        return error.message
    return None
