"""All that is held on one person, for them to read: every row about them, and what each table is for."""

import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, overload

from sqlalchemy import select, true
from sqlmodel import Session, col

from crm.consent.suppressions import entries_of
from crm.directory.merged import with_merged
from crm.directory.people import Person
from crm.errors import AccordError
from crm.mail.rendering import render
from crm.outreach.composing import letter_facts
from crm.outreach.identity import Identity
from crm.outreach.outbox_tables import Letter
from crm.outreach.wordings import wording
from crm.privacy.about import Place, name, personal_columns, places_about, places_near, table_of
from crm.privacy.blanking import mentions
from crm.privacy.traces import Traces, traces_of
from crm.reports.forms.file import written
from crm.store.columns import is_inner
from crm.store.history import lines_of
from crm.store.records import Record, record_of
from crm.store.trail import TrailChange, TrailPersonal, plain

_ALSO_OTHERS = "These texts may speak of others, too: a colleague reads them before they are handed out."


@dataclass(frozen=True, slots=True)
class Section:
    """What one table holds.

    Attributes:
        name: the table.
        meaning: what a row of it is, in words.
        rows: the rows, column by column, as plain values.
    """

    name: str
    meaning: str
    rows: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonalData:
    """All that is held on one person.

    Attributes:
        person_id: their number.
        name: their name.
        as_of: when the book was read.
        sections: what each table holds.
    """

    person_id: int
    name: str
    as_of: datetime
    sections: tuple[Section, ...]

    def __str__(self) -> str:
        head = f"What is held on {self.name} (number {self.person_id}) as of {self.as_of:%d %B %Y %H:%M} UTC"
        return "\n\n".join([head, *map(_told, self.sections)]) + "\n"

    @overload
    def to_json(self) -> str: ...
    @overload
    def to_json(self, path: str | Path) -> Path: ...
    def to_json(self, path: str | Path | None = None) -> str | Path:
        """All of it as JSON, for programs (GDPR, Article 20): the text, or the path of the file when one is given."""
        document = {
            "person": self.person_id,
            "name": self.name,
            "as_of": self.as_of.isoformat(),
            "held": {s.name: {"meaning": s.meaning, "rows": list(s.rows)} for s in self.sections},
        }
        return _to_a_file_of_ours(json.dumps(document, ensure_ascii=False, indent=2) + "\n", path)

    @overload
    def to_text(self) -> str: ...
    @overload
    def to_text(self, path: str | Path) -> Path: ...
    def to_text(self, path: str | Path | None = None) -> str | Path:
        """All of it as a text to read: the text, or the path of the file when one is given."""
        return _to_a_file_of_ours(str(self), path)


def _to_a_file_of_ours(text: str, path: str | Path | None) -> str | Path:
    """Write a file that nobody else on the machine can read; one that is there keeps its permissions."""
    if path is not None and not Path(path).exists() and Path(path).parent.is_dir():
        Path(path).touch(mode=0o600)
    return written(text, path)


def export(session: Session, person: Person, *, identity: Identity, now: datetime) -> PersonalData:
    """Put together all that is held on a person and on all that were merged into them.

    Args:
        session: the session of the verb.
        person: whom.
        identity: shows letters as they went out, and keys the suppression list.
        now: when.
    """
    ids = list(session.exec(with_merged(Person, [person.id])))
    traces = traces_of(session, ids)
    about, near = places_about(session, ids), places_near(session, ids)
    sections = [
        *(Section(place.table, _meaning(place.record), tuple(_rows(session, place))) for place in about),
        Section(
            "letters", "Letters to them as they went out, or will.", tuple(_letters(session, ids, identity))
        ),
        *(
            Section(
                f"with_others.{place.table}",
                f"{_meaning(place.record)} {_ALSO_OTHERS}",
                tuple(_rows(session, place)),
            )
            for place in (place.without(about) for place in near)
        ),
        Section(
            "named_in",
            f"Other texts that name them. {_ALSO_OTHERS}",
            tuple(_named_in(session, traces, [*about, *near])),
        ),
        Section("suppression", "Refusals to be written to.", tuple(_refusals(session, traces, identity))),
        Section("trail", "Who changed what about them, when and why.", tuple(_trail(session, about))),
    ]
    held = tuple(section for section in sections if section.rows)
    return PersonalData(person_id=person.id, name=person.name, as_of=now, sections=held)


def _meaning(record: type[Record]) -> str:
    return (inspect.getdoc(record) or record.__name__).splitlines()[0]


def _rows(session: Session, place: Place) -> Iterator[dict[str, Any]]:
    columns = [
        column for column in table_of(place.record).columns if column.name == "id" or not is_inner(column)
    ]
    for row in session.execute(select(*columns).where(place.rows())).mappings() if place.keys else ():
        yield {name: _readable(value) for name, value in row.items() if value is not None}


def _readable(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else plain(value)


def _letters(session: Session, person_ids: Sequence[int], identity: Identity) -> Iterator[dict[str, Any]]:
    theirs = select(Letter).where(col(Letter.person_id).in_(person_ids)).order_by(col(Letter.id))
    for letter in session.scalars(theirs):
        try:
            shown = render(wording(session, letter.template), letter_facts(letter, identity))
        except AccordError as error:  # what it was filled with is kept no longer
            yield {"id": letter.id, "status": letter.status.value, "text": error.message}
        else:
            words = {"subject": shown.subject, "text": shown.text}
            yield {"id": letter.id, "status": letter.status.value, **words}


def _named_in(session: Session, traces: Traces, known: Sequence[Place]) -> Iterator[dict[str, Any]]:
    elsewhere = {row for place in known for row in place.names}
    finder = traces.anywhere()
    for table in Record.metadata.sorted_tables:
        record = record_of(table.name)
        if personal_columns(table) and record not in {Person, TrailPersonal}:
            for key, field, said in mentions(session, record, finder, true()):
                if (found := name(record, key)) not in elsewhere:
                    yield {"record": found, "field": field, "text": said}


def _refusals(session: Session, traces: Traces, identity: Identity) -> Iterator[dict[str, Any]]:
    for address in sorted(traces.addresses):
        for entry in entries_of(session, address, keys=identity.keys):
            what = {"scope": entry.scope.value, "reason": entry.reason.value}
            yield {"address": address, **what, "since": plain(entry.since_at)}


def _trail(session: Session, about: Sequence[Place]) -> Iterator[dict[str, Any]]:
    names = [row for place in about for row in place.names]
    for line in lines_of(session, col(TrailChange.record).in_(names)):
        who = {"at": plain(line.at), "actor": line.actor, "verb": line.verb, "reason": line.reason}
        yield {**who, "record": line.record, "before": dict(line.before), "after": dict(line.after)}


def _told(section: Section) -> str:
    lines = [f"{section.name}: {section.meaning}"]
    for row in section.rows:
        lines.append("  -")
        lines += [
            f"    {name}: {_indented(value)}"
            for name, value in row.items()
            if value not in (None, "", {}, [])
        ]
    return "\n".join(lines)


def _indented(value: Any) -> str:
    return "\n      ".join(str(value).splitlines())
