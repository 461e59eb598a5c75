from datetime import date, timedelta
from decimal import Decimal

import pytest
from support.approved import content
from support.associates import staff
from support.outbox import order as letter
from support.outbox import queue
from support.runs import enrolled, order, writes
from support.sending import delivery

from crm.mail.rendering import plain_facts
from crm.outreach.draft_tables import add_draft
from crm.outreach.outbox_tables import MessageClass
from crm.outreach.results.attribution import Credit
from crm.outreach.results.exposure import Exposure
from crm.outreach.results.wordings_compared import WordingResult
from crm.outreach.run_tables import Arm

DAY = timedelta(days=1)


@pytest.fixture
def colleague(make_book, book):
    staff(book, "joao@accord.example")
    return make_book("joao@accord.example")


def associate(book, name):
    account = book.organizations.add(name, country="KE")
    person = book.people.add(f"Contact of {name}", email=f"contact@{name}.example", at=account, language="en")
    book.terms.join(account, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1))
    return account, person


@pytest.fixture
def acme(book):
    return associate(book, "acme")


@pytest.fixture
def orbit(book):
    return associate(book, "orbit")


@pytest.fixture
def run(book, colleague, mail_server, acme, orbit, clock):
    """A run that writes to Acme and holds Orbit out; its letter went out at once."""
    rows = (enrolled(*acme), enrolled(*orbit, arm=Arm.HOLD_OUT))
    prepared = book.runs.prepare(order(*rows, content=content(goal="upgraded")))
    hashes = {"content_hash": prepared.content_hash, "audience_hash": prepared.audience_hash}
    colleague.runs.approve(prepared, count=2, **hashes)
    launched = book.runs.launch(prepared, content_hash=prepared.content_hash)
    (waiting,) = [waiting for waiting in book.runs.due(limit=10) if waiting.arm is Arm.TREATMENT]
    book.runs.take([writes(waiting, book, due_at=clock.now() + DAY)])
    assert delivery(book, mail_server).deliver(limit=10).outcomes == {"accepted": 1}
    clock.advance(DAY)
    return launched


def upgrade(book, account):
    book.terms.upgrade(account, sector="T", on=book.clock.now().date())


def test_outcomes_up_to_an_instant_know_nothing_of_what_came_later(book, run, acme, orbit, clock):
    upgrade(book, acme[0])
    reading = book.clock.now()
    clock.advance(DAY)
    upgrade(book, orbit[0])
    book.log("call", orbit[0], "Asks about fees", inbound=True)
    then = book.outcomes.of(run, exposure=Exposure(reading, reading - run.launched_at))
    now = book.outcomes.of(run)
    assert [arm.converted for arm in then.arms] == [1, 0]
    assert [arm.converted for arm in now.arms] == [1, 1]
    assert [arm.answered for arm in then.arms] == [0, 0]
    assert [arm.answered for arm in now.arms] == [0, 1]


def standing(book, colleague):
    """A version that accounts enter one by one, launched now."""
    run = book.runs.prepare(order(content=content(goal="upgraded"), ceiling=9, period_days=30))
    hashes = {"content_hash": run.content_hash, "audience_hash": run.audience_hash}
    colleague.runs.approve(run, count=9, **hashes)
    return book.runs.launch(run, content_hash=run.content_hash)


def arms(book, run, at=None, days=0):
    """How many are in each arm, and how many of them reached the goal."""
    exposure = at and Exposure(at, days * DAY)
    return [(arm.enrolled, arm.converted) for arm in book.outcomes.of(run, exposure=exposure).arms]


def test_each_account_is_compared_by_its_own_days_and_only_once_it_has_had_them(
    book, colleague, acme, orbit, clock
):
    run = standing(book, colleague)
    book.entries.take_in(run, [enrolled(*acme), enrolled(*orbit, arm=Arm.HOLD_OUT)], by={})
    clock.advance(5 * DAY)
    upgrade(book, acme[0])  # on its fifth day
    late = [associate(book, name) for name in ("late", "later")]
    book.entries.take_in(run, [enrolled(*late[0]), enrolled(*late[1], arm=Arm.HOLD_OUT)], by={})
    clock.advance(5 * DAY)
    reading = clock.now()
    upgrade(book, late[0][0])  # on the fifth day as well
    clock.advance(5 * DAY)
    upgrade(book, orbit[0])  # on its fifteenth
    assert arms(book, run, reading, days=10) == [(1, 1), (1, 0)]
    assert arms(book, run, reading, days=4) == [(2, 0), (2, 0)]
    assert arms(book, run, clock.now(), days=10) == [(2, 2), (2, 0)]
    assert arms(book, run, clock.now(), days=15) == [(1, 1), (1, 1)]
    assert arms(book, run) == [(2, 2), (2, 1)]


