"""One file on its way into the book: chunk by chunk, every row judged by itself, every chunk there or not at all."""

from collections.abc import Sequence
from typing import Generic

from sqlalchemy import update
from sqlmodel import Session, col

from crm.errors import AlreadyExists, InvalidInput, Refused
from crm.imports.batches import ImportBatch
from crm.imports.cleaning import Cleaning
from crm.imports.draft import Draft
from crm.imports.judgement import Circumstances, Judgement, Numbers, Write
from crm.imports.kind import D, Rules
from crm.imports.lines import Line
from crm.imports.tally import Tally
from crm.imports.verdicts import LEFT, Problem, RowVerdict, Verdict
from crm.imports.writing import write, write_rows
from crm.store.store import Store
from crm.store.turns import take_turns

TURN = "import"
"""What imports take turns at, chunk by chunk: each sees what the other has brought in."""

_LONGEST_NAME = 400
_Settled = list[tuple[RowVerdict, Sequence[Write]]]


class Run(Generic[D]):
    """Judges the rows of one file and writes them.

    Args:
        store: the door to the database; where a transaction is open already, each chunk is a savepoint in it.
        shared: what the rows share.
        cleaning: reads the rows.
        rules: judges them.
        tally: takes in the verdicts.
        blank: how many blank rows there were before.
    """

    def __init__(
        self,
        store: Store,
        shared: Circumstances,
        *,
        cleaning: Cleaning[D],
        rules: Rules[D],
        tally: Tally,
        blank: int = 0,
    ) -> None:
        self.blank = blank
        self._store = store
        self._shared = shared
        self._cleaning = cleaning
        self._rules = rules
        self._tally = tally

    def chunk(self, lines: Sequence[Line], *, done: int) -> list[RowVerdict]:
        """Judge some rows, write them down, and note how far the batch is, in one transaction.

        Args:
            lines: the rows, blank ones included.
            done: how many rows will have been dealt with then.
        """
        drafts = [self._cleaning.draft(line) for line in lines if not line.is_blank]
        with self._store.transaction() as session:
            take_turns(session, TURN)
            settled = self._together(session, drafts)
            write_rows(session, self._shared.batch_id, settled)
            verdicts = [verdict for verdict, _ in settled]
            self._tally.add(verdicts)
            self.blank += len(lines) - len(drafts)
            self._note_progress(session, done)
        return verdicts

    def _together(self, session: Session, drafts: Sequence[D]) -> _Settled:
        """Write some rows together, and one by one where the database refuses that."""
        try:
            with self._store.transaction():
                return self._written(session, drafts)
        except (AlreadyExists, InvalidInput, Refused) as error:
            return self._apart(session, drafts, error)

    def _written(self, session: Session, drafts: Sequence[D]) -> _Settled:
        # What was looked up for other rows may have been written since, past the session.
        session.expunge_all()
        self._rules.look_up(session, [draft for draft in drafts if not draft.problems], Numbers(session))
        judged = [(draft, self._judged(draft)) for draft in drafts]
        write(session, (one for _, judgement in judged for one in judgement.writes))
        self._rules.settled(session)
        self._rules.follow_up(self._store)
        return [(_verdict(draft, judgement), judgement.writes) for draft, judgement in judged]

    def _judged(self, draft: D) -> Judgement:
        return Judgement(Verdict.REFUSE) if draft.problems else self._rules.judge(draft)

    def _apart(
        self, session: Session, drafts: Sequence[D], error: AlreadyExists | InvalidInput | Refused
    ) -> _Settled:
        if len(drafts) > 1:
            middle = len(drafts) // 2
            return self._together(session, drafts[:middle]) + self._together(session, drafts[middle:])
        if drafts[0].problems:
            raise error  # nothing was to be written: that is no fault of the row
        drafts[0].problems.append(Problem.of(error))
        return self._together(session, drafts)

    def _note_progress(self, session: Session, done: int) -> None:
        batch = update(ImportBatch).where(col(ImportBatch.id) == self._shared.batch_id)
        values = {"done": done, "blank": self.blank, "tally": self._tally.as_json()}
        session.connection().execute(batch.values(values))


def _verdict(draft: Draft, judgement: Judgement) -> RowVerdict:
    problems = (*draft.problems, *([judgement.problem] if judgement.problem else []))
    return RowVerdict(
        draft.row,
        judgement.verdict,
        draft.name[:_LONGEST_NAME],
        judgement.subject_id,
        () if judgement.verdict in LEFT else (*draft.notes, *judgement.notes),
        problems,
        draft.cells if judgement.verdict in LEFT else (),
    )
