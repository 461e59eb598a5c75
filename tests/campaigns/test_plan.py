from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.campaign_facts import NOW, candidate, circumstances, contact, sent, waiting

from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE
from campaigns.guards import Skip
from campaigns.holding import PATIENCE
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
from crm.outreach.outbox_tables import MessageStatus
from crm.outreach.reasons import Leave, Reason
from crm.outreach.run_tables import Arm
from crm.outreach.runs.moves import Done

JOURNEY = ASSOCIATE_UPGRADE.journey
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Ten working days of Kenya after Tuesday, 24 November 2026: Saturdays and Sundays, and no holiday before 12 December.
TEN_LATER = datetime(2026, 12, 8, 9, 30, tzinfo=UTC)
TEN_AFTER_THE_REMINDER = datetime(2026, 12, 22, 9, 31, tzinfo=UTC)


USUAL = Around(reachability=circumstances())


def planned(where=None, account=..., now=NOW, journey=JOURNEY, around=USUAL):
    return advance(journey, where or waiting(), candidate() if account is ... else account, now, around)


LEFT = waiting("first_wait", done={"letter": Done(NOW, MessageStatus.ACCEPTED, NOW)})


def test_the_letter_goes_out_at_once_is_looked_after_daily_and_the_reminder_waits_ten_working_days():
    assert planned() == (Send("letter", "associate_upgrade"), WaitUntil("first_wait", NOW + DAY))
    assert planned(LEFT) == (WaitUntil("first_wait", TEN_LATER),)


def test_the_wait_is_in_working_days_of_the_recipients_country():
    # In the United Arab Emirates 2 and 3 December are the National Day; the week-end is Saturday and Sunday.
    (wait,) = planned(LEFT, candidate(country="ARE"))
    assert wait.at.date() == date(2026, 12, 10)
    (wait,) = planned(LEFT, candidate(country=None))
    assert wait.at.date() == date(2026, 12, 8)


@pytest.mark.parametrize(
    ("country", "left_at", "over_at"),
    [
        # New York, Friday 20:30 on the wall, which is Saturday by UTC; over on Monday, 20:30 on the wall.
        ("USA", datetime(2026, 12, 5, 1, 30, tzinfo=UTC), datetime(2026, 12, 8, 1, 30, tzinfo=UTC)),
        # Tokyo, Monday 8:00 on the wall, which is Sunday by UTC; over on Tuesday, 8:00 on the wall.
        ("JPN", datetime(2026, 12, 6, 23, 0, tzinfo=UTC), datetime(2026, 12, 7, 23, 0, tzinfo=UTC)),
    ],
)
def test_working_days_are_those_on_the_recipients_wall(country, left_at, over_at):
    journey = Journey(
        steps=(
            LetterStep(name="letter", template="m"),
            WaitStep(name="wait", working_days=1),
            LetterStep(name="again", template="m"),
        )
    )
    left = Done(left_at, MessageStatus.ACCEPTED, left_at)
    (wait,) = planned(
        waiting("wait", done={"letter": left}), candidate(country=country), left_at, journey=journey
    )
    assert wait == WaitUntil("wait", over_at)


