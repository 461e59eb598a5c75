"""Importing participation: what accounts did in the study groups, from lists of participants and contributions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session, col, select

from crm.directory.merged import among
from crm.directory.names import clean_name
from crm.engagement.participation import Participation, ParticipationKind
from crm.imports.cells import day, member_of
from crm.imports.judgement import Circumstances, Judgement, Numbers, Put
from crm.imports.kind import Kind, Rules
from crm.imports.verdicts import Problem, Verdict
from crm.imports.whose import FIELDS, AccountDraft, Whose
from crm.reference.study_groups import StudyGroup, study_group_in

Part = tuple[int, str, ParticipationKind, date]
"""The account, the study group, in what way, and on which day: the book keeps each once."""


class ParticipationField(StrEnum):
    """What of a participation a file can hold.

    Attributes:
        ORGANIZATION: the account, by any key.
        KEY: what the source itself calls it.
        STUDY_GROUP: "T-SG13", "ITU-T SG13" or "Study Group 13".
        KIND: asked, attended, contributed or rapporteur.
        ON: the day.
        DOCUMENT: where it is documented, if not in the source of the file.
    """

    ORGANIZATION = "organization"
    KEY = "key"
    STUDY_GROUP = "study_group"
    KIND = "kind"
    ON = "on"
    DOCUMENT = "document"


@dataclass(slots=True)
class ParticipationDraft(AccountDraft):
    """A participation as a row states it."""

    study_group: str = ""
    kind: ParticipationKind | None = None
    on: date | None = None
    document: str = ""


class ParticipationRules(Rules[ParticipationDraft]):
    """The rules for a file of participations: what is on record is not recorded twice."""

    def __init__(self, shared: Circumstances, groups: Iterable[StudyGroup]) -> None:
        self._shared = shared
        self._groups = tuple(groups)
        self._whose = Whose(shared.source)
        self._held: dict[Part, int] = {}
        self._numbers: Numbers

    def draft(self, row: int, cells: tuple[str, ...]) -> ParticipationDraft:
        """An empty draft of a row."""
        return ParticipationDraft(row, cells)

    def read(self, draft: ParticipationDraft, field: str, text: str) -> None:
        """Read one cell."""
        match field:
            case "study_group":
                draft.study_group = study_group_in(self._groups, text).code
            case "kind":
                draft.kind = member_of(ParticipationKind, text, what="way to take part")
            case "on":
                draft.on = day(text)
            case "document":
                draft.document = clean_name(text, field=field)
            case _:
                draft.take(field, text)

    def look_up(self, session: Session, drafts: Sequence[ParticipationDraft], numbers: Numbers) -> None:
        """Find the accounts, and what is on record for the days."""
        self._numbers = numbers
        accounts = [account.id for account in self._whose.look_up(session, drafts)]
        rows = session.exec(
            select(Participation).where(
                among(col(Participation.organization_id), accounts),
                col(Participation.on).in_({draft.on for draft in drafts}),
            )
        )
        self._held = {(row.organization_id, row.study_group, row.kind, row.on): row.id for row in rows}

    def judge(self, draft: ParticipationDraft) -> Judgement:
        """Record what is not on record."""
        account = self._whose.of(draft)
        if isinstance(account, Problem):
            return Judgement.refused(account)
        assert draft.kind is not None
        assert draft.on is not None  # a row that lacks one of them is refused before
        part = account.id, draft.study_group, draft.kind, draft.on
        if part in self._held:
            return Judgement(Verdict.MATCH, self._held[part])
        number = self._held[part] = self._numbers.next()
        values = {"id": number, "organization_id": account.id, "study_group": draft.study_group}
        values |= {"kind": draft.kind, "on": draft.on, "source": draft.document or self._shared.source}
        return Judgement(
            Verdict.CREATE, number, (Put(Participation, {**values, "synthetic": self._shared.synthetic}),)
        )


def _rules(session: Session, shared: Circumstances, _separator: str) -> ParticipationRules:
    groups = session.exec(select(StudyGroup).where(col(StudyGroup.retired_on).is_(None))).all()
    return ParticipationRules(shared, groups)


PARTICIPATION = Kind(
    name="participation",
    noun="a participation",
    fields=ParticipationField,
    needs=(FIELDS, ("study_group",), ("kind",), ("on",)),
    constants=frozenset({"study_group", "kind", "on", "document"}),
    rules=_rules,
    decides="organization",
)
