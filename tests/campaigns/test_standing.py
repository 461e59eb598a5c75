"""Standing campaigns in a book: who enters when, by schedule and by hand, and who may enter again."""

from datetime import UTC, date, datetime, timedelta

import pytest
from support.associates import associate
from support.runs import enrolled
from support.standing_campaigns import DAY, OPEN, accepted, entered, launched, looked

from campaigns import desk
from campaigns.journey import Journey, LetterStep
from campaigns.standing import due_on_schedule, may_enter, take_in
from crm.errors import Refused
from crm.outreach.entry import Entry
from crm.outreach.runs.entries import Entered, Former

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def test_accounts_enter_one_by_one_as_they_come_and_nobody_twice(book, colleague, clock):
    first, _ = associate(book, "Acme")
    run = launched(book, colleague)
    assert looked(book) == Entered(entered=1)
    second, _ = associate(book, "Beta")
    assert looked(book) == Entered()  # the day's look is done
    clock.advance(DAY)
    assert looked(book) == Entered(entered=1)
    clock.advance(DAY)
    assert looked(book) == Entered()
    rows = entered(book, run)
    assert rows.keys() == {first.id, second.id}
    assert {row.entered_by for row in rows.values()} == {"schedule"}
    assert rows[second.id].entered_at - rows[first.id].entered_at == DAY


def test_who_stands_for_two_accounts_is_written_to_for_one_and_stops_nobody_else(book, colleague, clock):
    acme, contact = associate(book, "Acme")
    run = launched(book, colleague)
    assert looked(book) == Entered(entered=1)
    beta = book.organizations.add("Beta", country="KE", size="large")
    book.terms.join(beta, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1))
    book.standing.record(beta, "good", as_of=date(2026, 9, 30), source="test")
    book.people.join(contact, beta, role="Head", focal_point=True)
    innocent, _ = associate(book, "Innocent")
    clock.advance(DAY)
    assert looked(book) == Entered(entered=1)
    assert entered(book, run).keys() == {acme.id, innocent.id}
    with pytest.raises(Refused, match="Beta cannot enter: its contact is written to for another account"):
        desk.enter(book, run.id, "Beta", campaign=OPEN)
    twice = enrolled(beta, contact)
    assert book.entries.take_in(run.id, [twice], by={}) == Entered(passed_over=1)


def fails(account, on):
    raise ZeroDivisionError("no tides today")


def test_a_rule_that_fails_stops_its_own_campaign_alone(book, colleague, clock):
    launched(book, colleague)
    failing = OPEN.but(name="failing", signals=(fails,))
    broken = launched(book, colleague, failing)
    associate(book, "Acme")
    came = take_in(book, campaigns={OPEN.name: OPEN, "failing": failing})
    assert "tides" in came.pop(broken.id)
    assert list(came.values()) == [Entered(entered=1)]


def test_a_standing_run_writes_letters_and_stays_open_when_nobody_is_in_it(book, colleague, clock):
    run = launched(book, colleague)
    assert desk.advance(book).completed == 0
    associate(book, "Acme")
    looked(book)
    assert desk.advance(book).letters == 1
    assert desk.overview(book, run.id).status == "running"


def test_a_run_that_was_only_prepared_locks_nobody_out(book, colleague):
    associate(book, "Acme")
    looked_over = desk.prepare(book, "associate_upgrade")
    desk.cancel(book, looked_over.id, reason="only a look")
    launched(book, colleague)
    assert looked(book) == Entered(entered=1)


def test_an_account_enters_by_hand_unless_a_guard_objects(book, colleague):
    associate(book, "Acme")
    associate(book, "Owing", standing="arrears")
    run = launched(book, colleague)
    assert desk.enter(book, run.id, "Acme", campaign=OPEN) == Entered(entered=1)
    assert {row.entered_by for row in entered(book, run).values()} == {"dana@accord.example"}
    with pytest.raises(Refused, match="Owing cannot enter: in arrears"):
        desk.enter(book, run.id, "Owing", campaign=OPEN)
    with pytest.raises(Refused, match="Acme cannot enter: another campaign is busy"):
        desk.enter(book, run.id, "Acme", campaign=OPEN)


def test_who_has_been_in_it_may_enter_again_after_a_while_and_is_written_to_again(book, colleague, clock):
    journey = Journey(steps=(LetterStep(name="letter", template="associate_upgrade"),))
    campaign = OPEN.but(entry=Entry(ceiling=9, again_after_days=300), journey=journey, exits=())
    acme, _ = associate(book, "Acme")
    run = launched(book, colleague, campaign)
    looked(book, campaign)
    assert desk.advance(book).letters == 1
    accepted(book)
    clock.advance(2 * DAY)
    assert desk.advance(book).finished == 1
    clock.advance(200 * DAY)
    assert looked(book, campaign) == Entered()
    with pytest.raises(Refused, match=f"it has been in {campaign.name} before"):
        desk.enter(book, run.id, "Acme", campaign=campaign)
    clock.advance(200 * DAY)
    book.standing.record(acme, "good", as_of=clock.now().date(), source="test")
    assert looked(book, campaign) == Entered(entered=1)
    assert desk.advance(book).letters == 1
    assert sorted(row.rotation for row in book.runs.audience(run.id)) == [0, 1]
    assert len({letter.key for letter in book.outbox.of(run=run.id)}) == 2


def test_nobody_enters_a_campaign_that_is_not_what_was_approved(book, colleague):
    associate(book, "Acme")
    launched(book, colleague)
    changed = OPEN.but(quiet_days=3)
    assert "is not what was approved" in looked(book, changed)


def test_a_campaign_that_does_not_say_how_accounts_enter_does_not_stand_open(book):
    with pytest.raises(Refused, match="does not stand open"):
        desk.prepare(book, "associate_upgrade", standing=True)


def test_a_one_off_run_is_entered_by_nobody(book, colleague):
    associate(book, "Acme")
    run = desk.prepare(book, "associate_upgrade")
    desk.approve(colleague, run.id, count=1)
    desk.launch(book, run.id)
    with pytest.raises(Refused, match="one for all at once"):
        book.entries.take_in(run.id, [], by={})


@pytest.mark.parametrize(
    ("hours", "minutes_since", "due"),
    [
        (24, None, True),
        (24, 0, False),
        (24, 24 * 60, True),
        (1, 29, False),
        (1, 31, True),
        (None, 99_999, False),
    ],
)
def test_everybody_is_looked_at_once_in_each_stretch(hours, minutes_since, due):
    looked_at = None if minutes_since is None else NOW - timedelta(minutes=minutes_since)
    assert due_on_schedule(Entry(ceiling=1, every_hours=hours), looked_at, NOW) is due


@pytest.mark.parametrize(
    ("former", "again", "may"),
    [
        (None, None, True),
        (Former(1, None), 10, False),
        (Former(1, NOW - 9 * DAY), 10, False),
        (Former(1, NOW - 10 * DAY), 10, True),
        (Former(3, NOW - 999 * DAY), None, False),
    ],
)
def test_who_may_enter_again(former, again, may):
    assert may_enter(former, Entry(ceiling=1, again_after_days=again), NOW) is may
