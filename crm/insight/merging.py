"""`book.merges`: two records that turn out to be one organisation or one person, and the way back.

Nothing is deleted: the duplicate stays on file and leads to its keeper. What refers to it goes over to the keeper, and
a journal keeps what stood where, so that a merge can be undone long afterwards.
"""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, or_, select

from crm.directory.resolve import label
from crm.directory.tables import Organization
from crm.errors import InvalidInput, Refused
from crm.insight.merge import Difference, Left, Merge, Stayed, Unmerged
from crm.insight.merge_pairs import Kept, both, find_merge, kind_of, merged_pair, pair_of, standing_merge
from crm.insight.merge_tables import MergedKind, MergeEntry
from crm.insight.merging_organizations import CIRCLE, NAMES, move_names, refuse_unfit, settle
from crm.insight.moving import Journal, put_back
from crm.insight.references import movable
from crm.insight.subject import SubjectKey, find_subject
from crm.store.store import Change, Store
from crm.store.trail import name_of

_ONCE = ("lei", "email", "email_key")
"""Fields that only one record may hold: the duplicate gives them up when the keeper takes them over."""

_TAKEN_OVER = {
    MergedKind.ORGANIZATION: (
        "country",
        "segment",
        "size",
        "employees",
        "lei",
        "website",
        "owner_id",
        "tier",
    ),
    MergedKind.PERSON: ("email", "email_key", "phone", "language", "time_zone", "salutation"),
}
_COMPARED = {
    MergedKind.ORGANIZATION: ("name", "kind", *_TAKEN_OVER[MergedKind.ORGANIZATION], "parent_id"),
    MergedKind.PERSON: ("name", "email", "phone", "language", "time_zone", "salutation"),
}


