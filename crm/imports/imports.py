"""`book.imports`: bring a file into the book; try it first with `dry_run=True`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from itertools import islice

from sqlalchemy import insert, update
from sqlmodel import Session, col, select

from crm.directory.names import clean_name
from crm.directory.roles import RoleKind
from crm.errors import InvalidInput, NotFound
from crm.imports.batch import Batch
from crm.imports.classification import Classification
from crm.imports.cleaning import Cleaning
from crm.imports.csv_table import CsvTable, table_of
from crm.imports.mapping import OrganizationField, OrganizationMapping
from crm.imports.places import Places
from crm.imports.report import ImportReport
from crm.imports.sources import Source, opened
from crm.imports.tables import ImportBatch, ImportRow
from crm.imports.verdicts import NOTES, PROBLEMS, RowVerdict
from crm.imports.writing import Circumstances
from crm.reference.countries import gazetteer_of
from crm.reference.segments import Segment
from crm.store.store import Change, Store
from crm.store.trail import take_ids
from crm.store.turns import take_turns

CHUNK = 1000
"""How many rows are looked up and written at once."""

Progress = Callable[[int, int | None], None]


class Imports:
    """`book.imports`: files into the book, and what became of them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[ImportBatch]:
        """Every import, the latest first."""
        with self._store.reading() as session:
            return iter(session.exec(select(ImportBatch).order_by(col(ImportBatch.id).desc())).all())

    def organizations(
        self,
        source: Source,
        mapping: OrganizationMapping | Mapping[str, str],
        *,
        dry_run: bool = False,
        source_name: str | None = None,
        role: RoleKind | str | None = None,
        synthetic: bool = False,
        encoding: str | None = None,
        on_progress: Progress | None = None,
    ) -> ImportReport:
        """Import organisations from a CSV file.

        Every row stands alone: what is wrong with one is reported with field, value, reason and fix, and neither
        stops nor hides the others. A row that is in the book already adds nothing and changes nothing. The import as
        a whole is one transaction and one entry on the trail: when it is interrupted, nothing was written. Two imports
        at the same moment take turns.

        Args:
            source: a path, or a file that is open for reading.
            mapping: the column of the file for each field, e.g. ``{"name": "Company", "country": "HQ"}``.
            dry_run: only say what would happen; the report is the same.
            source_name: what the source is called, the same for each of its files; the name of the file if left out.
                Needed where a column holds the source's own keys.
            role: "prospect" or "donor", for the organisations that are created.
            synthetic: whether they are made up.
            encoding: what the file is written in, if not UTF-8.
            on_progress: called with the rows done and, as far as known, the rows there are.

        Raises:
            NotFound: there is no such file.
            InvalidInput: the file as a whole, its header or the mapping cannot be used; nothing was written.
        """
        plan = OrganizationMapping.of(mapping)
        given = _role(role)
        with opened(source, encoding=encoding) as file:
            named = _source_name(source_name, plan, file.name)
            table = table_of(file, columns=tuple(plan.columns.values()))
            if dry_run:
                shared = Circumstances(None, named, self._store.now(), given, synthetic)
                with self._store.reading() as session:
                    batch = Batch(self._store, session, _cleaning(session, plan, table), shared)
                    return _run(batch, table, shared, on_progress)
            with self._store.changing("organizations.imported") as change:
                shared = Circumstances(
                    _begin(change, plan, table, named), named, change.now, given, synthetic
                )
                batch = Batch(self._store, change.session, _cleaning(change.session, plan, table), shared)
                report = _run(batch, table, shared, on_progress)
                _finish(change, report)
                return report

    def report(self, batch: ImportBatch | int) -> ImportReport:
        """What an earlier import did, as it was reported then.

        Args:
            batch: the batch or its number.

        Raises:
            NotFound: there is no such batch.
        """
        number = batch.id if isinstance(batch, ImportBatch) else batch
        with self._store.reading() as session:
            found = session.get(ImportBatch, number)
            if found is None:
                raise NotFound(
                    f"There is no import {number}.", field="batch", value=number, hint="See book.imports."
                )
            rows = session.exec(
                select(ImportRow).where(ImportRow.batch_id == number).order_by(col(ImportRow.row))
            )
            verdicts = tuple(map(_verdict, rows))
            return _report(found, verdicts)


def _source_name(given: str | None, plan: OrganizationMapping, file: str) -> str:
    if given is None and OrganizationField.KEY in plan.columns:
        raise InvalidInput(
            "A column holds the source's own keys, and the source has no name.",
            field="source_name",
            hint="Give source_name, the same for each file of the source.",
        )
    return clean_name(given if given is not None else file, field="source_name")


def _role(given: RoleKind | str | None) -> RoleKind | None:
    try:
        return RoleKind(given) if given is not None else None
    except ValueError as error:
        raise InvalidInput(
            f"There is no role {given!r}.",
            field="role",
            value=given,
            candidates=[kind.value for kind in RoleKind],
        ) from error


def _cleaning(session: Session, plan: OrganizationMapping, table: CsvTable) -> Cleaning:
    segments = session.exec(select(Segment).where(col(Segment.retired_on).is_(None))).all()
    return Cleaning(
        plan,
        plan.positions(table.header, file=table.file.name),
        places=Places(gazetteer_of(session)),
        classification=Classification(segments),
    )


def _run(batch: Batch, table: CsvTable, shared: Circumstances, on_progress: Progress | None) -> ImportReport:
    verdicts: list[RowVerdict] = []
    done = blank = 0
    with closing(table.rows()) as rows:
        while lines := list(islice(rows, CHUNK)):
            filled = [line for line in lines if not line.is_blank]
            verdicts += batch.settled(filled)
            done, blank = done + len(lines), blank + len(lines) - len(filled)
            if on_progress:
                on_progress(done, max(done, table.file.lines - 1))
    return ImportReport(
        shared.batch_id, shared.batch_id is None, shared.source, table.header, tuple(verdicts), blank
    )


def _begin(change: Change, plan: OrganizationMapping, table: CsvTable, source: str) -> int:
    # Two imports take turns: each sees what the other has brought in.
    take_turns(change.session, "import.organizations")
    (batch_id,) = take_ids(change.session, 1)
    change.in_batch(batch_id)
    values = {"id": batch_id, "kind": "organizations", "source": source, "digest": table.file.digest}
    values |= {"header": list(table.header), "mapping": plan.model_dump(mode="json"), "blank": 0}
    change.session.connection().execute(insert(ImportBatch), [values | {"started_at": change.now}])
    return batch_id


def _finish(change: Change, report: ImportReport) -> None:
    batch = update(ImportBatch).where(col(ImportBatch.id) == report.batch_id)
    change.session.connection().execute(batch.values(blank=report.blank))


def _report(batch: ImportBatch, rows: tuple[RowVerdict, ...]) -> ImportReport:
    header = tuple(batch.header)
    return ImportReport(
        batch.id, dry_run=False, source=batch.source, header=header, rows=rows, blank=batch.blank
    )


def _verdict(row: ImportRow) -> RowVerdict:
    notes, problems = NOTES.validate_python(row.notes), PROBLEMS.validate_python(row.problems)
    return RowVerdict(row.row, row.verdict, row.name, row.subject_id, notes, problems, tuple(row.cells))
