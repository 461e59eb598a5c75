"""What an ask may say: how its fields are read, and what goes with which kind."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from crm.dates import day_of
from crm.directory.names import clean_name
from crm.directory.staff import Staff, colleague, find_staff, today_of
from crm.directory.tables import Organization
from crm.engagement.opportunity_tables import Basis, Frequency, Opportunity
from crm.errors import InvalidInput
from crm.reference.money import amount_of, currency_of
from crm.reference.offices import find_office
from crm.reference.opportunity_stages import OpportunityKind, OpportunityStage
from crm.reference.sectors import find_sector
from crm.store.columns import chosen
from crm.store.records import by_id
from crm.store.store import Change

_ASKS = {
    OpportunityKind.FIRST_MEMBERSHIP: "First membership",
    OpportunityKind.UPGRADE: "Upgrade to Sector Member",
    OpportunityKind.FURTHER_SECTOR: "A further Sector",
    OpportunityKind.UNIT_INCREASE: "A higher class of contribution",
    OpportunityKind.CONTRIBUTION: "A voluntary contribution",
    OpportunityKind.SPONSORSHIP: "A sponsorship",
}
_ONCE = frozenset({OpportunityKind.CONTRIBUTION, OpportunityKind.SPONSORSHIP})
_IN_ONE_SECTOR = frozenset({OpportunityKind.UPGRADE, OpportunityKind.FURTHER_SECTOR})
_HIGHEST = 100

# How a field is understood; None empties it, but for those that every ask has.
_READINGS: Mapping[str, Callable[[Change, Any], Any]] = {
    "title": lambda _, text: clean_name(text, field="title"),
    "amount": lambda _, given: amount_of(given),
    "currency": lambda _, code: currency_of(code),
    "frequency": lambda _, given: chosen(Frequency, given, field="frequency"),
    "expected": lambda change, when: day_of(when, today=_today(change), field="expected"),
    "owner": lambda change, key: find_staff(change.session, key).id,
    "office": lambda change, key: find_office(change.session, key).code,
    "sector": lambda change, key: find_sector(change.session, key).code,
    "source": lambda _, text: text.strip(),
    "synthetic": lambda _, given: given,
}
_COLUMNS = {"expected": "expected_on", "owner": "owner_id"}
_NEVER_EMPTY = frozenset({"title", "currency", "frequency", "source", "synthetic"})


def read_fields(change: Change, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an ask as they are stored.

    Raises:
        InvalidInput: there is no such field, or a value is not what it should be.
        NotFound: a colleague, an office or a Sector is not in the book.
    """
    if unknown := fields.keys() - _READINGS.keys():
        raise InvalidInput(
            f"An opportunity has no field {min(unknown)!r}.",
            field=min(unknown),
            candidates=sorted({*_READINGS, "probability"}),
        )
    if empty := {name for name in fields.keys() & _NEVER_EMPTY if fields[name] is None}:
        raise InvalidInput(f"{min(empty)}: every opportunity has one.", field=min(empty))
    return {
        _COLUMNS.get(name, name): None if given is None else _READINGS[name](change, given)
        for name, given in fields.items()
    }


def likelihood(stage: OpportunityStage, stated: object) -> dict[str, Any]:
    """How likely an ask in a stage is won: as somebody states it, else as the stage says.

    Args:
        stage: where the ask stands.
        stated: in per cent, a whole number.

    Raises:
        InvalidInput: it is no whole number from 0 to 100.
    """
    if stated is None:
        return {"probability": stage.probability, "basis": Basis.STAGE}
    if isinstance(stated, bool) or not isinstance(stated, int) or not 0 <= stated <= _HIGHEST:
        hint = "Give per cent as a whole number: 40 for two in five."
        raise InvalidInput(
            f"probability: {stated!r} is no per cent.", field="probability", value=stated, hint=hint
        )
    return {"probability": stated, "basis": Basis.STATED}


def with_defaults(
    change: Change, kind: OpportunityKind, account: Organization, fields: Mapping[str, Any]
) -> dict[str, Any]:
    """The fields of a new ask: as they are given, and as is usual where they are not.

    Contributions and sponsorships are asked for once, fees and classes are those of every year. An ask belongs to the
    account manager, else to whoever opens it, and to their office.
    """
    given = read_fields(change, {name: value for name, value in fields.items() if value is not None})
    owner = _owner(change, given.get("owner_id", account.owner_id))
    usual = {
        "title": _title(change.session, kind, given.get("sector")),
        "frequency": Frequency.ONCE if kind in _ONCE else Frequency.YEARLY,
        "owner_id": owner and owner.id,
        "office": owner and owner.office,
    }
    return usual | given


def _today(change: Change) -> date:
    return today_of(change.session, change.now, change.actor)


def _owner(change: Change, known: int | None) -> Staff | None:
    if known is not None:
        return by_id(change.session, Staff, known)
    return colleague(change.session, change.actor)


def _title(session: Session, kind: OpportunityKind, sector: str | None) -> str:
    return _ASKS[kind] if sector is None else f"{_ASKS[kind]}: {find_sector(session, sector).short}"


def refuse_odd_sector(row: Opportunity) -> None:
    """Refuse a Sector where the ask is not about one, and the lack of one where it is.

    A first membership may do without: Academia joins all three Sectors at once. So may a higher class, which a
    Member State chooses for the Union and a Sector Member in its Sector.

    Raises:
        InvalidInput: the Sector does not go with the kind.
    """
    if row.kind in _IN_ONE_SECTOR and row.sector is None:
        raise InvalidInput(
            f"{row.kind.value}: in which Sector?", field="sector", hint='Say sector="T", for example.'
        )
    if row.kind in _ONCE and row.sector is not None:
        raise InvalidInput(f"A {row.kind.value} is asked for in no Sector.", field="sector", value=row.sector)