class Merges:
    """`book.merges`: merge duplicates, undo it, and see what was merged."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def merge(self, keep: SubjectKey, duplicate: SubjectKey, *, reason: str, dry_run: bool = False) -> Merge:
        """Merge a duplicate into the record that is kept.

        Everything about the duplicate is about the keeper from then on; what the keeper has already stays with the
        duplicate. Fields in which the keeper has nothing take over what the duplicate has. The duplicate's id, names,
        LEI, domains and e-mail address lead to the keeper.

        Args:
            keep: the organisation or person that is kept.
            duplicate: the other one.
            reason: how it is known that they are the same, for the trail.
            dry_run: only say what would happen.

        Raises:
            NotFound: one of them is not in the book.
            Ambiguous: a key fits several.
            Refused: they are one record, or the duplicate was merged before; both are members in one Sector at the
                same time; or an organisation would come to stand below itself.
        """
        why = _given(reason)
        with self._store.reading() as session:
            kind = kind_of(find_subject(session, keep))
        with self._store.changing(f"{kind}.merged", reason=why, dry_run=dry_run) as change:
            keeper, other = pair_of(change.session, kind, keep, duplicate)
            return _told(change.session, _merged(change, keeper, other, why), dry_run=dry_run)

    def unmerge(self, merge: Merge | int, *, reason: str, dry_run: bool = False) -> Unmerged:
        """Undo a merge: what still stands where it put it goes back, and what came since stays with the keeper.

        Args:
            merge: the merge, or its id.
            reason: why, for the trail.
            dry_run: only say what would happen.

        Returns:
            What was put back, and what somebody has changed since and was left as it is.

        Raises:
            NotFound: there is no such merge.
            Refused: it was undone before; the keeper has itself been merged into another since; an organisation would
                come to stand below itself; or membership events since the merge build on both ledgers.
        """
        why = _given(reason)
        with self._store.reading() as session:
            kind = find_merge(session, merge).kind
        with self._store.changing(f"{kind}.unmerged", reason=why, dry_run=dry_run) as change:
            entry = standing_merge(change.session, merge)
            keeper, other = merged_pair(change.session, entry)
            done, left = _unmerged(change, keeper, other, entry)
            entry.amend({"undone_at": change.now, "undone_by": change.actor, "undone_because": why})
            return Unmerged(
                merge_id=entry.id,
                kind=entry.kind,
                keeper_id=keeper.id,
                keeper=keeper.name,
                duplicate_id=other.id,
                duplicate=other.name,
                at=change.now,
                by=change.actor,
                reason=why,
                put_back=done,
                left=tuple(left),
            )

    def get(self, merge: Merge | int) -> Merge:
        """A merge by its id.

        Raises:
            NotFound: there is none.
        """
        with self._store.reading() as session:
            return _told(session, find_merge(session, merge))

    def of(self, key: SubjectKey) -> tuple[Merge, ...]:
        """The merges into an organisation or person, the newest first; those that were undone are among them."""
        with self._store.reading() as session:
            number = find_subject(session, key).id
            concerned = or_(col(MergeEntry.keeper_id) == number, col(MergeEntry.duplicate_id) == number)
            query = select(MergeEntry).where(concerned).order_by(col(MergeEntry.id).desc())
            return tuple(_told(session, entry) for entry in session.exec(query).all())


def _merged(change: Change, keeper: Kept, other: Kept, reason: str) -> MergeEntry:
    kind = kind_of(keeper)
    values = {"kind": kind, "keeper_id": keeper.id, "duplicate_id": other.id, "reason": reason}
    values |= {"merged_at": change.now, "merged_by": change.actor}
    entry = change.add(MergeEntry.model_validate(values))
    journal = Journal(change.session, entry.id)
    if isinstance(keeper, Organization) and isinstance(other, Organization):
        refuse_unfit(change.session, keeper, other)
        move_names(journal, keeper, other)
    taken_over = [field for field in _TAKEN_OVER[kind] if _take_over(journal, keeper, other, field)]
    references = [reference for reference in movable(type(keeper)) if str(reference) != NAMES]
    for reference in references:
        journal.move(reference, origin=other.id, target=keeper.id)
    other.merged_into_id = keeper.id
    if isinstance(keeper, Organization):
        settle(change.session, [keeper])
    moved = {name: n for name in (NAMES, *map(str, references)) if (n := journal.changed[name])}
    stayed = [[row.record, row.rule] for row in journal.stayed]
    entry.amend({"moved": moved, "stayed": stayed, "taken_over": taken_over})
    change.note(keeper, took_in=name_of(other))
    change.about(keeper)
    return entry


def _unmerged(
    change: Change, keeper: Kept, other: Kept, entry: MergeEntry
) -> tuple[Mapping[str, int], Sequence[Left]]:
    other.merged_into_id = None
    change.session.flush()
    done, left = put_back(change.session, entry.id)
    if isinstance(keeper, Organization) and isinstance(other, Organization):
        _settle_apart(change.session, keeper, other)
    change.note(keeper, gave_back=name_of(other))
    change.about(keeper)
    return done, left


def _settle_apart(session: Session, keeper: Organization, other: Organization) -> None:
    try:
        settle(session, [keeper, other])
    except Refused as refused:
        if refused.rule == CIRCLE:
            raise
        raise Refused(
            f"The memberships of {label(keeper)} and {label(other)} cannot be told apart any more: {refused.message}",
            rule="merges.ledger",
            hint="Membership events since the merge build on both ledgers, and a ledger is never rewritten.",
        ) from refused


def _take_over(journal: Journal, keeper: Kept, other: Kept, field: str) -> bool:
    value = getattr(other, field)
    if value is None or getattr(keeper, field) is not None:
        return False
    if field in _ONCE:
        journal.put([other], field, None)
    return bool(journal.put([keeper], field, value))


def _told(session: Session, entry: MergeEntry, *, dry_run: bool = False) -> Merge:
    keeper, other = both(session, entry)
    pairs = ((field, getattr(keeper, field), getattr(other, field)) for field in _COMPARED[entry.kind])
    return Merge(
        id=None if dry_run else entry.id,
        kind=entry.kind,
        keeper_id=keeper.id,
        keeper=keeper.name,
        duplicate_id=other.id,
        duplicate=other.name,
        at=entry.merged_at,
        by=entry.merged_by,
        reason=entry.reason,
        moved=entry.moved,
        stayed=tuple(Stayed(record, rule) for record, rule in entry.stayed),
        taken_over=tuple(entry.taken_over),
        differs=tuple(Difference(*pair) for pair in pairs if pair[2] is not None and pair[1] != pair[2]),
        undone_at=entry.undone_at,
    )


def _given(reason: str) -> str:
    if not reason.strip():
        raise InvalidInput(
            "The reason is empty.", field="reason", hint="Say how it is known, for whoever reads the trail."
        )
    return reason.strip()
