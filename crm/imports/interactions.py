"""Importing interactions: calls, meetings and notes out of a calendar, a mailbox or another program."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from crm.directory.merged import among
from crm.directory.names import clean_name
from crm.directory.staff import known_time_zone
from crm.directory.tables import Organization
from crm.engagement.follow_ups import FollowUp
from crm.engagement.interactions import Interaction, InteractionKind, InteractionPerson, InteractionStaff
from crm.errors import InvalidInput
from crm.imports.cells import day, instant, member_of, parts_of, yes_or_no
from crm.imports.judgement import Circumstances, Judgement, Numbers, Put, Write
from crm.imports.kind import Kind, Rules
from crm.imports.verdicts import Problem, Verdict
from crm.imports.who import Who
from crm.imports.whose import FIELDS, AccountDraft, Whose
from crm.reference.keyed import one_of
from crm.reference.offices import Office

Meeting = tuple[int, InteractionKind, datetime, str]
"""The account, how the two sides met, when, and what was said: the same twice is one interaction."""

_LONGEST = 20_000


class InteractionField(StrEnum):
    """What of an interaction a file can hold.

    Attributes:
        ORGANIZATION: the account, by any key.
        KEY: what the source itself calls it.
        KIND: call, meeting, email, event or note.
        TIME_ZONE: where times without an offset were written down, e.g. "Europe/Zurich".
        AT: when it was; a day stands for its noon in UTC.
        SUMMARY: what was said.
        PEOPLE: the contacts who took part, several separated: e-mail addresses or exact names.
        STAFF: our staff who took part, several separated.
        OFFICE: which office it was; that of the first of our staff where none is given.
        INBOUND: yes, if they came to us.
        NEXT: the next step.
        DUE: by when.
        OWNER: who owes it; the first of our staff, else the account manager.
    """

    ORGANIZATION = "organization"
    KEY = "key"
    KIND = "kind"
    TIME_ZONE = "time_zone"
    AT = "at"
    SUMMARY = "summary"
    PEOPLE = "people"
    STAFF = "staff"
    OFFICE = "office"
    INBOUND = "inbound"
    NEXT = "next"
    DUE = "due"
    OWNER = "owner"


@dataclass(slots=True)
class InteractionDraft(AccountDraft):
    """An interaction as a row states it."""

    kind: InteractionKind | None = None
    time_zone: ZoneInfo | None = None
    at: datetime | None = None
    summary: str = ""
    people: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    office: str | None = None
    inbound: bool = False
    next: str = ""
    due: date | None = None
    owner: str = ""


class InteractionRules(Rules[InteractionDraft]):
    """The rules for a file of interactions: what is on record is not logged twice, and never changed."""

    def __init__(self, shared: Circumstances, offices: Iterable[Office], separator: str) -> None:
        self._shared = shared
        self._offices = tuple(offices)
        self._separator = separator
        self._whose = Whose(shared.source)
        self._who = Who()
        self._held: dict[Meeting, int] = {}
        self._numbers: Numbers

    def draft(self, row: int, cells: tuple[str, ...]) -> InteractionDraft:
        """An empty draft of a row."""
        return InteractionDraft(row, cells)

    def read(self, draft: InteractionDraft, field: str, text: str) -> None:  # noqa: C901 - one case for each field
        """Read one cell."""
        match field:
            case "kind":
                draft.kind = member_of(InteractionKind, text, what="kind of interaction")
            case "time_zone":
                draft.time_zone = _zone(text)
            case "at":
                draft.at = instant(text, zone=draft.time_zone)
            case "summary":
                draft.summary = _summary(text)
            case "people":
                draft.people = tuple(dict.fromkeys(parts_of(text, self._separator)))
            case "staff":
                draft.staff = tuple(dict.fromkeys(parts_of(text, self._separator)))
            case "office":
                draft.office = self._office(text)
            case "inbound":
                draft.inbound = yes_or_no(text)
            case "next":
                draft.next = clean_name(text, field="next")
            case "due":
                draft.due = day(text)
            case "owner":
                draft.owner = text
            case _:
                draft.take(field, text)

    def complete(self, draft: InteractionDraft) -> None:
        """A date that something is due needs the something."""
        if draft.due is not None and not draft.next:
            error = InvalidInput("There is a due date but no next step.", hint="Say what is due.")
            draft.problems.append(Problem.of(error, field="next"))

    def look_up(self, session: Session, drafts: Sequence[InteractionDraft], numbers: Numbers) -> None:
        """Find the accounts and who took part, and what is on record for the times."""
        self._numbers = numbers
        accounts = [account.id for account in self._whose.look_up(session, drafts)]
        self._who.look_up(
            session,
            people={key for draft in drafts for key in draft.people},
            staff={
                key for draft in drafts for key in (*draft.staff, *([draft.owner] if draft.owner else ()))
            },
        )
        rows = session.exec(
            select(Interaction).where(
                among(col(Interaction.organization_id), accounts),
                col(Interaction.at).in_({draft.at for draft in drafts}),
            )
        )
        self._held = {(row.organization_id, row.kind, row.at, row.summary): row.id for row in rows}

    def judge(self, draft: InteractionDraft) -> Judgement:
        """Log what is not on record."""
        account = self._whose.of(draft)
        if isinstance(account, Problem):
            return Judgement.refused(account)
        if problem := self._who.problem(people=draft.people, staff=(*draft.staff, draft.owner)):
            return Judgement.refused(problem)
        assert draft.kind is not None
        assert draft.at is not None  # a row that lacks one of them is refused before
        meeting = account.id, draft.kind, draft.at, draft.summary
        if meeting in self._held:
            return Judgement(Verdict.MATCH, self._held[meeting])
        number = self._held[meeting] = self._numbers.next()
        return Judgement(Verdict.CREATE, number, tuple(self._logged(draft, account, number)))

    def _logged(self, draft: InteractionDraft, account: Organization, number: int) -> Iterator[Write]:
        staff = [self._who.staff(key) for key in draft.staff]
        people = {self._who.person(key) for key in draft.people}
        values: dict[str, object] = {
            "id": number,
            "organization_id": account.id,
            "kind": draft.kind,
            "at": draft.at,
        }
        values |= {"summary": draft.summary, "inbound": draft.inbound}
        values |= {"office": draft.office or (staff[0].office if staff else None)}
        yield Put(Interaction, {**values, "logged_by": self._shared.actor, "logged_at": self._shared.now})
        for person in sorted(people):
            yield Put(InteractionPerson, {"interaction_id": number, "person_id": person})
        for one in sorted({one.id for one in staff}):
            yield Put(InteractionStaff, {"interaction_id": number, "staff_id": one})
        if draft.next:
            owner = self._who.staff(draft.owner).id if draft.owner else None
            owner = owner or (staff[0].id if staff else account.owner_id)
            step = {"id": self._numbers.next(), "organization_id": account.id, "interaction_id": number}
            yield Put(FollowUp, {**step, "what": draft.next, "due_on": draft.due, "owner_id": owner})

    def _office(self, text: str) -> str:
        return one_of(self._offices, text, what="office", spellings=lambda one: [one.code, one.name]).code


@cache
def _zone(text: str) -> ZoneInfo:
    return ZoneInfo(known_time_zone(text))


def _summary(text: str) -> str:
    if len(text) > _LONGEST:
        raise InvalidInput(f"{len(text):,} characters are too many.", hint=f"{_LONGEST:,} is the most.")
    return text


def _rules(session: Session, shared: Circumstances, separator: str) -> InteractionRules:
    offices = session.exec(select(Office).where(col(Office.retired_on).is_(None))).all()
    return InteractionRules(shared, offices, separator)


INTERACTIONS = Kind(
    name="interactions",
    noun="an interaction",
    fields=InteractionField,
    needs=(FIELDS, ("kind",), ("at",), ("summary",)),
    constants=frozenset({"kind", "time_zone", "at", "staff", "office", "inbound", "next", "due", "owner"}),
    rules=_rules,
    decides="organization",
)
