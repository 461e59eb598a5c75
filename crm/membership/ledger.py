"""`book.terms`: the ledger of membership events, append-only, and the terms projected from it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, delete
from sqlmodel import Field, Session, col, select

from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.tables import Organization
from crm.errors import InvalidInput, NotFound, Refused
from crm.membership.terms import Coverage, EventKind, LedgerEvent, TermSpan, terms_of
from crm.reference.categories import Category
from crm.reference.study_groups import find_study_group
from crm.store.columns import at_field, choice, id_field, ref
from crm.store.records import Record
from crm.store.store import Change, Store
from crm.store.violations import means


class MembershipEvent(Record, table=True):
    """One line of the membership ledger. Lines are added, never changed: a mistake is mended by a correction."""

    __tablename__ = "membership_event"
    append_only: ClassVar[bool] = True

    id: int = id_field()
    organization_id: int = ref("organization.id")
    kind: EventKind = choice(EventKind, name="kind")
    coverage: Coverage = choice(Coverage, name="coverage")
    category: Category = choice(Category, name="category")
    study_group: str | None = Field(default=None, foreign_key="study_group.code")
    effective_on: date
    reason: str = ""
    source: str = ""
    recorded_at: datetime = at_field()
    recorded_by: str
    synthetic: bool = False


class Term(Record, table=True):
    """A stretch of membership in one category, projected from the ledger; its id is that of the opening event.

    The database keeps the terms of an organisation from overlapping in a Sector (exclusion constraint
    ``ex_term_overlap``, in the migration).
    """

    __tablename__ = "term"
    __table_args__ = (
        CheckConstraint("until_on >= since_on", name="order"),
        Index("ix_term_category_until", "category", "until_on", "organization_id"),
    )
    trailed: ClassVar[bool] = False  # the ledger is its history

    id: int = ref("membership_event.id", primary_key=True, index=False)
    organization_id: int = ref("organization.id")
    coverage: Coverage = choice(Coverage, name="coverage")
    category: Category = choice(Category, name="category")
    study_group: str | None = Field(default=None, foreign_key="study_group.code")
    opened_by: EventKind = choice(EventKind, name="opened_by")
    since_on: date
    until_on: date | None = None
    ended_by: EventKind | None = choice(EventKind, name="ended_by", default=None, nullable=True)
    synthetic: bool = False


means(
    "ex_term_overlap",
    Refused,
    "Two terms of the organisation would overlap in a Sector.",
    field="effective_on",
)


class Terms:
    """`book.terms`: join, change and end memberships; each verb adds one event to the ledger."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def join(
        self,
        key: OrganizationKey,
        category: Category | str,
        *,
        sector: str | None = None,
        study_group: str | None = None,
        on: date,
        reason: str = "",
        source: str = "",
        synthetic: bool = False,
    ) -> Term:
        """Record that an organisation became a member.

        Args:
            key: which organisation.
            category: "sector_member", "associate" or "academia".
            sector: "R", "T" or "D"; Academia takes none, it joins all three Sectors for one fee.
            study_group: for an Associate, the one study group it has selected.
            on: the first day.
            reason: why, for the ledger.
            source: where it is documented.
            synthetic: whether the membership is made up for a demonstration or test.

        Raises:
            InvalidInput: the category does not go with the Sector or the study group.
            Refused: it is a member in that Sector already.
        """
        kind = Category(category)
        return self._record(
            key,
            EventKind.JOIN,
            coverage=_coverage(kind, sector),
            category=kind,
            study_group=study_group,
            on=on,
            reason=reason,
            source=source,
            synthetic=synthetic,
        )

    def upgrade(self, key: OrganizationKey, *, sector: str, on: date, reason: str = "") -> Term:
        """Record that an Associate became a full member of the Sector.

        Raises:
            Refused: it is no Associate there.
        """
        return self._record(
            key,
            EventKind.UPGRADE,
            coverage=Coverage(sector),
            category=Category.SECTOR_MEMBER,
            on=on,
            reason=reason,
        )

    def denounce(self, key: OrganizationKey, *, sector: str | None = None, on: date, reason: str) -> Term:
        """Record that a member leaves.

        Args:
            key: which organisation.
            sector: "R", "T" or "D"; none for Academia.
            on: the first day on which it is no longer a member (six months after its notice: Convention No. 240).
            reason: why, for the ledger.
        """
        return self._record(
            key,
            EventKind.DENUNCIATION,
            coverage=Coverage(sector or "RTD"),
            category=None,
            on=on,
            reason=reason,
        )

    def of(self, key: OrganizationKey, *, on: date | None = None) -> tuple[Term, ...]:
        """The terms of an organisation, all of them or those that run on a day; oldest first."""
        with self._store.reading() as session:
            row = find_organization(session, key)
            query = (
                select(Term).where(Term.organization_id == row.id).order_by(col(Term.since_on), col(Term.id))
            )
            return tuple(t for t in session.exec(query) if on is None or runs_on(t, on))

    def ledger(self, key: OrganizationKey) -> tuple[MembershipEvent, ...]:
        """Every event of an organisation's membership, in the order in which they take effect."""
        with self._store.reading() as session:
            return tuple(_events(session, find_organization(session, key)))

    def _record(
        self,
        key: OrganizationKey,
        kind: EventKind,
        *,
        coverage: Coverage,
        category: Category | None,
        on: date,
        reason: str,
        study_group: str | None = None,
        source: str = "",
        synthetic: bool = False,
    ) -> Term:
        with self._store.changing(f"membership.{kind}", reason=reason or None) as change:
            row = find_organization(change.session, key)
            event = {
                "kind": kind,
                "coverage": coverage,
                "effective_on": on,
                "reason": reason,
                "source": source,
            }
            current = _running(change.session, row, coverage, on)
            event |= {"category": category or (current and current.category), "synthetic": synthetic}
            event |= {"study_group": study_group and find_study_group(change.session, study_group).code}
            return record_event(change, row, event)


