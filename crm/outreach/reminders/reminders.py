"""`book.reminders`: what somebody has to be reminded of, drafted as letters that the account manager edits and approves.

Nothing is sent here: a reminder becomes a draft (`book.letters`), and only its author's approval puts it in the outbox.
Each is written once under its rule, subject, reference date and step. A date that moves neither repeats a reminder nor
loses it: what was drafted for the old date and is not approved yet is taken back, and the new date has one of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from crm.dates import day_of
from crm.directory.resolve import OrganizationKey, find_organization
from crm.directory.staff import today_of
from crm.errors import NotFound, Refused, TemplateError
from crm.keyring import KeyRing
from crm.mail.templates import TemplateFolder
from crm.outreach.draft_tables import LetterDraft, add_draft
from crm.outreach.reminders.ledger import Reminder, reminder_behind, reminders_waiting, reminders_written
from crm.outreach.reminders.letters import Parties, parties_of, reminder_facts
from crm.outreach.reminders.rule import Matter, ReminderKey, ReminderRule
from crm.reference.languages import Language
from crm.shown import Shown
from crm.store.store import Change, Store
from crm.store.turns import take_turns


@dataclass(frozen=True, slots=True)
class DueReminder(Shown):
    """A reminder that is due and has not been drafted.

    Attributes:
        rule: which rule found it.
        step: how far the matter has come.
        organization: the account whose contact is to be written to; empty where it is not in the book.
        words: what it is about.
        reference_on: the date that the step counts from.
        subject: what it is about, as the ledger names it.
        organization_id: the account.
        obstacle: why no letter can be drafted; empty where one can.
    """

    rule: str
    step: str
    organization: str
    words: str
    reference_on: date
    subject: str
    organization_id: int | None
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class Drafted(Shown):
    """What came of drafting the reminders that are due.

    Attributes:
        drafts: the letters that now wait for approval.
        left: the reminders that no letter could be drafted for, each with its obstacle; they stay due.
        withdrawn: the drafts that were taken back, because what they said no longer holds.
    """

    drafts: tuple[LetterDraft, ...]
    left: tuple[DueReminder, ...]
    withdrawn: tuple[LetterDraft, ...]


class Reminders:
    """`book.reminders`: what is due, drafting it, and what was recalled to whom.

    Args:
        store: the door to the database.
        templates: the letters on file.
        keys: key the suppression list.
        rules: the kinds of reminders there are.
    """

    def __init__(
        self, store: Store, *, templates: TemplateFolder, keys: KeyRing, rules: Sequence[ReminderRule]
    ) -> None:
        self._store = store
        self._templates = templates
        self._keys = keys
        self._rules = {rule.name: rule for rule in rules}

    def due(self, on: date | str | None = None, *, rule: str | None = None) -> tuple[DueReminder, ...]:
        """The reminders that are due on a day and have not been drafted, by rule and reference date.

        Args:
            on: the day, which may lie ahead, as far as what is known today tells; today where none is given.
            rule: only of this rule.

        Raises:
            NotFound: there is no such rule; those there are stand in `candidates`.
        """
        with self._store.reading() as session:
            today = today_of(session, self._store.now(), self._store.actor)
            day = today if on is None else day_of(on, today=today, field="on")
            found = [
                (rule.name, matter)
                for rule in self._chosen(rule)
                for matter in _due(session, rule, rule.matters(session, day))
            ]
            parties = self._parties(session, [matter for _, matter in found], day)
            return tuple(_told(name, matter, parties[matter.organization_id]) for name, matter in found)

    def draft(self, *, rule: str | None = None, dry_run: bool = False) -> Drafted:
        """Draft a letter for every reminder that is due today, and take back drafts that no longer hold.

        Args:
            rule: only of this rule.
            dry_run: write nothing down, and say what would come of it.

        Raises:
            NotFound: there is no such rule; those there are stand in `candidates`.
        """
        with self._store.changing("reminders.drafted", dry_run=dry_run) as change:
            take_turns(change.session, "reminders")
            day = today_of(change.session, change.now, change.actor)
            parts = [self._drafted(change, each, day) for each in self._chosen(rule)]
            return Drafted(
                drafts=tuple(draft for part in parts for draft in part.drafts),
                left=tuple(due for part in parts for due in part.left),
                withdrawn=tuple(draft for part in parts for draft in part.withdrawn),
            )

    def of(self, key: OrganizationKey) -> tuple[Reminder, ...]:
        """Every reminder that was drafted to an account, the latest first; those taken back are marked."""
        with self._store.reading() as session:
            account = find_organization(session, key)
            query = select(Reminder).where(Reminder.organization_id == account.id)
            return tuple(session.exec(query.order_by(col(Reminder.id).desc())))

    def refuse_overtaken(self, change: Change, draft: LetterDraft) -> None:
        """Refuse to approve a reminder that no longer holds: the invoice was paid, the date has moved, an answer came.

        Raises:
            Refused: it does not; drafting anew takes it back.
        """
        reminder = reminder_behind(change.session, draft)
        if reminder is None:
            return
        day = today_of(change.session, change.now, change.actor)
        rule = self._rules.get(reminder.rule)
        matter = rule.matter(change.session, day, reminder.subject) if rule else None
        if (
            rule is None
            or matter is None
            or (rule.key(matter), matter.digest) != (reminder.key, reminder.digest)
        ):
            raise Refused(
                f"What the letter says no longer holds: {draft.subject}",
                rule="reminders.still_hold",
                hint="book.reminders.draft() takes it back and drafts what is due now; or discard it.",
            )

    def _chosen(self, name: str | None) -> list[ReminderRule]:
        if name is None:
            return list(self._rules.values())
        if name not in self._rules:
            known = sorted(self._rules)
            raise NotFound(
                f"There is no rule {name!r} of reminders.", field="rule", value=name, candidates=known
            )
        return [self._rules[name]]

    def _parties(self, session: Session, matters: Sequence[Matter], day: date) -> dict[int | None, Parties]:
        return parties_of(session, (matter.organization_id for matter in matters), on=day, keys=self._keys)

    def _drafted(self, change: Change, rule: ReminderRule, day: date) -> Drafted:
        matters = rule.matters(change.session, day)
        parties = self._parties(change.session, matters, day)
        now = {rule.key(matter): (matter, parties[matter.organization_id]) for matter in matters}
        withdrawn = _withdrawn(change, rule, now)
        due = _due(change.session, rule, matters)
        drafts: list[LetterDraft] = []
        left: list[DueReminder] = []
        for matter in due:
            try:
                drafts.append(self._letter(change, rule, matter, parties[matter.organization_id], day))
            except (Refused, TemplateError) as error:
                left.append(_told(rule.name, matter, parties[matter.organization_id], error.message))
        return Drafted(tuple(drafts), tuple(left), withdrawn)

    def _letter(
        self, change: Change, rule: ReminderRule, matter: Matter, parties: Parties, day: date
    ) -> LetterDraft:
        account, author, reader = parties.account, parties.author, parties.reader
        if account is None or author is None or reader is None:
            raise Refused(parties.obstacle, rule="reminders.parties", subject=matter.subject)
        language = reader.language or Language.ENGLISH
        version = self._templates.version(matter.template, language.value)
        facts = reminder_facts(change.session, matter, account, reader=reader, author=author, on=day)
        draft = add_draft(change, version, facts, to=reader, author=author, organization_id=account.id)
        row = {**rule.key(matter)._asdict(), "organization_id": account.id, "draft_id": draft.id}
        row |= {"digest": matter.digest, "drafted_at": change.now}
        change.add(Reminder.model_validate(row))
        return draft


def _due(session: Session, rule: ReminderRule, matters: Sequence[Matter]) -> list[Matter]:
    written = reminders_written(session, rule.name)
    fresh = [matter for matter in matters if rule.key(matter) not in written]
    return sorted(fresh, key=lambda matter: (matter.reference_on, matter.subject))


def _withdrawn(
    change: Change, rule: ReminderRule, now: Mapping[ReminderKey, tuple[Matter, Parties]]
) -> tuple[LetterDraft, ...]:
    """Take back the drafts of a rule that do not hold any more, or are to be signed by whoever keeps the account now."""
    taken_back = []
    for reminder, draft in reminders_waiting(change.session, rule.name):
        matter, parties = now.get(reminder.key, (None, Parties()))
        handed_over = parties.author is not None and parties.author.id != draft.author_id
        if matter is None or matter.digest != reminder.digest or handed_over:
            reminder.amend({"withdrawn_at": change.now})
            taken_back.append(draft.amend({"discarded_at": change.now}))
    change.session.flush()
    return tuple(taken_back)


def _told(rule: str, matter: Matter, parties: Parties, obstacle: str = "") -> DueReminder:
    return DueReminder(
        rule=rule,
        step=matter.step,
        organization=parties.account.name if parties.account else "",
        words=matter.words,
        reference_on=matter.reference_on,
        subject=matter.subject,
        organization_id=matter.organization_id,
        obstacle=obstacle or parties.obstacle,
    )
