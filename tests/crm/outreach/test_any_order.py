"""Claims, intents, answers, refusals, pauses, reaping and decisions in any order that Hypothesis thinks of, on a real book.

The machine keeps its own account of which dots may have been written. It knows nothing of fences, leases or statuses, and
so finds out whether they do what they are for.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from support.inbound_mail import message
from support.outbox import (
    LEASE,
    attempt,
    campaign_letters,
    contact,
    look_at,
    looking,
    queue,
    running,
    staffed,
)
from support.outbox import order as order_to

from crm.errors import Refused
from crm.mail.failures import Outcome
from crm.outreach.delivery.handover import Claim

LETTERS = 6
WRITTEN = (Outcome.ACCEPTED, Outcome.IN_DOUBT)
REFUSED = (Outcome.REFUSED_TEMP, Outcome.REFUSED_CONTENT)
WHICH = st.integers(min_value=0, max_value=99)


@dataclass
class Dot:
    """A dot that may be written; nobody knows yet, or ever, what the server makes of it."""

    claim: Claim
    outcome: Outcome | None = None


class AnyOrder(RuleBasedStateMachine):
    def __init__(self, make_book, clock, people):
        super().__init__()
        self.make_book, self.clock, self.people = make_book, clock, people
        self.book = make_book(send_hours="always")
        self.eye = looking(self.book)

    @initialize()
    def launch(self):
        """A run to half of the people, and letters written by hand to the others."""
        marketed, others = self.people[: LETTERS // 2], self.people[LETTERS // 2 :]
        for to in self.people:
            self.book.suppressions.lift(to[1].email, reason="a new example")
        for run in self.book.runs.of(status="running") + self.book.runs.of(status="paused"):
            self.book.runs.cancel(run, reason="a new example")
        self.clock.advance(timedelta(days=30))
        self.run = running(self.make_book, *marketed)
        self.letters = campaign_letters(self.book, self.run, *marketed)
        by_hand = [order_to(self.book, to, key=f"{self.run.id}:{to[1].id}") for to in others]
        self.letters += queue(self.book, *by_hand)
        self.claims: list[Claim] = []
        self.dots: dict[int, list[Dot]] = defaultdict(list)
        self.asked: Counter[int] = Counter()
        self.refused: set[str] = set()
        self.left: set[int] = set()
        self.unseen: set[int] = set()
        self.paused = False

    @rule(limit=st.integers(min_value=1, max_value=4))
    def claim(self, limit):
        self.claims += self.book.handover.claim(limit=limit, ids=[letter.id for letter in self.letters])

    @precondition(lambda self: self.claims)
    @rule(which=WHICH, size=st.integers(min_value=1, max_value=3))
    def intend(self, which, size):
        """Some worker, however late it is, asks whether it may write the dots of a window."""
        start = which % len(self.claims)
        window = {claim.letter.id: claim for claim in self.claims[start : start + size]}
        for number in self.book.handover.intend([claim.letter for claim in window.values()]):
            letter = window[number].letter
            may_be_there = sum(dot.outcome not in REFUSED for dot in self.dots[number])
            assert may_be_there <= self.asked[number], "a second dot that nobody asked for"
            assert not (letter.run_id and letter.to_address in self.refused), "against their will"
            assert not (letter.run_id and self.paused), "in a pause"
            assert number not in self.left, "after a reply"
            assert number not in self.unseen, "before its account was looked at"
            self.dots[number].append(Dot(window[number]))

    @precondition(lambda self: self.open)
    @rule(which=WHICH, outcome=st.sampled_from(WRITTEN + REFUSED))
    def answer(self, which, outcome):
        """The server answers a dot, or does not, however late; the same worker may hear it twice."""
        dot = self.open[which % len(self.open)]
        dot.outcome = outcome
        recorded = [self.book.handover.settle([attempt(dot.claim, outcome)]) for _ in range(2)]
        assert recorded[1] == 0 or outcome is Outcome.IN_DOUBT

    @precondition(lambda self: self.claims)
    @rule(which=WHICH)
    def break_off(self, which):
        """A connection breaks before the dot; whether the claim still holds, its worker does not know."""
        claim = self.claims[which % len(self.claims)]
        if not any(dot.claim is claim for dot in self.dots[claim.letter.id]):
            self.book.handover.put_back([claim], reason="The mail server does not answer.")

    @rule(which=WHICH)
    def unsubscribe(self, which):
        letter = self.letters[which % LETTERS]
        self.book.suppressions.add(letter.to_address)
        self.refused.add(letter.to_address)

    @rule(which=WHICH)
    def reply(self, which):
        """Whoever got the letter answers it, and may have had it."""
        letter = self.letters[which % LETTERS]
        if any(dot.outcome in (None, *WRITTEN) for dot in self.dots[letter.id]):
            self.book.answers.receive(
                message(
                    "Yes.\n", To=self.book.identity.reply(letter.id), Message_ID=f"<{letter.id}@x.example>"
                )
            )
            self.left |= {letter.id} if letter.run_id else set()

    @precondition(lambda self: not self.paused)
    @rule()
    def pause(self):
        self.book.runs.pause(self.run, reason="let me look")
        self.paused = True

    @precondition(lambda self: self.paused)
    @rule()
    def resume(self):
        self.book.runs.resume(self.run)
        self.paused = False
        self.unseen = self.having("queued", "claimed") & {one.id for one in self.letters if one.run_id}

    @rule()
    def look(self):
        """The accounts of the run are looked at, and nothing has come up."""
        look_at(self.book, self.run, in_days=30)
        self.unseen = set()

    @rule(seconds=st.sampled_from([-7200, 1, 60, 3600]))
    def set_the_clock(self, seconds):
        self.clock.advance(timedelta(seconds=seconds))

    @rule(late=st.booleans())
    def reap(self, late):
        at_the_dot = self.having("handing_off", "in_doubt")
        self.clock.advance(LEASE + timedelta(seconds=1) if late else timedelta())
        self.book.handover.reap()
        assert at_the_dot <= self.having("handing_off", "in_doubt"), "a timeout took it back"

    @rule(which=WHICH)
    def resend(self, which):
        letter = self.letters[which % LETTERS]
        doubted = letter.id in self.having("in_doubt")
        try:
            self.book.outbox.resend(letter, reason="they ask where it is")
        except Refused:
            return
        self.asked[letter.id] += doubted

    @invariant()
    def every_letter_is_somewhere(self):
        accepted = self.having("accepted")
        for number in accepted:
            assert self.dots[number], "accepted without a dot"

    def teardown(self):
        """Whatever has happened: left to themselves, all letters come to rest."""
        with self.eye:
            self.come_to_rest()

    def come_to_rest(self):
        if self.paused:
            self.resume()
        self.clock.advance(timedelta(days=10))
        self.look()
        self.book.handover.reap()
        first = len(self.claims)
        for _ in range(LETTERS):  # those over which workers died again and again are claimed one at a time
            self.claim(limit=LETTERS)
        for place in range(first, len(self.claims)):
            self.intend(which=place, size=1)
        for dot in self.open:
            dot.outcome = Outcome.ACCEPTED
            self.book.handover.settle([attempt(dot.claim, Outcome.ACCEPTED)])
        assert self.having("queued", "claimed", "handing_off") == set()

    @property
    def open(self):
        return [dot for dots in self.dots.values() for dot in dots if dot.outcome is None]

    def having(self, *wanted):
        question = "SELECT id FROM outbox WHERE id = ANY(%s) AND status = ANY(%s)"
        found = self.eye.execute(question, [[letter.id for letter in self.letters], list(wanted)])
        return {number for (number,) in found}


def test_no_order_of_events_makes_a_second_dot_or_one_against_somebodys_will(book, make_book, clock):
    staffed(book)
    people = [contact(book, f"Person {number}") for number in range(LETTERS)]
    run_state_machine_as_test(
        lambda: AnyOrder(make_book, clock, people),
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=(
                Phase.generate,
            ),  # shrinking would take minutes on a database; the steps are few enough to read
        ),
    )
