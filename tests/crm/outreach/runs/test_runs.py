from datetime import date, timedelta

import pytest
from sqlalchemy import text
from support.approved import content
from support.associates import associate, staff
from support.runs import approved, enrolled, launched, left_out, letter_to, order, reminder, writes

from crm.errors import AlreadyExists, InvalidInput, NotFound, ReadOnly, Refused
from crm.outreach.runs.audience import hash_of_audience, hash_of_content, rows_of
from crm.outreach.runs.moves import Move, Taking, Task
from crm.outreach.runs.runs import exit_enrolment, mark_answered, pause_run

TOMORROW = timedelta(days=1)


@pytest.fixture
def colleague(make_book, book):
    staff(book, "dana@accord.example", "joao@accord.example")
    return make_book("joao@accord.example")


@pytest.fixture
def acme(book):
    return associate(book, "Acme")


@pytest.fixture
def orbit(book):
    return associate(book, "Orbit")


def approve(book, run, **changes):
    values = {"count": 1, "content_hash": run.content_hash, "audience_hash": run.audience_hash, **changes}
    return book.runs.approve(run, **values)


def test_a_prepared_run_holds_one_row_for_each_account_enrolled_or_left_out(book, acme, orbit):
    run = book.runs.prepare(order(enrolled(*acme), left_out(orbit[0], "arrears")))
    assert (run.status, run.author, run.prepared_at) == ("prepared", "dana@accord.example", book.clock.now())
    rows = [
        (r.organization_id, r.state, r.reason, r.person_id, r.arm, r.due_at) for r in book.runs.audience(run)
    ]
    assert rows == [
        (acme[0].id, "enrolled", None, acme[1].id, "treatment", None),
        (orbit[0].id, "left_out", "arrears", None, None, None),
    ]
    assert book.runs.get(run.id) == book.runs.get(str(run.id)) == book.runs.of("test", status="prepared")[0]
    assert book.runs.wording(reminder().sha256) == reminder()
    assert book.runs.due(limit=10) == ()


def test_a_run_in_which_nobody_would_be_enrolled_is_not_prepared(book, acme):
    with pytest.raises(Refused, match="Nobody would be enrolled"):
        book.runs.prepare(order(left_out(acme[0], "arrears")))
    assert book.runs.of() == ()


@pytest.mark.parametrize("twice", ["account", "person"])
def test_wish_13_no_account_and_no_person_is_enrolled_twice_in_a_run(book, acme, orbit, twice):
    other = enrolled(acme[0], orbit[1]) if twice == "account" else enrolled(orbit[0], acme[1])
    with pytest.raises(AlreadyExists):
        book.runs.prepare(order(enrolled(*acme), other))
    assert book.runs.of() == ()


def test_the_person_of_an_account_that_is_left_out_may_be_enrolled_for_another(book, acme, orbit):
    out = left_out(orbit[0], "group_enrolled")
    assert book.runs.prepare(order(enrolled(*acme), out)).id


def test_wish_13_the_audience_is_frozen_and_counted_before_anything_is_sent(book, colleague, acme):
    run = book.runs.prepare(order(enrolled(*acme)))
    associate(book, "Later")
    assert [row.organization_id for row in book.runs.audience(run)] == [acme[0].id]
    assert book.outbox.of() == ()
    approve(colleague, run)
    book.runs.launch(run, content_hash=run.content_hash)
    assert [waiting.organization_id for waiting in book.runs.due(limit=10)] == [acme[0].id]


@pytest.mark.parametrize("count", [0, 2, 3, -1])
def test_wish_13_an_approval_that_names_another_count_is_refused(book, colleague, acme, orbit, count):
    run = book.runs.prepare(order(enrolled(*acme), left_out(orbit[0], "arrears")))
    with pytest.raises(Refused, match=f"enrols 1 accounts, not {count}") as refused:
        approve(colleague, run, count=count)
    assert refused.value.rule == "runs.count"
    assert book.runs.get(run).status == "prepared"


