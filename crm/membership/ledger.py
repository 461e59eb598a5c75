"""`book.terms`: the ledger of membership events, append-only, and the terms projected from it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, ColumnElement, Index, and_, delete, or_, true
from sqlmodel import Field, Session, col, select

from crm.directory.merged import with_merged
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.tables import Organization
from crm.errors import NotFound, Refused
from crm.membership.coverage import coverage_of, refuse_odd_study_group
from crm.membership.terms import ENDING, Coverage, EventKind, LedgerEvent, TermSpan, terms_of
from crm.reference.categories import Category
from crm.reference.study_groups import find_study_group
from crm.store.columns import at_field, choice, chosen, id_field, personal, ref
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
    reason: str = personal(default="")
    source: str = personal(default="")
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
        kind = chosen(Category, category, field="category")
        return self._opened(
            key,
            EventKind.JOIN,
            coverage=coverage_of(kind, sector),
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
        return self._opened(
            key,
            EventKind.UPGRADE,
            coverage=chosen(Coverage, sector, field="sector"),
            category=Category.SECTOR_MEMBER,
            on=on,
            reason=reason,
        )

    def denounce(
        self, key: OrganizationKey, *, sector: str | None = None, on: date, reason: str
    ) -> Term | None:
        """Record that a member leaves. One that ends on its first day, because it never was, leaves no term.

        Args:
            key: which organisation.
            sector: "R", "T" or "D"; none for Academia.
            on: the first day on which it is no longer a member (six months after its notice: Convention No. 240).
            reason: why, for the ledger.

        Returns:
            The term that it ends; None where nothing is left of it.

        Raises:
            NotFound: it is no member there on that day.
        """
        return self._record(
            key,
            EventKind.DENUNCIATION,
            coverage=chosen(Coverage, sector or Coverage.ALL, field="sector"),
            category=None,
            on=on,
            reason=reason,
        )

    def of(self, key: OrganizationKey, *, on: date | None = None) -> tuple[Term, ...]:
        """The terms of an organisation, all of them or those that run on a day; oldest first."""
        with self._store.reading() as session:
            row = find_organization(session, key)
            query = select(Term).where(Term.organization_id == row.id, running(on) if on else true())
            return tuple(session.exec(query.order_by(col(Term.since_on), col(Term.id))))

    def ledger(self, key: OrganizationKey) -> tuple[MembershipEvent, ...]:
        """Every event of an organisation and of those merged into it, in the order in which they take effect."""
        with self._store.reading() as session:
            ids = with_merged(Organization, [find_organization(session, key).id])
            return tuple(_events(session, session.exec(ids).all()))

    def _opened(self, key: OrganizationKey, kind: EventKind, **event: Any) -> Term:
        term = self._record(key, kind, **event)
        assert term is not None  # only an end leaves nothing
        return term

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
    ) -> Term | None:
        with self._store.changing(f"membership.{kind}", reason=reason or None) as change:
            row = find_organization(change.session, key)
            current = _current(change.session, row, coverage, on)
            event = {
                "kind": kind,
                "coverage": coverage,
                "effective_on": on,
                "reason": reason,
                "source": source,
            }
            event |= {"category": category or (current and current.category), "synthetic": synthetic}
            event |= {"study_group": study_group and find_study_group(change.session, study_group).code}
            return record_event(change, row, event)


def record_event(change: Change, organization: Organization, fields: dict[str, object]) -> Term | None:
    """Add an event to the ledger and project the terms anew, in one transaction.

    Returns:
        The term that the event opened or ended, or that runs in its Sector on its day; None where nothing is left.
    """
    if fields.get("category") is None:
        raise NotFound(
            f"{organization.name} is no member in {fields['coverage']} on {fields['effective_on']}.",
            field="sector",
        )
    refuse_odd_study_group(fields)
    organization = _locked(change.session, organization)
    recorded = {"organization_id": organization.id, "recorded_at": change.now, "recorded_by": change.actor}
    event = change.add(MembershipEvent.model_validate({**fields, **recorded}))
    change.about(organization)
    term = _concerned(project(change.session, organization), event)
    if term is None and event.kind not in ENDING:
        raise Refused(
            f"Nothing is left of a membership that ends on {event.effective_on}.", rule="terms.something_left"
        )
    return term


def project(session: Session, organization: Organization) -> Sequence[Term]:
    """Rewrite the terms of an organisation from its ledger and from those of all that were merged into it.

    Raises:
        Refused: the events do not fit together.
    """
    ids = session.exec(with_merged(Organization, [organization.id])).all()
    events = _events(session, ids)
    spans = terms_of(_line(e) for e in events)
    made_up = {e.id for e in events if e.synthetic}
    session.execute(delete(Term).where(col(Term.organization_id).in_(ids)))
    terms = [_term(organization, span, synthetic=span.id in made_up) for span in spans]
    session.add_all(terms)
    session.flush()
    return terms


def running(day: date) -> ColumnElement[bool]:
    """Whether a term runs on a day; for queries."""
    return and_(col(Term.since_on) <= day, or_(col(Term.until_on).is_(None), col(Term.until_on) >= day))


def runs_on(term: Term, day: date) -> bool:
    """Whether a term runs on a day."""
    return term.since_on <= day and (term.until_on is None or day <= term.until_on)


def _locked(session: Session, organization: Organization) -> Organization:
    # Two events at once would each project the terms without the other; a merge may have come first.
    session.refresh(organization, with_for_update={"key_share": True})
    if organization.merged_into_id is None:
        return organization
    return _locked(session, session.get_one(Organization, organization.merged_into_id))


def _concerned(terms: Sequence[Term], event: MembershipEvent) -> Term | None:
    """The term that an event opened, else the one it ended, else the one in which it falls."""
    eve = event.effective_on - timedelta(days=1)
    there = [term for term in terms if term.coverage is event.coverage]
    opened = [term for term in there if term.id == event.id]
    ended = [term for term in there if (term.until_on, term.ended_by) == (eve, event.kind)]
    return next(iter([*opened, *ended, *(t for t in there if runs_on(t, event.effective_on))]), None)


def _events(session: Session, organization_ids: Sequence[int]) -> Sequence[MembershipEvent]:
    query = select(MembershipEvent).where(col(MembershipEvent.organization_id).in_(organization_ids))
    return session.exec(query.order_by(col(MembershipEvent.effective_on), col(MembershipEvent.id))).all()


def _current(session: Session, organization: Organization, coverage: Coverage, day: date) -> Term | None:
    there = (Term.organization_id == organization.id, Term.coverage == coverage, running(day))
    return session.exec(select(Term).where(*there)).first()


def _line(event: MembershipEvent) -> LedgerEvent:
    return LedgerEvent(**{name: getattr(event, name) for name in LedgerEvent.__slots__})


def _term(organization: Organization, span: TermSpan, *, synthetic: bool) -> Term:
    fields = {name: getattr(span, name) for name in TermSpan.__slots__}
    return Term.model_validate({**fields, "organization_id": organization.id, "synthetic": synthetic})