def test_an_account_that_enters_again_is_compared_once(book, colleague, acme, clock):
    run = standing(book, colleague)
    book.entries.take_in(run, [enrolled(*acme)], by={})
    (waiting,) = book.runs.due(limit=1)
    book.runs.take([writes(waiting, book, taking=(), step="end", due_at=None, ended="finished")])
    clock.advance(DAY)
    assert book.entries.take_in(run, [enrolled(*acme)], by={}).entered == 1
    assert arms(book, run) == [(2, 0), (0, 0)]
    assert arms(book, run, clock.now()) == [(1, 0), (0, 0)]


def test_who_is_taken_over_is_compared_where_it_entered(book, colleague, acme, orbit, clock):
    old, new = standing(book, colleague), standing(book, colleague)
    book.entries.take_in(old, [enrolled(*acme, step="wait"), enrolled(*orbit)], by={})
    steps = {"steps": {"wait"}, "languages": {"en"}}
    assert book.entries.take_over(new, former=old, **steps).moved == 1
    upgrade(book, acme[0])
    now = clock.now()
    assert (arms(book, old), arms(book, new)) == ([(1, 0), (0, 0)], [(1, 1), (0, 0)])
    assert (arms(book, old, now), arms(book, new, now)) == ([(2, 1), (0, 0)], [(0, 0), (0, 0)])
    third = standing(book, colleague)
    assert book.entries.take_over(third, former=new, **steps).moved == 1
    assert arms(book, old, now) == [(2, 1), (0, 0)]


def test_money_counts_at_a_reading_as_outcomes_do(book, run, acme, orbit, clock):
    book.opportunities.win(book.opportunities.add(acme[0], "upgrade", amount="21200", sector="T"))
    clock.advance(DAY)
    book.opportunities.win(book.opportunities.add(orbit[0], "upgrade", amount="21200", sector="T"))
    for days, won in ((1, [Decimal(21200), Decimal(0)]), (2, [Decimal(21200)] * 2), (3, [Decimal(0)] * 2)):
        found = book.outcomes.of(run, exposure=Exposure(clock.now(), days * DAY))
        assert [arm.won for arm in found.arms] == won, days


def test_asks_won_since_the_launch_are_money_of_their_arm(book, run, acme, orbit, clock):
    for account, amount in ((acme[0], "21200"), (orbit[0], "7950.50")):
        ask = book.opportunities.add(account, "upgrade", amount=amount, sector="T")
        book.opportunities.win(ask)
    open_ask = book.opportunities.add(acme[0], "further_sector", amount="999", sector="D")
    assert open_ask.outcome == "open"
    assert [arm.won for arm in book.outcomes.of(run).arms] == [Decimal(21200), Decimal("7950.50")]


def test_each_wording_tells_what_came_of_it(book, run, acme, clock):
    upgrade(book, acme[0])
    (found,) = book.outcomes.wordings(run, until=book.clock.now())
    assert found == WordingResult("letter", "associate_upgrade_reminder", 1, 0, 1)


def test_a_wording_counts_the_answers_that_its_arm_counts(book, run, acme, clock):
    book.log("call", acme[0], "They ask what it costs", inbound=True)
    (found,) = book.outcomes.wordings(run, until=clock.now())
    assert found.answered == book.outcomes.of(run).arm(Arm.TREATMENT).answered == 1


def test_the_first_and_the_last_touch_are_told_and_not_what_worked(book, run, acme, orbit, clock):
    book.log("meeting", acme[0], "Met at the forum")
    clock.advance(DAY)
    book.log("note", acme[0], "Nobody notices this")
    upgrade(book, acme[0])
    upgrade(book, orbit[0])
    clock.advance(DAY)
    book.log("call", acme[0], "Too late to have been there")
    assert book.outcomes.touches(run, until=book.clock.now()) == (
        Credit(Arm.TREATMENT, "meeting", 0, 1),
        Credit(Arm.TREATMENT, "letter of this run", 1, 0),
    )


def test_a_reminder_is_a_touch_of_its_own_and_a_notice_is_none(book, run, acme, clock, mail_server):
    dana = book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    with book._store.changing("test.reminded") as change:
        words = book.templates.version("plain_letter", "en"), plain_facts("Your invoice", "It is due.")
        draft = add_draft(change, *words, to=acme[1], author=dana, organization_id=acme[0].id)
    book.letters.approve(draft)
    delivery(book, mail_server).deliver(limit=10)
    clock.advance(DAY)
    (notice,) = queue(book, letter(book, acme, message_class=MessageClass.NOTICE))
    delivery(book, mail_server).deliver(limit=10)
    assert book.outbox.get(notice).status == "accepted"
    clock.advance(DAY)
    upgrade(book, acme[0])
    assert book.outcomes.touches(run, until=clock.now()) == (
        Credit(Arm.TREATMENT, "reminder", 0, 1),
        Credit(Arm.TREATMENT, "letter of this run", 1, 0),
    )


def test_touches_of_more_than_a_year_before_are_forgotten(book, run, acme, clock):
    clock.advance(400 * DAY)
    book.log("meeting", acme[0], "Met at the forum")
    upgrade(book, acme[0])
    assert book.outcomes.touches(run, until=book.clock.now()) == (Credit(Arm.TREATMENT, "meeting", 1, 1),)