@pytest.mark.parametrize("what", ["content", "audience"])
def test_an_approval_of_another_content_or_audience_is_refused(book, colleague, acme, what):
    run = book.runs.prepare(order(enrolled(*acme)))
    with pytest.raises(Refused) as refused:
        approve(colleague, run, **{f"{what}_hash": "0" * 64})
    assert refused.value.rule == f"runs.{what}"


@pytest.mark.parametrize("actor", ["dana@accord.example", "Dana@Accord.Example"])
def test_who_prepared_a_run_cannot_approve_it(book, colleague, acme, make_book, actor):
    run = book.runs.prepare(order(enrolled(*acme)))
    with pytest.raises(Refused, match="Who prepared a run cannot approve it"):
        approve(make_book(actor), run)


def test_only_active_staff_approve(book, colleague, acme, make_book):
    run = book.runs.prepare(order(enrolled(*acme)))
    with pytest.raises(Refused, match="not on the active staff"):
        approve(make_book("worker"), run)
    book.staff.retire("joao@accord.example", reason="left")
    with pytest.raises(Refused, match="not on the active staff"):
        approve(colleague, run)


def test_the_database_itself_knows_that_the_author_is_not_the_approver(book, colleague, acme):
    run = approved(book, colleague, enrolled(*acme))
    with pytest.raises(Exception, match="ck_run_approver"), book.engine.begin() as connection:
        connection.execute(text("UPDATE run SET approver = author WHERE id = :id"), {"id": run.id})


def test_a_run_is_approved_once_and_launched_once(book, colleague, acme):
    run = approved(book, colleague, enrolled(*acme))
    assert (run.approver, run.approved_count) == ("joao@accord.example", 1)
    with pytest.raises(Refused, match="it cannot be approved"):
        approve(colleague, run)
    started = book.runs.launch(run, content_hash=run.content_hash)
    assert (started.status, started.launched_at) == ("running", book.clock.now())
    with pytest.raises(Refused, match="launched on 24 November 2026: it cannot be launched"):
        book.runs.launch(run, content_hash=run.content_hash)
    assert len(book.runs.due(limit=10)) == 1


def test_a_run_that_nobody_approved_is_not_launched(book, acme):
    run = book.runs.prepare(order(enrolled(*acme)))
    with pytest.raises(Refused, match="is prepared: it cannot be launched"):
        book.runs.launch(run, content_hash=run.content_hash)


def test_a_launch_with_another_content_than_was_approved_is_refused(book, colleague, acme):
    run = approved(book, colleague, enrolled(*acme))
    with pytest.raises(Refused, match="content is not the one") as refused:
        book.runs.launch(run, content_hash=hash_of_content(content(journey={"steps": ["letter"]})))
    assert refused.value.rule == "runs.content"


@pytest.mark.parametrize(
    ("tampering", "rule"),
    [
        ("UPDATE enrolment SET arm = 'hold_out'", "runs.audience"),
        ("UPDATE enrolment SET facts = jsonb_set(facts, '{letter,person,name}', '\"Eve\"')", "runs.audience"),
        ("UPDATE enrolment SET reason = 'exempt' WHERE state = 'left_out'", "runs.audience"),
        ("UPDATE enrolment SET state = 'exited' WHERE state = 'enrolled'", "runs.count"),
        ("DELETE FROM enrolment WHERE state = 'enrolled'", "runs.count"),
        ("DELETE FROM enrolment WHERE state = 'left_out'", "runs.audience"),
    ],
)
def test_wish_13_a_launch_to_another_audience_than_was_approved_is_refused(
    book, colleague, acme, orbit, tampering, rule
):
    run = approved(book, colleague, enrolled(*acme), left_out(orbit[0], "arrears"))
    with book.engine.begin() as connection:
        assert connection.execute(text(tampering)).rowcount
    with pytest.raises(Refused) as refused:
        book.runs.launch(run, content_hash=run.content_hash)
    assert refused.value.rule == rule
    assert book.runs.due(limit=10) == ()


