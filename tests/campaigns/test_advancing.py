from datetime import timedelta

import pytest
from sqlalchemy import event, text
from support.associates import associate
from support.inbound_mail import message

from campaigns import desk
from campaigns.arms import variant_of
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE
from campaigns.exits import CHOSEN
from campaigns.journey import (
    BranchStep,
    Journey,
    LetterStep,
    MeetingStep,
    SwitchContactStep,
    TaskStep,
    WaitStep,
)
from crm.errors import InvalidInput
from crm.outreach.goal import Goal
from crm.outreach.outbox.composing import envelope
from crm.outreach.outbox.wordings import wording
from crm.outreach.reasons import Leave

DAY = timedelta(days=1)
FIRST = LetterStep(name="letter", template="associate_upgrade")
WAIT = WaitStep(name="wait", days=3)
AGAIN = LetterStep(name="again", template="associate_upgrade_reminder")
TO_THE_NEXT = LetterStep(name="again", template="associate_upgrade")
MEET = MeetingStep(name="meet", template="meeting_request", working_days=5, place="Online")
CALL = TaskStep(name="call", what="Call them")


def campaign(*steps, **changes):
    return ASSOCIATE_UPGRADE.but(journey=Journey(steps=steps), hold_out=0, **changes)


def launched(book, colleague, chosen):
    run = desk.prepare(book, chosen)
    desk.approve(colleague, run, count=run.count, campaign=chosen)
    return desk.launch(book, run, campaign=chosen)


def sweep(worker, clock, *, days):
    """The sweep comes by once a day, and what it queues is delivered."""
    for _ in range(days):
        desk.advance(worker)
        query = text("UPDATE outbox SET status = 'accepted', handed_at = :now WHERE status = 'queued'")
        with worker.engine.begin() as connection:
            connection.execute(query, {"now": worker.clock.now()})
        clock.advance(DAY)


def head(book, account, name="Head of Acme", **changes):
    address = f"{name.casefold().replace(' ', '.')}@acme.example"
    values = {"email": address, "at": account, "language": "en", "role": "Head of department", **changes}
    return book.people.add(name, **values)


def written_to(book, account):
    return [(letter.step, letter.to_name) for letter in reversed(book.outbox.of(account))]


def test_without_an_answer_the_journey_goes_on_with_the_head_of_department(book, colleague, worker, clock):
    acme, first = associate(book, "Acme")
    book.people.add("A Clerk", email="clerk@acme.example", at=acme, language="en", role="Clerk")
    chief = head(book, acme)
    run = launched(book, colleague, campaign(FIRST, WAIT, SwitchContactStep(name="head"), TO_THE_NEXT))
    sweep(worker, clock, days=6)
    assert written_to(book, acme) == [("letter", first.name), ("again", chief.name)]
    (row,) = book.runs.audience(run.run)
    assert (row.person_id, row.state) == (chief.id, "finished")
    assert f"Dear {chief.name}" in book.outbox.shown(book.outbox.of(acme)[0]).text
    assert desk.overview(book, run).status == "completed"


def test_a_step_that_cannot_be_planned_pauses_its_run_and_stops_no_other(book, colleague, worker, clock):
    associate(book, "Acme")
    whole = launched(book, colleague, campaign(FIRST, WAIT, AGAIN))
    with book.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE enrolment SET step = 'unheard_of'")
    associate(book, "Orbit")
    other = launched(book, colleague, campaign(FIRST, WAIT, AGAIN))
    assert desk.advance(worker).letters == 1
    assert "The next step of Acme could not be planned" in book.runs.get(whole.id).note
    assert [book.runs.get(one.id).status for one in (whole, other)] == ["paused", "running"]


def test_a_run_that_cannot_be_read_is_paused_and_stops_no_other(book, colleague, worker):
    associate(book, "Acme")
    unread = launched(book, colleague, campaign(FIRST, WAIT, AGAIN))
    gone = text("UPDATE run SET content = jsonb_set(content, '{exits}', '[\"gone_exit\"]')")
    with book.engine.begin() as connection:
        connection.execute(gone)
    associate(book, "Orbit")
    other = launched(book, colleague, campaign(FIRST, WAIT, AGAIN))
    assert desk.advance(worker).letters == 1
    paused, went_on = (book.runs.get(one.id) for one in (unread, other))
    assert (paused.status, went_on.status) == ("paused", "running")
    assert "The run could not be read: This release cannot read what was approved" in paused.note
    assert book.runs.cancel(paused, reason="prepared anew").status == "cancelled"


