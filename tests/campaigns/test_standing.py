"""Standing campaigns in a book: who enters when, under which ceiling, and how versions follow one another."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update
from sqlmodel import Session, col
from support.associates import associate, staff
from support.locks import blocked
from support.outbox import looking
from support.runs import enrolled, order

from campaigns import desk
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE
from campaigns.journey import Journey, LetterStep, WaitStep
from campaigns.standing import due_on_schedule, may_enter, take_in
from crm.errors import Refused
from crm.outreach.entry import Entry, Occurrence
from crm.outreach.run_tables import EnrolmentState, Run
from crm.outreach.runs.entries import Entered, Former
from crm.outreach.runs.moves import Move
from crm.outreach.runs.rules import one_approval_at_a_time
from crm.outreach.runs.succession import TakenOver
from workers import jobs

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
OPEN = ASSOCIATE_UPGRADE.but(entry=Entry(ceiling=2, period_days=30, every_hours=24), hold_out=0)


@pytest.fixture
def colleague(make_book, book):
    staff(book, "joao@accord.example")
    return make_book("joao@accord.example")


def launched(book, colleague, campaign=OPEN):
    """A version on its way: prepared by one, approved with its ceiling by another."""
    run = desk.prepare(book, campaign, standing=True)
    desk.approve(colleague, run.id, count=campaign.entry.ceiling, campaign=campaign)
    return desk.launch(book, run.id, campaign=campaign)


def looked(book, campaign=OPEN):
    """What came of the one standing run's look."""
    (found,) = take_in(book, campaigns={campaign.name: campaign}).values()
    return found


def entered(book, run):
    return {row.organization_id: row for row in book.runs.audience(run.id)}


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


def test_what_exceeds_the_ceiling_awaits_an_approval_by_a_colleague(book, colleague, clock):
    for name in ("Acme", "Beta", "Gamma"):
        associate(book, name)
    run = launched(book, colleague)
    assert looked(book) == Entered(entered=2, awaiting=1)
    assert "1 accounts beyond the ceiling await an approval." in str(desk.overview(book, run.id))
    assert "Letters: 2 in English." in str(desk.overview(book, run.id))
    clock.advance(DAY)
    assert looked(book) == Entered()  # who awaits is not looked at again
    with pytest.raises(Refused, match="Who prepared a run cannot approve it"):
        desk.admit(book, run.id, count=1)
    with pytest.raises(Refused, match="1 accounts await an approval"):
        desk.admit(colleague, run.id, count=2)
    desk.admit(colleague, run.id, count=1)
    assert [row.state for row in entered(book, run).values()] == [EnrolmentState.ENROLLED] * 3
    assert desk.advance(book).letters == 3


def test_who_awaited_in_a_cancelled_run_enters_the_next_version(book, colleague, clock):
    for name in ("Acme", "Beta", "Gamma"):
        associate(book, name)
    narrow = OPEN.but(entry=Entry(ceiling=1))
    first = launched(book, colleague, narrow)
    assert looked(book, narrow) == Entered(entered=1, awaiting=2)
    cancelled = desk.cancel(book, first.id, reason="other words")
    assert (cancelled.results.awaiting, cancelled.results.left_out) == (0, {"cancelled": 2})
    launched(book, colleague)
    clock.advance(HOUR)
    assert looked(book) == Entered(entered=2)  # the third has been in it


def test_who_was_passed_over_at_the_admission_may_enter_later(book, colleague, clock):
    accounts = [associate(book, name) for name in ("Acme", "Beta")]
    run = launched(book, colleague, OPEN.but(entry=Entry(ceiling=1)))
    book.entries.take_in(run.id, [enrolled(*one) for one in accounts], by={})
    other = engaged(book, colleague, accounts[1])
    assert desk.admit(colleague, run.id, count=1).results.left_out == {"other_campaign": 1}
    book.runs.cancel(other, reason="over")
    clock.advance(31 * DAY)
    assert book.entries.take_in(run.id, [enrolled(*accounts[1])], by={}) == Entered(entered=1)


def engaged(book, colleague, account):
    """A run at once that has been approved, busy with an account."""
    other = book.runs.prepare(order(enrolled(*account)))
    hashes = {"content_hash": other.content_hash, "audience_hash": other.audience_hash}
    return colleague.runs.approve(other, count=1, **hashes)


def test_a_run_that_was_only_prepared_locks_nobody_out(book, colleague):
    associate(book, "Acme")
    looked_over = desk.prepare(book, "associate_upgrade")
    desk.cancel(book, looked_over.id, reason="only a look")
    launched(book, colleague)
    assert looked(book) == Entered(entered=1)


def test_the_ceiling_is_one_of_a_period(book, colleague, clock):
    for name in ("Acme", "Beta"):
        associate(book, name)
    launched(book, colleague)
    assert looked(book) == Entered(entered=2)
    associate(book, "Gamma")
    clock.advance(31 * DAY)
    assert looked(book) == Entered(entered=1)


