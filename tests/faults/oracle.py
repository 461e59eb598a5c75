"""What must be true after a round, whatever died in it: the mail server's record held against the book.

Pure: it is given the evidence and names every breach of a promise. An empty answer is the only good one.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

DOUBT = frozenset({"in_doubt", "assumed_sent"})
TAKEN = frozenset({"accepted"}) | DOUBT
"""In these the book says that the mail server took the letter, or may have."""

NOT_TAKEN = frozenset({"failed", "stopped", "held"})
PENDING = frozenset({"queued"})
UNDER_WAY = frozenset({"claimed", "handing_off"})


@dataclass(frozen=True)
class Copy:
    """A message that the mail server took.

    Attributes:
        message_id: which letter it says it is.
        recipient: whom it was for.
        at: when, in seconds since 1970 by the machine's clock.
        answered: whether the server said so.
    """

    message_id: str
    recipient: str
    at: float
    answered: bool = True


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A letter as the book has it.

    Attributes:
        intents: when each intent to write its dot was committed, by the database's own record of commits.
        asked_again: how often a person had it sent again while it was in doubt.
        enrolment: whose step of a run it is; 0 for a letter that belongs to no run.
        decided: whether a person has settled a doubt about it.
        suppressed_at: when the refusal of its address was committed; for all mail or for campaigns.
    """

    key: str
    message_id: str
    address: str
    enrolment: int
    status: str
    reason: str = ""
    intents: tuple[datetime, ...] = ()
    asked_again: int = 0
    decided: bool = False
    suppressed_at: datetime | None = None


@dataclass(frozen=True)
class Enrolled:
    """Somebody in the audience of the run.

    Attributes:
        state: enrolled, exited or finished.
        due: whether a next step is planned.
    """

    number: int
    arm: str
    state: str
    reason: str | None = None
    due: bool = False


@dataclass(frozen=True)
class Pause:
    """A time in which the run, or all mail, stood still.

    Attributes:
        committed_at: when the pause was committed, by the database.
        ended_at: when letters went on, or the end of the round.
        returned: when `pause` returned, in seconds by the machine's clock.
        resumed: when going on was asked for, in seconds.
        workers: how many worker processes were alive.
        all_mail: whether letters that belong to no run stood still, too.
    """

    committed_at: datetime
    ended_at: datetime
    returned: float
    resumed: float
    workers: int
    all_mail: bool = False


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that is known of a round.

    Attributes:
        window: W, the letters that a worker hands over at once.
        kills: how often a worker process was killed.
        unanswered: how often a commit of intents was not answered, because the database had died: as good as a kill.
    """

    window: int
    kills: int
    unanswered: int = 0
    copies: tuple[Copy, ...]
    letters: tuple[Letter, ...]
    enrolled: tuple[Enrolled, ...]
    pauses: tuple[Pause, ...] = ()
    settled: bool = True

    @cached_property
    def copies_of(self) -> Mapping[str, list[Copy]]:
        """The copies that the server took, by the Message-ID."""
        found: dict[str, list[Copy]] = {}
        for copy in self.copies:
            found.setdefault(copy.message_id, []).append(copy)
        return found

    @property
    def in_doubt(self) -> int:
        """How many letters came to be in doubt and were not settled by evidence."""
        return sum(letter.status in DOUBT or letter.decided for letter in self.letters)

    @property
    def doubt_allowed(self) -> int:
        """W for each kill, and the answers that the server lost."""
        lost = sum(not copy.answered for copy in self.copies)
        return self.window * (self.kills + self.unanswered) + lost


@dataclass(frozen=True)
class Breach:
    """A promise that was broken."""

    promise: str
    subject: str
    words: str = field(compare=False, default="")

    def __str__(self) -> str:
        return f"{self.promise}: {self.subject}: {self.words}"


Rule = Callable[[Evidence], Iterator[Breach]]


def breaches(evidence: Evidence) -> tuple[Breach, ...]:
    """Every breach of a promise; none is what a round is played for."""
    return tuple(breach for rule in RULES for breach in rule(evidence))


def nothing_twice(evidence: Evidence) -> Iterator[Breach]:
    """No letter is delivered twice, unless a person asked for the second copy; the class's policy never does."""
    for letter in evidence.letters:
        copies = len(evidence.copies_of.get(letter.message_id, ()))
        if copies > 1 + letter.asked_again:
            yield Breach("nothing twice", letter.key, f"{copies} copies, {letter.asked_again} asked for")


def nothing_made_up(evidence: Evidence) -> Iterator[Breach]:
    """The server has nothing that the book does not know, and each copy went to the letter's own address."""
    known = {letter.message_id: letter for letter in evidence.letters}
    for copy in evidence.copies:
        letter = known.get(copy.message_id)
        if letter is None:
            yield Breach("nothing made up", copy.message_id, "no letter of the book")
        elif copy.recipient != letter.address:
            yield Breach("nothing made up", letter.key, "went to another address")


