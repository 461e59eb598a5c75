"""`book.imports`: bring files into the book; try each first with `dry_run=True`."""

from collections.abc import Iterator
from typing import TypedDict, Unpack

from sqlmodel import col, select

from crm.directory.roles import RoleKind
from crm.imports import performing, reverting
from crm.imports.batches import ImportBatch
from crm.imports.interactions import INTERACTIONS
from crm.imports.judgement import Update
from crm.imports.kind import Kind
from crm.imports.kinds import KINDS, kind_of
from crm.imports.mappings import Mapped, Mappings, mapping_of
from crm.imports.organizations import ORGANIZATIONS
from crm.imports.participation import PARTICIPATION
from crm.imports.payments import PAYMENTS
from crm.imports.people import PEOPLE
from crm.imports.performing import Order, Progress
from crm.imports.report import ImportReport
from crm.imports.reverted import Reverted
from crm.imports.row_log import BookLog
from crm.imports.sources import Source
from crm.imports.standing import STANDING
from crm.imports.suggesting import Suggested, suggested
from crm.imports.terms import TERMS
from crm.membership.dues.payments import FINANCE
from crm.store.store import Store


class How(TypedDict, total=False):
    """How a file is imported; what each means stands at `Imports.organizations`."""

    dry_run: bool
    source_name: str | None
    update: Update | str
    synthetic: bool
    encoding: str | None
    sheet: str | None
    on_progress: Progress | None


