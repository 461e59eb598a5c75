"""The rules of the contract: notice, due dates, suspension, exclusion, repayment, interest, reduction; dated, with sources."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from sqlalchemy import CheckConstraint, Numeric
from sqlmodel import Field, Session, col, select

from crm.errors import NotFound
from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.spans import holds_on
from crm.shown import Shown
from crm.store.columns import choice


class Rule(StrEnum):
    """What a rule of the contract settles."""

    NOTICE_MONTHS = "notice_months"
    INVOICE_BY_MONTH = "invoice_by_month"
    INVOICE_BY_DAY = "invoice_by_day"
    DUE_MONTH = "due_month"
    DUE_DAY = "due_day"
    DUE_DAYS = "due_days"
    SUSPENSION_DAYS = "suspension_days"
    EXCLUSION_DAYS = "exclusion_days"
    REPAYMENT_YEARS_SECTOR_MEMBER = "repayment_years_sector_member"
    REPAYMENT_YEARS_DEVELOPED = "repayment_years_developed"
    REPAYMENT_YEARS_DEVELOPING = "repayment_years_developing"
    REPAYMENT_YEARS_LDC = "repayment_years_ldc"
    INTEREST_FIRST = "interest_first"
    INTEREST_LATER = "interest_later"
    INTEREST_LATER_FROM_MONTH = "interest_later_from_month"
    VOTE_YEARS = "vote_years"
    REDUCTION_LIMIT = "reduction_limit"
    REDUCTION_FROM_UNITS = "reduction_from_units"


class MembershipRule(Fact, table=True):
    """The value of a rule over a period.

    Attributes:
        rule: what it settles.
        valid_from: the first day; None where no source states it; `valid_to` is the first day on which it no longer holds.
        value: a number, in the unit that the words say.
        words: the rule in a sentence.
    """

    __tablename__ = "membership_rule"
    __table_args__ = (CheckConstraint("valid_to > valid_from", name="order"),)

    key: str = Field(primary_key=True)
    rule: Rule = choice(Rule, name="rule")
    valid_from: date | None = None
    valid_to: date | None = None
    value: Decimal = Field(sa_type=Numeric(12, 4), ge=0)
    words: str
    certainty: Certainty = certainty()


@dataclass(frozen=True, slots=True)
class RulesOn(Shown):
    """The rules as they stand on one day.

    Attributes:
        notice_months: how long before its end a membership has to be denounced.
        invoice_by: month and day by which the invoices for the following year go out.
        due: month and day on which a year's fee is due.
        due_days: how long after the invoice a fee is due that is invoiced within its year.
        suspension_days: days from the due date to suspension.
        exclusion_days: days from receipt of the notice of suspension to exclusion.
        repayment_years: the longest repayment plan by who pays: "sector_member", "developed", "developing", "ldc".
        interest_first: per cent a year on what is overdue, until the later rate applies.
        interest_later: per cent a year from the later month on.
        interest_later_from_month: the month from which the later rate applies to a year's fee.
        vote_years: the contributions of how many years before are the arrears with which a Member State loses its vote.
        reduction_limit: the most, in per cent, by which a Member State may lower its class.
        reduction_from_units: from how many units that limit holds.
    """

    notice_months: int
    invoice_by: tuple[int, int]
    due: tuple[int, int]
    due_days: int
    suspension_days: int
    exclusion_days: int
    repayment_years: Mapping[str, int]
    interest_first: Decimal
    interest_later: Decimal
    interest_later_from_month: int
    vote_years: int
    reduction_limit: Decimal
    reduction_from_units: Fraction

    def due_on(self, year: int) -> date:
        """The day on which the fee of a year is due."""
        return date(year, *self.due)

    def interest_later_on(self, due_on: date) -> date:
        """The first day of the later rate: as many months after any due date as it is after that of a year's fee."""
        months = due_on.month - 1 + self.interest_later_from_month - self.due[0]
        return date(due_on.year + months // 12, months % 12 + 1, 1)


class MembershipRules:
    """The rules over time; a value without a database.

    Args:
        rules: the lines of the table.
    """

    def __init__(self, rules: Iterable[MembershipRule]) -> None:
        self.lines = tuple(rules)
        self._on: dict[date, RulesOn] = {}

    def line(self, rule: Rule, on: date) -> MembershipRule:
        """The line that settles something on a day, with its source.

        Raises:
            NotFound: no line does.
        """
        for line in self.lines:
            if line.rule is rule and holds_on(line, on):
                return line
        raise NotFound(f"No rule says {rule.value!r} for {on}.", field="rule", value=rule.value)

    def on(self, day: date) -> RulesOn:
        """The rules as they stand on a day.

        Raises:
            NotFound: one of them is not stated for it.
        """
        if day not in self._on:
            self._on[day] = self._as_of(day)
        return self._on[day]

    def _as_of(self, day: date) -> RulesOn:
        value = {rule: self.line(rule, day).value for rule in Rule}
        whole = {rule: int(number) for rule, number in value.items()}
        return RulesOn(
            notice_months=whole[Rule.NOTICE_MONTHS],
            invoice_by=(whole[Rule.INVOICE_BY_MONTH], whole[Rule.INVOICE_BY_DAY]),
            due=(whole[Rule.DUE_MONTH], whole[Rule.DUE_DAY]),
            due_days=whole[Rule.DUE_DAYS],
            suspension_days=whole[Rule.SUSPENSION_DAYS],
            exclusion_days=whole[Rule.EXCLUSION_DAYS],
            repayment_years={
                "sector_member": whole[Rule.REPAYMENT_YEARS_SECTOR_MEMBER],
                "developed": whole[Rule.REPAYMENT_YEARS_DEVELOPED],
                "developing": whole[Rule.REPAYMENT_YEARS_DEVELOPING],
                "ldc": whole[Rule.REPAYMENT_YEARS_LDC],
            },
            interest_first=value[Rule.INTEREST_FIRST],
            interest_later=value[Rule.INTEREST_LATER],
            interest_later_from_month=whole[Rule.INTEREST_LATER_FROM_MONTH],
            vote_years=whole[Rule.VOTE_YEARS],
            reduction_limit=value[Rule.REDUCTION_LIMIT],
            reduction_from_units=Fraction(value[Rule.REDUCTION_FROM_UNITS]),
        )


def membership_rules(session: Session) -> MembershipRules:
    """The rules of the contract in the book."""
    current = select(MembershipRule).where(col(MembershipRule.retired_on).is_(None))
    return MembershipRules(session.exec(current.order_by(col(MembershipRule.key))).all())
