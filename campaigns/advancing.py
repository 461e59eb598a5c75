"""Moving runs on: asks the book for what is due and the facts about it, has the plan decide, writes its intents down.

A fixed number of statements reads a batch, however many accounts are due; only what the journeys at hand ask for is
read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from zoneinfo import ZoneInfo

from campaigns.campaign import Signature
from campaigns.exits import CHOSEN
from campaigns.facts import Subject, known_facts, read_facts
from campaigns.gathering import held_back, reachability, signatories
from campaigns.guards import Reachability, Skip
from campaigns.holding import Asking
from campaigns.intents import Turn
from campaigns.journey import Journey, SwitchContactStep
from campaigns.meetings import HOST_ZONE
from campaigns.occasion import Stationery
from campaigns.orders import Signing, move_of
from campaigns.overview import Advanced
from campaigns.plan import Around
from campaigns.plan import advance as plan
from campaigns.steps import Value
from crm.book import Book
from crm.errors import Refused, StoreError
from crm.garbage import no_collection
from crm.insight.audience_rules import rule_of
from crm.mail.templates import TemplateVersion
from crm.outreach.reasons import Leave
from crm.outreach.run_tables import Run
from crm.outreach.runs.moves import Move, Waiting
from crm.reference.languages import Language

_BATCH = 1000


def advance(book: Book, *, limit: int = _BATCH) -> Advanced:
    """Take the steps that are due, for up to `limit` enrolled accounts, and close the runs that are over.

    Any number of workers may do this at once, and any number of times: each step is taken once. A run whose journey
    asks for a fact that nobody registers any more, or that cannot be read, is paused; so is one in which the next step of an
    account cannot be planned.
    """
    with no_collection():
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
    if not due:
        return []
    now, staff = book.clock.now(), tuple(book.staff)
    runs = _running(book, due, signatories(book, staff))
    subjects = [found for run in runs.values() for found in run.subjects(due, now)]
    told = _told(book, runs, subjects, now.date())
    asking = {number: run.asking for number, run in runs.items()}
    held = held_back(
        book, asking, [one for one in subjects if one.waiting.run_id in runs], staff=staff, now=now
    )
    moves: list[Move] = []
    for subject in subjects:
        waiting, account = subject.waiting, subject.account
        if (run := runs.get(waiting.run_id)) is None:
            continue  # it has just been paused
        try:
            number = waiting.enrolment_id
            moves.append(run.move(subject, told[number], held.get(number), now))
        except StoreError:
            raise  # the database, and no fault of the run
        except Exception as error:  # noqa: BLE001 - what stops one run is to stop no other
            name = account.name if account else f"account {waiting.organization_id}"
            _pause(book, runs, waiting.run_id, f"The next step of {name} could not be planned: {error!r}")
    return moves


class _Running:
    """A run's journey and wordings, as they were approved, whatever has become of the files since."""

    def __init__(self, book: Book, run: Run, stationery: Stationery) -> None:
        self._run = run
        self.asking = Asking.of(run)
        self.journey = Journey.model_validate(run.content["journey"])
        self._audience = rule_of(run.content["audience"]) if "audience" in run.content else None
        self._exits = tuple(map(Leave, run.content.get("exits", CHOSEN)))
        self._default = run.content.get("default_language")
        self._hashes = run.content["wordings"]
        self._signatures = {
            Language(language): Signature.model_validate(team)
            for language, team in run.content["signatures"].items()
        }
        self._stationery = stationery
        self._stands_in = stationery.colleague(run.author)
        self._book = book
        self.spoken_for: set[int] = set()
        self._reachability: Reachability | None = None
        self._wordings: dict[tuple[str, str], TemplateVersion] = {}

    def subjects(self, due: Iterable[Waiting], now: datetime) -> list[Subject]:
        """Its enrolments that are due, each with the account as it is now.

        An account stands there with the membership that the run is about, where that still runs.
        """
        on = now.date()
        waiting = [one for one in due if one.run_id == self._run.id]
        ids = {one.organization_id for one in waiting}
        found = self._book.candidates.among(ids, about=self._audience, on=on)
        exactly = {(account.organization_id, account.coverage): account for account in found}
        at_all = {account.organization_id: account for account in found}
        if self._has(SwitchContactStep):
            people = {contact.person_id for account in found for contact in account.contacts}
            self.spoken_for = set(self._book.runs.people(self._run, among=people))
            self._reachability = reachability(self._book, self._run, found, now=now)
        return [
            Subject(
                one, exactly.get((one.organization_id, one.coverage)) or at_all.get(one.organization_id), on
            )
            for one in waiting
        ]

    def wording(self, template: str, language: str) -> TemplateVersion:
        """A letter in a language."""
        key = template, language
        if key not in self._wordings:
            self._wordings[key] = self._book.runs.wording(self._hashes[f"{template}/{language}"])
        return self._wordings[key]

    def move(
        self, subject: Subject, facts: Mapping[str, Value | None], held: Skip | None, now: datetime
    ) -> Move:
        """What one enrolled account does now."""
        waiting, account = subject.waiting, subject.account
        intents = plan(self.journey, waiting, account, now, self.around(subject, facts, held))
        self.spoken_for |= {one.person_id for one in intents if isinstance(one, Turn) and one.person_id}
        signing = Signing(self._signatures[waiting.language], self._stationery, self._stands_in)
        return move_of(waiting, intents, account, wording=self.wording, signing=signing, now=now)

    def around(self, subject: Subject, facts: Mapping[str, Value | None], held: Skip | None) -> Around:
        """What the plan must know besides an account."""
        manager = subject.account and self._stationery.manager_of(subject.account)
        return Around(
            exits=self._exits,
            about=self.asking.about,
            facts=facts,
            held=held,
            spoken_for=self.spoken_for,
            reachability=self._reachability,
            default_language=Language(self._default) if self._default else None,
            host_zone=ZoneInfo(manager.time_zone) if manager else HOST_ZONE,
        )

    def _has(self, kind: type) -> bool:
        return any(isinstance(step, kind) for step in self.journey.steps)