class Imports:
    """`book.imports`: files into the book, and what became of them.

    What holds for every kind of row:

    - A file is CSV (UTF-8, or UTF-16 with a byte order mark, or `encoding`) or a workbook (.xlsx: the first sheet, or
      `sheet`; what is calculated counts as it was last saved).
    - Every row stands alone: what is wrong with one is told with field, value, reason and fix, and neither stops nor
      hides the others.
    - A thousand rows at a time are looked up, written and committed. Who is stopped calls again with the same file,
      and goes on where it stopped. Imports take turns chunk by chunk; a dry run holds its turn until it is done.
    - `dry_run=True` does all of it and takes all of it back; the report is the same.
    - One import is one entry on the trail, written when it begins, which leads to its rows.

    Attributes:
        mappings: mappings by name, for files that come again and again.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.mappings = Mappings(store)

    def __iter__(self) -> Iterator[ImportBatch]:
        """Every import, the latest first."""
        with self._store.reading() as session:
            return iter(session.exec(select(ImportBatch).order_by(col(ImportBatch.id).desc())).all())

    def organizations(
        self,
        source: Source,
        mapping: Mapped,
        *,
        dry_run: bool = False,
        source_name: str | None = None,
        update: Update | str = Update.FILL,
        role: RoleKind | str | None = None,
        synthetic: bool = False,
        encoding: str | None = None,
        sheet: str | None = None,
        on_progress: Progress | None = None,
    ) -> ImportReport:
        """Import organisations. One that is in the book is found by its key at the source, LEI, or name and country.

        Args:
            source: a path, or a file that is open for reading.
            mapping: the column of the file for each field (`OrganizationField`), e.g. ``{"name": "Company", "country":
                "HQ"}``; an `ImportMapping`; or the name of a mapping that was saved.
            dry_run: only say what would happen.
            source_name: what the source is called, the same for each of its files; the name of the file if left out.
                Needed where a column holds the source's own keys.
            update: what happens to organisations that the book holds: "fill" what it has empty and note what differs,
                "overwrite", or "never". The previous values are kept with the row.
            role: "prospect" or "donor", for the organisations that are created.
            synthetic: whether they are made up.
            encoding: what a CSV file is written in, if it is not UTF-8 and has no byte order mark.
            sheet: which sheet of a workbook.
            on_progress: called with the rows done and, as far as known, the rows there are.

        Raises:
            NotFound: there is no such file, or no such mapping.
            InvalidInput: the file as a whole, its header or the mapping cannot be used; nothing was written.
            Refused: the same file is being imported at this moment.
        """
        order = Order(
            kind=ORGANIZATIONS,
            source=source,
            mapping=mapping_of(self._store, mapping, ORGANIZATIONS),
            dry_run=dry_run,
            source_name=source_name,
            update=update,
            role=role,
            synthetic=synthetic,
            encoding=encoding,
            sheet=sheet,
            on_progress=on_progress,
        )
        return performing.perform(self._store, order)

    def people(self, source: Source, mapping: Mapped, **how: Unpack[How]) -> ImportReport:
        """Import people, each with a position at an account; found by e-mail address, or by name and account.

        Args:
            source: as for `organizations`.
            mapping: the column for each field of `PersonField`.
            **how: as for `organizations`, without `role`.
        """
        return self._perform(PEOPLE, source, mapping, how)

    def terms(self, source: Source, mapping: Mapped, **how: Unpack[How]) -> ImportReport:
        """Import memberships: a row becomes a join of the ledger, with a last day also a denunciation.

        An event that the ledger holds is matched. The ledger is append-only: `update` can add the end of a membership
        that goes on in the book, and "overwrite" does no more than "fill".

        Args:
            source: as for `organizations`.
            mapping: the column for each field of `TermField`.
            **how: as for `organizations`, without `role`.
        """
        return self._perform(TERMS, source, mapping, how)

    def standing(self, source: Source, mapping: Mapped, **how: Unpack[How]) -> ImportReport:
        """Import statements of standing, e.g. a finance extract: one for each account, day and source.

        Args:
            source: as for `organizations`.
            mapping: the column for each field of `StandingField`.
            **how: as for `organizations`, without `role`.
        """
        return self._perform(STANDING, source, mapping, how)

    def interactions(self, source: Source, mapping: Mapped, **how: Unpack[How]) -> ImportReport:
        """Import calls, meetings and notes, with who took part and the next step.

        One that is on record (account, kind, time and summary) is matched; nothing on record is changed.

        Args:
            source: as for `organizations`.
            mapping: the column for each field of `InteractionField`.
            **how: as for `organizations`, without `role`.
        """
        return self._perform(INTERACTIONS, source, mapping, how)

    def participation(self, source: Source, mapping: Mapped, **how: Unpack[How]) -> ImportReport:
        """Import what accounts did in the study groups; what is on record is matched.

        Args:
            source: as for `organizations`.
            mapping: the column for each field of `ParticipationField`.
            **how: as for `organizations`, without `role`.
        """
        return self._perform(PARTICIPATION, source, mapping, how)

    def payments(self, source: Source, mapping: Mapped, **how: Unpack[How]) -> ImportReport:
        """Import payments, e.g. from a bank; the report says of each what it pays. One on record, by its reference, is matched.

        A payment settles what was due first, or the invoice that its row names. Nothing on record is changed. A payment
        that covers the joining invoice of an applicant begins its membership.

        Args:
            source: as for `organizations`.
            mapping: the column for each field of `PaymentField`.
            **how: as for `organizations`, without `role`; `source_name` is "finance" if left out, as in `book.dues.pay`.
        """
        named = How(**how) | How(source_name=how.get("source_name") or FINANCE)
        return self._perform(PAYMENTS, source, mapping, named)

    def suggest(
        self,
        source: Source,
        *,
        kind: str = "organizations",
        encoding: str | None = None,
        sheet: str | None = None,
    ) -> Suggested:
        """Propose a mapping from the header of a file, with a reason for each field and a preview of the first rows.

        Nothing is imported; look at it, correct it, and pass on its `mapping`.

        Args:
            source: a path, or a file that is open for reading.
            kind: what its rows are: "organizations", "people", "terms", "standing", "interactions", "participation" or
                "payments".
            encoding: what a CSV file is written in, if it is not UTF-8 and has no byte order mark.
            sheet: which sheet of a workbook.

        Raises:
            NotFound: there is no such file, or no such kind of row.
            InvalidInput: the file cannot be read.
        """
        return suggested(source, kind_of(kind), encoding=encoding, sheet=sheet)

    def resume(
        self, batch: ImportBatch | int, source: Source, *, on_progress: Progress | None = None
    ) -> ImportReport:
        """Go on with an import that was stopped, with the mapping and options that it was begun with.

        Args:
            batch: the batch or its number.
            source: the very file that was begun.
            on_progress: called with the rows done and, as far as known, the rows there are.

        Returns:
            The report on the whole import; of one that is done already, as it was reported then.

        Raises:
            NotFound: there is no such import, or no such file.
            InvalidInput: it is another file.
            Refused: the import has been reverted, or runs at this moment.
        """
        return performing.resume(self._store, KINDS, _number(batch), source, on_progress)

    def revert(self, batch: ImportBatch | int, *, reason: str, dry_run: bool = False) -> Reverted:
        """Take an import back: what it put into the book is removed, what it changed is put back.

        A row is taken back as a whole or not at all. It stands if something else refers to what it made, if somebody
        or another import has changed that since, or if a field that it changed has another value now; the result
        lists each with the reason, and nothing of it is touched. Once the obstacle is gone, revert again.

        Memberships stand in an append-only ledger and are taken back by another event: a join by a denunciation on its
        first day, an upgrade, a downgrade or a correction by a correction to what was there before. An end, a renewal
        or a suspension cannot be taken back so, and stands. A payment is reversed on its own day; a membership that it
        began stands.

        Args:
            batch: the batch or its number; one that was stopped can be reverted, too.
            reason: why, for the trail.
            dry_run: only say what would happen.

        Raises:
            NotFound: there is no such import.
            InvalidInput: the reason is empty.
            Refused: the import runs at this moment.
        """
        return reverting.revert(self._store, _number(batch), reason=reason, dry_run=dry_run)

    def report(self, batch: ImportBatch | int) -> ImportReport:
        """What an earlier import did, as it was reported then.

        Args:
            batch: the batch or its number.

        Raises:
            NotFound: there is no such batch.
        """
        found = performing.found_batch(self._store, _number(batch))
        return performing.report_of(found, BookLog(self._store, found.id))

    def _perform(self, kind: Kind, source: Source, mapping: Mapped, how: How) -> ImportReport:
        plan = mapping_of(self._store, mapping, kind)
        return performing.perform(self._store, Order(kind=kind, source=source, mapping=plan, **how))


def _number(batch: ImportBatch | int) -> int:
    return batch.id if isinstance(batch, ImportBatch) else batch
