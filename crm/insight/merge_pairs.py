"""The two records of a merge: found, locked, and refused where they cannot be merged or taken apart."""

from sqlmodel import Session, col, select

from crm.directory.people import Person, find_person
from crm.directory.resolve import find_organization
from crm.directory.tables import Organization
from crm.errors import InvalidInput, NotFound, Refused
from crm.insight.merge import Merge
from crm.insight.merge_tables import MergedKind, MergeEntry
from crm.insight.subject import SubjectKey
from crm.store.records import by_id
from crm.store.turns import take_turns

Kept = Organization | Person


def kind_of(row: Kept) -> MergedKind:
    """What kind of record it is."""
    return MergedKind.ORGANIZATION if isinstance(row, Organization) else MergedKind.PERSON


def pair_of(session: Session, kind: MergedKind, keep: SubjectKey, duplicate: SubjectKey) -> tuple[Kept, Kept]:
    """The keeper and the duplicate, locked; nobody else merges meanwhile.

    Raises:
        NotFound: one of them is not in the book.
        Ambiguous: a key fits several.
        InvalidInput: one is an organisation and the other a person.
        Refused: they are one record, or the duplicate was merged before.
    """
    _one_at_a_time(session)
    _refuse_merged_before(session, kind, duplicate)
    keeper, other = _found(session, kind, keep), _found(session, kind, duplicate)
    if keeper.id == other.id:
        raise Refused(
            f"They are the same {kind} already: {keeper.id} {keeper.name}.",
            rule="merges.same",
            hint="Give the ids of the two records.",
        )
    _lock(session, keeper, other)
    return keeper, other


def merged_pair(session: Session, entry: MergeEntry) -> tuple[Kept, Kept]:
    """The keeper and the duplicate of a merge that is to be undone, locked.

    Raises:
        Refused: the keeper has itself been merged into another since.
    """
    keeper, other = both(session, entry)
    _lock(session, keeper, other)
    if isinstance(keeper, Person) and keeper.erased_at is not None:
        raise Refused(f"Person {keeper.id} was erased since.", rule="merges.erased")
    if keeper.merged_into_id is not None:
        query = select(MergeEntry.id).where(
            MergeEntry.duplicate_id == keeper.id, col(MergeEntry.undone_at).is_(None)
        )
        raise Refused(
            f"{keeper.id} {keeper.name} has itself been merged into {keeper.merged_into_id} since.",
            rule="merges.order",
            hint=f"Undo that first: book.unmerge({session.exec(query).one()}, reason=…).",
        )
    return keeper, other


def both(session: Session, entry: MergeEntry) -> tuple[Kept, Kept]:
    """The keeper and the duplicate of a merge."""
    if entry.kind is MergedKind.ORGANIZATION:
        return session.get_one(Organization, entry.keeper_id), session.get_one(
            Organization, entry.duplicate_id
        )
    return session.get_one(Person, entry.keeper_id), session.get_one(Person, entry.duplicate_id)


def find_merge(session: Session, merge: Merge | int) -> MergeEntry:
    """Look a merge up by its id.

    Raises:
        NotFound: there is none.
    """
    number = merge.id if isinstance(merge, Merge) else merge
    entry = by_id(session, MergeEntry, number) if number is not None else None
    if entry is None:
        raise NotFound(
            f"There is no merge {number}.", field="merge", value=number, hint="See book.merges.of."
        )
    return entry


def standing_merge(session: Session, merge: Merge | int) -> MergeEntry:
    """A merge that has not been undone; nobody else merges or undoes meanwhile.

    Raises:
        NotFound: there is none.
        Refused: it was undone before.
    """
    _one_at_a_time(session)
    entry = find_merge(session, merge)
    if entry.undone_at is not None:
        raise Refused(
            f"The merge was undone on {entry.undone_at:%-d %B %Y} by {entry.undone_by}.",
            rule="merges.undone_once",
        )
    return entry


def _one_at_a_time(session: Session) -> None:
    # Merges touch many rows of many tables: two at once could block each other.
    take_turns(session, "merge")


def _lock(session: Session, *rows: Kept) -> None:
    for row in sorted(rows, key=lambda row: row.id):
        session.refresh(row, with_for_update={"key_share": True})


def _found(session: Session, kind: MergedKind, key: SubjectKey) -> Kept:
    if isinstance(key, Organization | Person) and kind_of(key) is not kind:
        raise InvalidInput(
            f"One is an organisation and the other a person: {key.name} is no {kind}.", field="duplicate"
        )
    if kind is MergedKind.ORGANIZATION:
        return find_organization(session, key.id if isinstance(key, Person) else key)
    return find_person(session, key.id if isinstance(key, Organization) else key)


def _refuse_merged_before(session: Session, kind: MergedKind, duplicate: SubjectKey) -> None:
    """Refuse a duplicate that leads to another: it would be the other that is merged."""
    key = str(duplicate.id if isinstance(duplicate, Organization | Person) else duplicate).strip()
    record = Organization if kind is MergedKind.ORGANIZATION else Person
    row = by_id(session, record, int(key)) if key.isdecimal() else None
    if isinstance(row, Organization | Person) and row.merged_into_id is not None:
        raise Refused(
            f"{row.id} {row.name} was merged into {row.merged_into_id} before.",
            rule="merges.once",
            hint=f"Name {row.merged_into_id} if that is what you mean.",
        )
