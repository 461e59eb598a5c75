"""How accounts stand on any day, for queries; and the one place that works it out anew when something changes.

The spans are a projection: whatever changes what is on file about a contract calls `settle_standing` in its transaction.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select
from sqlmodel import Session, col

from crm.directory.merged import among, stands, with_keepers, with_merged
from crm.directory.tables import Organization
from crm.membership.contract.contract_case import ContractCase
from crm.membership.contract.contract_facts import accounts_with_facts, contract_cases
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contract.ladder import StandingSpan, standing_spans
from crm.reference.membership_rules import MembershipRules, membership_rules
from crm.store.copying import copy_in

_FIELDS = tuple(StandingSpan.__dataclass_fields__)
_BLOCK = 10_000


def standing_on(day: Any, *, of: Any = AccountStanding) -> ColumnElement[bool]:
    """Whether a span is the one of a day; for queries that `AccountStanding` stands in.

    An account has one at the most. One without is one that nobody knows anything about, as is one whose standing is
    empty.

    Args:
        day: a date, or a column.
        of: the spans, under another name where they stand in a query twice.
    """
    return and_(col(of.since_on) <= day, or_(col(of.until_on).is_(None), col(of.until_on) >= day))


def settle_standing(session: Session, organization_ids: Iterable[int]) -> None:
    """Work out anew how accounts stand, in the transaction of what has changed it.

    Args:
        session: of the verb; what it has written so far counts.
        organization_ids: the accounts, by their ids; what was merged into another stands for its keeper.
    """
    ids = list(organization_ids)
    if not ids:
        return
    session.flush()
    accounts = session.scalars(_locked(ids)).all()
    former = with_merged(Organization, accounts)
    session.execute(delete(AccountStanding).where(col(AccountStanding.organization_id).in_(former)))
    cases = contract_cases(session, accounts)
    if cases:
        copy_in(session, AccountStanding, _rows(cases, membership_rules(session)))


def settle_every_standing(session: Session) -> int:
    """Work out anew how all accounts stand, e.g. because the rules have changed.

    Returns:
        How many accounts something is known about.
    """
    accounts = session.scalars(accounts_with_facts()).all()
    for start in range(0, len(accounts), _BLOCK):
        settle_standing(session, accounts[start : start + _BLOCK])
    return session.scalar(select(func.count(col(AccountStanding.organization_id).distinct()))) or 0


def _locked(ids: Iterable[int]) -> Select[int]:
    """The accounts, kept from others who would work out the same without what this verb has written."""
    keepers = with_keepers(Organization, among(col(Organization.id), ids))
    these = select(col(Organization.id)).where(col(Organization.id).in_(keepers), stands(Organization))
    return these.order_by(col(Organization.id)).with_for_update(key_share=True)


def _rows(cases: Mapping[int, ContractCase], rules: MembershipRules) -> Iterator[dict[str, Any]]:
    for account, case in cases.items():
        for span in standing_spans(case, rules):
            yield {"organization_id": account, **{name: getattr(span, name) for name in _FIELDS}}
