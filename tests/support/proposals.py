"""Facts for proposals without a database, of a member of ITU-T or of nothing; and what is done with them in a book."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from support.reference_facts import shipped_facts

from crm.directory.tables import Organization
from crm.membership.ledger import record_event
from crm.membership.pricing import Holding
from crm.membership.proposals.proposal import Ask
from crm.membership.proposals.working_out import ProposalFacts
from crm.membership.terms import Coverage, EventKind, LedgerEvent
from crm.reference.categories import Category
from crm.reference.change_rules import MembershipChange
from crm.reference.development import Development
from crm.reference.fee_schedule import FeeSchedule

T = Coverage.STANDARDIZATION
JOINED = date(2020, 1, 1)
APRIL = date(2026, 4, 1)
SCHEDULE = FeeSchedule(
    shipped_facts("fees.csv"), shipped_facts("class_minimums.csv"), shipped_facts("contributory_units.csv")
)
_CATEGORIES = {row.category: row for row in shipped_facts("membership_categories.csv")}


def member(category=Category.ASSOCIATE, units=None, coverage=T, on=JOINED, number=1):
    """A join, the first event of a ledger."""
    group = f"{coverage}-SG1" if category is Category.ASSOCIATE else None
    return LedgerEvent(number, EventKind.JOIN, coverage, category, group, on, 1, units=units)


def ask(change="upgrade", units=Fraction(1, 2), on=date(2027, 4, 1), coverage=T, category=None):
    change = MembershipChange(change)
    lower = change is MembershipChange.DOWNGRADE
    kind = category or (Category.ASSOCIATE if lower else Category.SECTOR_MEMBER)
    group = f"{coverage}-SG1" if kind is Category.ASSOCIATE else None
    return Ask(
        organization_id=1,
        change=change,
        coverage=coverage,
        category=kind,
        study_group=group,
        units=None if kind is Category.ASSOCIATE else units,
        effective_on=on,
    )


def facts(ledger=(), change="upgrade", development=Development.DEVELOPED, **more):
    """What the book knows; by default an Associate in ITU-T since 2020 to whom nothing was invoiced."""
    ledger = tuple(ledger) or (member(),)
    values = {
        "organization": "Acme",
        "ledger": ledger,
        "holding": Holding(ledger[0].coverage, ledger[0].category, ledger[0].units, development),
        "exempt": (),
        "posted": (),
        "assessed_to": None,
        "balance": Decimal("0.00"),
        "schedule": SCHEDULE,
        "categories": _CATEGORIES,
        "rules": {r.subject: r for r in shipped_facts("change_rules.csv") if r.change == change},
        "approver": "the administration of Switzerland (none on file)",
        "against": (),
        "synthetic": False,
    }
    return ProposalFacts(**values | more)


def upgrade(book, account, on=APRIL):
    """A proposal to upgrade an Associate of ITU-T."""
    return book.terms.propose_upgrade(account, sector="T", on=on)


def renew(book, account, on, category="associate"):
    """Remark in the ledger of ITU-T that a membership was renewed."""
    with book._store.changing("membership.renewal") as change:
        row = change.session.get_one(Organization, account.id)
        fields = {"kind": EventKind.RENEWAL, "coverage": Coverage.STANDARDIZATION, "effective_on": on}
        record_event(change, row, {**fields, "category": Category(category)})
