"""The organisations that a row may be: those of the book, and those that earlier rows of the file are about to create."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from crm.directory.merged import keeper_ids
from crm.directory.tables import Organization, OrganizationKind, OrganizationName, Size
from crm.imports.draft import Draft
from crm.imports.tables import SourceKey

COMPARED = ("name", "country", "kind", "segment", "size", "employees", "website", "lei")
"""What a matched row is compared with the book in."""


@dataclass(frozen=True, slots=True, eq=False)
class Account:
    """An organisation as far as matching needs it.

    Attributes:
        id: its id in the book; None for one that a dry run would create.
        row: the row of this file that creates it; None if the book held it before.
        keys: what the source of this import calls it.
    """

    id: int | None
    row: int | None
    name: str
    country: str | None
    kind: OrganizationKind | None
    segment: str | None
    size: Size | None
    employees: int | None
    website: str | None
    lei: str | None
    keys: frozenset[str]

    def __str__(self) -> str:
        where = f"row {self.row}:" if self.row else f"{self.id}"
        return f"{where} {self.name} ({self.country or 'no country'})"


class Index:
    """Accounts by their keys, LEIs and names."""

    def __init__(self) -> None:
        self.by_key: dict[str, Account] = {}
        self.by_lei: dict[str, Account] = {}
        self.by_name: defaultdict[str, list[Account]] = defaultdict(list)

    def add(self, account: Account, normals: Iterable[str]) -> None:
        """Take in an account under the normal forms of its names."""
        self.by_key |= dict.fromkeys(account.keys, account)
        if account.lei:
            self.by_lei[account.lei] = account
        for normal in normals:
            self.by_name[normal].append(account)

    def remove(self, account: Account, normals: Iterable[str]) -> None:
        """Take an account back."""
        for key in account.keys:
            del self.by_key[key]
        if account.lei:
            del self.by_lei[account.lei]
        for normal in normals:
            self.by_name[normal].remove(account)


class Accounts:
    """Finds the accounts that a row may be, by key, LEI and name.

    Args:
        source: what the source of the file is called.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._file = Index()
        self._book = Index()
        self._created: set[int | None] = set()
        self._claims: dict[str, Draft] = {}

    def look_up(self, session: Session, drafts: Iterable[Draft]) -> None:
        """Find out what the book holds on some rows; what it held on others is let go."""
        sound = [draft for draft in drafts if not draft.problems]
        names = _names(session, {draft.normal for draft in sound})
        leis = _with_leis(session, {draft.lei for draft in sound if draft.lei})
        ids = names.keys() | leis.keys()
        ids |= _with_keys(session, self._source, {draft.key for draft in sound if draft.key})
        keepers = keeper_ids(session, Organization, ids)
        for merged, keeper in keepers.items():
            names[keeper] = names.get(keeper, set()) | names.pop(merged, set())
        self._book = Index()
        for account in _accounts(session, self._source, {keepers.get(n, n) for n in ids} - self._created):
            self._book.add(account, names.get(account.id or 0, ()))
            self._book.by_lei |= {lei: account for n, lei in leis.items() if keepers.get(n) == account.id}

    def by_key(self, key: str | None) -> Account | None:
        """The account that the source calls so."""
        return (self._file.by_key.get(key) or self._book.by_key.get(key)) if key else None

    def by_lei(self, lei: str | None) -> Account | None:
        """The account with this LEI."""
        return (self._file.by_lei.get(lei) or self._book.by_lei.get(lei)) if lei else None

    def by_name(self, normal: str) -> list[Account]:
        """The accounts of this name, those of the book first; aliases count as names."""
        return [*self._book.by_name.get(normal, ()), *self._file.by_name.get(normal, ())]

    def claim(self, draft: Draft) -> Draft | None:
        """The earlier row of the file that has the key of this one; None if this is the first."""
        first = self._claims.setdefault(draft.key, draft) if draft.key else draft
        return None if first is draft else first

    def expect(self, draft: Draft, *, organization_id: int | None) -> Account:
        """Take in what a row creates, so that later rows find it."""
        values: dict[str, Any] = {name: getattr(draft, name) for name in COMPARED}
        values["kind"] = draft.kind or OrganizationKind.COMPANY
        keys = frozenset({draft.key} if draft.key else ())
        account = Account(id=organization_id, row=draft.row, keys=keys, **values)
        self._file.add(account, draft.normals())
        self._created.add(organization_id)
        return account

    def forget(self, draft: Draft, account: Account) -> None:
        """Take back what a row was to create."""
        self._file.remove(account, draft.normals())
        self._created.discard(account.id)


def _names(session: Session, normals: set[str]) -> dict[int, set[str]]:
    query = select(OrganizationName.organization_id, OrganizationName.normal)
    found: defaultdict[int, set[str]] = defaultdict(set)
    for organization_id, normal in session.exec(query.where(col(OrganizationName.normal).in_(normals))):
        found[organization_id].add(normal)
    return found


def _with_keys(session: Session, source: str, keys: set[str]) -> set[int]:
    query = select(SourceKey.organization_id).where(SourceKey.source == source, col(SourceKey.key).in_(keys))
    return set(session.exec(query)) if keys else set()


def _with_leis(session: Session, leis: set[str]) -> dict[int, str]:
    query = columns(col(Organization.id), col(Organization.lei)).where(col(Organization.lei).in_(leis))
    return {number: lei for number, lei in session.execute(query) if lei} if leis else {}


def _accounts(session: Session, source: str, ids: set[int]) -> Iterator[Account]:
    if not ids:
        return
    keys = _keys(session, source, ids)
    query = columns(col(Organization.id), *(getattr(Organization, name) for name in COMPARED))
    for organization_id, *values in session.execute(query.where(col(Organization.id).in_(ids))):
        named = dict(zip(COMPARED, values, strict=True))
        yield Account(id=organization_id, row=None, keys=frozenset(keys[organization_id]), **named)


def _keys(session: Session, source: str, ids: set[int]) -> defaultdict[int, set[str]]:
    query = select(SourceKey.organization_id, SourceKey.key)
    found: defaultdict[int, set[str]] = defaultdict(set)
    of_these = col(SourceKey.organization_id).in_(ids)
    for organization_id, key in session.exec(query.where(SourceKey.source == source, of_these)):
        found[organization_id].add(key)
    return found
