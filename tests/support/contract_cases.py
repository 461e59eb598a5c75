"""Cases of contracts, and how they stand by the rules that are shipped; without a database."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from crm.membership.contract.contract_case import (
    Charge,
    ContractCase,
    Receipt,
)
from crm.membership.contract.ladder import standing_spans
from crm.membership.contract.spells import NEVER
from crm.reference.csvfile import facts, shipped
from crm.reference.membership_rules import MembershipRule, MembershipRules

RULES = MembershipRules(facts(MembershipRule, shipped("membership_rules.csv")))
DAY = timedelta(days=1)
FEE = Decimal("31800.00")
MEMBER = ((date(2020, 1, 1), NEVER),)
DUE = date(2027, 3, 31)
SUSPENDED = date(2027, 9, 27)  # 180 days after 31 March


def charge(number, due, amount=FEE):
    return Charge(number, due, amount, issued_on=date(due.year - 1, 9, 15), id=int(number[:4]))


YEAR = ContractCase(memberships=MEMBER, charges=(charge("2026-000001", DUE),), charged_since=date(2027, 1, 1))


def paid(*receipts):
    return tuple(Receipt(date.fromisoformat(day), Decimal(amount)) for day, amount in receipts)


def told(case):
    """Since when an account stands how, whatever its punctuality."""
    spans = groupby(standing_spans(case, RULES), key=lambda span: (span.standing, span.step))
    return [(next(same).since_on.isoformat(), *how) for how, same in spans]


def on(case, day):
    day = day if isinstance(day, date) else date.fromisoformat(day)
    spans = standing_spans(case, RULES)
    return next((s for s in spans if s.since_on <= day and (s.until_on is None or day <= s.until_on)), None)


def stands(case, day):
    span = on(case, day)
    return span and (span.standing, span.step)
