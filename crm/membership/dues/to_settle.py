"""What the next assessment of a year will charge an account and give back to it, once a membership has changed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlmodel import Session

from crm.directory.merged import with_merged
from crm.directory.tables import Organization
from crm.membership.dues.assessing import Pass
from crm.membership.dues.balance import ZERO
from crm.membership.dues.invoices import posted_lines
from crm.membership.dues.invoicing import total
from crm.membership.dues.posting import ChargeLine
from crm.membership.dues.year_on_file import lines_in, terms_in
from crm.membership.dues.yearly_dues import yearly_dues
from crm.reference.fee_schedule import FeeSchedule, fee_schedule
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class ToSettle(Shown):
    """What is left to charge and to give back of a year that was invoiced; `book.dues.assess` of the year posts it.

    Attributes:
        to_charge: in CHF.
        to_give_back: in CHF; below zero.
        lines: what its invoice will say.
    """

    year: int
    to_charge: Decimal
    to_give_back: Decimal
    lines: tuple[ChargeLine, ...]

    def __str__(self) -> str:
        parts = [(-self.to_give_back, "gives back"), (self.to_charge, "charges")]
        said = " and ".join(f"{verb} CHF {amount:,.2f}" for amount, verb in parts if amount)
        return f"The next assessment of {self.year} {said}."


def to_settle(session: Session, organization: Organization, *, since: date) -> tuple[ToSettle, ...]:
    """What is left to settle with an account of each year that it was invoiced for, from that of a day on.

    Args:
        session: of the verb; what it has written so far counts.
        organization: the account; what was merged into it counts with it.
        since: the day.
    """
    ids = session.exec(with_merged(Organization, [organization.id])).all()
    years = {
        year
        for line in posted_lines(session, ids)
        for year in range(line.since_on.year, line.until_on.year + 1)
    }
    later = sorted(year for year in years if year >= since.year)
    schedule = fee_schedule(session) if later else None
    return tuple(
        found
        for year in later
        if schedule is not None and (found := _of_year(session, organization.id, year, schedule))
    )


def _of_year(session: Session, account: int, year: int, schedule: FeeSchedule) -> ToSettle | None:
    accounts = frozenset([account])
    terms = terms_in(session, year, accounts)
    this = Pass(year, schedule, terms, yearly_dues(session, terms, year))
    this.settle(lines_in(session, year, accounts, all_there_are=False))
    lines = tuple(this.lines[account])
    if not lines:
        return None
    charged = total(line for line in lines if line.amount > 0)
    return ToSettle(year, charged, min(this.given_back, ZERO), lines)
