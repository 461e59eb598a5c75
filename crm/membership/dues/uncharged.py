"""What has not been invoiced although it is time: memberships and Member States on whose dues of a year no invoice stands."""

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.membership.dues.charging import charged_months
from crm.membership.dues.dues_tables import InvoiceLine
from crm.membership.dues.year_on_file import accounts_in, lines_in, terms_in
from crm.membership.dues.yearly_dues import yearly_dues
from crm.reference.membership_rules import RulesOn


def uncharged(session: Session, year: int) -> int:
    """How many memberships are still to be charged for a year: an assessment of it would do so.

    Args:
        session: reads the book.
        year: the year.
    """
    terms = terms_in(session, year)
    dues, lines = yearly_dues(session, terms, year), lines_in(session, year, accounts_in(session, year))
    charged: dict[Any, list[Any]] = defaultdict(list)
    for place, there in lines.items():
        for line in there:
            charged[place, line.category, line.units].append(line)
    return sum(bool(dues[term.id].paid_for - charged_months(charged[_what(term)], year)) for term in terms)


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


def _what(term: Any) -> Any:
    """A membership as lines are for it."""
    return (term.organization_id, term.coverage), term.category, term.units