def test_the_wait_counts_from_when_the_letter_left_and_not_from_when_it_was_queued():
    left_late = Done(NOW, MessageStatus.ACCEPTED, NOW + DAY)
    (wait,) = planned(waiting("first_wait", done={"letter": left_late}), now=TEN_LATER)
    assert wait == WaitUntil("first_wait", datetime(2026, 12, 9, 9, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    "status",
    [
        MessageStatus.QUEUED,
        MessageStatus.CLAIMED,
        MessageStatus.HANDING_OFF,
        MessageStatus.IN_DOUBT,
        MessageStatus.HELD,
    ],
)
def test_no_reminder_of_a_letter_that_may_not_have_left(status):
    at = waiting("first_wait", done={"letter": Done(NOW, status, None)})
    for now in (NOW + HOUR, TEN_LATER + HOUR):
        assert planned(at, now=now) == (WaitUntil("first_wait", now + DAY),)


@pytest.mark.parametrize("status", [MessageStatus.ACCEPTED, MessageStatus.ASSUMED_SENT])
def test_the_reminder_follows_a_letter_that_left(status):
    at = waiting("first_wait", done={"letter": Done(NOW, status, NOW)})
    assert planned(at, now=TEN_LATER) == (
        Pass("first_wait"),
        Send("reminder", "associate_upgrade_reminder"),
        WaitUntil("second_wait", TEN_LATER + DAY),
    )


def test_nothing_happens_a_moment_too_early():
    assert planned(LEFT, now=TEN_LATER - timedelta(microseconds=1)) == (WaitUntil("first_wait", TEN_LATER),)


def test_without_an_answer_the_account_manager_is_asked_to_call_and_the_journey_ends():
    done = {"letter": sent(), "first_wait": Done(TEN_LATER), "reminder": sent(TEN_LATER)}
    task, *rest = planned(waiting("second_wait", done=done), now=TEN_AFTER_THE_REMINDER)[1:]
    assert isinstance(task, PlanTask)
    assert (task.step, task.due_on) == ("call", date(2026, 12, 25))
    assert rest == [Finish()]


def test_whoever_is_held_out_walks_at_the_same_pace_without_letters_or_tasks():
    held = waiting(arm=Arm.HOLD_OUT)
    assert planned(held) == (Pass("letter"), WaitUntil("first_wait", TEN_LATER))
    done = {"letter": Done(NOW), "first_wait": Done(TEN_LATER), "reminder": Done(TEN_LATER)}
    last = planned(waiting("second_wait", arm=Arm.HOLD_OUT, done=done), now=TEN_AFTER_THE_REMINDER)
    assert last == (Pass("second_wait"), Pass("call"), Finish())


HELD = Around(held=Skip(Reason.CLEARANCE_HOLD))
LONG_HELD = NOW - PATIENCE


@pytest.mark.parametrize("arm", Arm)
@pytest.mark.parametrize(
    ("where", "intent"),
    [
        ({}, WaitUntil("letter", NOW + DAY, Reason.CLEARANCE_HOLD, NOW)),
        ({"held_at": NOW - DAY}, WaitUntil("letter", NOW + DAY, Reason.CLEARANCE_HOLD, NOW - DAY)),
        (
            {"held_at": LONG_HELD + DAY},
            WaitUntil("letter", NOW + DAY, Reason.CLEARANCE_HOLD, LONG_HELD + DAY),
        ),
        ({"held_at": LONG_HELD}, Exit(Leave.CLEARANCE_HOLD)),
    ],
)
def test_a_letter_that_is_held_back_waits_in_both_arms_until_that_has_lasted_too_long(where, intent, arm):
    assert planned(waiting(arm=arm, **where), around=HELD) == (intent,)


def test_a_letter_that_was_held_back_goes_out_as_soon_as_nothing_holds_it():
    assert planned(waiting(held_at=LONG_HELD))[0] == Send("letter", "associate_upgrade")


def test_a_hold_counts_from_the_step_that_it_holds():
    at = waiting("first_wait", done={"letter": sent()}, held_at=LONG_HELD)
    held = WaitUntil("reminder", TEN_LATER + 2 * DAY, Reason.CLEARANCE_HOLD, TEN_LATER + DAY)
    assert planned(at, now=TEN_LATER + DAY, around=HELD) == (Pass("first_wait"), held)


def test_a_hold_keeps_no_task_from_the_account_manager():
    done = {"letter": sent(), "first_wait": Done(TEN_LATER), "reminder": sent(TEN_LATER)}
    steps = planned(waiting("second_wait", done=done), now=TEN_AFTER_THE_REMINDER, around=HELD)
    assert [type(step) for step in steps] == [Pass, PlanTask, Finish]


GONE = candidate(contacts=(contact(1),))
REFUSES = candidate(contacts=(contact(901, suppressed=True),))


@pytest.mark.parametrize("arm", Arm)
@pytest.mark.parametrize(
    ("account", "reason"),
    [(GONE, Leave.CONTACT_LEFT), (REFUSES, Leave.SUPPRESSED), (None, Leave.MEMBERSHIP_ENDED)],
)
def test_an_exit_is_looked_at_before_anything_else_happens(account, reason, arm):
    for step in ("letter", "first_wait", "second_wait", END):
        assert planned(waiting(step, arm=arm), account, now=TEN_LATER) == (Exit(reason),)


def test_a_journey_does_not_end_while_its_last_letter_is_on_its_way():
    short = Journey(steps=(LetterStep(name="only", template="associate_upgrade"),))
    assert planned(waiting("only"), journey=short)[-1] == WaitUntil(END, NOW + DAY)
    underway = waiting(END, done={"only": Done(NOW, MessageStatus.CLAIMED)})
    assert planned(underway, journey=short, now=NOW + DAY) == (WaitUntil(END, NOW + 2 * DAY),)
    arrived = waiting(END, done={"only": sent()})
    assert planned(arrived, journey=short, now=NOW + DAY) == (Finish(),)


def test_a_journey_that_begins_with_a_wait_counts_from_the_launch():
    later = Journey(
        steps=(WaitStep(name="first", working_days=1), LetterStep(name="only", template="associate_upgrade"))
    )
    assert planned(waiting("first"), journey=later) == (WaitUntil("first", NOW + DAY),)
    assert planned(waiting("first"), journey=later, now=NOW + DAY)[0] == Pass("first")


def test_wish_3_a_reminder_is_sent_neither_twice_nor_lost_when_the_day_that_it_counts_from_moves():
    first = waiting("first_wait", done={"letter": Done(NOW, MessageStatus.ACCEPTED, NOW)})
    later = waiting("first_wait", done={"letter": Done(NOW, MessageStatus.ACCEPTED, NOW + 3 * DAY)})
    moved_to = datetime(2026, 12, 11, 9, 30, tzinfo=UTC)
    assert planned(first, now=TEN_LATER)[1] == Send("reminder", "associate_upgrade_reminder")
    assert planned(later, now=TEN_LATER) == (WaitUntil("first_wait", moved_to),)
    assert planned(later, now=moved_to)[1] == Send("reminder", "associate_upgrade_reminder")
    back = waiting("first_wait", done={**first.done, "first_wait": Done(NOW), "reminder": sent(TEN_LATER)})
    assert not [intent for intent in planned(back, now=moved_to) if isinstance(intent, Send)]


names = st.sampled_from([step.name for step in JOURNEY.steps])
instants = st.datetimes(datetime(2026, 11, 1), datetime(2027, 3, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
dones = st.builds(Done, instants, st.none() | st.sampled_from(MessageStatus), st.none() | instants)
situations = st.builds(
    lambda step, done, arm, answered, goal: waiting(
        step, done=done, arm=arm, answered=answered, goal_reached=goal
    ),
    names | st.just(END),
    st.dictionaries(names, dones),
    st.sampled_from(Arm),
    st.booleans(),
    st.booleans(),
)
accounts = st.sampled_from(
    [None, candidate(), GONE, REFUSES, candidate(country=None), candidate(standing=None)]
)


@given(situations, accounts, instants)
def test_any_replay_gives_the_same_intents(where, account, now):
    assert planned(where, account, now) == planned(where, account, now)


@given(situations, accounts, instants)
def test_a_plan_is_steps_not_taken_before_and_then_one_word_on_what_comes_next(where, account, now):
    *steps, last = planned(where, account, now)
    taken = [step.step for step in steps]
    assert len(set(taken)) == len(taken)
    assert not set(taken) & where.done.keys()
    assert isinstance(last, WaitUntil | Exit | Finish)
    assert not isinstance(last, WaitUntil) or last.at > now
    assert where.arm is Arm.TREATMENT or not [s for s in steps if isinstance(s, Send | PlanTask)]


def test_a_wait_of_the_calendar_counts_every_day():
    short = Journey(steps=(LetterStep(name="letter", template="a"), WaitStep(name="pause", days=3)))
    at = waiting("pause", done={"letter": sent(minutes=0)})
    assert planned(at, journey=short) == (WaitUntil("pause", NOW + 3 * DAY),)
    assert planned(at, journey=short, now=NOW + 3 * DAY) == (Pass("pause"), Finish())


FORK = Journey(
    steps=(
        BranchStep(name="fork", fact="size", equals="large", then="big", otherwise="small"),
        TaskStep(name="big", what="Call", then="end"),
        TaskStep(name="small", what="Write"),
    )
)


@pytest.mark.parametrize(
    ("facts", "step"),
    [({"size": "large"}, "big"), ({"size": "sme"}, "small"), ({"size": None}, "small"), ({}, "small")],
)
@pytest.mark.parametrize("arm", Arm)
def test_a_branch_leads_one_way_or_the_other_in_both_arms(facts, step, arm):
    turn, taken, last = planned(waiting("fork", arm=arm), journey=FORK, around=Around(facts=facts))
    assert (turn, taken.step, last) == (Turn("fork", step), step, Finish())
    assert isinstance(taken, PlanTask if arm is Arm.TREATMENT else Pass)


def test_where_a_branch_led_is_not_decided_anew():
    at = waiting("fork", done={"fork": Done(NOW, outcome="small")})
    assert planned(at, journey=FORK, around=Around(facts={"size": "large"}))[0].step == "small"


OTHERS = Journey(
    steps=(
        SwitchContactStep(name="head", otherwise="call"),
        LetterStep(name="again", template="a", then="end"),
        TaskStep(name="call", what="Call"),
    )
)
HEAD = contact(7, senior=True)
WITH_HEAD = candidate(contacts=(contact(901), contact(6), HEAD, contact(8, senior=True)))


@pytest.mark.parametrize("arm", Arm)
def test_without_an_answer_the_journey_goes_on_with_the_next_senior_contact(arm):
    turn, again, _ = planned(waiting("head", arm=arm), WITH_HEAD, journey=OTHERS)
    assert (turn, again.step) == (Turn("head", "again", 7), "again")


def test_where_there_is_nobody_senior_the_journey_says_so():
    assert planned(waiting("head"), journey=OTHERS)[0] == Turn("head", "call")
    strict = Journey(steps=(SwitchContactStep(name="head"),))
    assert planned(waiting("head"), journey=strict) == (Exit(Leave.NOBODY_ELSE),)


def test_a_meeting_is_proposed_to_whoever_is_written_to_and_not_to_the_hold_out():
    meet = Journey(
        steps=(MeetingStep(name="meet", template="m", working_days=5, minutes=45, place="Online"),)
    )
    kenyan = candidate(contacts=(contact(901, country="KEN"),))
    around = Around(host_zone=ZoneInfo("Europe/Zurich"))
    invite, last = planned(waiting("meet"), kenyan, journey=meet, around=around)
    # Five working days of Kenya after Tuesday, 24 November; at 9:00 in Geneva it is 11:00 in Nairobi.
    assert invite == Invite("meet", "m", datetime(2026, 12, 1, 8, tzinfo=UTC), 45, "Online")
    assert last == WaitUntil(END, NOW + DAY)
    assert planned(waiting("meet", arm=Arm.HOLD_OUT), journey=meet) == (Pass("meet"), Finish())


@pytest.mark.parametrize(
    ("proposes", "to", "anew"),
    [
        (NOW - 9 * DAY, 901, True),
        (NOW + 8 * HOUR - timedelta(seconds=1), 901, True),
        (NOW + 8 * HOUR, 901, False),
        (None, 901, False),  # it has left, or may have been seen
        (NOW - 9 * DAY, 902, False),  # a colleague of theirs has been switched to since
    ],
)
def test_a_meeting_that_waits_until_it_is_too_near_is_proposed_for_another_day(proposes, to, anew):
    meet = Journey(steps=(MeetingStep(name="meet", template="m", working_days=5),))
    kenyan = candidate(contacts=(contact(901, country="KEN"),))
    asked = Done(NOW - 10 * DAY, MessageStatus.QUEUED, person_id=to, proposes=proposes)
    intents = planned(waiting(END, done={"meet": asked}), kenyan, journey=meet)
    again = Invite("meet", "m", datetime(2026, 12, 1, 9, tzinfo=UTC), 30)
    assert intents == (*([again] if anew else []), WaitUntil(END, NOW + DAY))


def test_an_answer_does_not_end_a_journey_whose_campaign_goes_on_after_one():
    around = Around(exits=(Leave.GOAL_REACHED,))
    assert planned(waiting(answered=True), around=around)[0] == Send("letter", "associate_upgrade")
    assert planned(waiting(answered=True, goal_reached=True), around=around) == (Exit(Leave.GOAL_REACHED),)


def walked(arm: Arm, sweeps: list[int], events: dict[int, str]) -> list[object]:
    """What an account gets if the sweep comes by at these hours after the launch and these events happen."""
    where, got = waiting(arm=arm), []
    flags: dict[str, bool] = {}
    for hour in sorted(sweeps):
        now = NOW + hour * HOUR
        flags |= {event: True for at, event in events.items() if at <= hour}
        for _replay in range(2):  # a second worker, or the same one after a crash, plans from the same facts
            *steps, last = planned(waiting(where.step, arm=arm, done=where.done, **flags), now=now)
        got += [step for step in steps if not isinstance(step, Pass)]
        done = {step.step: sent(now, minutes=0) if isinstance(step, Send) else Done(now) for step in steps}
        where = waiting(
            last.step if isinstance(last, WaitUntil) else END, arm=arm, done={**where.done, **done}
        )
        if isinstance(last, Exit | Finish):
            break
    return got


hours = st.lists(st.integers(0, 24 * 90), min_size=1, max_size=40)
events = st.dictionaries(st.integers(0, 24 * 90), st.sampled_from(["answered", "goal_reached"]), max_size=2)


@given(hours, events)
def test_however_often_the_sweep_comes_by_each_letter_is_sent_once_and_in_order(sweeps, happened):
    steps = [intent.step for intent in walked(Arm.TREATMENT, sweeps, happened)]
    assert steps == ["letter", "reminder", "call"][: len(steps)]
    assert not walked(Arm.HOLD_OUT, sweeps, happened)


@given(hours)
def test_however_late_the_sweep_comes_by_nothing_is_lost(sweeps):
    full = sorted(sweeps) + [24 * day for day in range(91, 180)]
    assert [intent.step for intent in walked(Arm.TREATMENT, full, {})] == ["letter", "reminder", "call"]
