"""The cases of many accounts at once: one statement for each table, however many there are."""

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import Date, Select, cast, func, select, true, union
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.directory.merged import among, keeper_ids, with_merged
from crm.directory.tables import Organization
from crm.membership.contract.contract_case import (
    Charge,
    ContractCase,
    Denounced,
    Instalment,
    Plan,
    Postponement,
    Receipt,
    Statement,
)
from crm.membership.contract.contract_tables import (
    Exemption,
    PlanInstalment,
    RepaymentPlan,
    StepPostponement,
    SuspensionNotice,
)
from crm.membership.contract.spells import ALWAYS, NEVER, Spell
from crm.membership.contract.standing import StandingRecord
from crm.membership.dues.dues_tables import Invoice, InvoiceKind, InvoiceLine, Payment
from crm.membership.joining.application_steps import Status
from crm.membership.joining.application_tables import ApplicationRecord
from crm.membership.ledger_tables import MembershipEvent, Term, withdrawn
from crm.membership.terms import ENDING, EventKind

T = TypeVar("T")
_DAY = timedelta(days=1)


class _Facts:
    """Reads the facts of some accounts and of all that were merged into them."""

    def __init__(self, session: Session, accounts: Iterable[int]) -> None:
        self._session = session
        self._ids = session.exec(with_merged(Organization, accounts)).all()
        self._keepers = keeper_ids(session, Organization, self._ids)

    def each(self, query: Select[Any], told: Callable[[Any], T]) -> Mapping[int, list[T]]:
        """What the rows of a query tell, by account; the account comes first in a row."""
        found: defaultdict[int, list[T]] = defaultdict(list)
        theirs: Any = query.where(among(query.selected_columns[0], self._ids))
        for row in self._session.connection().execute(theirs).all():
            found[self._keepers.get(row[0], row[0])].append(told(row))
        return found


def contract_cases(session: Session, accounts: Iterable[int]) -> Mapping[int, ContractCase]:
    """What is on file about the contracts of accounts, by their ids; those about which nothing is are left out.

    Args:
        session: reads the book.
        accounts: the ids of accounts; what was merged into them counts.
    """
    facts = _Facts(session, accounts)
    invoices = facts.each(_INVOICES, lambda row: row)
    parts: Mapping[str, Mapping[int, Any]] = {
        **_paid(facts),
        "notices": facts.each(_NOTICES, lambda row: row.received_on),
        "postponements": facts.each(
            _POSTPONEMENTS, lambda row: Postponement(row.step, row.decided_on, row.until_on)
        ),
        "exemptions": facts.each(_EXEMPTIONS, _days),
        "denunciations": facts.each(_DENUNCIATIONS, _denounced),
        "applications": facts.each(_APPLICATIONS, lambda row: (row.applied_on, row.closed_on or NEVER)),
        "statements": facts.each(_STATEMENTS, _statement),
    }
    known = set[int]().union(invoices, *parts.values())
    terms = facts.each(_TERMS, lambda row: row) if known else {}
    members = {account: [_days(term) for term in there] for account, there in terms.items()}
    made_up = {account for account, there in terms.items() if any(term.synthetic for term in there)}
    return _cases(invoices, {**parts, "memberships": members}, known, made_up=made_up)


def owing_cases(session: Session, accounts: Iterable[int]) -> Mapping[int, ContractCase]:
    """As `contract_cases`, with what decides what is owed alone: invoices, payments and repayment plans.

    Args:
        session: reads the book.
        accounts: the ids of accounts; what was merged into them counts.
    """
    facts = _Facts(session, accounts)
    invoices, parts = facts.each(_INVOICES, lambda row: row), _paid(facts)
    return _cases(invoices, parts, set[int]().union(invoices, *parts.values()))


def _paid(facts: _Facts) -> dict[str, Mapping[int, Any]]:
    """What came in, and by which plans."""
    return {
        "receipts": facts.each(
            _RECEIPTS, lambda row: Receipt(row.received_on, row.amount_chf, row.invoice_id)
        ),
        "plans": facts.each(_PLANS, _plan),
    }


def _cases(
    invoices: Mapping[int, Sequence[Any]],
    parts: Mapping[str, Mapping[int, Any]],
    accounts: Iterable[int],
    *,
    made_up: Container[int] = (),
) -> Mapping[int, ContractCase]:
    return {
        account: ContractCase(
            **_charged(invoices.get(account, ())),
            synthetic=account in made_up or any(row.synthetic for row in invoices.get(account, ())),
            **{name: found.get(account, ()) for name, found in parts.items()},
        )
        for account in accounts
    }


def accounts_with_facts() -> Select[int]:
    """The accounts whose cases are not empty: a query for their ids, merged ones included."""
    sources = (_INVOICES, _RECEIPTS, _PLANS, _EXEMPTIONS, _DENUNCIATIONS, _APPLICATIONS, _STATEMENTS)
    known = union(*(select(query.selected_columns[0]) for query in sources)).subquery()
    return select(known.c[0])


def _charged(invoices: Sequence[Any]) -> dict[str, Any]:
    """What the invoices of an account say."""
    joining = {row.number: _applied(row) for row in invoices if row.application_id is not None}
    since = (row.since_on for row in invoices if joining.get(row.number) != ALWAYS)
    contributes = [row.since_on for row in invoices if row.kind is InvoiceKind.CONTRIBUTION]
    return {
        "charges": [_charge(row) for row in invoices],
        "charged_since": min(since, default=None),
        "contributes": [(min(contributes), NEVER)] if contributes else (),
        "joining": joining,
    }


