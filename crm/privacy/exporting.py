"""Putting together all that is held on one person: every row about them, and what each table is for."""

import inspect
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, select, true
from sqlmodel import Session, col

from crm.consent.suppressions import entries_of
from crm.directory.merged import with_merged
from crm.directory.people import Person
from crm.directory.tables import Organization
from crm.errors import AccordError
from crm.mail.rendering import render
from crm.outreach.identity import Identity
from crm.outreach.outbox.composing import letter_facts
from crm.outreach.outbox.wordings import wording
from crm.outreach.outbox_tables import Letter
from crm.privacy.about import Place, key_columns, name, personal_columns, places_about, places_near, table_of
from crm.privacy.blanking import mentions
from crm.privacy.personal_data import PersonalData, Section
from crm.privacy.traces import Traces, traces_of
from crm.store.columns import is_inner
from crm.store.history import lines_of, without_noise
from crm.store.records import Record, record_of
from crm.store.trail import TrailChange, TrailPersonal, plain

_ALSO_OTHERS = "These texts may speak of others, too: a colleague reads them before they are handed out."
_Rows = Iterator[dict[str, Any]]


def export(session: Session, person: Person, *, identity: Identity, now: datetime) -> PersonalData:
    """Put together all that is held on a person and on all that were merged into them.

    Args:
        session: the session of the verb.
        person: whom.
        identity: shows letters as they went out, and keys the suppression list.
        now: when.
    """
    found = _sections(session, person, identity)
    sections = tuple(Section(named, meaning, tuple(rows)) for named, meaning, rows in found)
    sections = tuple(section for section in sections if section.rows)
    return PersonalData(person_id=person.id, name=person.name, as_of=now, sections=sections)


def _sections(session: Session, person: Person, identity: Identity) -> Iterator[tuple[str, str, _Rows]]:
    ids = list(session.exec(with_merged(Person, [person.id])))
    traces = traces_of(session, ids)
    about, near = places_about(session, ids), places_near(session, ids)
    for place in about:
        yield place.table, _meaning(place.record), _rows(session, place)
    yield "letters", "Letters to them as they went out, or will.", _letters(session, ids, identity)
    for place in near:
        others = place.without(about)
        meaning = f"{_meaning(place.record)} {_ALSO_OTHERS}"
        yield f"with_others.{place.table}", meaning, _rows(session, others)
    elsewhere = f"Other texts that name them. {_ALSO_OTHERS}"
    yield "named_in", elsewhere, _named_in(session, traces, [*about, *near])
    yield "suppression", "Refusals to be written to.", _refusals(session, traces, identity)
    yield "trail", "Who changed what about them, when and why.", _trail(session, about)


def _meaning(record: type[Record]) -> str:
    return (inspect.getdoc(record) or record.__name__).splitlines()[0]


def _rows(session: Session, place: Place) -> _Rows:
    if not place.keys:
        return
    columns = [c for c in table_of(place.record).columns if c.name == "id" or not is_inner(c)]
    query = select(*columns).where(place.rows()).order_by(*key_columns(place.record))
    rows = session.execute(query).all()
    accounts = _accounts(session, columns, rows)
    for row in rows:
        told = {
            c.name: accounts.get(v) if _is_account(c) else _readable(v)
            for c, v in zip(columns, row, strict=True)
        }
        yield {field: value for field, value in told.items() if value is not None}


def _accounts(session: Session, columns: Sequence[Column[Any]], rows: Sequence[Any]) -> dict[int, str]:
    """The organisations that rows refer to, by number and name: a number alone says nothing to its reader."""
    numbers = {row[at] for at, column in enumerate(columns) if _is_account(column) for row in rows}
    query = select(col(Organization.id), col(Organization.name)).where(col(Organization.id).in_(numbers))
    return {number: f"{number} {called}" for number, called in session.execute(query)}


def _is_account(column: Column[Any]) -> bool:
    return any(key.column.table is table_of(Organization) for key in column.foreign_keys)


def _readable(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else plain(value)


def _letters(session: Session, person_ids: Sequence[int], identity: Identity) -> _Rows:
    theirs = select(Letter).where(col(Letter.person_id).in_(person_ids)).order_by(col(Letter.id))
    for letter in session.scalars(theirs):
        try:
            shown = render(wording(session, letter.template), letter_facts(letter, identity))
        except AccordError as error:  # what it was filled with is kept no longer
            yield {"id": letter.id, "status": letter.status.value, "text": error.message}
        else:
            words = {"subject": shown.subject, "text": shown.text}
            yield {"id": letter.id, "status": letter.status.value, **words}


def _named_in(session: Session, traces: Traces, known: Sequence[Place]) -> _Rows:
    elsewhere = {row for place in known for row in place.names}
    finder = traces.anywhere()
    for table in Record.metadata.sorted_tables:
        record = record_of(table.name)
        if personal_columns(table) and record not in {Person, TrailPersonal}:
            for key, field, said in mentions(session, record, finder, true()):
                if (found := name(record, key)) not in elsewhere:
                    yield {"record": found, "field": field, "text": said}


def _refusals(session: Session, traces: Traces, identity: Identity) -> _Rows:
    for address in sorted(traces.addresses):
        for entry in entries_of(session, address, keys=identity.keys):
            what = {"scope": entry.scope.value, "reason": entry.reason.value, "excepted": entry.excepted}
            yield {"address": address, **what, "since": plain(entry.since_at)}


def _trail(session: Session, about: Sequence[Place]) -> _Rows:
    names = [row for place in about for row in place.names]
    for line in without_noise(lines_of(session, col(TrailChange.record).in_(names))):
        who = {"at": plain(line.at), "actor": line.actor, "verb": line.verb, "reason": line.reason}
        yield {**who, "record": line.record, "before": dict(line.before), "after": dict(line.after)}
