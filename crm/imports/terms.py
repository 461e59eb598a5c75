"""Importing memberships: each row becomes one or two events of the ledger, if they fit what the ledger says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

from sqlmodel import Session, col, select

from crm.directory.merged import among, keeper_ids, with_merged
from crm.directory.names import clean_name
from crm.directory.tables import Organization
from crm.errors import AccordError, InvalidInput, Refused
from crm.imports.cells import day, member_of
from crm.imports.judgement import Circumstances, Judgement, Numbers, Put, Update
from crm.imports.kind import Kind, Rules
from crm.imports.verdicts import Note, NoteKind, Problem, Verdict
from crm.imports.whose import FIELDS, AccountDraft, Whose
from crm.membership.coverage import coverage_of, refuse_odd_study_group, refuse_odd_units
from crm.membership.ledger import project
from crm.membership.ledger_tables import MembershipEvent
from crm.membership.terms import CHANGING, OPENING, Coverage, EventKind, LedgerEvent, terms_of
from crm.reference.categories import Category
from crm.reference.spelling import plain
from crm.reference.study_groups import StudyGroup, study_group_in
from crm.reference.units import in_decimal, units_of


class TermField(StrEnum):
    """What of a membership a file can hold.

    Attributes:
        ORGANIZATION: the member, by any key.
        KEY: what the source itself calls it.
        EVENT: what happened: join (where the file says nothing), upgrade, further_sector, denunciation … A renewal is kept as
            a remark, for a membership goes on by itself; a suspension is none, it follows from what is owed.
        CATEGORY: sector_member, associate or academia.
        SECTOR: R, T or D; Academia has none, it joins all three for one fee.
        STUDY_GROUP: for an Associate, the one study group it has selected.
        UNITS: for a Sector Member, the class it has chosen: "1/2", "1 1/2" or "0.5".
        SINCE: the day on which the event takes effect; of a join, the first day.
        UNTIL: the last day of a membership that has ended; it becomes a denunciation on the day that follows.
        REASON: why, for the ledger.
        DOCUMENT: where it is documented, if not in the source of the file.
    """

    ORGANIZATION = "organization"
    KEY = "key"
    EVENT = "event"
    CATEGORY = "category"
    SECTOR = "sector"
    STUDY_GROUP = "study_group"
    UNITS = "units"
    SINCE = "since"
    UNTIL = "until"
    REASON = "reason"
    DOCUMENT = "document"


@dataclass(slots=True)
class TermDraft(AccountDraft):
    """A membership as a row states it."""

    event: EventKind = EventKind.JOIN
    category: Category | None = None
    sector: str | None = None
    study_group: str | None = None
    units: Fraction | None = None
    since: date | None = None
    until: date | None = None
    reason: str = ""
    document: str = ""


class TermRules(Rules[TermDraft]):
    """The rules for a file of memberships. The ledger is append-only: an event in it is never changed."""

    def __init__(self, shared: Circumstances, groups: Iterable[StudyGroup]) -> None:
        self._shared = shared
        self._groups = tuple(groups)
        self._whose = Whose(shared.source)
        self._ledgers: dict[int, list[LedgerEvent]] = {}
        self._touched: dict[int, Organization] = {}
        self._numbers: Numbers

    def draft(self, row: int, cells: tuple[str, ...]) -> TermDraft:
        """An empty draft of a row."""
        return TermDraft(row, cells)

    def read(self, draft: TermDraft, field: str, text: str) -> None:
        """Read one cell."""
        match field:
            case "event":
                draft.event = _event(text)
            case "category":
                draft.category = member_of(Category, text, what="category")
            case "sector":
                draft.sector = text.upper().removeprefix("ITU-")
            case "study_group":
                draft.study_group = study_group_in(self._groups, text).code
            case "units":
                draft.units = units_of(text)
            case "since":
                draft.since = day(text)
            case "until":
                draft.until = day(text)
            case "reason":
                draft.reason = clean_name(text, field=field)
            case "document":
                draft.document = clean_name(text, field=field)
            case _:
                draft.take(field, text)

    def complete(self, draft: TermDraft) -> None:
        """A last day goes with a join, and does not come before the first."""
        wrong = None
        if draft.until and draft.event is not EventKind.JOIN:
            wrong = InvalidInput("A last day goes with a join.", hint="Leave it out, or leave the event out.")
        elif draft.until and draft.since and draft.until < draft.since:
            wrong = InvalidInput("The membership would end before it begins.")
        if wrong:
            draft.problems.append(Problem.of(wrong, field="until", value=str(draft.until)))

    def look_up(self, session: Session, drafts: Sequence[TermDraft], numbers: Numbers) -> None:
        """Find the accounts and their ledgers; who else records an event for one of them waits."""
        self._numbers = numbers
        self._touched = {}
        accounts = {account.id for account in self._whose.look_up(session, drafts)}
        locked = select(col(Organization.id)).where(among(col(Organization.id), accounts))
        session.exec(locked.order_by(col(Organization.id)).with_for_update(key_share=True)).all()
        self._ledgers = _ledgers(session, accounts)

    def judge(self, draft: TermDraft) -> Judgement:
        """Record the events that the ledger lacks, if they fit."""
        account = self._whose.of(draft)
        if isinstance(account, Problem):
            return Judgement.refused(account)
        try:
            return self._judged(draft, account, self._ledgers[account.id])
        except AccordError as error:
            return Judgement.refused(Problem.of(error))

    def settled(self, session: Session) -> None:
        """Project the terms of every account whose ledger has grown."""
        for number in sorted(self._touched):
            project(session, session.get_one(Organization, number))

    def _judged(self, draft: TermDraft, account: Organization, ledger: list[LedgerEvent]) -> Judgement:
        events = self._events(draft, account, ledger)
        missing = [event for event in events if _held(event, ledger) is None]
        subject_id = _held(events[0], ledger) or events[0].id
        if not missing:
            return Judgement(Verdict.MATCH, subject_id)
        ends = events[0] not in missing
        if ends and self._shared.update is Update.NEVER:
            return Judgement(Verdict.MATCH, subject_id, notes=(_goes_on(draft),))
        _refuse_misfits(ledger, missing)
        ledger += missing
        self._touched[account.id] = account
        writes = tuple(self._put(draft, event) for event in missing)
        if ends:
            return Judgement(Verdict.UPDATE, subject_id, writes, (_ended(draft),))
        return Judgement(Verdict.CREATE, subject_id, writes)

    def _events(
        self, draft: TermDraft, account: Organization, ledger: Sequence[LedgerEvent]
    ) -> list[LedgerEvent]:
        assert draft.since is not None  # a row without its day is refused before
        coverage, category = _place(draft, ledger)
        event = LedgerEvent(
            self._numbers.next(),
            draft.event,
            coverage,
            category,
            draft.study_group,
            draft.since,
            account.id,
            units=draft.units,
        )
        fields = {name: getattr(event, name) for name in LedgerEvent.__slots__}
        refuse_odd_study_group(fields)
        refuse_odd_units(fields)
        if draft.until is None:
            return [event]
        end = replace(event, kind=EventKind.DENUNCIATION, study_group=None, units=None)
        on = draft.until + timedelta(days=1)
        return [event, replace(end, id=self._numbers.next(), effective_on=on)]

    def _put(self, draft: TermDraft, event: LedgerEvent) -> Put:
        values = {name: getattr(event, name) for name in LedgerEvent.__slots__}
        values |= {"reason": draft.reason, "source": draft.document or self._shared.source}
        values |= {"recorded_at": self._shared.now, "recorded_by": self._shared.actor}
        values["units"] = event.units and in_decimal(event.units)  # COPY knows no fractions
        return Put(MembershipEvent, {**values, "synthetic": self._shared.synthetic})


_SUSPENDED = frozenset({"suspension", "suspended"})
_ELSEWHERE = {
    "cross sell": EventKind.FURTHER_SECTOR
}  # as other systems say, and files made for this one before
_BECOMES = {
    EventKind.UPGRADE: Category.SECTOR_MEMBER,
    EventKind.CLASS_CHANGE: Category.SECTOR_MEMBER,
    EventKind.DOWNGRADE: Category.ASSOCIATE,
}


def _event(text: str) -> EventKind:
    if plain(text) in _SUSPENDED:
        raise InvalidInput(
            "A suspension is no event of a membership: it follows from what is owed.",
            hint="Import the row as standing (standing: suspended); where the book has the invoices, it works the standing out."
            " A notice that was sent goes by book.suspension_notices.sent.",
        )
    return _ELSEWHERE.get(plain(text)) or member_of(EventKind, text, what="event")


def _place(draft: TermDraft, ledger: Sequence[LedgerEvent]) -> tuple[Coverage, Category]:
    """Which Sectors and which category an event concerns; an end concerns what is there."""
    if draft.category is not None:
        return coverage_of(draft.category, draft.sector), draft.category
    if draft.event in _BECOMES:
        return coverage_of(_BECOMES[draft.event], draft.sector), _BECOMES[draft.event]
    coverage = Coverage(draft.sector) if draft.sector in set(Coverage) else Coverage.ALL
    held = [event.category for event in ledger if event.coverage is coverage]
    if draft.event in OPENING or not held:
        raise InvalidInput(
            "The category is missing.", field="category", hint="sector_member, associate or academia."
        )
    return coverage, held[-1]


def _held(event: LedgerEvent, ledger: Sequence[LedgerEvent]) -> int | None:
    """The number of an event of the ledger that says the same, and of which something is left."""
    same = [one.id for one in ledger if _says(event, one)]
    if same and event.kind in OPENING | CHANGING:
        same = [span.id for span in terms_of(ledger) if span.id in same]
    return same[0] if same else None


def _says(event: LedgerEvent, held: LedgerEvent) -> bool:
    """Whether an event says what one of the ledger does; a file that names no class leaves it open."""
    units = held.units if event.units is None else event.units
    return replace(event, id=0, organization_id=0, units=units) == replace(held, id=0, organization_id=0)


def _refuse_misfits(ledger: Sequence[LedgerEvent], missing: Sequence[LedgerEvent]) -> None:
    """Refuse events that do not fit a ledger, or that leave nothing of what they begin."""
    left = {span.id for span in terms_of([*ledger, *missing])}
    for event in missing:
        if event.kind in OPENING | CHANGING and event.id not in left:
            raise Refused(
                f"Nothing is left of a membership that ends on {event.effective_on}.",
                rule="terms.something_left",
                field="since",
            )


def _goes_on(draft: TermDraft) -> Note:
    text = f"The last day here is {draft.until}; in the book the membership goes on, and stays so."
    return Note(NoteKind.DIFFERS, "until", str(draft.until), text)


def _ended(draft: TermDraft) -> Note:
    text = f"The membership went on in the book, and now ends on {draft.until}."
    return Note(NoteKind.FILLED, "until", str(draft.until), text)


def _ledgers(session: Session, accounts: set[int]) -> dict[int, list[LedgerEvent]]:
    """The ledgers of accounts, each with the events of all that were merged into it."""
    ids = session.exec(with_merged(Organization, accounts)).all()
    keepers = keeper_ids(session, Organization, ids)
    found: dict[int, list[LedgerEvent]] = {number: [] for number in accounts}
    of_these = among(col(MembershipEvent.organization_id), ids)
    order = col(MembershipEvent.effective_on), col(MembershipEvent.id)
    for row in session.exec(select(MembershipEvent).where(of_these).order_by(*order)):
        event = LedgerEvent(**{name: getattr(row, name) for name in LedgerEvent.__slots__})
        found[keepers.get(row.organization_id, row.organization_id)].append(event)
    return found


def _rules(session: Session, shared: Circumstances, _separator: str) -> TermRules:
    groups = session.exec(select(StudyGroup).where(col(StudyGroup.retired_on).is_(None))).all()
    return TermRules(shared, groups)


TERMS = Kind(
    name="terms",
    noun="a membership",
    fields=TermField,
    needs=(FIELDS, ("since",)),
    constants=frozenset(
        {"event", "category", "sector", "study_group", "units", "since", "reason", "document"}
    ),
    rules=_rules,
    decides="organization",
)