def test_where_nobody_senior_is_there_the_journey_ends_and_says_so(book, colleague, worker, clock):
    acme, _ = associate(book, "Acme")
    run = launched(book, colleague, campaign(FIRST, WAIT, SwitchContactStep(name="head"), TO_THE_NEXT))
    sweep(worker, clock, days=6)
    found = desk.overview(book, run)
    assert found.results.arms[0].exits == {"nobody_else": 1}
    assert "Left their journey: 1 nobody senior to go on with." in str(found)
    assert [step for step, _ in written_to(book, acme)] == ["letter"]


def test_where_nobody_senior_is_there_the_account_manager_may_be_asked_instead(
    book, colleague, worker, clock
):
    associate(book, "Acme", owner="dana@accord.example")
    switch = SwitchContactStep(name="head", otherwise="call")
    again = TO_THE_NEXT.model_copy(update={"then": "end"})
    launched(book, colleague, campaign(FIRST, WAIT, switch, again, CALL))
    sweep(worker, clock, days=6)
    assert [task.what for task in book.follow_ups.open()] == ["Call them"]


def test_a_journey_that_reminds_somebody_else_is_refused_before_anybody_is_enrolled(book):
    associate(book, "Acme")
    with pytest.raises(InvalidInput, match=r"Step 4 \(again\) reminds whoever 'head' goes on with"):
        desk.preview(book, campaign(FIRST, WAIT, SwitchContactStep(name="head"), AGAIN))


def test_a_senior_contact_whom_the_guards_would_not_let_in_is_passed_over(book, colleague, worker, clock):
    acme, _ = associate(book, "Acme")
    head(book, acme, "Private Head", email="head@gmail.com")
    objects = head(book, acme, "Objecting Head")
    book.bases.record(objects, "campaigns", "legitimate_interest", source="fair")
    book.bases.withdraw(objects, "campaigns", reason="no letters, please")
    book.suppressions.lift("objecting.head@acme.example", reason="only the withdrawal counts here")
    third = head(book, acme, "Third Head")
    launched(book, colleague, campaign(FIRST, WAIT, SwitchContactStep(name="head"), TO_THE_NEXT))
    sweep(worker, clock, days=6)
    assert written_to(book, acme)[1:] == [("again", third.name)]


def test_one_head_of_two_accounts_is_written_to_for_one_of_them(book, colleague, worker, clock):
    acme, _ = associate(book, "Acme")
    orbit, _ = associate(book, "Orbit")
    chief = head(book, acme)
    book.people.join(chief, orbit, role="Managing director")
    run = launched(book, colleague, campaign(FIRST, WAIT, SwitchContactStep(name="head"), TO_THE_NEXT))
    sweep(worker, clock, days=6)
    letters = [letter for letter in book.outbox.of(run=run.id) if letter.to_name == chief.name]
    assert len(letters) == 1
    assert desk.overview(book, run).results.arms[0].exits == {"nobody_else": 1}


@pytest.mark.parametrize("of", ["account", "contact"])
def test_a_complaint_that_is_open_ends_the_journey_before_its_next_letter(book, colleague, worker, clock, of):
    acme, person = associate(book, "Acme")
    associate(book, "Orbit")
    settled = book.complaints.record("The wrong fee", source="call", organization="Orbit")
    book.complaints.resolve(settled, outcome="Explained")
    run = launched(book, colleague, campaign(FIRST, WAIT, AGAIN))
    sweep(worker, clock, days=1)
    named = {"organization": acme} if of == "account" else {"person": person}
    book.complaints.record("Stop writing to us", source="call", **named)
    sweep(worker, clock, days=6)
    assert [step for step, _ in written_to(book, acme)] == ["letter"]
    assert len(written_to(book, book.organizations.get("Orbit"))) == 2
    assert desk.overview(book, run).results.arms[0].exits == {"complaining": 1}


@pytest.fixture
def approved(book, colleague):
    """A run with two letters, approved by a colleague of the office that prepared it."""
    acme, _ = associate(book, "Acme", owner="dana@accord.example")
    associate(book, "Orbit")
    chosen = campaign(FIRST, WAIT, AGAIN)
    run = desk.prepare(book, chosen)
    desk.approve(colleague, run, count=run.count, campaign=chosen)
    return acme, run, chosen


