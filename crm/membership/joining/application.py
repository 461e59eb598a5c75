"""An application as the book hands it out: who must act next, and for how many days it has waited."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlmodel import Session, col, select

from crm.directory.merged import among, keeper_ids
from crm.directory.tables import Organization
from crm.membership.dues.dues_tables import Invoice, InvoiceKind, InvoiceLine
from crm.membership.joining.application_routes import administrations, on_file
from crm.membership.joining.application_steps import Party, Status, Step, waits_for
from crm.membership.joining.application_tables import ApplicationMove, ApplicationRecord
from crm.membership.terms import Coverage
from crm.reference.categories import Category
from crm.reference.country import Country
from crm.shown import Shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Application(Shown):
    """An application for one membership.

    Attributes:
        organization: the name of the applicant.
        coverage: the Sector, or all three for Academia.
        status: where it stands, as of now.
        waits_for: who must act next, in words; None where it is closed.
        party: the same as a word for programs.
        since_on: the day of its last step: since then it has waited.
        days: for how many days it has waited as of today; None where it is closed.
        state: the code of the Member State whose administration must approve it; None: the Secretary-General does.
        starts_on: the first day of the membership, once it is fixed.
        warnings: what is odd about that day.
        follows_id: the earlier application that was refused or withdrawn.
        despite: the eligibility rules that were overridden.
        invoice: the number of its joining invoice.
        amount: what that charges, in CHF.
        event_id: the event of the ledger with which the membership began.
        reason: what was said to its last step.
    """

    id: int
    organization_id: int
    organization: str
    category: Category
    coverage: Coverage
    study_group: str | None
    units: Fraction | None
    status: Status
    waits_for: str | None
    party: Party | None
    since_on: date
    days: int | None
    applied_on: date
    state: str | None
    starts_on: date | None
    warnings: tuple[str, ...]
    follows_id: int | None
    despite: tuple[str, ...]
    invoice: str | None
    amount: Decimal | None
    event_id: int | None
    closed_on: date | None
    reason: str
    source: str
    synthetic: bool

    def __str__(self) -> str:
        what = f"{self.organization}, {in_words(self.category, self.coverage)}"
        if self.waits_for is None:
            return f"{what}: {self.status.value} on {self.since_on:%-d %B %Y}"
        days = "1 day" if self.days == 1 else f"{self.days} days"
        return f"{what}: waits for {self.waits_for} since {self.since_on:%-d %B %Y} ({days})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationStep(Shown):
    """One step of an application.

    Attributes:
        on: the day on which it happened.
        from_status: where it stood before; None where somebody applied.
        reason: why, where somebody said so.
        at: when it was written down, and by whom.
    """

    on: date
    step: Step
    from_status: Status | None
    to_status: Status
    reason: str
    at: datetime
    by: str


def in_words(category: Category, coverage: Coverage) -> str:
    """What is applied for, in words: "associate in ITU-T"."""
    return f"{category.value.replace('_', ' ')} in ITU-{'/'.join(coverage)}"


def party_in_words(party: Party | None, state: str | None, names: Sequence[str] | None = None) -> str | None:
    """Who must act next, in words.

    Args:
        party: who it is.
        state: the name of the Member State whose administration approves.
        names: its administrations that are on file; None where nobody has looked.
    """
    match party:
        case None:
            return None
        case Party.ADMINISTRATION:
            return f"the administration of {state}" + ("" if names is None else f" ({on_file(names)})")
        case Party.SECRETARY_GENERAL:
            return "the Secretary-General"
        case Party.PAYMENT:
            return "the applicant's payment"
        case Party.APPLICANT:
            return "the applicant"
        case Party.US:
            return "us"


def odd_start(starts_on: date | None, *, applied_on: date) -> tuple[str, ...]:
    """What is odd about the first day of a membership.

    Args:
        starts_on: that day; None where it is not fixed yet.
        applied_on: the day of the application.
    """
    if starts_on is None or starts_on >= applied_on.replace(day=1):
        return ()
    later = [str(year) for year in range(starts_on.year + 1, applied_on.year + 1)]
    charged = f" Dues of {', '.join(later)}: charged when assessed again." if later else ""
    return (
        f"It begins on {starts_on:%-d %B %Y}, before it was applied for on {applied_on:%-d %B %Y}.{charged}",
    )


def handed_out(session: Session, rows: Sequence[ApplicationRecord], *, today: date) -> Iterator[Application]:
    """Applications with all that goes with them, in six statements whatever their number.

    Args:
        session: of the read or verb.
        rows: the applications.
        today: the day from which days are counted.
    """
    keepers = keeper_ids(session, Organization, {row.organization_id for row in rows})
    applicants = {row.id: keepers.get(row.organization_id, row.organization_id) for row in rows}
    names = dict(
        session.exec(
            select(Organization.id, Organization.name).where(among(col(Organization.id), applicants.values()))
        ).all()
    )
    codes = {row.state for row in rows if row.state}
    states = {s.code: s.name() for s in session.exec(select(Country).where(col(Country.code).in_(codes)))}
    ids = [row.id for row in rows]
    known, reasons = administrations(session, codes), _last_words(session, ids)
    invoices = joining_invoices(session, ids)
    for row in rows:
        party = waits_for(row.status, direct=row.state is None)
        said = {name: getattr(row, name) for name in Application.__slots__ if name in type(row).model_fields}
        yield Application(
            **{**said, "organization_id": applicants[row.id], "despite": tuple(row.despite)},
            organization=names[applicants[row.id]],
            party=party,
            waits_for=party_in_words(party, states.get(row.state or ""), known.get(row.state or "", ())),
            days=None if party is None else (today - row.since_on).days,
            invoice=invoices[row.id].number if row.id in invoices else None,
            amount=invoices[row.id].amount if row.id in invoices else None,
            reason=reasons[row.id],
            warnings=odd_start(row.starts_on, applied_on=row.applied_on),
        )


def joining_invoices(session: Session, ids: Iterable[int]) -> Mapping[int, Invoice]:
    """The joining invoices of applications that have one, by application."""
    query: Any = (
        select(col(InvoiceLine.application_id), Invoice)
        .join(Invoice, col(Invoice.id) == col(InvoiceLine.invoice_id))
        .where(among(col(InvoiceLine.application_id), ids), col(Invoice.kind) == InvoiceKind.JOINING)
    )
    return dict(session.execute(query).all())


def _last_words(session: Session, ids: Sequence[int]) -> dict[int, str]:
    query = select(ApplicationMove).where(among(col(ApplicationMove.application_id), ids))
    return {
        move.application_id: move.reason for move in session.exec(query.order_by(col(ApplicationMove.id)))
    }