def _charge(row: Any) -> Charge:
    charge = Charge(*row[1:7])
    if not row.credited:
        return charge
    back = zip(row.credited, row.given_back, strict=True)
    return replace(charge, gives_back=tuple(sorted(back, key=lambda part: part[0] or 0)))


def _applied(row: Any) -> Spell:
    """When a joining invoice is asked of somebody who is no member yet, and owes nothing by not paying it."""
    return (date.min, row.closed_on) if row.status is Status.ACTIVE else ALWAYS


def _days(row: Any) -> Spell:
    return row.since_on, NEVER if row.until_on is None else row.until_on + _DAY


def _plan(row: Any) -> Plan:
    parts = zip(row.due_on, row.amounts, strict=True)
    return Plan(row.agreed_on, tuple(Instalment(*part) for part in parts), row.ended_on, row.id)


def _denounced(row: Any) -> Denounced:
    return Denounced(row.notice_on, row.effective_on, row.coverage.value, row.withdrawn_on)


def _statement(row: Any) -> Statement:
    return Statement(row.as_of, row.standing, row.punctuality, row.source, row.synthetic)


def _of(record: Any, *fields: Any) -> Select[Any]:
    return select(col(record.organization_id), *map(col, fields))


_RECEIPTS = _of(Payment, Payment.received_on, Payment.amount_chf, Payment.invoice_id)
_EXEMPTIONS = _of(Exemption, Exemption.since_on, Exemption.until_on)
_TERMS = _of(Term, Term.since_on, Term.until_on, Term.synthetic)
_APPLICATIONS = _of(ApplicationRecord, ApplicationRecord.applied_on, ApplicationRecord.closed_on)
_POSTPONEMENTS = _of(
    StepPostponement, StepPostponement.step, StepPostponement.decided_on, StepPostponement.until_on
)
_NOTICES = _of(SuspensionNotice, SuspensionNotice.received_on).where(
    col(SuspensionNotice.received_on).is_not(None)
)
_WITHDRAWAL = aliased(MembershipEvent)
# Of what was denounced without a word of its notice, the day on which it was recorded is the first that counts.
_NOTICE_ON = func.coalesce(
    col(MembershipEvent.notice_on), cast(func.timezone("UTC", col(MembershipEvent.recorded_at)), Date)
)
_EARLIER_END = aliased(MembershipEvent)
_ENDED_BEFORE = (
    select(func.min(col(_EARLIER_END.effective_on)))
    .where(
        col(_EARLIER_END.organization_id) == col(MembershipEvent.organization_id),
        col(_EARLIER_END.coverage) == col(MembershipEvent.coverage),
        col(_EARLIER_END.kind).in_(ENDING),
        col(_EARLIER_END.id) > col(MembershipEvent.id),
        col(_EARLIER_END.effective_on) > _NOTICE_ON,
        ~withdrawn(of=_EARLIER_END),
    )
    .correlate(MembershipEvent)
    .scalar_subquery()
)
_DENUNCIATIONS = (
    _of(MembershipEvent, MembershipEvent.coverage)
    .add_columns(
        _NOTICE_ON.label("notice_on"),
        func.least(col(MembershipEvent.effective_on), _ENDED_BEFORE).label("effective_on"),
        col(_WITHDRAWAL.effective_on).label("withdrawn_on"),
    )
    .outerjoin(_WITHDRAWAL, col(_WITHDRAWAL.withdraws_id) == col(MembershipEvent.id))
    .where(col(MembershipEvent.kind) == EventKind.DENUNCIATION)
)
_STATEMENTS = _of(
    StandingRecord,
    StandingRecord.as_of,
    StandingRecord.standing,
    StandingRecord.punctuality,
    StandingRecord.source,
    StandingRecord.synthetic,
).order_by(col(StandingRecord.as_of), col(StandingRecord.id))
_PLANS = (
    _of(RepaymentPlan, RepaymentPlan.agreed_on, RepaymentPlan.ended_on, RepaymentPlan.id)
    .add_columns(
        func.array_agg(aggregate_order_by(col(PlanInstalment.due_on), col(PlanInstalment.due_on))).label(
            "due_on"
        ),
        func.array_agg(aggregate_order_by(col(PlanInstalment.amount), col(PlanInstalment.due_on))).label(
            "amounts"
        ),
    )
    .join(PlanInstalment, col(PlanInstalment.plan_id) == col(RepaymentPlan.id))
    .group_by(col(RepaymentPlan.id))
    .order_by(col(RepaymentPlan.agreed_on), col(RepaymentPlan.id))
)
# Invoice by invoice: of rows that a pass has just written PostgreSQL has no statistics, and would join them all to all.
_LINES = (
    select(
        func.min(col(InvoiceLine.since_on)).label("since_on"),
        func.max(col(InvoiceLine.application_id)).label("application_id"),
        *(
            func.array_agg(each).filter(col(InvoiceLine.amount) < 0).label(name)
            for name, each in (
                ("credited", col(InvoiceLine.credits_id)),
                ("given_back", -col(InvoiceLine.amount)),
            )
        ),
    )
    .where(col(InvoiceLine.invoice_id) == col(Invoice.id))
    .lateral()
)
_INVOICES = (
    _of(Invoice, Invoice.number, Invoice.due_on, Invoice.amount, Invoice.issued_on, Invoice.id, Invoice.kind)
    .add_columns(
        col(Invoice.synthetic),
        _LINES.c.since_on,
        _LINES.c.application_id,
        _LINES.c.credited,
        _LINES.c.given_back,
        col(ApplicationRecord.status),
        col(ApplicationRecord.closed_on),
    )
    .select_from(Invoice)
    .join(_LINES, true())
    .outerjoin(ApplicationRecord, col(ApplicationRecord.id) == _LINES.c.application_id)
)
