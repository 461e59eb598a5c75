"""Importing standing: what a finance extract says of accounts, as of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlmodel import Session, col, select

from crm.directory.merged import among
from crm.directory.names import clean_name
from crm.imports.cells import day, member_of
from crm.imports.judgement import Amending, Circumstances, Judgement, Numbers, Put
from crm.imports.kind import Kind, Rules
from crm.imports.verdicts import Problem, Verdict
from crm.imports.whose import FIELDS, AccountDraft, Whose
from crm.membership.contract.standing import Punctuality, Standing, StandingRecord

Statement = tuple[int, date, str]
"""The account, the day, and who says so: the book keeps one statement of each."""


class StandingField(StrEnum):
    """What of a statement a file can hold.

    Attributes:
        ORGANIZATION: the account, by any key.
        KEY: what the source itself calls it.
        STANDING: good, on_plan, arrears, suspended, cancelling, exempt or application_pending.
        PUNCTUALITY: on_time, late or unpaid.
        AS_OF: the day that the statement is about.
        DOCUMENT: who said so, if not the source of the file.
    """

    ORGANIZATION = "organization"
    KEY = "key"
    STANDING = "standing"
    PUNCTUALITY = "punctuality"
    AS_OF = "as_of"
    DOCUMENT = "document"


@dataclass(slots=True)
class StandingDraft(AccountDraft):
    """A statement as a row makes it."""

    standing: Standing | None = None
    punctuality: Punctuality | None = None
    as_of: date | None = None
    document: str = ""


class StandingRules(Rules[StandingDraft]):
    """The rules for a file of statements: one for each account, day and source."""

    def __init__(self, shared: Circumstances) -> None:
        self._shared = shared
        self._whose = Whose(shared.source)
        self._held: dict[Statement, tuple[int, dict[str, Any]]] = {}
        self._numbers: Numbers

    def draft(self, row: int, cells: tuple[str, ...]) -> StandingDraft:
        """An empty draft of a row."""
        return StandingDraft(row, cells)

    def read(self, draft: StandingDraft, field: str, text: str) -> None:
        """Read one cell."""
        match field:
            case "standing":
                draft.standing = member_of(Standing, text, what="standing")
            case "punctuality":
                draft.punctuality = member_of(Punctuality, text, what="punctuality")
            case "as_of":
                draft.as_of = day(text)
            case "document":
                draft.document = clean_name(text, field=field)
            case _:
                draft.take(field, text)

    def look_up(self, session: Session, drafts: Sequence[StandingDraft], numbers: Numbers) -> None:
        """Find the accounts, and what has been said of them."""
        self._numbers = numbers
        accounts = [account.id for account in self._whose.look_up(session, drafts)]
        rows = session.exec(
            select(StandingRecord).where(
                among(col(StandingRecord.organization_id), accounts),
                col(StandingRecord.as_of).in_({draft.as_of for draft in drafts}),
            )
        )
        self._held = {
            (row.organization_id, row.as_of, row.source): (
                row.id,
                {"standing": row.standing, "punctuality": row.punctuality},
            )
            for row in rows
        }

    def judge(self, draft: StandingDraft) -> Judgement:
        """State what is new; compare what has been stated."""
        account = self._whose.of(draft)
        if isinstance(account, Problem):
            return Judgement.refused(account)
        assert draft.as_of is not None  # a row without its day is refused before
        statement = account.id, draft.as_of, draft.document or self._shared.source
        if statement in self._held:
            return self._known(draft, *self._held[statement])
        return self._new(draft, statement)

    def _known(self, draft: StandingDraft, number: int, held: dict[str, Any]) -> Judgement:
        amending = Amending(self._shared.update)
        for name, value in held.items():
            amending.compare(name, getattr(draft, name), value)
        held |= amending.after
        writes = amending.amends(StandingRecord, number)
        verdict = Verdict.UPDATE if writes else Verdict.MATCH
        return Judgement(verdict, number, writes, tuple(amending.notes))

    def _new(self, draft: StandingDraft, statement: Statement) -> Judgement:
        number = self._numbers.next()
        organization_id, as_of, source = statement
        stated = {"standing": draft.standing, "punctuality": draft.punctuality}
        self._held[statement] = number, dict(stated)
        values = {
            "id": number,
            "organization_id": organization_id,
            "as_of": as_of,
            "source": source,
            **stated,
        }
        values |= {"recorded_at": self._shared.now, "synthetic": self._shared.synthetic}
        return Judgement(Verdict.CREATE, number, (Put(StandingRecord, values),))


def _rules(_session: Session, shared: Circumstances, _separator: str) -> StandingRules:
    return StandingRules(shared)


STANDING = Kind(
    name="standing",
    noun="a statement of standing",
    fields=StandingField,
    needs=(FIELDS, ("standing",), ("as_of",)),
    constants=frozenset({"standing", "punctuality", "as_of", "document"}),
    rules=_rules,
    decides="organization",
)
