"""`book.potential`: what members could be asked for, how that rank comes about, and what speaks against asking now."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlmodel import Session

from crm.dates import day_of
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import speaking_office, today_of
from crm.engagement.opportunities import open_ask
from crm.engagement.opportunity_tables import Opportunity
from crm.errors import NotFound, Refused
from crm.insight.clearance_facts import clearances
from crm.insight.clearance_sources import ClearanceSource
from crm.insight.grounds import Question
from crm.insight.potential import Potential
from crm.insight.potential_model import PotentialModel
from crm.insight.potential_reading import Wanted, members, model_of, potentials
from crm.keyring import KeyRing
from crm.reference.clearance_rule import Purpose
from crm.reference.opportunity_stages import OpportunityKind
from crm.reference.sectors import find_sector
from crm.store.columns import chosen
from crm.store.store import Store


class Potentials:
    """`book.potential`: upgrades and further Sectors that nobody has asked for yet.

    Args:
        store: the door to the database.
        keys: key the suppression list.
        sources: what stands against getting in touch, as a clearance reads it.
    """

    def __init__(self, store: Store, *, keys: KeyRing, sources: Sequence[ClearanceSource]) -> None:
        self._store = store
        self._keys = keys
        self._sources = tuple(sources)

    def of(self, key: OrganizationKey, *, on: str | date | None = None) -> tuple[Potential, ...]:
        """What an account could be asked for, the best first, with its clearance; empty where it is no member.

        An Associate could upgrade. Whoever is in a Sector could join those where it is nothing: as a Sector Member, or as
        an Associate where it is one everywhere. Academia is in all Sectors already.

        Args:
            key: which account.
            on: the day; today where none is given.

        Raises:
            NotFound: nothing answers to the key.
            Ambiguous: several accounts do.
        """
        with self._store.reading() as session:
            day = self._day(session, on)
            account = find_organization(session, key)
            found = potentials(session, [account.id], day, model=model_of(session, day))
            return tuple(self._cleared(session, found, day))

    def ranked(
        self,
        *,
        kind: OpportunityKind | str | None = None,
        region: str | None = None,
        segment: str | None = None,
        held: bool = False,
        clearance: bool = False,
        limit: int | None = None,
        on: str | date | None = None,
    ) -> tuple[Potential, ...]:
        """What all members could be asked for, the best first: by points, or by chance where the model is used.

        Args:
            kind: only "upgrade" or only "further_sector".
            region: only accounts based in this development region, by slug or name.
            segment: only accounts of this segment.
            held: also what something holds back, such as arrears; it comes last.
            clearance: whether to say of each that is handed out whether you may get in touch.
            limit: how many at the most.
            on: the day; today where none is given.

        Raises:
            NotFound: there is no such region or segment.
            InvalidInput: there is no such kind.
        """
        only = None if kind is None else chosen(OpportunityKind, kind, field="kind")
        with self._store.reading() as session:
            day = self._day(session, on)
            wanted = Wanted.read(session, region=region, segment=segment, kind=only)
            theirs = members(session, day, wanted)
            every = potentials(session, theirs, day, kind=only, model=model_of(session, day))
            found = [potential for potential in every if held or not potential.held][:limit]
            return tuple(self._cleared(session, found, day) if clearance else found)

    def model(self, *, on: str | date | None = None) -> PotentialModel:
        """What the asks that were won or lost teach, judged on later ones beside the weights, and whether it ranks.

        Args:
            on: only what was over by this day counts; today where none is given.
        """
        with self._store.reading() as session:
            return model_of(session, self._day(session, on))

    def open(
        self, key: OrganizationKey, kind: OpportunityKind | str, *, sector: str, **fields: Any
    ) -> Opportunity:
        """Make an ask of what an account could be asked for: with its yearly amount, and the reasons as a note.

        Args:
            key: which account.
            kind: "upgrade" or "further_sector".
            sector: the Sector, by code or name.
            **fields: as for `book.opportunities.add`, where you know better: `amount`, `owner`, `expected`, `note`, …

        Raises:
            NotFound: it could not be asked for that; what it could be asked for stands in the candidates.
            Refused: something holds it back, such as arrears, or somebody is asking already.
        """
        with self._store.changing("potential.opened") as change:
            wanted = chosen(OpportunityKind, kind, field="kind"), find_sector(change.session, sector).code
            account = find_organization(change.session, key)
            day = self._day(change.session, None)
            every = potentials(change.session, [account.id], day, model=None)
            found = _named(every, wanted)
            _refuse_held(found)
            usual: dict[str, Any] = {"amount": found.yearly.amount}
            usual |= {"source": f"Potential, {found.points} points", "synthetic": found.facts.synthetic}
            usual |= {"note": "\n".join(map(str, found.speaks))}
            return open_ask(change, account, found.kind, **(usual | fields), sector=found.sector)

    def _day(self, session: Session, on: str | date | None) -> date:
        today = today_of(session, self._store.now(), self._store.actor)
        return today if on is None else day_of(on, today=today, field="on")

    def _cleared(self, session: Session, found: Sequence[Potential], day: date) -> Iterable[Potential]:
        """The same with what a clearance for getting in touch says."""
        office = speaking_office(session, None, actor=self._store.actor)
        ids = {potential.organization_id for potential in found}
        question = Question(office, Purpose.CONTACT, day)
        said = clearances(session, ids, question, keys=self._keys, sources=self._sources)
        return (replace(potential, clearance=said.get(potential.organization_id)) for potential in found)


def _named(every: Sequence[Potential], wanted: tuple[OpportunityKind, str]) -> Potential:
    for potential in every:
        if (potential.kind, potential.sector) == wanted:
            return potential
    raise NotFound(
        f"There is no {wanted[0].value.replace('_', ' ')} in {wanted[1]} to ask for.",
        field="sector",
        value=wanted[1],
        candidates=[potential.title for potential in every],
    )


def _refuse_held(potential: Potential) -> None:
    for reason in potential.against:
        if reason.holds:
            raise Refused(
                f"{potential.organization}: {reason.words}.",
                rule=f"potential.{reason.reason}",
                subject=potential.organization,
                hint="book.opportunities.add opens an ask all the same.",
            )
