"""What has not been invoiced although it is time: members and Member States on whose dues of a year no invoice stands."""

from datetime import date

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.membership.contract.exemptions import exemptions_between
from crm.membership.dues.dues_tables import Invoice, InvoiceLine
from crm.membership.ledger_tables import Term, running
from crm.reference.membership_rules import RulesOn


def uncharged(session: Session, year: int) -> int:
    """How many accounts are members on the first day of a year, not exempt, and charged nothing for it."""
    first = date(year, 1, 1)
    charged = exists().where(
        col(Invoice.organization_id) == col(Term.organization_id),
        col(InvoiceLine.invoice_id) == col(Invoice.id),
        col(InvoiceLine.state).is_(None),
        col(InvoiceLine.since_on) <= first,
        col(InvoiceLine.until_on) >= first,
    )
    exempt = list(exemptions_between(session, _members(session, first), first, first))
    count = select(func.count(col(Term.organization_id).distinct()))
    query = count.where(running(first), ~charged, col(Term.organization_id).not_in(exempt))
    return session.scalar(query) or 0


def uncharged_states(session: Session, year: int) -> int:
    """How many Member States whose contributions are invoiced in the book are charged nothing for a year."""
    theirs = aliased(InvoiceLine)
    charged = exists().where(
        col(theirs.state) == col(InvoiceLine.state),
        col(theirs.since_on) <= date(year, 12, 31),
        col(theirs.until_on) >= date(year, 1, 1),
    )
    states = select(func.count(col(InvoiceLine.state).distinct())).where(~charged)
    return session.scalar(states) or 0


def year_to_invoice(rules: RulesOn, today: date) -> int:
    """The last year whose invoices should have gone out by a day: the next one, once the day for it has come."""
    return today.year + 1 if today >= date(today.year, *rules.invoice_by) else today.year


def _members(session: Session, day: date) -> frozenset[int]:
    return frozenset(session.scalars(select(col(Term.organization_id)).where(running(day))))
