"""Erasing a person: every value about them goes, in every table, and what happened stays without them."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import delete, func, or_, select, true, update
from sqlmodel import Session, col

from crm.consent.suppressions import Scope, SuppressionReason, suppress
from crm.directory.addresses import parse_email
from crm.directory.merged import with_merged
from crm.directory.people import Person
from crm.insight.references import movable
from crm.keyring import KeyRing
from crm.outreach.outbox_tables import SETTLED, Enclosed, Letter
from crm.privacy.about import (
    Place,
    is_link,
    names_of_rows,
    personal_columns,
    places_about,
    places_near,
    table_of,
)
from crm.privacy.blanking import Mention, blank, reword
from crm.privacy.erasure import Erasure, Stays
from crm.privacy.traces import Traces, traces_of
from crm.privacy.under_way import refuse_named_in_others, stop_for
from crm.store.records import Record, record_of
from crm.store.store import Change
from crm.store.trail import TrailChange, TrailEntry, TrailPersonal

ROWS_THAT_GO: Mapping[str, str] = {
    "position": "which post a person held where, and since when, tells who they are",
    "merge_move": "what stood where before a merge; a merge with somebody erased is not undone",
}
"""Tables whose rows go as a whole, each with the reason; those that only tie a person to something go, too."""

_KEPT_APART = str(TrailPersonal.__tablename__)
_STAYS = "that it happened, without the person"
_WHY_STAYS = {
    "person": "an empty shell, so that numbers go on pointing somewhere; no name or address finds it",
    "outbox": "that a letter went out, when and with which wording; not to whom nor what it said",
    "answer": "that something came back, and when; its fingerprint, so that it is not taken in again",
    "delivery": "the delivery ledger; addresses are masked in it",
    "enrolment": "that the account was in the run",
    "trail": "who did what, when; without the values",
    "suppression": "keyed hashes of addresses, so that the refusal survives",
}


def erase(
    change: Change, person: Person, *, reason: str, keys: KeyRing | None, dry_run: bool = False
) -> Erasure:
    """Erase a person, and all that were merged into them, inside a verb.

    Args:
        change: the verb.
        person: whom.
        reason: why; the person is taken out of it.
        keys: key the suppression list, on which their addresses go first; None where they may be written to again.
        dry_run: whether the verb takes all of it back.
    """
    session, ids = change.session, _locked(change.session, person)
    traces = traces_of(session, ids)
    places, near = places_about(session, ids), places_near(session, ids)
    stopped = stop_for(change, ids)
    refuse_named_in_others(change, ids, traces.anywhere())
    change.because(traces.nearby().without(reason))
    suppressed = _suppress(change, traces, keys) if keys else 0
    removed = _trail(session, ids, places) + _emptied(session, places) + _files(session)
    session.execute(update(Person).where(col(Person.id).in_(ids)).values(erased_at=change.now))
    found = list(_reworded(session, traces, places, near))
    # What the trail keeps of a text reads like the text itself: counted, and not shown once more.
    reworded = tuple(text for text in found if not text.record.startswith(_KEPT_APART))
    removed += Counter(f"{_KEPT_APART}.{text.field}" for text in found if text not in reworded)
    change.note(person, erased=removed.total() + len(reworded))
    change.about(person)
    return Erasure(
        person_id=person.id,
        removed=dict(sorted(removed.items())),
        reworded=reworded,
        stays=tuple(_stays(session, places, suppressed)),
        stopped=stopped,
        suppressed=suppressed,
        shared_name=traces.shared,
        dry_run=dry_run,
    )


def _locked(session: Session, person: Person) -> list[int]:
    """The numbers of a person and of all that were merged into them; nobody refers to them anew meanwhile."""
    ids = list(session.exec(with_merged(Person, [person.id])))
    session.execute(
        select(col(Person.id)).where(col(Person.id).in_(ids)).order_by(col(Person.id)).with_for_update()
    )
    return ids


def _suppress(change: Change, traces: Traces, keys: KeyRing) -> int:
    addresses = {parse_email(address).canonical for address in traces.addresses}
    for address in sorted(addresses):
        suppress(change, address, keys=keys, scope=Scope.CAMPAIGNS, reason=SuppressionReason.ASKED)
    return len(addresses)


def _emptied(session: Session, places: Sequence[Place]) -> Counter[str]:
    """Empty the rows, and remove those that go as a whole; what refers to a table comes before it."""
    gone: Counter[str] = Counter()
    for place in reversed(places):
        gone += _remove(session, place) if _goes(place) else blank(session, place.record, place.rows())
    return gone


def _files(session: Session) -> Counter[str]:
    """Empty the files that have gone out with letters: a spreadsheet is packed, and nobody can look a name up in it."""
    waiting = select(col(Letter.id)).where(col(Letter.status).not_in(SETTLED))
    return blank(session, Enclosed, col(Enclosed.outbox_id).not_in(waiting))


def _goes(place: Place) -> bool:
    return place.table in ROWS_THAT_GO or is_link(table_of(place.record))


def _remove(session: Session, place: Place) -> Counter[str]:
    session.execute(delete(table_of(place.record)).where(place.rows()))
    return Counter({place.table: len(place.keys)})


def _trail(session: Session, person_ids: Sequence[int], places: Sequence[Place]) -> Counter[str]:
    """Take the personal values of these rows off the trail, those of rows that are long gone among them."""
    names = {row for place in places for row in place.names}
    names |= set(_vanished(session, person_ids, known=names))
    changes = select(col(TrailChange.id)).where(col(TrailChange.record).in_(names))
    gone = session.execute(delete(TrailPersonal).where(col(TrailPersonal.change_id).in_(changes)))
    about = blank(session, TrailEntry, col(TrailEntry.subject).in_(names))
    return Counter({_KEPT_APART: gone.rowcount}) + about  # type: ignore[attr-defined]


def _vanished(session: Session, person_ids: Sequence[int], *, known: Collection[str]) -> Iterator[str]:
    """Rows that were about these people and are no longer there, by their names on the trail."""
    wanted = [str(number) for number in person_ids]
    for reference in movable(Person):
        of_table = col(TrailChange.record).startswith(f"{reference.record.__tablename__}:", autoescape=True)
        said = (
            column[reference.field].astext.in_(wanted)
            for column in (col(TrailChange.before), col(TrailChange.after))
        )
        told = {*session.scalars(select(col(TrailChange.record)).where(of_table, or_(*said)))} - {*known}
        # One that is about somebody else by now, because a merge was undone, is theirs.
        yield from told - {*names_of_rows(session, reference.record, told)}


def _reworded(
    session: Session, traces: Traces, places: Sequence[Place], near: Sequence[Place]
) -> Iterator[Mention]:
    """Take the person out of texts that are not about them alone: of their meetings, and of everything else."""
    for place in near:
        others = place.without(places)
        if others.keys:
            yield from reword(session, others.record, traces.nearby(), others.rows())
    names = [row for place in near for row in place.names]
    changes = select(col(TrailChange.id)).where(col(TrailChange.record).in_(names))
    yield from reword(session, TrailPersonal, traces.nearby(), col(TrailPersonal.change_id).in_(changes))
    for table in Record.metadata.sorted_tables:
        # What another person is called is theirs, however much it may resemble.
        if personal_columns(table) and record_of(table.name) is not Person:
            yield from reword(session, record_of(table.name), traces.anywhere(), true())


def _stays(session: Session, places: Sequence[Place], suppressed: int) -> Iterator[Stays]:
    for place in places:
        if not _goes(place):
            yield Stays(place.table, len(place.keys), _WHY_STAYS.get(place.table, _STAYS))
    names = [row for place in places for row in place.names]
    count = select(func.count()).where(col(TrailChange.record).in_(names))
    yield Stays("trail", session.scalar(count) or 0, _WHY_STAYS["trail"])
    if suppressed:
        yield Stays("suppression", suppressed, _WHY_STAYS["suppression"])
