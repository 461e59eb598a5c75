"""Importing organisations: what a file of them holds, and what a row of it comes to."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from crm.directory.names import forms_of_name
from crm.directory.roles import Role
from crm.directory.tables import (
    NameKind,
    Organization,
    OrganizationDomain,
    OrganizationKind,
    OrganizationName,
)
from crm.imports.accounts import Account, Accounts
from crm.imports.classification import Classification
from crm.imports.judgement import Amend, Amending, Circumstances, Judgement, Numbers, Put, Update, Write
from crm.imports.kind import Kind, Rules
from crm.imports.matching import Match, matched
from crm.imports.organization_cells import OrganizationCells
from crm.imports.organization_draft import COMPARED, OrganizationDraft
from crm.imports.places import Places
from crm.imports.source_keys import SourceKey
from crm.imports.verdicts import Note, NoteKind, Verdict
from crm.reference.countries import gazetteer_of
from crm.reference.legal_forms import LegalForms, legal_forms_of
from crm.reference.segments import Segment

_SAME = tuple(name for name in COMPARED if name != "kind")


class OrganizationField(StrEnum):
    """What of an organisation a file can hold, in the order in which it is read.

    Attributes:
        NAME: the legal name.
        COUNTRY: an ISO code, a name in one of the six languages, or the end of an address.
        SEGMENT: a segment of the book, by slug or name.
        INDUSTRIES: free text, several separated; the segment is set where they point to exactly one.
        DOMAINS: the internet domains it writes from, several separated.
        ALIASES: other names, several separated.
        KEY: what the source itself calls the organisation; two keys of one source are two organisations.
        ID: the organisation of the book that it is, by any key, or "new" where it is none of those that look like it.
        NAME_AR: the display name in Arabic, and so on for the six languages.
    """

    NAME = "name"
    COUNTRY = "country"
    KIND = "kind"
    SEGMENT = "segment"
    INDUSTRIES = "industries"
    SIZE = "size"
    EMPLOYEES = "employees"
    WEBSITE = "website"
    LEI = "lei"
    DOMAINS = "domains"
    ALIASES = "aliases"
    KEY = "key"
    ID = "id"
    NAME_AR = "name_ar"
    NAME_ZH = "name_zh"
    NAME_EN = "name_en"
    NAME_FR = "name_fr"
    NAME_RU = "name_ru"
    NAME_ES = "name_es"


class OrganizationRules(Rules[OrganizationDraft]):
    """The rules for a file of organisations."""

    def __init__(self, shared: Circumstances, cells: OrganizationCells, forms: LegalForms) -> None:
        self._shared = shared
        self._cells = cells
        self._forms = forms
        self._accounts = Accounts(shared.source, shared.batch_id)
        self._numbers: Numbers

    def draft(self, row: int, cells: tuple[str, ...]) -> OrganizationDraft:
        """An empty draft of a row."""
        return OrganizationDraft(row, cells)

    def read(self, draft: OrganizationDraft, field: str, text: str) -> None:
        """Read one cell."""
        self._cells.read(draft, field, text)

    def look_up(self, session: Session, drafts: Sequence[OrganizationDraft], numbers: Numbers) -> None:
        """Find out which organisations the rows may be."""
        self._numbers = numbers
        self._accounts.look_up(session, drafts)

    def judge(self, draft: OrganizationDraft) -> Judgement:
        """Create what is new, fill or compare what is known."""
        match = matched(draft, self._accounts)
        if match.problem:
            return Judgement.refused(match.problem)
        return self._known(draft, match.account, match) if match.account else self._new(draft, match)

    def _new(self, draft: OrganizationDraft, match: Match) -> Judgement:
        number = self._numbers.next()
        account = self._accounts.expect(draft, number)
        writes = tuple(self._created(draft, account))
        return Judgement(Verdict.CREATE, number, writes, match.notes)

    def _known(self, draft: OrganizationDraft, account: Account, match: Match) -> Judgement:
        where = f"in row {account.row}" if account.created else "in the book"
        amending = Amending(self._shared.update, where=where)
        for name in COMPARED:
            amending.compare(name, getattr(draft, name), account.values[name])
        writes: list[Write] = [*amending.amends(Organization, account.id)]
        if "name" in amending.after:
            writes += self._renamed(draft, account)
        if self._shared.update is not Update.NEVER:
            writes += self._added(draft, account)
            writes += self._keyed(draft, account) if draft.key not in account.keys else ()
        account.values |= amending.after
        notes = (*amending.notes, *_notes_on(writes), *match.notes)
        self._accounts.remember(account, draft)
        return Judgement(Verdict.UPDATE if writes else Verdict.MATCH, account.id, tuple(writes), notes)

    def _created(self, draft: OrganizationDraft, account: Account) -> Iterator[Write]:
        values = {name: getattr(draft, name) for name in _SAME}
        values |= {"id": account.id, "kind": draft.kind or OrganizationKind.COMPANY}
        values |= {"source": self._shared.source, "synthetic": self._shared.synthetic}
        yield Put(Organization, {**values, "created_at": self._shared.now})
        yield self._name(account, draft.name, NameKind.LEGAL)
        yield from self._added(draft, account)
        yield from self._keyed(draft, account)
        if self._shared.role:
            role = {"id": self._numbers.next(), "organization_id": account.id, "kind": self._shared.role}
            since = {"since_on": self._shared.now.date(), "source": self._shared.source}
            yield Put(Role, {**role, **since})

    def _added(self, draft: OrganizationDraft, account: Account) -> Iterator[Write]:
        """The names and domains that the book lacks."""
        # A name that is the same in two languages stands once: names are unique within a kind.
        displayed = {text: language for language, text in reversed(draft.names.items())}
        held = {(text, kind) for text, kind, _ in account.names}
        for text, language in displayed.items():
            if (text, NameKind.DISPLAY) not in held:
                yield self._name(account, text, NameKind.DISPLAY, language)
        for text in draft.aliases:
            if (text, NameKind.ALIAS) not in held:
                yield self._name(account, text, NameKind.ALIAS)
        for domain in draft.domains:
            if domain not in account.domains:
                account.domains.add(domain)
                yield Put(OrganizationDomain, {"organization_id": account.id, "domain": domain})

    def _keyed(self, draft: OrganizationDraft, account: Account) -> Iterator[Write]:
        """What the source calls it."""
        if draft.key:
            key = {"source": self._shared.source, "key": draft.key}
            yield Put(SourceKey, {**key, "organization_id": account.id})

    def _renamed(self, draft: OrganizationDraft, account: Account) -> Iterator[Write]:
        """Give it another legal name; the former one goes on as an alias."""
        former = [name for name in account.names if name[1] is NameKind.LEGAL]
        aliases = {text for text, kind, _ in account.names if kind is NameKind.ALIAS}
        for text, kind, language in former:
            number = account.names.pop((text, kind, language))
            if text in aliases:
                before, after = (forms_of_name(name, self._forms) for name in (text, draft.name))
                account.names[draft.name, NameKind.LEGAL, None] = number
                yield Amend(OrganizationName, number, before, after)
            else:
                account.names[text, NameKind.ALIAS, language] = number
                yield Amend(OrganizationName, number, {"kind": kind}, {"kind": NameKind.ALIAS})
        if (draft.name, NameKind.LEGAL, None) not in account.names:
            yield self._name(account, draft.name, NameKind.LEGAL)

    def _name(self, account: Account, text: str, kind: NameKind, language: str | None = None) -> Put:
        number = account.names[text, kind, language] = self._numbers.next()
        values = {"id": number, "organization_id": account.id, "kind": kind, "language": language}
        return Put(OrganizationName, values | forms_of_name(text, self._forms))


def _notes_on(writes: Sequence[Write]) -> Iterator[Note]:
    """What was added beside the fields of the organisation itself."""
    fields = {
        OrganizationName: ("aliases", "name"),
        OrganizationDomain: ("domains", "domain"),
        SourceKey: ("key", "key"),
    }
    for one in writes:
        if isinstance(one, Put) and one.record in fields:
            about, column = fields[one.record]
            value = str(one.values[column])
            yield Note(NoteKind.FILLED, about, value, f"{value} was added to the {about}.")


def _rules(session: Session, shared: Circumstances, separator: str) -> OrganizationRules:
    segments: Any = session.exec(select(Segment).where(col(Segment.retired_on).is_(None))).all()
    cells = OrganizationCells(Places(gazetteer_of(session)), Classification(segments), separator=separator)
    return OrganizationRules(shared, cells, legal_forms_of(session))


ORGANIZATIONS = Kind(
    name="organizations",
    noun="an organisation",
    fields=OrganizationField,
    needs=(("name",),),
    constants=frozenset({"country", "kind", "segment", "size"}),
    rules=_rules,
    soft=frozenset({"industries", "employees", "website"}),
    noted=frozenset({"country"}),
    decides="id",
)
