"""Whatever a journey looks like, whatever happens and however often anybody asks: the same steps, each taken once."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from support.campaign_facts import NOW, candidate, circumstances, contact, sent, waiting

from campaigns.exits import CHOSEN
from campaigns.intents import Exit, Finish, Invite, Pass, PlanTask, Send, Turn, WaitUntil
from campaigns.journey import (
    END,
    BranchStep,
    Journey,
    LetterStep,
    MeetingStep,
    SwitchContactStep,
    TaskStep,
    WaitStep,
)
from campaigns.plan import Around, advance
from crm.errors import InvalidInput
from crm.outreach.outbox_tables import MessageStatus
from crm.outreach.run_tables import Arm
from crm.outreach.runs.moves import Done

ACCOUNT = candidate(contacts=(contact(901), contact(902, senior=True), contact(903, senior=True)))
HOUR = timedelta(hours=1)
REACHABLE = circumstances()


@st.composite
def steps(draw, number: int, count: int):
    """A step that leads forwards: to the next one, a later one or the end."""
    name = f"s{number}"
    ahead = st.sampled_from([f"s{later}" for later in range(number + 1, count)] + [END])
    then = draw(ahead)
    return draw(
        st.one_of(
            st.just(LetterStep(name=name, template="a", variants=("b",), then=then)),
            st.builds(WaitStep, name=st.just(name), working_days=st.integers(1, 10), then=st.just(then)),
            st.builds(WaitStep, name=st.just(name), days=st.integers(1, 10), then=st.just(then)),
            st.just(TaskStep(name=name, what="Call", then=then)),
            st.just(MeetingStep(name=name, template="m", then=then)),
            st.builds(SwitchContactStep, name=st.just(name), otherwise=st.none() | ahead, then=st.just(then)),
            st.builds(
                BranchStep,
                name=st.just(name),
                fact=st.sampled_from(["f", "g"]),
                equals=st.booleans(),
                otherwise=ahead,
                then=st.just(then),
            ),
        )
    )


@st.composite
def journeys(draw):
    """Journeys that can be walked: what cannot be reached is left out."""
    count = draw(st.integers(1, 7))
    found = [draw(steps(number, count)) for number in range(count)]
    reached, ahead = set(), ["s0"]
    ways = {step.name: [step.then, *step.turns.values()] for step in found}
    while ahead:
        name = ahead.pop()
        if name != END and name not in reached:
            reached.add(name)
            ahead += ways[name]
    return Journey(steps=tuple(step for step in found if step.name in reached))


facts = st.fixed_dictionaries({"f": st.booleans() | st.none(), "g": st.booleans() | st.none()})
happenings = st.dictionaries(
    st.integers(0, 24 * 60),
    st.sampled_from(["answered", "goal_reached", "f", "g", "bounced"]),
    max_size=3,
)
sweeps = st.lists(st.integers(0, 24 * 120), min_size=1, max_size=25)


class Book:
    """What the book would keep of one enrolment: where it stands, which steps it has taken, whom it writes to."""

    def __init__(self, journey, arm, known):
        self.journey, self.arm, self.known = journey, arm, dict(known)
        self.step, self.done, self.person_id = journey.first, {}, 901
        self.flags, self.taken, self.ended = {}, [], None

    def plan(self, now):
        where = waiting(self.step, arm=self.arm, done=dict(self.done), person_id=self.person_id, **self.flags)
        return advance(
            self.journey, where, ACCOUNT, now, Around(facts=dict(self.known), reachability=REACHABLE)
        )

    def happen(self, what):
        if what in self.known:
            self.known[what] = not self.known[what]
        elif what == "bounced":
            self.done = {
                name: Done(one.at, one.letter and MessageStatus.FAILED, one.handed_at, one.outcome)
                for name, one in self.done.items()
            }
        else:
            self.flags[what] = True

    def write_down(self, intents, now):
        *taken, last = intents
        for intent in taken:
            assert intent.step not in self.done  # the database would refuse it
            letter = isinstance(intent, Send | Invite)
            outcome = intent.leads_to if isinstance(intent, Turn) else None
            self.done[intent.step] = sent(now, minutes=0) if letter else Done(now, outcome=outcome)
            self.person_id = getattr(intent, "person_id", None) or self.person_id
        self.taken += taken
        self.step = last.step if isinstance(last, WaitUntil) else END
        self.ended = last if isinstance(last, Exit | Finish) else None


def walked(journey, arm, known, hours, events, replays):
    """An account's way, if the sweep comes by at these hours and these events happen."""
    book, ahead = Book(journey, arm, known), sorted(events.items())
    for hour in sorted(hours):
        while ahead and ahead[0][0] <= hour:
            book.happen(ahead.pop(0)[1])
        now = NOW + hour * HOUR
        plans = [book.plan(now) for _ in range(replays)]
        assert all(plan == plans[0] for plan in plans)
        book.write_down(plans[0], now)
        if book.ended:
            break
    return book


