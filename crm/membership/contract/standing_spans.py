"""How accounts stand on any day, for queries; and the one place that works it out anew when something changes.

The spans are a projection. Whatever is written about a contract, triggers of the database note its account
(`ContractChange`) and say so, and the spans of these are worked out anew once, before the verb or the transaction ends.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, func, or_, select, text
from sqlmodel import Session, col

from crm.directory.merged import among, stands, with_keepers, with_merged
from crm.directory.tables import Organization
from crm.garbage import no_collection
from crm.membership.contract.contract_case import ContractCase
from crm.membership.contract.contract_facts import accounts_with_facts, contract_cases
from crm.membership.contract.contract_tables import AccountStanding, ContractChange
from crm.membership.contract.ladder import StandingSpan, standing_spans
from crm.reference.membership_rules import MembershipRules, membership_rules
from crm.store.copying import copy_in
from crm.store.said import said

_FIELDS = tuple(StandingSpan.__dataclass_fields__)
_values = attrgetter(*_FIELDS)
_BLOCK = 10_000

_CHANGED = text(
    "DELETE FROM contract_change WHERE transaction_id = pg_current_xact_id_if_assigned()::text::bigint"
    " RETURNING organization_id"
)


def standing_on(day: Any, *, of: Any = AccountStanding) -> ColumnElement[bool]:
    """Whether a span is the one of a day; for queries that `AccountStanding` stands in.

    An account has one at the most. One without is one that nobody knows anything about, as is one whose standing is
    empty.

    Args:
        day: a date, or a column.
        of: the spans, under another name where they stand in a query twice.
    """
    return and_(col(of.since_on) <= day, or_(col(of.until_on).is_(None), col(of.until_on) >= day))


def settle_standing(session: Session) -> None:
    """Work out anew how those accounts stand about whose contracts this transaction has written something.

    Args:
        session: its own; what it has written so far counts.
    """
    session.flush()
    if said(session, ContractChange.__tablename__):
        _settle(session, session.connection().scalars(_CHANGED).all())


def settle_every_standing(session: Session) -> int:
    """Work out anew how all accounts stand, e.g. because the rules have changed.

    Returns:
        How many accounts something is known about.
    """
    by_hand = session.scalars(delete(ContractChange).returning(col(ContractChange.organization_id))).all()
    _settle(session, sorted({*by_hand, *session.scalars(accounts_with_facts())}))
    return session.scalar(select(func.count(col(AccountStanding.organization_id).distinct()))) or 0


def _settle(session: Session, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), _BLOCK):
        _settle_block(session, ids[start : start + _BLOCK])


def _settle_block(session: Session, ids: Sequence[int]) -> None:
    accounts = session.scalars(_locked(ids)).all()
    former = with_merged(Organization, accounts)
    gone = delete(AccountStanding).where(col(AccountStanding.organization_id).in_(former))
    session.connection().execute(gone)  # past the session, which would have every row told that goes
    with no_collection():
        if cases := contract_cases(session, accounts):
            copy_in(session, AccountStanding, _rows(cases, membership_rules(session)))


def _locked(ids: Iterable[int]) -> Select[int]:
    """The accounts, kept from others who would work out the same without what this verb has written."""
    keepers = with_keepers(Organization, among(col(Organization.id), ids))
    these = select(col(Organization.id)).where(col(Organization.id).in_(keepers), stands(Organization))
    return these.order_by(col(Organization.id)).with_for_update(key_share=True)


def _rows(cases: Mapping[int, ContractCase], rules: MembershipRules) -> Iterator[dict[str, Any]]:
    for account, case in cases.items():
        for span in standing_spans(case, rules):
            yield {"organization_id": account, **dict(zip(_FIELDS, _values(span), strict=True))}
