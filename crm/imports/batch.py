"""One file on its way into the book: chunk by chunk, every row judged by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from crm.errors import AlreadyExists, InvalidInput, Refused
from crm.imports.accounts import Account, Accounts
from crm.imports.cleaning import Cleaning
from crm.imports.draft import Draft
from crm.imports.lines import Line
from crm.imports.matching import Judgement, judged
from crm.imports.verdicts import Problem, RowVerdict, Verdict, clipped
from crm.imports.writing import Circumstances, write
from crm.store.store import Store
from crm.store.trail import take_ids


@dataclass(frozen=True, slots=True)
class _Entry:
    judgement: Judgement
    created: Account | None = None

    def verdict(self) -> RowVerdict:
        judgement, draft = self.judgement, self.judgement.draft
        if judgement.problems:
            name = clipped(draft.name)
            return RowVerdict(draft.row, Verdict.REFUSE, name, problems=judgement.problems, cells=draft.cells)
        account = self.created or judgement.match
        verdict = Verdict.CREATE if self.created else Verdict.MATCH
        notes = (*draft.notes, *judgement.notes)
        return RowVerdict(draft.row, verdict, draft.name, account.id if account else None, notes)


class Batch:
    """Judges the rows of one file, and writes them unless it is a dry run.

    Args:
        store: for the savepoint around each chunk.
        session: the session of the verb.
        cleaning: reads the rows.
        circumstances: what the rows share.
    """

    def __init__(
        self, store: Store, session: Session, cleaning: Cleaning, circumstances: Circumstances
    ) -> None:
        self._store = store
        self._session = session
        self._cleaning = cleaning
        self._circumstances = circumstances
        self._accounts = Accounts(circumstances.source)

    def settled(self, lines: Sequence[Line]) -> list[RowVerdict]:
        """Judge some rows and write them down: together, and one by one where the database refuses that."""
        drafts = [self._cleaning.draft(line) for line in lines]
        self._accounts.look_up(self._session, drafts)
        return self._together(drafts)

    def _together(self, drafts: Sequence[Draft]) -> list[RowVerdict]:
        entries = self._entries(drafts)
        verdicts = [entry.verdict() for entry in entries]
        try:
            self._write(entries, verdicts)
        except (AlreadyExists, InvalidInput, Refused) as error:
            return self._apart(entries, error)
        return verdicts

    def _entries(self, drafts: Sequence[Draft]) -> list[_Entry]:
        # Numbers for all, because what is new shows one row after the other; gaps do no harm.
        ids: Sequence[int | None] = [None] * len(drafts)
        if self._circumstances.batch_id:
            ids = take_ids(self._session, len(drafts))
        return [
            self._entry(draft, organization_id) for draft, organization_id in zip(drafts, ids, strict=True)
        ]

    def _entry(self, draft: Draft, organization_id: int | None) -> _Entry:
        judgement = judged(draft, self._accounts)
        if not judgement.is_new:
            return _Entry(judgement)
        return _Entry(judgement, self._accounts.expect(draft, organization_id=organization_id))

    def _write(self, entries: Sequence[_Entry], verdicts: Sequence[RowVerdict]) -> None:
        if self._circumstances.batch_id is None:
            return
        drafts = [entry.judgement.draft for entry in entries]
        new = [
            (entry.created.id, entry.judgement.draft)
            for entry in entries
            if entry.created and entry.created.id
        ]
        digests = [draft.digest for draft in drafts]
        with self._store.transaction() as session:
            write(session, self._circumstances, new=new, verdicts=list(zip(verdicts, digests, strict=True)))

    def _apart(
        self, entries: Sequence[_Entry], error: AlreadyExists | InvalidInput | Refused
    ) -> list[RowVerdict]:
        for entry in entries:
            if entry.created:
                self._accounts.forget(entry.judgement.draft, entry.created)
        drafts = [entry.judgement.draft for entry in entries]
        if len(drafts) > 1:
            middle = len(drafts) // 2
            return self._together(drafts[:middle]) + self._together(drafts[middle:])
        if drafts[0].problems:
            raise error  # not even the refusal could be written: that is no fault of the row
        drafts[0].problems.append(Problem.of(error))
        return self._together(drafts)