def test_an_approval_is_bound_to_all_that_is_said_and_not_to_who_has_reviewed_it():
    reviewed = content(reviewed_by={"letter/en": "D. Keller, 2026-11-20"})
    assert hash_of_content(reviewed) == hash_of_content(content()) != hash_of_content(content(quiet_days=15))


def test_hashes_do_not_depend_on_the_order_of_keys_or_rows(acme, orbit):
    here, there = content(wordings={"a": "1", "b": "2"}), content(wordings={"b": "2", "a": "1"})
    assert hash_of_content(here) == hash_of_content(there) != hash_of_content(content())
    one, other = enrolled(*acme), enrolled(*orbit)
    both, reversed_, alone = (hash_of_audience(rows_of(rows)) for rows in ([one, other], [other, one], [one]))
    assert both == reversed_ != alone


def test_one_campaign_at_a_time_for_each_corporate_group(book, colleague, acme, orbit):
    first = book.runs.prepare(order(enrolled(*acme)))
    second = book.runs.prepare(order(enrolled(*acme), enrolled(*orbit)))
    assert book.runs.engaged_groups() == frozenset()
    approve(colleague, first)
    assert book.runs.engaged_groups() == {acme[0].id}
    with pytest.raises(Refused, match="busy with 1 of the corporate groups"):
        approve(colleague, second, count=2)
    book.runs.cancel(first, reason="not now")
    approve(colleague, second, count=2)
    assert book.runs.engaged_groups() == {acme[0].id, orbit[0].id}


def test_what_is_due_carries_what_a_plan_must_know(book, colleague, acme, clock):
    run = launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    assert (waiting.run_id, waiting.organization_id, waiting.person_id) == (run.id, acme[0].id, acme[1].id)
    assert (waiting.step, waiting.arm, waiting.language, waiting.coverage) == (
        "letter",
        "treatment",
        "en",
        "T",
    )
    assert (waiting.answered, waiting.goal_reached, waiting.done) == (False, False, {})
    assert waiting.facts["person"] == {"name": "Amina"}
    book.runs.take([writes(waiting, book)])
    (waiting,) = book.runs.due(limit=10)
    assert (waiting.step, waiting.done["letter"].at, waiting.done["letter"].letter) == (
        "call",
        clock.now(),
        "queued",
    )


def test_what_is_due_comes_longest_waiting_first_and_never_more_than_asked_for(
    book, colleague, acme, orbit, clock
):
    launched(book, colleague, enrolled(*acme), enrolled(*orbit))
    first, second = book.runs.due(limit=10)
    book.runs.take([writes(first, book, due_at=clock.now() + TOMORROW)])
    assert [w.enrolment_id for w in book.runs.due(limit=10)] == [second.enrolment_id]
    clock.advance(TOMORROW)
    assert [w.enrolment_id for w in book.runs.due(limit=10)] == [second.enrolment_id, first.enrolment_id]
    assert [w.enrolment_id for w in book.runs.due(limit=1)] == [second.enrolment_id]


def test_taking_the_same_steps_twice_takes_them_once(book, colleague, acme):
    launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    assert book.runs.take([writes(waiting, book)]).letters == 1
    again = book.runs.take([writes(waiting, book)])
    assert (again.letters, again.passed_over) == (0, 1)
    assert len(book.outbox.of()) == 1


def test_two_workers_at_once_queue_one_letter(book, colleague, acme, make_book):
    launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    other = make_book("worker")
    with book.transaction():
        assert book.runs.take([writes(waiting, book)]).letters == 1
        assert other.runs.take([writes(waiting, other)]).passed_over == 1  # it does not wait for the first
    assert other.runs.take([writes(waiting, other)]).passed_over == 1
    assert len(book.outbox.of()) == 1


def test_a_batch_that_fails_leaves_nothing_behind(book, colleague, acme):
    launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    bad = Task(waiting.organization_id, " ", date(2026, 12, 1), None)
    both = (Taking("letter", letter=letter_to(waiting, book)), Taking("call", task=bad))
    with pytest.raises(InvalidInput):
        book.runs.take([writes(waiting, book, taking=both)])
    assert (book.outbox.of(), book.runs.due(limit=10)) == ((), (waiting,))


