"""On which account the contributions of each Member State stand."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col

from crm.directory.administrations import state_administrations
from crm.directory.merged import keeper_ids
from crm.directory.tables import Organization
from crm.membership.dues.dues_tables import Invoice, InvoiceLine


def state_accounts(session: Session) -> Mapping[str, int]:
    """The account of each Member State that has one, by the code of the State.

    It is the one on which its contributions stand; where none was invoiced yet, its administration, of several the one
    that came into the book first. So a State keeps its account, whatever becomes of its administrations.
    """
    latest: Any = (
        select(col(InvoiceLine.state), col(Invoice.organization_id))
        .join(Invoice, col(Invoice.id) == col(InvoiceLine.invoice_id))
        .where(col(InvoiceLine.state).is_not(None))
        .ext(distinct_on(col(InvoiceLine.state)))
        .order_by(col(InvoiceLine.state), col(InvoiceLine.id).desc())
    )
    charged: dict[str, int] = dict(session.execute(latest).all())
    keepers = keeper_ids(session, Organization, charged.values())
    theirs = {state: keepers.get(number, number) for state, number in charged.items()}
    return {**state_administrations(session), **theirs}
