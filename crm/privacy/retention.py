"""`book.retention`: what has been kept for long enough, by rules that are data; looked at daily, applied by a person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlmodel import Session

from crm.directory.people import Person
from crm.errors import ConfigurationError, NotFound, Refused
from crm.outreach.identity import Identity
from crm.privacy.about import Key, key_columns, rows_of, table_of
from crm.privacy.blanking import blank
from crm.privacy.erasing import erase
from crm.privacy.keeping import Keeping, keepings
from crm.reference.retention_rules import RetentionAction, RetentionRule, retention_rules
from crm.shown import Shown
from crm.store.store import Change, Store

_BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Due(Shown):
    """What one rule has to say.

    Attributes:
        rule: its slug.
        name: what it is about, in words.
        action: what happens to it.
        automatic: whether the daily job does it by itself.
        cutoff: what is older than this is due.
        rows: how many rows are due; after `apply`, how many it did.
        oldest: the oldest of them.
    """

    rule: str
    name: str
    action: RetentionAction
    automatic: bool
    cutoff: datetime
    rows: int
    oldest: datetime | None

    def __str__(self) -> str:
        oldest = f", the oldest of {self.oldest:%-d %B %Y}" if self.oldest else ""
        return f"{self.rows:>7}  {self.name}: older than {self.cutoff:%-d %B %Y} ({self.action}){oldest}"


@dataclass(frozen=True, slots=True)
class RetentionReport(Shown):
    """What the rules would do, or did.

    Attributes:
        as_of: when the book was looked at.
        rules: one line a rule, those with nothing due among them.
        applied: whether it was done.
    """

    as_of: datetime
    rules: tuple[Due, ...]
    applied: bool

    @property
    def count(self) -> int:
        """How many rows it comes to; `confirm` names it."""
        return sum(due.rows for due in self.rules)

    def __str__(self) -> str:
        what = "rows were cleared" if self.applied else "rows have been kept for long enough"
        return "\n".join([f"{self.count} {what} as of {self.as_of:%-d %B %Y}.", *map(str, self.rules)])


class Retention:
    """`book.retention`: what the retention rules would do, and doing it.

    Args:
        store: the door to the database.
        identity: who we are in letters; an erased person's letters are stopped.
    """

    def __init__(self, store: Store, *, identity: Identity) -> None:
        self._store = store
        self._identity = identity

    def preview(self, *, rule: str | None = None) -> RetentionReport:
        """What has been kept for long enough, by rule, with the oldest of it; nothing is changed.

        Args:
            rule: only this one, e.g. "answers_raw".

        Raises:
            NotFound: there is no such rule.
        """
        now = self._store.now()
        with self._store.reading() as session:
            found = tuple(_due(session, known, now) for known in _wanted(session, rule))
        return RetentionReport(now, found, applied=False)

    def apply(self, *, confirm: int, rule: str | None = None) -> RetentionReport:
        """Clear what has been kept for long enough, batch by batch, each with its entry on the trail.

        Args:
            confirm: the count of the preview.
            rule: only this one.

        Returns:
            How many rows each rule cleared.

        Raises:
            NotFound: there is no such rule.
            Refused: the count is another one.
        """
        preview = self.preview(rule=rule)
        if confirm != preview.count:
            raise Refused(
                f"Nothing was cleared: it comes to {preview.count} rows, and {confirm} were named.",
                rule="retention.confirm",
                hint="Look at book.retention.preview and name its count.",
            )
        return self._applied(preview)

    def apply_automatic(self) -> RetentionReport:
        """Clear what the rules that are marked as automatic say; the daily job calls it."""
        preview = self.preview()
        own = tuple(due for due in preview.rules if due.automatic)
        return self._applied(RetentionReport(preview.as_of, own, applied=False))

    def _applied(self, preview: RetentionReport) -> RetentionReport:
        done = tuple(replace(due, rows=sum(self._batches(due))) for due in preview.rules)
        return RetentionReport(preview.as_of, done, applied=True)

    def _batches(self, due: Due) -> Iterator[int]:
        """Clear what is due, a batch at a time; a person is a batch of their own."""
        most = 1 if due.action is RetentionAction.ERASE else _BATCH
        while True:
            with self._store.changing(
                "retention.applied", reason=f"{due.name}: kept for long enough"
            ) as change:
                found = self._batch(change, due, most)
            yield found
            if found < most:
                return

    def _batch(self, change: Change, due: Due, most: int) -> int:
        keeping = keepings(change.now.date())[due.rule]
        query = select(*key_columns(keeping.record)).where(keeping.due(due.cutoff)).limit(most)
        keys = [
            tuple(row)
            for row in change.session.execute(query.with_for_update(skip_locked=True, of=keeping.record))
        ]
        if keys:
            self._clear(change, due, keeping, keys)
        return len(keys)

    def _clear(self, change: Change, due: Due, keeping: Keeping, keys: Sequence[Key]) -> None:
        rows = rows_of(keeping.record, keys)
        match due.action:
            case RetentionAction.ERASE:
                person = change.session.get_one(Person, keys[0][0])
                erase(change, person, reason=f"{due.name}: kept for long enough", keys=None)
                return
            case RetentionAction.REMOVE:
                change.session.execute(delete(table_of(keeping.record)).where(rows))
            case RetentionAction.BLANK:
                blank(change.session, keeping.record, rows, fields=keeping.fields)
        rule = change.session.get_one(RetentionRule, due.rule)
        change.note(rule, cleared=len(keys), before=due.cutoff.isoformat())


def _wanted(session: Session, slug: str | None) -> list[RetentionRule]:
    rules = retention_rules(session)
    if slug is None:
        return rules
    known = [rule for rule in rules if rule.slug == slug.strip().casefold()]
    if not known:
        candidates = [rule.slug for rule in rules]
        raise NotFound(
            f"There is no retention rule {slug!r}.", field="rule", value=slug, candidates=candidates
        )
    return known


def _due(session: Session, rule: RetentionRule, now: datetime) -> Due:
    cutoff = now - timedelta(days=rule.keep_days)
    keeping = keepings(now.date())[rule.slug]
    if keeping.action is not rule.action:
        raise ConfigurationError(
            f"The retention rule {rule.slug} says {rule.action}; what can be done there is {keeping.action}.",
            field="action",
        )
    query = (
        select(func.count(), func.min(keeping.since)).select_from(keeping.record).where(keeping.due(cutoff))
    )
    rows, oldest = session.execute(query).one()
    return Due(rule.slug, rule.name, rule.action, rule.automatic, cutoff, rows, oldest)