def record_event(change: Change, organization: Organization, fields: dict[str, object]) -> Term:
    """Add an event to the ledger and project the terms anew, in one transaction.

    Returns:
        The term that the event opened or ended.
    """
    if fields.get("category") is None:
        raise NotFound(
            f"{organization.name} is no member in {fields['coverage']} on {fields['effective_on']}.",
            field="sector",
        )
    _refuse_odd_study_group(fields)
    values = {
        **fields,
        "organization_id": organization.id,
        "recorded_at": change.now,
        "recorded_by": change.actor,
    }
    # The account is locked: two events at once would each project the terms without the other.
    change.session.refresh(organization, with_for_update={"key_share": True})
    event = change.add(MembershipEvent.model_validate(values))
    change.about(organization)
    terms = project(change.session, organization)
    touched = [t for t in terms if t.id == event.id or t.ended_by is event.kind] or terms
    return touched[-1]


def project(session: Session, organization: Organization) -> Sequence[Term]:
    """Rewrite the terms of an organisation from its ledger."""
    events = _events(session, organization)
    spans = terms_of(_line(e) for e in events)
    made_up = {e.id for e in events if e.synthetic}
    session.execute(delete(Term).where(col(Term.organization_id) == organization.id))
    terms = [_term(organization, span, synthetic=span.id in made_up) for span in spans]
    session.add_all(terms)
    session.flush()
    return terms


def runs_on(term: Term, day: date) -> bool:
    """Whether a term runs on a day."""
    return term.since_on <= day and (term.until_on is None or day <= term.until_on)


def _events(session: Session, organization: Organization) -> Sequence[MembershipEvent]:
    query = select(MembershipEvent).where(MembershipEvent.organization_id == organization.id)
    return session.exec(query.order_by(col(MembershipEvent.effective_on), col(MembershipEvent.id))).all()


def _running(session: Session, organization: Organization, coverage: Coverage, day: date) -> Term | None:
    query = select(Term).where(Term.organization_id == organization.id, Term.coverage == coverage)
    return next((t for t in session.exec(query) if runs_on(t, day)), None)


def _line(event: MembershipEvent) -> LedgerEvent:
    return LedgerEvent(
        event.id, event.kind, event.coverage, event.category, event.study_group, event.effective_on
    )


def _term(organization: Organization, span: TermSpan, *, synthetic: bool) -> Term:
    fields = {name: getattr(span, name) for name in TermSpan.__slots__}
    return Term.model_validate({**fields, "organization_id": organization.id, "synthetic": synthetic})


def _coverage(category: Category, sector: str | None) -> Coverage:
    if category is Category.ACADEMIA and sector is not None:
        raise InvalidInput(
            "Academia takes no Sector: it joins all three for one fee.", field="sector", value=sector
        )
    if category is Category.ACADEMIA:
        return Coverage.ALL
    if sector not in ("R", "T", "D"):
        raise InvalidInput(
            "The Sector is missing.", field="sector", value=sector, hint='Give "R", "T" or "D".'
        )
    return Coverage(sector)


def _refuse_odd_study_group(fields: dict[str, object]) -> None:
    group, coverage = fields.get("study_group"), str(fields["coverage"])
    if fields["kind"] is not EventKind.JOIN:
        return
    if fields["category"] is Category.ASSOCIATE and group is None:
        raise InvalidInput(
            "An Associate selects one study group.", field="study_group", hint='E.g. "T-SG13".'
        )
    if fields["category"] is not Category.ASSOCIATE and group is not None:
        raise InvalidInput("Only an Associate is bound to one study group.", field="study_group", value=group)
    if group is not None and not str(group).startswith(f"{coverage}-"):
        raise InvalidInput(f"{group} is no study group of ITU-{coverage}.", field="study_group", value=group)
