from datetime import date

import pytest
from support.associates import associate
from support.desk_runs import DAY, NOBODY_HELD_OUT, holding_out, launched, steps, sweep

from campaigns import desk
from campaigns.catalog.associate_upgrade import size
from campaigns.journey import Journey, TaskStep, WaitStep
from campaigns.keys import letter_key
from crm.errors import NotFound, Refused
from crm.insight.audience_rules import AllOf, HasRole, IsNotMember
from crm.mail.templates import TemplateFolder


def test_wish_13_what_is_prepared_is_what_the_preview_showed_and_later_accounts_stay_out(
    book, colleague, worker
):
    associate(book, "Acme")
    associate(book, "Owing", standing="arrears")
    shown = desk.preview(book, NOBODY_HELD_OUT)
    run = desk.prepare(book, NOBODY_HELD_OUT)
    associate(book, "Later")
    assert (run.count, run.results.left_out) == (shown.count, {"arrears": 1})
    with pytest.raises(Refused, match="enrols 1 accounts, not 2"):
        desk.approve(colleague, run, count=2, campaign=NOBODY_HELD_OUT)
    desk.approve(colleague, run, count=1, campaign=NOBODY_HELD_OUT)
    desk.launch(book, run, campaign=NOBODY_HELD_OUT)
    assert desk.advance(worker).letters == 1


def test_a_campaign_that_changed_after_its_preparation_is_neither_approved_nor_launched(book, colleague):
    associate(book, "Acme")
    run = desk.prepare(book, NOBODY_HELD_OUT)
    other = NOBODY_HELD_OUT.but(quiet_days=3)
    with pytest.raises(Refused, match="content"):
        desk.approve(colleague, run, count=1, campaign=other)
    desk.approve(colleague, run, count=1, campaign=NOBODY_HELD_OUT)
    with pytest.raises(Refused, match="content"):
        desk.launch(book, run, campaign=other)
    assert desk.launch(book, run, campaign=NOBODY_HELD_OUT).status == "running"


def test_a_second_launch_queues_nothing(book, colleague, worker):
    associate(book, "Acme")
    run = launched(book, colleague)
    desk.advance(worker)
    with pytest.raises(Refused, match="launched on 24 November 2026"):
        desk.launch(book, run, campaign=NOBODY_HELD_OUT)
    assert desk.advance(worker).letters == 0
    assert len(book.outbox.of(run=run.id)) == 1


def test_the_letter_goes_to_the_contact_under_the_key_of_run_step_and_person(book, colleague, worker):
    acme, person = associate(book, "Acme", owner="joao@accord.example")
    run = launched(book, colleague)
    assert str(desk.advance(worker)).startswith("1 due: 1 letters queued")
    (letter,) = book.outbox.of(acme)
    assert letter.key == letter_key(run.id, step="letter", person_id=person.id)
    assert (letter.to_name, letter.to_address) == ("Contact of Acme", "contact@acme.example")
    assert (letter.from_name, letter.message_class, letter.language) == ("Joao Keller", "marketing", "en")
    assert "Joao Keller" in book.outbox.shown(letter).text


def test_a_letter_goes_to_the_address_that_the_person_has_now(book, colleague, worker):
    acme, person = associate(book, "Acme")
    launched(book, colleague)
    book.people.change(person, email="new@acme.example")
    desk.advance(worker)
    assert book.outbox.of(acme)[0].to_address == "new@acme.example"


def test_the_whole_journey_without_an_answer(book, colleague, worker, clock):
    acme, _ = associate(book, "Acme", owner="dana@accord.example")
    run = launched(book, colleague)
    sweep(worker, clock, days=13)
    assert steps(book, acme) == ["letter"]
    sweep(worker, clock, days=2)
    assert steps(book, acme) == ["letter", "reminder"]
    assert "24 November 2026" in book.outbox.shown(book.outbox.of(acme)[0]).text
    assert book.follow_ups.open() == ()
    sweep(worker, clock, days=20)
    (task,) = book.follow_ups.open(owner="dana@accord.example")
    assert task.what.startswith("Call about full Sector membership")
    assert steps(book, acme) == ["letter", "reminder"]
    assert desk.overview(book, run).status == "completed"


def test_the_reminder_keeps_to_the_working_days_of_the_country(book, colleague, worker, clock):
    kenya, _ = associate(book, "Kenya", country="KE")
    emirates, _ = associate(book, "Emirates", country="AE")
    launched(book, colleague)
    reminded = {}
    for _ in range(20):
        sweep(worker, clock, days=1)
        for account in (kenya, emirates):
            if len(steps(book, account)) == 2:
                reminded.setdefault(account.name, (clock.now() - DAY).date())
    assert reminded == {"Kenya": date(2026, 12, 8), "Emirates": date(2026, 12, 10)}


