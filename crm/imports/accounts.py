"""The organisations that a row may be: those of the book, and those that earlier rows of its chunk are about to create."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ARRAY, String, any_, literal
from sqlalchemy import select as columns
from sqlmodel import Session, col, select

from crm.directory.likeness import Likeness, Wanted, likely
from crm.directory.merged import among, keeper_ids
from crm.directory.names import normal_name
from crm.directory.resolve import find_organization
from crm.directory.tables import NameKind, Organization, OrganizationDomain, OrganizationName
from crm.errors import AccordError
from crm.imports.batches import ImportRow
from crm.imports.organization_draft import COMPARED, NEW, OrganizationDraft
from crm.imports.source_keys import keys_of, with_keys
from crm.imports.verdicts import LEFT, Problem
from crm.insight.duplicates import PROBABLE

Name = tuple[str, NameKind, str | None]


@dataclass(slots=True, eq=False)
class Account:
    """An organisation as far as an import needs it.

    Attributes:
        values: what a row is compared with, by field; kept up to date with what earlier rows change.
        row: the first row of this file that is this organisation; None if there was none yet.
        called: what that row calls it, in the form in which names are compared.
        keys: what the source of this import calls it.
        names: its names with their kinds and languages, each with its id.
        domains: where it writes from.
        created: whether this file creates it.
    """

    id: int
    values: dict[str, Any]
    row: int | None = None
    called: str = ""
    keys: set[str] = field(default_factory=set)
    names: dict[Name, int] = field(default_factory=dict)
    domains: set[str] = field(default_factory=set)
    created: bool = False

    def __str__(self) -> str:
        where = f"row {self.row}:" if self.created else f"{self.id}"
        return f"{where} {self.values['name']} ({self.values['country'] or 'no country'})"


class Accounts:
    """Finds the accounts that a row may be, by id, key, LEI and name.

    Args:
        source: what the source of the file is called.
        batch_id: the batch; its rows tell what earlier rows of the file were.
    """

    def __init__(self, source: str, batch_id: int) -> None:
        self._source = source
        self._batch_id = batch_id
        self._by_id: dict[int, Account] = {}
        self._by_key: dict[str, Account] = {}
        self._by_lei: dict[str, Account] = {}
        self._by_name: defaultdict[str, list[Account]] = defaultdict(list)
        self._alike: dict[int, list[Likeness]] = {}
        self._held_any: bool | None = None
        self._decided: dict[str, int] = {}
        self._mistaken: dict[str, Problem] = {}

    def look_up(self, session: Session, drafts: Sequence[OrganizationDraft]) -> None:
        """Find out what the book holds on some rows; what it held on others is let go."""
        self._by_name.clear()
        self._decided.clear()
        self._mistaken.clear()
        self._decide(session, {draft.decided for draft in drafts if draft.decided not in {"", NEW}})
        names = _names(session, {draft.normal for draft in drafts})
        leis = _with_leis(session, {draft.lei for draft in drafts if draft.lei})
        keys = with_keys(session, self._source, {draft.key for draft in drafts if draft.key})
        ids = {*names, *leis.values(), *keys.values(), *self._decided.values()}
        keepers = keeper_ids(session, Organization, ids)
        accounts = self._loaded(session, {keepers.get(number, number) for number in ids})
        for number, normals in names.items():
            for normal in normals:
                found = accounts[keepers.get(number, number)]
                if found not in self._by_name[normal]:
                    self._by_name[normal].append(found)
        self._by_lei = {lei: accounts[keepers.get(number, number)] for lei, number in leis.items()}
        self._by_key = {key: accounts[keepers.get(number, number)] for key, number in keys.items()}
        self._by_id = accounts
        self._alike = self._likenesses(session, [draft for draft in drafts if self._is_unknown(draft)])

    def decided(self, key: str) -> Account | Problem | None:
        """The account that somebody says a row is, or why that is no answer."""
        if key in self._mistaken:
            return self._mistaken[key]
        return self._by_id[self._decided[key]] if key in self._decided else None

    def by_key(self, key: str | None) -> Account | None:
        """The account that the source calls so."""
        return self._by_key.get(key) if key else None

    def by_lei(self, lei: str | None) -> Account | None:
        """The account with this LEI."""
        return self._by_lei.get(lei) if lei else None

    def by_name(self, normal: str) -> Sequence[Account]:
        """The accounts of this name, those of the book first; aliases count as names."""
        return self._by_name.get(normal, ())

    def alike(self, draft: OrganizationDraft) -> Sequence[Likeness]:
        """The accounts that a row probably is, although no exact sign says so; the likeliest first."""
        return self._alike.get(draft.row, ())

    def expect(self, draft: OrganizationDraft, number: int) -> Account:
        """Take in what a row creates, so that the rows that follow find it."""
        values = {name: getattr(draft, name) for name in COMPARED}
        account = Account(number, values, draft.row, draft.normal, created=True)
        for normal in draft.normals():
            self._by_name[normal].append(account)
        self.remember(account, draft)
        return account

    def remember(self, account: Account, draft: OrganizationDraft) -> None:
        """Take in under which signs a row is an account."""
        if account.row is None:
            account.row, account.called = draft.row, draft.normal
        if draft.key:
            self._by_key[draft.key] = account
            account.keys.add(draft.key)
        if account.values["lei"]:
            self._by_lei[account.values["lei"]] = account

    def _is_unknown(self, draft: OrganizationDraft) -> bool:
        """Whether neither a person nor an exact sign says which organisation a row is."""
        by_sign = self.by_key(draft.key) or self.by_lei(draft.lei) or self.by_name(draft.normal)
        return not (draft.decided or by_sign)

    def _likenesses(self, session: Session, drafts: Sequence[OrganizationDraft]) -> dict[int, list[Likeness]]:
        """What the book held before this import and rows are probably about, if the source does not tell them apart."""
        if self._held_any is None:
            earlier = select(Organization.id).where(Organization.id < self._batch_id).limit(1)
            self._held_any = session.exec(earlier).first() is not None
        if not self._held_any:
            return {}
        wanted = [Wanted(one.row, one.name, one.country, one.domains, one.lei) for one in drafts]
        found = likely(session, wanted, before=self._batch_id)
        ids = {one.organization_id for several in found.values() for one in several}
        keyed = keys_of(session, self._source, ids)
        named = {draft.row for draft in drafts if draft.key}
        return {
            row: [
                one
                for one in several
                if one.score >= PROBABLE and not (row in named and one.organization_id in keyed)
            ]
            for row, several in found.items()
        }

    def _decide(self, session: Session, keys: Iterable[str]) -> None:
        for key in keys:
            try:
                self._decided[key] = find_organization(session, key).id
            except AccordError as error:
                self._mistaken[key] = Problem.of(error, field="id", value=key)

    def _loaded(self, session: Session, ids: set[int]) -> dict[int, Account]:
        if not ids:
            return {}
        query = columns(col(Organization.id), *(getattr(Organization, name) for name in COMPARED))
        found = {
            number: Account(number, dict(zip(COMPARED, values, strict=True)), created=number > self._batch_id)
            for number, *values in session.execute(query.where(among(col(Organization.id), ids)))
        }
        for number, keys in keys_of(session, self._source, ids).items():
            found[number].keys = keys
        for name in session.exec(
            select(OrganizationName).where(among(col(OrganizationName.organization_id), ids))
        ):
            found[name.organization_id].names[name.name, name.kind, name.language] = name.id
        domains = select(OrganizationDomain).where(among(col(OrganizationDomain.organization_id), ids))
        for domain in session.exec(domains):
            found[domain.organization_id].domains.add(domain.domain)
        session.expunge_all()
        self._say_rows(session, found)
        return found

    def _say_rows(self, session: Session, accounts: dict[int, Account]) -> None:
        """Say which earlier rows of the file were these accounts."""
        mine = (col(ImportRow.batch_id) == self._batch_id, among(col(ImportRow.subject_id), accounts))
        query = columns(col(ImportRow.subject_id), col(ImportRow.row), col(ImportRow.name))
        taken = col(ImportRow.verdict).not_in(LEFT)
        for number, row, name in session.execute(
            query.where(*mine, taken).order_by(col(ImportRow.row).desc())
        ):
            accounts[number].row, accounts[number].called = row, normal_name(name)


def _names(session: Session, normals: set[str]) -> dict[int, set[str]]:
    query = columns(col(OrganizationName.organization_id), col(OrganizationName.normal))
    found: defaultdict[int, set[str]] = defaultdict(set)
    for organization_id, normal in session.execute(
        query.where(_one_of(col(OrganizationName.normal), normals))
    ):
        found[organization_id].add(normal)
    return found


def _with_leis(session: Session, leis: set[str]) -> dict[str, int]:
    query = columns(col(Organization.lei), col(Organization.id)).where(_one_of(col(Organization.lei), leis))
    return {lei: number for lei, number in session.execute(query) if lei} if leis else {}


def _one_of(column: Any, texts: Iterable[str]) -> Any:
    return column == any_(literal(list(texts), ARRAY(String)))