def test_an_account_enters_by_what_happens_to_it(book, colleague, clock):
    campaign = OPEN.but(
        entry=Entry(ceiling=9, every_hours=None, on=(Occurrence.INTERACTION_LOGGED,)), quiet_days=0
    )
    acme, _ = associate(book, "Acme")
    associate(book, "Beta")
    run = launched(book, colleague, campaign)
    clock.advance(HOUR)
    assert looked(book, campaign) == Entered()
    book.log("note", acme, "They asked about a second study group")
    clock.advance(HOUR)
    assert looked(book, campaign) == Entered(entered=1)
    assert {row.entered_by for row in entered(book, run).values()} == {"interaction_logged"}


def test_whom_its_last_contact_keeps_out_enters_when_that_is_over(book, colleague, clock):
    campaign = OPEN.but(entry=Entry(ceiling=9, every_hours=None, on=(Occurrence.INTERACTION_LOGGED,)))
    acme, _ = associate(book, "Acme")
    associate(book, "Beta")
    run = launched(book, colleague, campaign)
    clock.advance(HOUR)
    book.log("call", acme, "They asked about a second study group")
    came = []
    for days in (0, 13, 16, 3, 1):
        clock.advance(days * DAY)
        came.append(looked(book, campaign).entered)
    assert came == [0, 0, 0, 1, 0]  # a talk of whichever office holds it for thirty days
    assert entered(book, run).keys() == {acme.id}


@pytest.mark.parametrize("verb", ["take_in", "admit"])
def test_who_enters_waits_for_an_approval_that_engages_its_group_just_now(book, colleague, verb):
    acme, contact = associate(book, "Acme")
    other = book.runs.prepare(order(enrolled(acme, contact)))
    run = launched(book, colleague, OPEN.but(entry=Entry(ceiling=1)))
    if verb == "admit":
        beyond = [associate(book, "Beta"), (acme, contact)]
        book.entries.take_in(run.id, [enrolled(*one) for one in beyond], by={})
    enter = {
        "take_in": lambda: colleague.entries.take_in(run.id, [enrolled(acme, contact)], by={}),
        "admit": lambda: colleague.entries.admit(run.id, count=1),
    }[verb]
    with ThreadPoolExecutor(1) as pool, Session(book.engine) as approval, looking(book) as eye:
        one_approval_at_a_time(approval)
        approval.exec(update(Run).where(col(Run.id) == other.id).values(status="approved"))
        entering = pool.submit(enter)
        blocked(eye, 1)
        approval.commit()
        assert entering.result() == Entered(passed_over=1)


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
    with book.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET status = 'accepted', settled_at = now()")
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


def test_a_new_version_takes_over_those_who_wait_and_the_others_keep_theirs(book, colleague, clock):
    associate(book, "Waiting")
    old = launched(book, colleague)
    looked(book)
    desk.advance(book)  # the letter is queued, the first wait begins
    clock.advance(HOUR)
    associate(book, "Fresh")
    desk.enter(book, old.id, "Fresh", campaign=OPEN)
    version = OPEN.but(journey=shorter())
    new = launched(book, colleague, version)
    desk.take_over(book, new.id, former=old.id)
    stands = {row.step: run.id for run in (old, new) for row in book.runs.audience(run.id)}
    assert stands == {"letter": old.id, "first_wait": new.id}
    assert book.entries.open() == (book.runs.get(new.id),)
    with pytest.raises(Refused, match="has been taken over"):
        book.entries.take_in(old.id, [], by={})
    with pytest.raises(Refused, match="cannot take over"):
        desk.take_over(book, new.id, former=old.id)


def test_whose_language_the_new_version_lacks_stays_and_stops_nobody(book, colleague, clock):
    associate(book, "Waiting")
    arabic, _ = associate(book, "Sahara", language="ar", country="EG")
    old = launched(book, colleague)
    looked(book)
    desk.advance(book)
    spoken = {code: who for code, who in OPEN.signatures.items() if code != "ar"}
    new = launched(book, colleague, OPEN.but(signatures=spoken))
    assert desk.take_over(book, new.id, former=old.id) == TakenOver(moved=1, staying=1, dropped=0)
    accepted(book)
    clock.advance(20 * DAY)
    assert desk.advance(book).letters == 2
    assert [letter.run_id for letter in book.outbox.of(arabic)] == [old.id, old.id]


def accepted(book):
    with book.engine.begin() as connection:
        handed = "UPDATE outbox SET status = 'accepted', handed_at = %(now)s, settled_at = %(now)s"
        connection.exec_driver_sql(handed, {"now": book.clock.now()})


