"""Which account a row is about: by what the source calls it, or by any key that the book knows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ARRAY, String, any_, literal
from sqlmodel import Session, col, select

from crm.directory.merged import keeper_ids
from crm.directory.names import normal_name
from crm.directory.resolve import find_organization, label
from crm.directory.tables import Organization, OrganizationName
from crm.errors import AccordError
from crm.imports.draft import Draft
from crm.imports.source_keys import with_keys
from crm.imports.verdicts import Problem, ProblemKind

FIELDS = ("organization", "key")
"""The fields that say which account a row is about; every row states one of them at least."""


@dataclass(slots=True)
class AccountDraft(Draft):
    """A row about an account.

    Attributes:
        organization: the account, by any key.
        key: what the source calls it.
    """

    organization: str = ""
    key: str = ""

    def take(self, field: str, text: str) -> bool:
        """Take in a field that says which account it is; whether it was one."""
        if field == "organization":
            self.organization = text
        elif field == "key":
            self.key = text
        return field in FIELDS


class Whose:
    """Finds the accounts that rows are about.

    Args:
        source: what the source of the file is called.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._found: dict[str, Organization | Problem] = {}
        self._keyed: dict[str, Organization] = {}

    def look_up(self, session: Session, drafts: Iterable[AccountDraft]) -> list[Organization]:
        """Find the accounts of some rows; those of others are let go.

        Returns:
            The accounts, each once.
        """
        rows = list(drafts)
        keys = with_keys(session, self._source, {draft.key for draft in rows if draft.key})
        named = _named(session, {draft.organization for draft in rows if draft.organization})
        accounts = _accounts(session, {*keys.values(), *named.values()})
        self._keyed = {key: accounts[number] for key, number in keys.items()}
        self._found = {text: accounts[number] for text, number in named.items()}
        for text in {draft.organization for draft in rows if draft.organization} - named.keys():
            self._found[text] = _asked(session, text)
        known = [*self._keyed.values(), *self._found.values()]
        return list({one.id: one for one in known if isinstance(one, Organization)}.values())

    def of(self, draft: AccountDraft) -> Organization | Problem:
        """The account of a row, or why it cannot be told."""
        by_key = self._keyed.get(draft.key)
        if not draft.organization:
            return by_key or _unknown_key(draft.key, self._source)
        by_name = self._found[draft.organization]
        if by_key is None:
            return by_name
        if isinstance(by_name, Organization) and by_name.id != by_key.id:
            return _contradiction(draft, by_key, by_name)
        return by_key


def _named(session: Session, texts: set[str]) -> dict[str, int]:
    """The organisations that are the only ones of their name: most rows are found so, all in one query."""
    normals = {text: normal_name(text) for text in texts if not text.isdecimal()}
    query = select(OrganizationName.normal, OrganizationName.organization_id)
    wanted = col(OrganizationName.normal) == any_(literal(list(set(normals.values())), ARRAY(String)))
    rows = session.exec(query.where(wanted)).all()
    keepers = keeper_ids(session, Organization, {number for _, number in rows})
    found: defaultdict[str, set[int]] = defaultdict(set)
    for normal, number in rows:
        found[normal].add(keepers.get(number, number))
    return {text: next(iter(found[normal])) for text, normal in normals.items() if len(found[normal]) == 1}


def _accounts(session: Session, ids: set[int]) -> dict[int, Organization]:
    keepers = keeper_ids(session, Organization, ids)
    wanted = {keepers.get(number, number) for number in ids}
    rows = session.exec(select(Organization).where(col(Organization.id).in_(wanted))) if wanted else ()
    found = {row.id: row for row in rows}
    return {number: found[keepers.get(number, number)] for number in ids}


def _asked(session: Session, text: str) -> Organization | Problem:
    try:
        return find_organization(session, text)
    except AccordError as error:
        return Problem.of(error, field="organization", value=text)


def _unknown_key(key: str, source: str) -> Problem:
    reason = f"Nothing in the book is called {key!r} by {source}."
    fix = (
        "Import the organisations of the source first, with their keys; or name the organisation in the row."
    )
    return Problem(ProblemKind.UNKNOWN, "key", key, reason, fix)


def _contradiction(draft: AccountDraft, by_key: Organization, by_name: Organization) -> Problem:
    reason = f"The key {draft.key!r} and {draft.organization!r} are two organisations."
    fix = "Correct the one that is wrong, or leave it empty."
    return Problem(ProblemKind.AMBIGUOUS, "key", draft.key, reason, fix, (label(by_key), label(by_name)))
