"""`book.outcomes`: what came of a run: account by account, arm by arm, wording by wording, and who was in touch besides."""

from datetime import datetime

from crm.outreach.results.attribution import Credit, credits_of
from crm.outreach.results.exposure import Exposure
from crm.outreach.results.run_results import RunResults, results_of
from crm.outreach.results.wordings_compared import WordingResult, wordings_of
from crm.outreach.run_tables import EnrolmentState
from crm.outreach.runs.accounts import RunAccount, accounts_of
from crm.outreach.runs.rules import RunKey, find_run
from crm.store.store import Store


class Outcomes:
    """What came of runs.

    Args:
        store: the door to the database.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def of(self, run: RunKey, *, exposure: Exposure | None = None) -> RunResults:
        """What came of a run so far, arm by arm.

        Args:
            run: which.
            exposure: a reading: only what came within so many days of each account's own first entry, of those who have
                had these days.

        Raises:
            NotFound: there is no such run.
        """
        with self._store.reading() as session:
            return results_of(session, find_run(session, run), exposure=exposure)

    def accounts(self, run: RunKey, *, state: EnrolmentState | str | None = None) -> tuple[RunAccount, ...]:
        """The accounts of a run by name, as its audience was frozen: all of them, or those in a state, e.g. "awaiting".

        Raises:
            NotFound: there is no such run.
        """
        with self._store.reading() as session:
            wanted = None if state is None else EnrolmentState(state)
            return accounts_of(session, find_run(session, run), state=wanted)

    def wordings(self, run: RunKey, *, until: datetime) -> tuple[WordingResult, ...]:
        """What came of each wording of a run's letters up to an instant."""
        with self._store.reading() as session:
            return wordings_of(session, find_run(session, run), until=until)

    def touches(self, run: RunKey, *, until: datetime) -> tuple[Credit, ...]:
        """Who was in touch with the accounts that reached a run's goal up to an instant."""
        with self._store.reading() as session:
            return credits_of(session, find_run(session, run), until=until)