def test_what_another_office_begins_after_the_freeze_holds_the_letter_back_until_it_is_over(
    book, worker, clock, approved
):
    acme, run, chosen = approved
    orbit = book.organizations.get("Orbit")
    book.log("meeting", acme, "Talks on spectrum", office="BR")
    book.reservations.reserve(acme, office="BR", reason="Talks on spectrum", until="30d")
    desk.launch(book, run, campaign=chosen)
    sweep(worker, clock, days=1)
    assert (written_to(book, acme), len(written_to(book, orbit))) == ([], 1)
    found = desk.overview(book, run)
    assert "Next letter held back: 1 contacted inside the quiet period." in str(found)
    assert found.facts()["held_back"] == {"quiet_period": 1}
    assert found.report().rows[0][3] == 1
    assert "next letter held back: contacted inside the quiet period" in str(desk.accounts(book, run))
    sweep(worker, clock, days=14)
    assert desk.overview(book, run).facts()["held_back"] == {"clearance_hold": 1}
    sweep(worker, clock, days=17)
    assert [step for step, _ in written_to(book, acme)] == ["letter"]
    assert desk.overview(book, run).facts()["held_back"] == {}


def test_what_comes_up_between_two_letters_holds_the_second_one_back(book, worker, clock, approved):
    acme, run, chosen = approved
    desk.launch(book, run, campaign=chosen)
    sweep(worker, clock, days=1)
    ask = book.opportunities.add(acme, "upgrade", sector="T", office="BR")
    sweep(worker, clock, days=4)
    assert [step for step, _ in written_to(book, acme)] == ["letter"]
    book.opportunities.lose(ask, reason="Not this year")
    sweep(worker, clock, days=1)
    assert [step for step, _ in written_to(book, acme)] == ["letter", "again"]


def test_what_lasts_longer_than_a_letter_can_wait_ends_the_journey_by_name(book, worker, clock, approved):
    acme, run, chosen = approved
    book.reservations.reserve(acme, office="BR", reason="Talks on spectrum", until="6m")
    desk.launch(book, run, campaign=chosen)
    sweep(worker, clock, days=46)
    assert written_to(book, acme) == []
    found = desk.overview(book, run)
    assert found.results.arms[0].exits == {"clearance_hold": 1}
    assert "1 its clearance said to hold for as long as a letter can wait" in str(found)
    assert found.status == "completed"


def test_neither_the_runs_own_letters_nor_the_calls_of_those_who_sign_them_hold_it_back(
    book, worker, clock, approved
):
    acme, run, chosen = approved
    desk.launch(book, run, campaign=chosen)
    sweep(worker, clock, days=1)
    book.log("call", acme, "Did it arrive?", office="TSB", next="send the fee table")
    sweep(worker, clock, days=4)
    assert [step for step, _ in written_to(book, acme)] == ["letter", "again"]


def test_a_reminder_is_signed_by_who_has_taken_the_account_over(book, colleague, worker, clock):
    acme, _ = associate(book, "Acme", owner="dana@accord.example")
    book.staff.add("Paula New", email="paula@accord.example", office="TSB", title="Account manager")
    launched(book, colleague, campaign(FIRST, WAIT, AGAIN, CALL))
    sweep(worker, clock, days=1)
    book.hand_over("dana@accord.example", to="paula@accord.example", reason="retires")
    book.staff.retire("dana@accord.example", reason="retires")
    sweep(worker, clock, days=4)
    reminder, first = book.outbox.of(acme)
    assert (first.from_name, reminder.from_name) == ("Dana Keller", "Paula New")
    text = book.outbox.shown(reminder).text
    assert "\nPaula New\n" in text
    assert "Dana" not in text
    assert [task.what for task in book.follow_ups.open(owner="paula@accord.example")] == ["Call them"]


def test_a_colleague_who_calls_us_ends_the_journey_before_the_reminder(book, colleague, worker, clock):
    parent, _ = associate(book, "Parent", size="sme")
    acme, _ = associate(book, "Acme", parent=parent)
    run = launched(book, colleague, campaign(FIRST, WAIT, AGAIN))
    sweep(worker, clock, days=1)
    book.log("call", parent, "Our daughter got your letter", inbound=True)
    sweep(worker, clock, days=5)
    assert [step for step, _ in written_to(book, acme)] == ["letter"]
    assert desk.overview(book, run).results.arms[0].exits == {"answered": 1}


def test_a_campaign_may_go_on_after_an_answer(book, colleague, worker, clock):
    acme, _ = associate(book, "Acme")
    asks = BranchStep(name="asks", fact="has_answered", equals=True, then="call", otherwise="end")
    exits = tuple(leave for leave in CHOSEN if leave is not Leave.ANSWERED)
    launched(book, colleague, campaign(FIRST, WAIT, asks, CALL, exits=exits))
    sweep(worker, clock, days=1)
    book.log("email", acme, "Tell me more", inbound=True)
    sweep(worker, clock, days=4)
    assert [task.what for task in book.follow_ups.open()] == ["Call them"]


def reply_to(book, letter, status):
    address = book.identity.reply(letter.id)
    calendar = (
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:1\n"
        f"ATTENDEE;PARTSTAT={status}:mailto:contact@acme.example\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    raw = message(
        calendar, Content_Type="text/calendar; method=REPLY", To=address, Subject=f"{status}: may we meet?"
    )
    return book.answers.receive(raw)