def test_a_task_becomes_a_follow_up_of_the_account_manager(book, colleague, acme):
    launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    owner = book.staff.get("joao@accord.example").id
    task = Taking("call", task=Task(waiting.organization_id, "Call them", date(2026, 12, 1), owner))
    moved = book.runs.take([writes(waiting, book, taking=(task,), step="end", due_at=None, ended="finished")])
    assert (moved.tasks, moved.finished) == (1, 1)
    (planned,) = book.follow_ups.open(owner="joao@accord.example")
    assert (planned.what, planned.due_on, planned.organization_id) == (
        "Call them",
        date(2026, 12, 1),
        acme[0].id,
    )
    assert [row.state for row in book.runs.audience(waiting.run_id)] == ["finished"]


def test_a_paused_run_has_nothing_due_until_it_goes_on(book, colleague, acme):
    run = launched(book, colleague, enrolled(*acme))
    paused = book.runs.pause(run, reason="a complaint")
    assert (paused.status, paused.note, book.runs.due(limit=10)) == ("paused", "a complaint", ())
    with pytest.raises(Refused, match="is paused, launched on 24 November 2026: it cannot be paused"):
        book.runs.pause(run, reason="again")
    assert book.runs.resume(run).status == "running"
    assert len(book.runs.due(limit=10)) == 1
    with pytest.raises(Refused):
        book.runs.resume(run)


def test_a_cancelled_run_is_over_for_everybody(book, colleague, acme):
    run = launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    assert book.runs.cancel(run, reason="wrong year").status == "cancelled"
    assert book.runs.take([writes(waiting, book)]).passed_over == 1
    assert [(r.state, r.reason) for r in book.runs.audience(run)] == [("exited", "cancelled")]
    with pytest.raises(Refused):
        book.runs.cancel(run, reason="again")
    assert book.runs.complete() == ()


def test_what_waits_in_the_outbox_is_stopped_with_its_run_and_no_other(book, colleague, acme, orbit):
    run, other = (launched(book, colleague, enrolled(*each)) for each in (acme, orbit))
    book.runs.take([writes(waiting, book) for waiting in book.runs.due(limit=10)])
    book.runs.cancel(run, reason="wrong year")
    (stopped,) = book.outbox.of(run=run.id)
    assert (stopped.status, stopped.verdict) == ("stopped", "the run was cancelled")
    assert [event.what for event in book.outbox.events(stopped)] == ["queued", "stopped"]
    assert [letter.status for letter in book.outbox.of(run=other.id)] == ["queued"]


def test_a_refused_cancellation_leaves_the_journeys_as_they_ended(book, colleague, acme):
    run = launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    ended = {"step": "end", "ended": "finished"}
    found = {"enrolment_id": waiting.enrolment_id, "run_id": waiting.run_id, "stood_at": "letter"}
    book.runs.take([Move(**found, **ended)])
    book.runs.complete()
    with pytest.raises(Refused, match="is completed"):
        book.runs.cancel(run, reason="too late")
    assert [r.state for r in book.runs.audience(run)] == ["finished"]


def test_a_run_is_complete_when_nobody_is_under_way_and_every_letter_is_settled(book, colleague, acme):
    run = launched(book, colleague, enrolled(*acme))
    assert book.runs.complete() == ()
    (waiting,) = book.runs.due(limit=10)
    book.runs.take([writes(waiting, book, step="end", due_at=None, ended="finished")])
    assert book.runs.complete() == ()
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET status = 'in_doubt'"))
    assert book.runs.complete() == ()
    with book.engine.begin() as connection:
        connection.execute(text("UPDATE outbox SET status = 'accepted'"))
    assert [done.id for done in book.runs.complete()] == [run.id]
    assert (book.runs.get(run).status, book.runs.complete()) == ("completed", ())


