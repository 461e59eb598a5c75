"""Moving runs on: asks the book for what is due and the facts about it, has the plan decide, writes its intents down.

A fixed number of statements reads a batch, however many accounts are due; only what the journeys at hand ask for is
read.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from zoneinfo import ZoneInfo

from campaigns.exits import CHOSEN, Leave
from campaigns.facts import Fact, Subject, known_facts, read_facts
from campaigns.intents import Turn
from campaigns.journey import Journey, MeetingStep, SwitchContactStep
from campaigns.orders import move_of
from campaigns.overview import Advanced
from campaigns.plan import Around
from campaigns.plan import advance as plan
from campaigns.steps import Value
from crm.book import Book
from crm.errors import Refused
from crm.insight.candidate import Candidate
from crm.mail.templates import TemplateVersion
from crm.membership.terms import Coverage
from crm.outreach.moves import Move, Waiting
from crm.outreach.run_tables import Run
from crm.reference.languages import Language

_BATCH = 1000
_HOME = ZoneInfo("Europe/Zurich")


def advance(book: Book, *, limit: int = _BATCH) -> Advanced:
    """Take the steps that are due, for up to `limit` enrolled accounts, and close the runs that are over.

    Any number of workers may do this at once, and any number of times: each step is taken once. A run whose journey
    asks for a fact that nobody registers any more is paused.
    """
    due = book.runs.due(limit=limit)
    moved = book.runs.take(_moves(book, due))
    return Advanced(
        looked_at=len(due),
        letters=moved.letters,
        tasks=moved.tasks,
        exited=moved.exited,
        finished=moved.finished,
        passed_over=moved.passed_over,
        completed=len(book.runs.complete()),
    )


def _moves(book: Book, due: Sequence[Waiting]) -> list[Move]:
    now = book.clock.now()
    runs = _running(book, due)
    accounts = _Accounts(book.candidates.among({one.organization_id for one in due}, on=now.date()))
    subjects = [Subject(one, accounts.of(one), now.date()) for one in due if one.run_id in runs]
    _find_spoken_for(book, runs, subjects)
    asked = _asked(book, runs, subjects)
    moves: list[Move] = []
    for subject in subjects:
        waiting, account = subject.waiting, subject.account
        run = runs[waiting.run_id]
        around = run.around(waiting, asked.get(waiting.enrolment_id, {}))
        intents = plan(run.journey, waiting, account, now, around)
        run.spoken_for |= {one.person_id for one in intents if isinstance(one, Turn) and one.person_id}
        moves.append(move_of(waiting, intents, account, wording=run.wording, now=now))
    return moves


class _Running:
    """A run's journey and wordings, as they were approved, whatever has become of the files since."""

    def __init__(self, book: Book, run: Run) -> None:
        self.journey = Journey.model_validate(run.content["journey"])
        self._exits = tuple(map(Leave, run.content.get("exits", CHOSEN)))
        self._default = run.content.get("default_language")
        self._hashes = run.content["wordings"]
        self._book = book
        self.spoken_for: set[int] = set()
        self._wordings: dict[tuple[str, str], TemplateVersion] = {}

    def wording(self, template: str, language: str) -> TemplateVersion:
        """A letter in a language."""
        key = template, language
        if key not in self._wordings:
            self._wordings[key] = self._book.runs.wording(self._hashes[f"{template}/{language}"])
        return self._wordings[key]

    def around(self, waiting: Waiting, facts: Mapping[str, Value | None]) -> Around:
        """What the plan must know besides an account."""
        return Around(
            exits=self._exits,
            facts=facts,
            spoken_for=self.spoken_for,
            default_language=Language(self._default) if self._default else None,
            host_zone=self._zones.get(waiting.facts.get("manager", {}).get("email", ""), _HOME),
        )

    def has(self, kind: type) -> bool:
        """Whether the journey has a step of a kind."""
        return any(isinstance(step, kind) for step in self.journey.steps)

    @cached_property
    def _zones(self) -> Mapping[str, ZoneInfo]:
        """Where colleagues work, by address, where meetings are proposed."""
        if not self.has(MeetingStep):
            return {}
        return {one.email: ZoneInfo(one.time_zone) for one in self._book.staff}


class _Accounts:
    """The accounts of a batch, each with the membership that its run is about, where that still runs."""

    def __init__(self, found: Iterable[Candidate]) -> None:
        self._exactly: dict[tuple[int, Coverage | None], Candidate] = {}
        self._at_all: dict[int, Candidate] = {}
        for account in found:
            self._exactly[account.organization_id, account.coverage] = account
            self._at_all.setdefault(account.organization_id, account)

    def of(self, waiting: Waiting) -> Candidate | None:
        exactly = self._exactly.get((waiting.organization_id, waiting.coverage))
        return exactly or self._at_all.get(waiting.organization_id)


def _running(book: Book, due: Iterable[Waiting]) -> dict[int, _Running]:
    """The runs of a batch; one that asks for a fact that is no longer known is paused instead."""
    runs = {number: _Running(book, book.runs.get(number)) for number in {one.run_id for one in due}}
    asked = {name for run in runs.values() for name in run.journey.facts}
    lost = asked - known_facts().keys() if asked else set()
    for number, run in list(runs.items()):
        if gone := sorted(lost.intersection(run.journey.facts)):
            with suppress(Refused):  # a colleague has just paused or cancelled it
                book.runs.pause(number, reason=f"Nobody tells any more: {', '.join(gone)}.")
            del runs[number]
    return runs


def _find_spoken_for(book: Book, runs: Mapping[int, _Running], subjects: Sequence[Subject]) -> None:
    """Find out which of the people whom a journey may go on with its run writes to for other accounts."""
    for number, run in runs.items():
        if run.has(SwitchContactStep):
            accounts = (one.account for one in subjects if one.account and one.waiting.run_id == number)
            people = {contact.person_id for account in accounts for contact in account.contacts}
            run.spoken_for = set(book.runs.people(number, among=people))


def _asked(
    book: Book, runs: Mapping[int, _Running], subjects: Sequence[Subject]
) -> dict[int, dict[str, Value | None]]:
    """What the branches of the journeys ask for, read for the accounts of all runs at once."""
    names = {name for run in runs.values() for name in run.journey.facts}
    facts: list[Fact] = [fact for name, fact in known_facts().items() if name in names] if names else []
    return read_facts(book, facts, subjects, book.clock.now().date()) if facts else {}