@pytest.fixture
def invited(book, colleague, worker, clock):
    """A campaign that asks for a meeting and goes on by what the calendar answers; the letter has left."""
    acme, _ = associate(book, "Acme", owner="dana@accord.example")
    came = BranchStep(name="came", fact="meeting_accepted", equals=True, then="end", otherwise="call")
    chosen = campaign(MEET, WAIT, came, CALL, exits=(Leave.GOAL_REACHED,), goal=Goal.ANSWERED)
    run = launched(book, colleague, chosen)
    sweep(worker, clock, days=1)
    (letter,) = book.outbox.of(acme)
    return acme, letter, run


def test_a_meeting_request_goes_out_with_an_invitation_in_the_readers_time(book, invited):
    _, letter, _ = invited
    shown = book.outbox.shown(letter)
    # At ten in Geneva it is noon in Nairobi; at nine, eleven.
    assert "on 1 December 2026 at 11:00 (East Africa Time)" in shown.text
    with book._store.reading() as session:
        raw = envelope(letter, wording(session, letter.template), book.identity).raw
    assert b"Content-Type: text/calendar; charset=utf-8; method=REQUEST" in raw


@pytest.mark.parametrize(
    ("status", "next_step"),
    [
        ("ACCEPTED", "Confirm the meeting with Contact of Acme and prepare it"),
        ("DECLINED", "Ask Contact of Acme whether another time suits: the meeting was declined"),
        ("TENTATIVE", "Ask Contact of Acme whether the meeting stands: they may come"),
    ],
)
def test_what_the_calendar_answers_is_an_answer_with_a_next_step(book, invited, status, next_step):
    acme, letter, run = invited
    received = reply_to(book, letter, status)
    assert (received.kind, received.effect.endswith("logged, with a follow-up")) == ("calendar_reply", True)
    (row,) = book.runs.audience(run.run)
    assert row.answered_at is not None
    (met,) = book.interactions.of(acme)
    assert (met.kind, met.inbound) == ("email", True)
    assert [task.what for task in book.follow_ups.open(owner="dana@accord.example")] == [next_step]


@pytest.mark.parametrize(
    ("answers", "calls"), [(["ACCEPTED"], 0), (["DECLINED"], 1), (["ACCEPTED", "DECLINED"], 1), ([], 1)]
)
def test_a_journey_goes_on_by_the_last_that_the_calendar_answered(
    book, colleague, worker, clock, invited, answers, calls
):
    _, letter, run = invited
    with book.engine.begin() as connection:  # a goal that an answer does not reach
        connection.execute(text("""UPDATE run SET content = jsonb_set(content, '{goal}', '"membership"')"""))
    for status in answers:
        reply_to(book, letter, status)
    sweep(worker, clock, days=5)
    tasks = [task.what for task in book.follow_ups.open()]
    assert tasks.count("Call them") == calls
    assert desk.overview(book, run).results.arms[0].exits == {}


def test_a_preview_shows_the_meeting_that_would_be_proposed_now(book, colleague):
    associate(book, "Acme")
    found = desk.preview(book, campaign(MEET, CALL))
    assert "on 1 December 2026 at 11:00" in found.letter("Acme").text
    assert found.letter("Acme", step="meet") == found.letter("Acme")


def test_each_corporate_group_gets_its_variant_of_a_letter(book, colleague, worker):
    tried = FIRST.model_copy(update={"variants": ("associate_upgrade_reminder",)})
    accounts = [associate(book, f"Account {number}")[0] for number in range(6)]
    chosen = campaign(tried)
    launched(book, colleague, chosen)
    desk.advance(worker)
    with book._store.reading() as session:
        got = {letter.organization_id: wording(session, letter.template).name for letter in book.outbox.of()}
    assert got == {account.id: variant_of(tried, account.id, salt=chosen.name) for account in accounts}
    assert set(got.values()) == set(tried.letters)


def test_the_number_of_statements_does_not_grow_with_the_accounts(book, colleague, worker):
    branch = BranchStep(name="fork", fact="has_open_opportunity", equals=True, otherwise="letter")
    chosen = campaign(branch, FIRST, WAIT, SwitchContactStep(name="head", otherwise="again"), TO_THE_NEXT)
    seen = []
    event.listen(worker.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))

    def statements(count):
        for number in range(count):
            associate(book, f"Account {number} of {count}")
        launched(book, colleague, chosen)
        seen.clear()
        assert desk.advance(worker).letters == count
        return len(seen)

    few = statements(2)  # the first round reads the wordings, too
    assert statements(30) <= few