def changing(book, verb="test.changed"):
    return book._store.changing(verb)


def test_a_reply_ends_the_journey_and_is_noted_however_late_it_comes(book, colleague, acme, clock):
    run = launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    with changing(book) as change:
        mark_answered(change, waiting.enrolment_id, at=change.now)
    (row,) = book.runs.audience(run)
    assert (row.state, row.reason, row.answered_at) == ("exited", "answered", clock.now())
    first = clock.now()
    clock.advance(TOMORROW)
    with changing(book) as change:
        mark_answered(change, waiting.enrolment_id, at=change.now)
    assert book.runs.audience(run)[0].answered_at == first
    assert book.runs.due(limit=10) == ()


def test_an_ended_journey_stays_as_it_ended_but_a_late_reply_counts(book, colleague, acme, clock):
    run = launched(book, colleague, enrolled(*acme))
    (waiting,) = book.runs.due(limit=10)
    with changing(book) as change:
        exit_enrolment(change, waiting.enrolment_id, "bounced")
    with changing(book) as change:
        exit_enrolment(change, waiting.enrolment_id, "unsubscribed")
        mark_answered(change, waiting.enrolment_id, at=change.now)
    (row,) = book.runs.audience(run, state="exited")
    assert (row.reason, row.answered_at) == ("bounced", clock.now())


def test_a_refusal_by_policy_pauses_a_running_run_and_no_other(book, colleague, acme):
    run = launched(book, colleague, enrolled(*acme))
    with changing(book) as change:
        pause_run(change, run.id, note="550 5.7.1")
    assert (book.runs.get(run).status, book.runs.get(run).note) == ("paused", "550 5.7.1")
    book.runs.cancel(run, reason="over")
    with changing(book) as change:
        pause_run(change, run.id, note="late")
    assert book.runs.get(run).status == "cancelled"


def test_results_count_by_arm_and_show_letters_in_doubt_and_assumed_sent(book, colleague, clock):
    rows = []
    for n in range(6):
        account, person = associate(book, f"Account {n}")
        rows.append(enrolled(account, person, arm="hold_out" if n == 5 else "treatment"))
    out = [left_out(associate(book, f"Out {n}")[0], "arrears") for n in range(2)]
    run = launched(book, colleague, *rows, *out)
    written = [waiting for waiting in book.runs.due(limit=10) if waiting.arm == "treatment"]
    book.runs.take([writes(waiting, book) for waiting in written])
    for status, letter in zip(
        ["in_doubt", "assumed_sent", "accepted", "accepted"], book.outbox.of(), strict=False
    ):
        with book.engine.begin() as connection:
            connection.execute(
                text("UPDATE outbox SET status = :status WHERE id = :id"), {"status": status, "id": letter.id}
            )
    with changing(book) as change:
        mark_answered(change, written[0].enrolment_id, at=change.now)
        exit_enrolment(change, written[1].enrolment_id, "unsubscribed")
    results = book.outcomes.of(run)
    treatment, hold_out = results.arms
    assert (treatment.enrolled, treatment.underway, treatment.answered, treatment.converted) == (5, 3, 1, 0)
    assert treatment.letters == {"in_doubt": 1, "assumed_sent": 1, "accepted": 2, "queued": 1}
    assert treatment.exits == {"answered": 1, "unsubscribed": 1}
    assert (hold_out.enrolled, hold_out.underway, hold_out.letters) == (1, 1, {})
    assert (results.enrolled, results.left_out) == (6, {"arrears": 2})