def test_whose_contact_the_new_version_writes_to_already_stays(book, colleague):
    acme, contact = associate(book, "Acme")
    beta, _ = associate(book, "Beta")
    _, waiting = associate(book, "Gamma")
    old, new = (launched(book, colleague, OPEN.but(entry=Entry(ceiling=1))) for _ in "12")
    for account, person in ((acme, contact), (beta, waiting)):
        book.entries.take_in(old.id, [enrolled(account, person, step="first_wait")], by={})
    assert {row.state for row in book.runs.audience(old.id)} == {"enrolled", "awaiting"}
    other = book.organizations.add("Other", country="KE")
    third = book.organizations.add("Third", country="KE")
    book.entries.take_in(new.id, [enrolled(other, contact), enrolled(third, waiting)], by={})
    assert desk.take_over(book, new.id, former=old.id) == TakenOver(moved=0, staying=1, dropped=1)


def test_who_is_taken_over_while_its_next_step_is_planned_is_passed_over(book, colleague, clock):
    associate(book, "Waiting")
    old = launched(book, colleague)
    looked(book)
    desk.advance(book)
    accepted(book)
    clock.advance(20 * DAY)
    (waiting,) = book.runs.due(limit=10)
    new = launched(book, colleague, OPEN.but(journey=shorter()))
    desk.take_over(book, new.id, former=old.id)
    late = Move(enrolment_id=waiting.enrolment_id, run_id=old.id, stood_at="first_wait", step="reminder")
    assert book.runs.take([late]).passed_over == 1
    assert desk.advance(book).finished == 1


def shorter():
    """The journey of the next version: one letter, the same first wait, and no more."""
    return Journey(
        steps=(
            LetterStep(name="letter", template="associate_upgrade"),
            WaitStep(name="first_wait", working_days=5),
        )
    )


def test_a_campaign_of_the_catalogue_stands_open_with_an_entry_of_its_version(book, colleague, clock):
    associate(book, "Acme")
    version = desk.prepare(book, "associate_upgrade", entry=Entry(ceiling=1, every_hours=24))
    assert "at most 1 in 30 days: all are looked at every 24 hours; each once." in str(version)
    desk.approve(colleague, version.id, count=1)
    desk.launch(book, version.id)
    assert jobs.take_in(book) == {"entered": 1, "awaiting": 0, "passed_over": 0}
    associate(book, "Beta")
    assert desk.enter(book, version.id, "Beta") == Entered(awaiting=1)


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


OCCURRENCES = {
    Occurrence.INTERACTION_LOGGED: lambda book, account: book.log("call", account, "Called"),
    Occurrence.STANDING_RECORDED: lambda book, account: book.standing.record(
        account, "arrears", as_of=date(2026, 11, 1), source="finance"
    ),
    Occurrence.TERM_STARTED: lambda book, account: book.terms.join(
        account, "sector_member", sector="R", on=date(2026, 11, 24)
    ),
    Occurrence.OPPORTUNITY_LOST: lambda book, account: book.opportunities.lose(
        book.opportunities.add(account, "upgrade", sector="T"), reason="price"
    ),
    Occurrence.MEMBERSHIP_DENOUNCED: lambda book, account: book.terms.denounce(
        account, sector="T", on=date(2026, 12, 31), reason="budget"
    ),
}


@pytest.mark.parametrize("occurrence", Occurrence)
def test_what_happens_is_found_once_it_is_recorded(book, colleague, clock, occurrence):
    acme, _ = associate(book, "Acme")
    clock.advance(HOUR)
    run = launched(book, colleague)
    clock.advance(HOUR)
    assert book.entries.occurred(run.id, Occurrence) == {}
    OCCURRENCES[occurrence](book, acme)
    clock.advance(HOUR)
    assert book.entries.occurred(run.id, [occurrence]) == {acme.id: occurrence}


def test_an_account_that_stands_otherwise_by_its_invoices_is_found_without_anybody_saying_so(
    book, colleague, clock
):
    acme, _ = associate(book, "Acme")
    book.dues.assess(2026, issued_on=date(2026, 11, 24))
    (invoice,) = book.dues.invoices(acme)
    run = launched(book, colleague)
    wanted = [Occurrence.STANDING_RECORDED]
    clock.advance(HOUR)  # it is the day on which the invoice is due
    assert book.standing.of(acme).standing == "good"
    book.entries.take_in(run.id, [], by={}, looked_at=clock.now())
    assert book.entries.occurred(run.id, wanted) == {}
    clock.advance(timedelta(days=1))
    assert book.standing.of(acme).standing == "arrears"
    assert book.entries.occurred(run.id, wanted) == {acme.id: wanted[0]}
    clock.advance(timedelta(days=9))
    book.entries.take_in(run.id, [], by={}, looked_at=clock.now())
    assert book.entries.occurred(run.id, wanted) == {}
    clock.advance(HOUR)
    book.dues.pay(acme, invoice.amount, on=clock.now().date() - timedelta(days=5), reference="late")
    assert book.entries.occurred(run.id, wanted) == {acme.id: wanted[0]}