@given(journeys(), st.sampled_from(Arm), facts, sweeps, happenings)
def test_any_order_of_events_and_any_number_of_replays_takes_each_step_once(
    journey, arm, known, hours, events
):
    once = walked(journey, arm, known, hours, events, replays=1)
    often = walked(journey, arm, known, [hour for hour in hours for _ in range(2)], events, replays=3)
    assert [(type(step), step.step) for step in once.taken] == [
        (type(step), step.step) for step in often.taken
    ]
    names = [step.step for step in once.taken]
    assert len(names) == len(set(names))


@given(journeys(), facts, sweeps, happenings)
def test_an_account_that_is_held_out_gets_nothing_and_walks_a_way_of_its_own_journey(
    journey, known, hours, events
):
    book = walked(journey, Arm.HOLD_OUT, known, hours, events, replays=1)
    assert not [step for step in book.taken if isinstance(step, Send | Invite | PlanTask)]
    for one, following in zip(book.taken, book.taken[1:], strict=False):
        assert following.step in journey.ways(one.step).values()


@given(journeys(), facts, sweeps)
def test_both_arms_take_the_same_way_at_the_same_time_where_nothing_happens(journey, known, hours):
    ways = [walked(journey, arm, known, hours, {}, replays=1) for arm in Arm]
    assert [step.step for step in ways[0].taken] == [step.step for step in ways[1].taken]


@given(journeys(), st.sampled_from(Arm), facts)
def test_every_journey_comes_to_its_end(journey, arm, known):
    book = walked(journey, arm, known, [24 * day for day in range(200)], {}, replays=1)
    assert book.ended == Finish() or isinstance(book.ended, Exit)


@given(journeys(), st.sampled_from(Arm), facts, sweeps, st.permutations(CHOSEN))
def test_after_a_reply_nothing_more_is_sent_unless_the_campaign_goes_on(journey, arm, known, hours, exits):
    book = Book(journey, arm, known)
    book.flags["answered"] = True
    assert len(book.plan(NOW)) == 1
    without = tuple(leave for leave in exits if leave != "answered")
    where = waiting(book.step, arm=arm, answered=True)
    going_on = advance(
        journey, where, ACCOUNT, NOW, Around(facts=known, reachability=REACHABLE, exits=without)
    )
    assert going_on == advance(
        journey, waiting(book.step, arm=arm), ACCOUNT, NOW, Around(facts=known, reachability=REACHABLE)
    )


names = st.sampled_from(["a", "b", "c", "d", END, "nowhere"])
any_steps = st.lists(
    st.one_of(
        st.builds(TaskStep, name=names, what=st.just("x"), then=st.none() | names),
        st.builds(
            BranchStep,
            name=names,
            fact=st.just("f"),
            known=st.booleans(),
            then=st.none() | names,
            otherwise=names,
        ),
    ),
    max_size=5,
)


def put_together(found):
    try:
        return Journey(steps=tuple(found))
    except InvalidInput as refused:
        return refused


@given(any_steps, st.booleans())
def test_any_steps_make_a_journey_that_ends_or_are_refused_with_a_place(found, known):
    match put_together(found):
        case InvalidInput() as refused:
            assert refused.field.startswith("steps")
        case journey:
            book = walked(journey, Arm.TREATMENT, {"f": known or None}, [0], {}, replays=1)
            assert book.ended == Finish()


def test_a_sweep_long_after_everything_was_due_takes_up_where_it_was():
    journey = Journey(
        steps=(
            LetterStep(name="s0", template="a"),
            WaitStep(name="s1", days=1),
            TaskStep(name="s2", what="x"),
        )
    )
    book = walked(journey, Arm.TREATMENT, {}, [0, 24 * 400], {}, replays=2)
    assert [type(step) for step in book.taken] == [Send, Pass, PlanTask]