@pytest.mark.parametrize(
    ("recorded_after", "effective", "sector", "counts", "ends"),
    [
        (1, date(2026, 11, 24), "T", True, True),
        (1, date(2027, 1, 1), "T", True, True),
        (1, date(2026, 11, 23), "T", False, True),
        (-1, date(2027, 1, 1), "T", False, False),
        (1, date(2027, 1, 1), "R", False, False),
    ],
    ids=["on the day", "next year", "before the launch", "on file when it was frozen", "another Sector"],
)
def test_an_upgrade_counts_if_it_was_decided_after_the_launch_and_ends_the_journey_if_it_was_recorded_later(
    book, colleague, acme, clock, recorded_after, effective, sector, counts, ends
):
    book.terms.join(acme[0], "associate", sector="R", study_group="R-SG4", on=date(2020, 1, 1))
    launch_at = clock.now()
    clock.advance(timedelta(hours=recorded_after))
    if recorded_after < 0:
        book.terms.upgrade(acme[0], sector=sector, on=effective)
    clock.at = launch_at
    run = launched(book, colleague, enrolled(*acme))
    clock.advance(timedelta(hours=1))
    if recorded_after > 0:
        book.terms.upgrade(acme[0], sector=sector, on=effective)
    assert [waiting.goal_reached for waiting in book.runs.due(limit=10)] == [ends]
    assert book.outcomes.of(run).arms[0].converted == int(counts)


def test_the_latest_letter_to_each_account_is_known_sent_or_about_to_be(book, colleague, acme, orbit, clock):
    launched(book, colleague, enrolled(*acme), enrolled(*orbit))
    book.runs.take([writes(waiting, book) for waiting in book.runs.due(limit=10)])
    since = clock.now() - TOMORROW
    assert set(book.lately.letters(since)) == {acme[0].id, orbit[0].id}
    with book.engine.begin() as connection:
        connection.execute(
            text("UPDATE outbox SET status = 'stopped' WHERE organization_id = :id"), {"id": acme[0].id}
        )
    assert {n: touch.kind for n, touch in book.lately.letters(since).items()} == {orbit[0].id: "letter"}
    assert book.lately.letters(clock.now() + TOMORROW) == {}


def test_who_was_in_touch_is_known_office_by_office_without_the_letters_of_some_enrolments(
    book, colleague, acme, orbit, clock
):
    account, _ = acme
    for office, days in (("TSB", 5), ("TSB", 3), ("BDT", 9)):
        book.log("call", account, "…", office=office, at=clock.now() - timedelta(days=days))
    book.log("note", account, "Nothing that they notice", office="BR")
    book.log("meeting", orbit[0], "Too long ago", office="BR", at=clock.now() - timedelta(days=30))
    launched(book, colleague, enrolled(*acme), enrolled(*orbit))
    due = book.runs.due(limit=10)
    book.runs.take([writes(waiting, book) for waiting in due])
    since, ids = clock.now() - timedelta(days=14), [account.id, orbit[0].id]
    found = book.lately.touches(ids, since=since, but=[due[0].enrolment_id])
    assert {
        number: sorted((touch.kind, touch.office, (clock.now() - touch.at).days) for touch in touches)
        for number, touches in found.items()
    } == {
        account.id: [("call", "BDT", 9), ("call", "TSB", 3)],
        orbit[0].id: [("letter", None, 0)],
    }
    assert book.lately.touches([], since=since) == {}


def test_what_is_handed_out_is_read_only_and_names_the_verb(book, acme):
    run = book.runs.prepare(order(enrolled(*acme)))
    with pytest.raises(ReadOnly, match="the campaign desk"):
        run.status = "running"


@pytest.mark.parametrize("key", [4711, "4711", "no number", ""])
def test_a_run_that_is_not_there_is_not_found(book, key):
    with pytest.raises(NotFound, match="There is no run"):
        book.runs.get(key)


def test_every_decision_about_a_run_is_in_the_trail(book, colleague, acme):
    run = launched(book, colleague, enrolled(*acme))
    book.runs.pause(run, reason="a complaint")
    book.runs.cancel(run, reason="enough")
    assert [(entry.verb, entry.actor, entry.reason) for entry in book.history(run)] == [
        ("run.prepared", "dana@accord.example", None),
        ("run.approved", "joao@accord.example", None),
        ("run.launched", "dana@accord.example", None),
        ("run.paused", "dana@accord.example", "a complaint"),
        ("run.cancelled", "dana@accord.example", "enough"),
    ]
