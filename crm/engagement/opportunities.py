"""`book.opportunities`: what accounts are asked for, how far each ask has come, and how it ended."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlmodel import col, select

from crm.dates import day_of
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import Staff, find_staff, today_of
from crm.directory.tables import Organization
from crm.engagement.opportunity_rules import likelihood, read_fields, refuse_odd_sector, with_defaults
from crm.engagement.opportunity_steps import (
    OpportunityKey,
    OpportunityStep,
    find_opportunity,
    last_open_stage,
    locked_opportunity,
    open_opportunity,
    open_stage,
    steps_of,
    take_step,
    write_step,
)
from crm.engagement.opportunity_tables import MoveKind, Opportunity
from crm.errors import InvalidInput, Refused
from crm.reference.offices import Office, find_office
from crm.reference.opportunity_stages import OpportunityKind, OpportunityStage, Outcome, first_stage
from crm.store.columns import chosen
from crm.store.store import Change, Store


def open_ask(
    change: Change,
    account: Organization,
    kind: OpportunityKind,
    *,
    stage: str | None = None,
    probability: int | None = None,
    note: str = "",
    **fields: Any,
) -> Opportunity:
    """Open an ask inside another verb; the arguments are those of `book.opportunities.add`."""
    begun = open_stage(change.session, kind, stage)
    values = {"kind": kind, "organization_id": account.id, "stage": begun.stage}
    values |= likelihood(begun, probability) | with_defaults(change, kind, account, fields)
    values |= {"opened_at": change.now, "stage_since": change.now}
    row = Opportunity.model_validate(values)
    refuse_odd_sector(row)
    write_step(change, change.add(row), MoveKind.OPENED, None, note)
    return row


class Opportunities:
    """`book.opportunities`: open asks, move them on, and say how they ended.

    An ask is never revenue; see `Opportunity`. Winning one changes no membership: `book.terms` does.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self,
        key: OrganizationKey,
        kind: OpportunityKind | str,
        *,
        stage: str | None = None,
        probability: int | None = None,
        note: str = "",
        **fields: Any,
    ) -> Opportunity:
        """Open an ask.

        Args:
            key: which account.
            kind: first_membership, upgrade, further_sector, unit_increase, contribution or sponsorship.
            stage: where it stands; the first stage of its kind where none is given.
            probability: how likely it is won, in per cent, where you know better than the stage.
            note: what there is to say.
            **fields: `amount` (a Decimal, a whole number or a text), `currency` (CHF), `frequency` ("yearly" or
                "once"), `expected` (the day of the answer), `sector`, `title`, `owner` (the account manager, else
                you), `office` (the owner's), `source` (where the lead comes from), `synthetic`.

        Raises:
            InvalidInput: a value is not what it should be, or the Sector does not go with the kind.
            Refused: the stage belongs to another kind, or ends an ask.
        """
        known = chosen(OpportunityKind, kind, field="kind")
        with self._store.changing("opportunity.opened") as change:
            account = find_organization(change.session, key)
            return open_ask(change, account, known, stage=stage, probability=probability, note=note, **fields)

    def move(
        self, key: OpportunityKey, stage: str, *, probability: int | None = None, note: str = ""
    ) -> Opportunity:
        """Move an ask to another open stage, forth or back; its probability is that of the stage, unless you state one.

        Args:
            key: which ask.
            stage: the stage, by key or name.
            probability: in per cent, where you know better than the stage.
            note: what there is to say.

        Raises:
            Refused: it is closed, or stands there already, or the stage belongs to another kind or ends an ask.
        """
        with self._store.changing("opportunity.moved") as change:
            row = open_opportunity(change.session, key)
            there = open_stage(change.session, row.kind, stage)
            if there.stage == row.stage:
                raise Refused(f"It stands in {there.name!r}.", rule="opportunities.moves", subject=row.title)
            changes = {"stage": there.stage, "stage_since": change.now, **likelihood(there, probability)}
            return take_step(change, row, MoveKind.MOVED, changes, note)

    def change(self, key: OpportunityKey, *, reason: str | None = None, **fields: Any) -> Opportunity:
        """Change what is asked for, how likely or by when; what stood there before stays in its history.

        Args:
            key: which ask.
            reason: why, for the trail.
            **fields: `amount`, `currency`, `frequency`, `expected`, `title`, `owner`, `office`, `sector`, `source`, and
                `probability` in per cent. None empties a field, and gives the probability back to the stage.

        Raises:
            Refused: it is closed.
            InvalidInput: a value is not what it should be.
        """
        with self._store.changing("opportunity.changed", reason=reason) as change:
            row = open_opportunity(change.session, key)
            changes = read_fields(change, {n: given for n, given in fields.items() if n != "probability"})
            if "probability" in fields:
                stage = change.session.get_one(OpportunityStage, (row.kind, row.stage))
                changes |= likelihood(stage, fields["probability"])
            return take_step(change, row, MoveKind.CHANGED, changes, "")

    def win(self, key: OpportunityKey, *, on: str | date | None = None, note: str = "") -> Opportunity:
        """Note that an account said yes. It changes no membership and books no money.

        Args:
            key: which ask.
            on: the day; today where none is given.
            note: what there is to say.

        Raises:
            Refused: it is closed already, or the day is still to come.
        """
        return self._close(key, Outcome.WON, on=on, note=note)

    def lose(self, key: OpportunityKey, *, reason: str, on: str | date | None = None) -> Opportunity:
        """Note that an account said no, or that nothing will come of an ask.

        Args:
            key: which ask.
            reason: why, for whoever asks the next time.
            on: the day; today where none is given.

        Raises:
            Refused: it is closed already, or the day is still to come.
            InvalidInput: there is no reason.
        """
        if not reason.strip():
            raise InvalidInput(
                "Why was it lost?", field="reason", hint="The next one who asks wants to know."
            )
        return self._close(key, Outcome.LOST, on=on, note=reason)

    def reopen(self, key: OpportunityKey, *, stage: str | None = None, note: str) -> Opportunity:
        """Open an ask again that was won or lost.

        Args:
            key: which ask.
            stage: where it stands now; the stage in which it was closed where none is given.
            note: why it is open again.

        Raises:
            Refused: it is open.
        """
        with self._store.changing("opportunity.reopened") as change:
            row = locked_opportunity(change.session, key)
            if row.closed_at is None:
                raise Refused("It is open.", rule="opportunities.closed", subject=row.title)
            there = open_stage(change.session, row.kind, stage or last_open_stage(change.session, row))
            changes = {"stage": there.stage, "stage_since": change.now, "outcome": Outcome.OPEN}
            changes |= {"closed_at": None, "closed_on": None, **likelihood(there, None)}
            return take_step(change, row, MoveKind.REOPENED, changes, note)

    def get(self, key: OpportunityKey) -> Opportunity:
        """An ask by its number.

        Raises:
            NotFound: there is none with this number.
        """
        with self._store.reading() as session:
            return find_opportunity(session, key)

    def open(
        self,
        *,
        owner: Staff | str | int | None = None,
        office: Office | str | None = None,
        kind: OpportunityKind | str | None = None,
        organization: OrganizationKey | None = None,
    ) -> tuple[Opportunity, ...]:
        """The asks that are open, the one whose answer is due first before the others.

        Args:
            owner: only those of this colleague.
            office: only those of this office.
            kind: only those of this kind.
            organization: only those to this account.
        """
        with self._store.reading() as session:
            query = select(Opportunity).where(col(Opportunity.closed_at).is_(None))
            if owner is not None:
                query = query.where(Opportunity.owner_id == find_staff(session, owner).id)
            if office is not None:
                query = query.where(Opportunity.office == find_office(session, office).code)
            if kind is not None:
                query = query.where(Opportunity.kind == chosen(OpportunityKind, kind, field="kind"))
            if organization is not None:
                query = query.where(
                    Opportunity.organization_id == find_organization(session, organization).id
                )
            order = (col(Opportunity.expected_on).nulls_last(), col(Opportunity.id))
            return tuple(session.exec(query.order_by(*order)))

    def open_with(self, organizations: Iterable[int]) -> frozenset[int]:
        """Which of these accounts have an open ask, by id."""
        with self._store.reading() as session:
            asked = select(Opportunity.organization_id).where(col(Opportunity.closed_at).is_(None))
            return frozenset(session.exec(asked.where(col(Opportunity.organization_id).in_(organizations))))

    def of(self, key: OrganizationKey) -> tuple[Opportunity, ...]:
        """Every ask to an account, closed ones included, the newest first."""
        with self._store.reading() as session:
            row = find_organization(session, key)
            query = select(Opportunity).where(Opportunity.organization_id == row.id)
            return tuple(session.exec(query.order_by(col(Opportunity.id).desc())))

    def history(self, key: OpportunityKey) -> tuple[OpportunityStep, ...]:
        """Every step of an ask, the oldest first."""
        with self._store.reading() as session:
            return tuple(steps_of(session, find_opportunity(session, key)))

    def _close(
        self, key: OpportunityKey, outcome: Outcome, *, on: str | date | None, note: str
    ) -> Opportunity:
        with self._store.changing(f"opportunity.{outcome}") as change:
            row = open_opportunity(change.session, key)
            today = today_of(change.session, change.now, change.actor)
            day = day_of(on or today, today=today, field="on")
            if day > today:
                raise Refused(f"{day} is still to come.", rule="opportunities.not_ahead", field="on")
            there = first_stage(change.session, row.kind, outcome)
            changes = {"stage": there.stage, "stage_since": change.now, "outcome": outcome}
            changes |= {"closed_at": change.now, "closed_on": day, **likelihood(there, None)}
            return take_step(change, row, MoveKind(outcome.value), changes, note)