def test_whoever_is_held_out_gets_no_letter_and_no_task_but_is_followed(book, colleague, worker, clock):
    acme, _ = associate(book, "Acme")
    run = launched(book, colleague, holding_out(acme))
    sweep(worker, clock, days=3)
    book.terms.upgrade(acme, sector="T", on=date(2027, 1, 1))
    sweep(worker, clock, days=30)
    assert (book.outbox.of(), book.follow_ups.open()) == ((), ())
    held_out = desk.overview(book, run).results.arm("hold_out")
    assert (held_out.enrolled, held_out.converted, held_out.exits) == (1, 1, {"goal_reached": 1})


def test_two_schedulers_at_once_send_one_letter(book, colleague, worker, make_book):
    associate(book, "Acme")
    launched(book, colleague)
    with worker.transaction():
        assert desk.advance(worker).letters == 1
        assert desk.advance(make_book("another worker")).passed_over == 1
    assert len(book.outbox.of()) == 1


def test_a_paused_run_stands_still_and_a_resumed_one_goes_on(book, colleague, worker):
    associate(book, "Acme")
    run = launched(book, colleague)
    desk.pause(book, run, reason="a complaint")
    assert desk.advance(worker).looked_at == 0
    assert desk.resume(book, run).status == "running"
    assert desk.advance(worker).letters == 1
    assert desk.cancel(book, run.id, reason="enough").results.arms[0].exits == {"cancelled": 1}


def test_a_running_run_sends_the_words_that_were_approved_whatever_becomes_of_the_files(
    book, colleague, worker, clock, tmp_path
):
    associate(book, "Acme")
    launched(book, colleague)
    book.templates = worker.templates = TemplateFolder(tmp_path)
    sweep(worker, clock, days=16)
    assert [letter.step for letter in book.outbox.of()] == ["reminder", "letter"]


def test_an_account_that_is_under_way_is_not_enrolled_a_second_time(book, colleague):
    associate(book, "Acme")
    launched(book, colleague)
    found = desk.preview(book, NOBODY_HELD_OUT)
    assert [row.skip.reason.value for row in found.audience.left_out] == ["other_campaign"]
    with pytest.raises(Refused, match="Nobody would be enrolled"):
        desk.prepare(book, NOBODY_HELD_OUT)


def test_a_run_over_made_up_data_says_so_wherever_it_shows(book, colleague):
    associate(book, "Made Up", synthetic=True)
    found = desk.preview(book, NOBODY_HELD_OUT)
    run = desk.prepare(book, NOBODY_HELD_OUT)
    assert run.run.synthetic
    for report in (found.reach(), found.accounts(), desk.results(book, run)):
        assert any(note.startswith("Synthetic data") for note in report.notes)


def test_an_unknown_run_is_not_found(book):
    with pytest.raises(NotFound):
        desk.overview(book, 4711)


PROSPECTS = NOBODY_HELD_OUT.but(
    name="prospects",
    audience=AllOf(rules=(HasRole(role="prospect"), IsNotMember())),
    signals=(size,),
    journey=Journey(
        steps=(WaitStep(name="wait", working_days=1), TaskStep(name="call", what="Call", working_days=1))
    ),
)


@pytest.mark.parametrize("joined", [False, True])
def test_an_account_without_a_membership_is_enrolled_and_found_again_whatever_it_has_become(
    book, colleague, worker, clock, joined
):
    account = book.organizations.add("Newcomer", country="KE", size="large")
    book.roles.give(account, "prospect")
    amina = book.people.add("Amina", email="a@newcomer.example", at=account, language="en", focal_point=True)
    book.bases.record(amina, "campaigns", "consent", source="a form", evidence="form 12")
    associate(book, "Acme")
    found = desk.preview(book, PROSPECTS)
    assert [(row.account.name, row.account.coverage) for row in found.audience.rows] == [("Newcomer", None)]
    assert found.reach().denominator == "Every account that is a prospect and is no member."
    run = launched(book, colleague, PROSPECTS)
    assert run.run.approved.audience == PROSPECTS.audience
    desk.advance(worker)
    if joined:
        book.terms.join(account, "sector_member", sector="D", on=clock.now().date())
        book.standing.record(account, "good", as_of=clock.now().date(), source="test")
    clock.advance(3 * DAY)
    assert desk.advance(worker).tasks == 1
    assert [task.what for task in book.follow_ups.open()] == ["Call"]
