"""Moving runs on: asks the book for what is due and the facts about it, has the plan decide, writes its intents down.

A fixed number of statements reads a batch, however many accounts are due; only what the journeys at hand ask for is
read.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache
from zoneinfo import ZoneInfo

from campaigns.facts import Subject, known_facts, read_facts, refuse_unknown
from campaigns.gathering import held_back, reachability, signatories
from campaigns.guards import Reachability, Skip
from campaigns.intents import Intent, Turn
from campaigns.journey import Journey, SwitchContactStep
from campaigns.meetings import HOST_ZONE
from campaigns.orders import Signing, move_of
from campaigns.overview import Advanced
from campaigns.plan import Around
from campaigns.plan import advance as plan
from campaigns.steps import Value
from crm.book import Book
from crm.errors import AccordError, Refused, StoreError
from crm.garbage import no_collection
from crm.mail.templates import TemplateVersion
from crm.outreach.run_tables import Run
from crm.outreach.runs.moves import Move, Waiting

_BATCH = 1000


def advance(book: Book, *, limit: int = _BATCH) -> Advanced:
    """Take the steps that are due, for up to `limit` enrolled accounts, and close the runs that are over.

    Any number of workers may do this at once, and any number of times: each step is taken once. A run that cannot be read, as
    another release prepared it or its journey asks for a fact that nobody registers any more, is paused; so is one whose
    facts cannot be read, or in which the next step of an account cannot be planned. No other run is stopped by it.
    """
    with no_collection():
        due = book.runs.due(limit=limit)
        moved = book.runs.take(_Round(book, due).moves() if due else [])
    return Advanced(
        looked_at=len(due),
        letters=moved.letters,
        tasks=moved.tasks,
        exited=moved.exited,
        finished=moved.finished,
        passed_over=moved.passed_over,
        completed=len(book.runs.complete()),
    )


@dataclass(frozen=True, slots=True)
class _Batch:
    """The enrolments of a run that are due.

    Attributes:
        journey: the steps, as they were approved.
        subjects: each enrolment, with its account as it is now.
        reachability: for a journey that switches to somebody else, what the guards must know about writing to people.
        spoken_for: for the same, the people whom the run writes to already.
    """

    run: Run
    journey: Journey
    subjects: tuple[Subject, ...]
    reachability: Reachability | None = None
    spoken_for: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Known:
    """What has been read about enrolments, by their ids: what the branches ask for, and why a next letter must wait."""

    facts: Mapping[int, Mapping[str, Value | None]]
    held: Mapping[int, Skip]


class _Round:
    """A round of work on the runs of which enrolments are due. One that something goes wrong with is paused, and no other.

    Args:
        book: the book.
        due: the enrolments.
    """

    def __init__(self, book: Book, due: Sequence[Waiting]) -> None:
        self._book = book
        self._now = book.clock.now()
        self._staff = tuple(book.staff)
        self._stationery = signatories(book, self._staff)
        self._worded = cache(book.runs.wording)
        self._known_facts = cache(known_facts)
        self._batches: dict[int, _Batch] = {}
        for number in dict.fromkeys(one.run_id for one in due):
            with self._pausing("The run could not be read", number):
                self._batches[number] = self._batch(number, [one for one in due if one.run_id == number])

    def moves(self) -> list[Move]:
        """What each enrolment does now."""
        facts = self._facts()
        known = _Known(facts, self._held())
        return [move for batch in tuple(self._batches.values()) for move in self._moves_of(batch, known)]

    def _batch(self, number: int, due: Sequence[Waiting]) -> _Batch:
        """Those of a run, each account with the membership that the run is about, where that still runs."""
        run, on = self._book.runs.get(number), self._now.date()
        journey = Journey.model_validate(run.approved.journey)
        if journey.facts:
            refuse_unknown(journey, self._known_facts())
        ids = {one.organization_id for one in due}
        found = self._book.candidates.among(ids, about=run.approved.audience, on=on)
        exactly = {(account.organization_id, account.coverage): account for account in found}
        at_all = {account.organization_id: account for account in found}
        subjects = tuple(
            Subject(
                one, exactly.get((one.organization_id, one.coverage)) or at_all.get(one.organization_id), on
            )
            for one in due
        )
        batch = _Batch(run, journey, subjects)
        if not any(isinstance(step, SwitchContactStep) for step in journey.steps):
            return batch
        people = {contact.person_id for account in found for contact in account.contacts}
        return replace(
            batch,
            reachability=reachability(self._book, run.approved, found, now=self._now),
            spoken_for=self._book.runs.people(run, among=people),
        )

    def _facts(self) -> dict[int, dict[str, Value | None]]:
        """What the branches of the journeys ask for; each fact is read for the accounts of all runs at once."""
        told: dict[int, dict[str, Value | None]] = defaultdict(dict)
        for name in sorted({name for batch in self._batches.values() for name in batch.journey.facts}):
            asking = [number for number, batch in self._batches.items() if name in batch.journey.facts]
            subjects = [subject for number in asking for subject in self._batches[number].subjects]
            if not subjects:
                continue  # another fact has just paused those that ask for it
            with self._pausing(f"{name} could not be read", *asking):
                found = read_facts(self._book, [self._known_facts()[name]], subjects, self._now.date())
                for number, values in found.items():
                    told[number] |= values
        return told

    def _held(self) -> dict[int, Skip]:
        runs = {number: batch.run for number, batch in self._batches.items()}
        subjects = [subject for batch in self._batches.values() for subject in batch.subjects]
        return held_back(self._book, runs, subjects, staff=self._staff, now=self._now)

    def _moves_of(self, batch: _Batch, known: _Known) -> list[Move]:
        """The moves of a run, up to one that cannot be planned. Whom one account is switched to, the next one is not."""
        moves: list[Move] = []
        for subject in batch.subjects:
            with self._pausing(f"The next step of {_named(subject)} could not be planned", batch.run.id):
                intents = self._intents(batch, subject, known)
                moves.append(self._move(batch.run, subject, intents))
                people = {one.person_id for one in intents if isinstance(one, Turn) and one.person_id}
                batch = replace(batch, spoken_for=batch.spoken_for | people) if people else batch
            if batch.run.id not in self._batches:
                break
        return moves

    def _intents(self, batch: _Batch, subject: Subject, known: _Known) -> tuple[Intent, ...]:
        number, approved = subject.waiting.enrolment_id, batch.run.approved
        host = self._stationery.manager_of(subject.account) if subject.account else None
        around = Around(
            exits=approved.exits,
            about=approved.about,
            facts=known.facts.get(number, {}),
            held=known.held.get(number),
            spoken_for=batch.spoken_for,
            reachability=batch.reachability,
            default_language=approved.default_language,
            host_zone=ZoneInfo(host.time_zone) if host else HOST_ZONE,
        )
        return plan(batch.journey, subject.waiting, subject.account, self._now, around)

    def _move(self, run: Run, subject: Subject, intents: Sequence[Intent]) -> Move:
        waiting, approved = subject.waiting, run.approved
        stands_in = self._stationery.colleague(run.author)
        signing = Signing(approved.signatures[waiting.language], self._stationery, stands_in)

        def wording(letter: str, language: str) -> TemplateVersion:
            return self._worded(approved.wordings[f"{letter}/{language}"])

        return move_of(waiting, intents, subject.account, wording=wording, signing=signing, now=self._now)

    @contextmanager
    def _pausing(self, what: str, *runs: int) -> Iterator[None]:
        """Pause these runs if something goes wrong, and go on without them; the database is no fault of theirs."""
        try:
            yield
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a fact may be anybody's code, and a run of another release
            why = error.message if isinstance(error, AccordError) else repr(error)
            for number in runs:
                with suppress(Refused):  # a colleague has just paused or cancelled it
                    self._book.runs.pause(number, reason=f"{what}: {why}", by_itself=True)
                self._batches.pop(number, None)


def _named(subject: Subject) -> str:
    return subject.account.name if subject.account else f"account {subject.waiting.organization_id}"