def nothing_lost(evidence: Evidence) -> Iterator[Breach]:
    """What the book calls accepted has arrived, and each letter stands somewhere with a reason."""
    for letter in evidence.letters:
        arrived = letter.message_id in evidence.copies_of
        if letter.status == "accepted" and not arrived:
            yield Breach("nothing lost", letter.key, "accepted, and the server never had it")
        elif letter.status in NOT_TAKEN and not letter.reason:
            yield Breach("nothing lost", letter.key, f"{letter.status} without a reason")
        elif letter.status not in TAKEN | NOT_TAKEN | PENDING | UNDER_WAY:
            yield Breach("nothing lost", letter.key, f"in a status that nobody knows: {letter.status}")


def everybody_accounted_for(evidence: Evidence) -> Iterator[Breach]:
    """Each enrolled contact has a letter, a step that is due, or a reason; who is held out has no letter."""
    written = Counter(letter.enrolment for letter in evidence.letters)
    for one in evidence.enrolled:
        if one.arm == "hold_out" and written[one.number]:
            yield Breach("everybody accounted for", str(one.number), "held out, and written to")
        if one.state == "enrolled" and not one.due:
            yield Breach("everybody accounted for", str(one.number), "under way, and nothing is due")
        if one.state == "exited" and not one.reason:
            yield Breach("everybody accounted for", str(one.number), "left without a reason")
        if one.state == "finished" and one.arm == "treatment" and not written[one.number]:
            yield Breach("everybody accounted for", str(one.number), "finished without a letter")


def nothing_left_unsaid(evidence: Evidence) -> Iterator[Breach]:
    """What arrived is not called unsent; a letter that a person asked for again may fail the second time."""
    for letter in evidence.letters:
        arrived = letter.message_id in evidence.copies_of
        if arrived and letter.status not in TAKEN | UNDER_WAY and not letter.asked_again:
            yield Breach("nothing left unsaid", letter.key, f"arrived, and the book says {letter.status}")


def little_in_doubt(evidence: Evidence) -> Iterator[Breach]:
    """At most W letters in doubt for each kill, plus the answers that the server lost."""
    if evidence.in_doubt > evidence.doubt_allowed:
        words = f"{evidence.in_doubt} letters, {evidence.doubt_allowed} allowed"
        yield Breach("little in doubt", "the round", words)


def nobody_against_their_will(evidence: Evidence) -> Iterator[Breach]:
    """After a refusal is committed, no intent is committed for a letter to that address."""
    for letter in evidence.letters:
        late = [at for at in letter.intents if letter.suppressed_at is not None and at > letter.suppressed_at]
        if late:
            words = f"refused at {letter.suppressed_at}, intended at {late[0]}"
            yield Breach("nobody against their will", letter.key, words)


def every_copy_intended(evidence: Evidence) -> Iterator[Breach]:
    """No dot without an intent on record: each copy has one of its own."""
    for letter in evidence.letters:
        copies = len(evidence.copies_of.get(letter.message_id, ()))
        if copies > len(letter.intents):
            words = f"{copies} copies, {len(letter.intents)} intents"
            yield Breach("every copy intended", letter.key, words)


def pauses_are_exact(evidence: Evidence) -> Iterator[Breach]:
    """While a run is paused, or all mail stopped, no intent is committed, and at most one window a worker still arrives."""
    for pause in evidence.pauses:
        still = [letter for letter in evidence.letters if letter.enrolment or pause.all_mail]
        for letter in still:
            if any(pause.committed_at < at < pause.ended_at for at in letter.intents):
                yield Breach("pauses are exact", letter.key, "intended while nothing should be")
        copies = [copy for letter in still for copy in evidence.copies_of.get(letter.message_id, ())]
        late = sum(pause.returned < copy.at < pause.resumed for copy in copies)
        if late > evidence.window * pause.workers:
            yield Breach("pauses are exact", str(pause.committed_at), f"{late} letters arrived after it")


def everything_comes_to_rest(evidence: Evidence) -> Iterator[Breach]:
    """Once the faults are over, nothing stays under way for good."""
    if not evidence.settled:
        moving = Counter(letter.status for letter in evidence.letters)
        yield Breach("everything comes to rest", "the round", f"at the end of all patience: {dict(moving)}")
    for letter in evidence.letters:
        if evidence.settled and letter.status in UNDER_WAY:
            yield Breach("everything comes to rest", letter.key, f"still {letter.status}")


RULES: tuple[Rule, ...] = (
    nothing_twice,
    nothing_made_up,
    nothing_lost,
    everybody_accounted_for,
    nothing_left_unsaid,
    little_in_doubt,
    nobody_against_their_will,
    every_copy_intended,
    pauses_are_exact,
    everything_comes_to_rest,
)