def _running(book: Book, due: Iterable[Waiting], stationery: Stationery) -> dict[int, _Running]:
    """The runs of a batch; one that asks for a fact that nobody registers any more is paused instead."""
    runs = {
        number: _Running(book, book.runs.get(number), stationery) for number in {one.run_id for one in due}
    }
    if asked := _asked_for(runs):
        for name in sorted(asked - known_facts().keys()):
            _pause_those_that_ask(book, runs, name, f"Nobody tells {name} any more.")
    return runs


def _told(
    book: Book, runs: dict[int, _Running], subjects: Sequence[Subject], on: date
) -> dict[int, dict[str, Value | None]]:
    """What the branches of the journeys ask for, read for the accounts of all runs at once.

    A fact may be anybody's code: one that fails pauses the runs that ask for it, and stops nobody else's.
    """
    told: dict[int, dict[str, Value | None]] = defaultdict(dict)
    asked = _asked_for(runs)
    for fact in [fact for name, fact in known_facts().items() if name in asked] if asked else ():
        try:
            found = read_facts(book, [fact], subjects, on)
        except StoreError:
            raise  # the database, and no fault of the fact
        except Exception as error:  # noqa: BLE001 - whatever it is that went wrong in it
            _pause_those_that_ask(book, runs, fact.name, f"{fact.name} could not be read: {error!r}")
        else:
            for number, values in found.items():
                told[number] |= values
    return told


def _asked_for(runs: Mapping[int, _Running]) -> set[str]:
    return {name for run in runs.values() for name in run.journey.facts}


def _pause_those_that_ask(book: Book, runs: dict[int, _Running], fact: str, why: str) -> None:
    for number, run in list(runs.items()):
        if fact in run.journey.facts:
            _pause(book, runs, number, why)


def _pause(book: Book, runs: dict[int, _Running], number: int, why: str) -> None:
    with suppress(Refused):  # a colleague has just paused or cancelled it
        book.runs.pause(number, reason=why)
    del runs[number]
