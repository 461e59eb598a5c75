from datetime import date, timedelta

import pytest
from sqlalchemy import text
from support.approved import content
from support.associates import staff
from support.runs import enrolled, order

from crm.outreach.goal import Goal
from crm.outreach.run_tables import Arm

TODAY = date(2026, 11, 24)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def colleague(make_book, book):
    staff(book, "joao@accord.example")
    return make_book("joao@accord.example")


@pytest.fixture
def acme(book):
    account = book.organizations.add("Acme", country="KE")
    person = book.people.add("Amina", email="amina@acme.example", at=account, language="en")
    book.terms.join(account, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1))
    return account, person


def launched(book, colleague, goal, *rows):
    prepared = book.runs.prepare(order(*rows, content=content(goal=goal)))
    return launched_as(prepared, book, colleague)


def launched_as(prepared, book, colleague):
    hashes = {"content_hash": prepared.content_hash, "audience_hash": prepared.audience_hash}
    colleague.runs.approve(prepared, count=prepared.ceiling or 1, **hashes)
    return book.runs.launch(prepared, content_hash=prepared.content_hash)


def upgrade(book, account):
    book.terms.upgrade(account, sector="T", on=TODAY)


def join_further_sector(book, account):
    book.terms.join(account, "sector_member", sector="R", on=TODAY)


def become_an_associate_elsewhere(book, account):
    book.terms.join(account, "associate", sector="R", study_group="R-SG4", on=TODAY)


def neighbour_joins(book, account):
    neighbour = book.organizations.add("Neighbour", country="KE")
    book.terms.join(neighbour, "sector_member", sector="D", on=TODAY)


def neighbour_becomes_an_associate(book, account):
    neighbour = book.organizations.add("Neighbour", country="KE")
    book.terms.join(neighbour, "associate", sector="T", study_group="T-SG13", on=TODAY)


def foreigner_joins(book, account):
    foreigner = book.organizations.add("Foreigner", country="TZ")
    book.terms.join(foreigner, "sector_member", sector="D", on=TODAY)


def come_to_us(book, account):
    book.log("call", account, "Asks about fees", inbound=True)


REACHED_BY = {
    upgrade: {Goal.UPGRADED, Goal.STATE_HAS_MEMBER},
    join_further_sector: {Goal.FURTHER_SECTOR, Goal.MEMBERSHIP, Goal.STATE_HAS_MEMBER},
    become_an_associate_elsewhere: {Goal.MEMBERSHIP},
    neighbour_joins: {Goal.STATE_HAS_MEMBER},
    neighbour_becomes_an_associate: set(),
    foreigner_joins: set(),
    come_to_us: {Goal.ANSWERED},
}


@pytest.mark.parametrize("happening", REACHED_BY, ids=lambda found: found.__name__)
def test_which_goals_an_event_reaches(book, colleague, acme, clock, happening):
    run = launched(book, colleague, "upgraded", enrolled(*acme))
    clock.advance(HOUR)
    happening(book, acme[0])
    reached = {goal for goal in Goal if waits_with(book, run, goal)}
    assert reached == REACHED_BY[happening]


def waits_with(book, run, goal):
    """Whether the one enrolment that is due has come to a goal, by the plan's reading and by the result's."""
    with book.engine.begin() as connection:
        query = text("UPDATE run SET content = jsonb_set(content, '{goal}', to_jsonb(CAST(:goal AS text)))")
        connection.execute(query, {"goal": goal.value})
    (waiting,) = book.runs.due(limit=10)
    results = book.outcomes.of(run)
    assert results.goal is goal
    assert results.arm(Arm.TREATMENT).converted == int(waiting.goal_reached)
    return waiting.goal_reached


def test_runs_with_different_goals_are_due_together_each_with_its_own(book, colleague, acme, clock):
    other = book.organizations.add("Other", country="TZ")
    person = book.people.add("Omar", email="omar@other.example", at=other, language="en")
    launched(book, colleague, "upgraded", enrolled(*acme))
    launched(book, colleague, "membership", enrolled(other, person, coverage=None))
    clock.advance(HOUR)
    book.terms.join(other, "sector_member", sector="D", on=TODAY)
    found = {waiting.organization_id: waiting.goal_reached for waiting in book.runs.due(limit=10)}
    assert found == {acme[0].id: False, other.id: True}


def test_what_is_on_file_when_the_audience_is_frozen_reaches_no_goal(book, colleague, acme, clock):
    join_further_sector(book, acme[0])
    clock.advance(HOUR)
    run = launched(book, colleague, "membership", enrolled(*acme))
    assert not waits_with(book, run, Goal.MEMBERSHIP)


def join_long_ago(book, account):
    book.terms.join(account, "sector_member", sector="R", on=TODAY - 20 * DAY)


def enter_what_is_over(book, account):
    book.terms.join(account, "sector_member", sector="R", on=date(2010, 1, 1))
    book.terms.denounce(account, sector="R", on=date(2015, 12, 31), reason="found in the archive")


@pytest.mark.parametrize(
    ("before", "after", "ends"),
    [
        (join_further_sector, None, True),
        (None, join_long_ago, True),
        (enter_what_is_over, None, False),
        (None, enter_what_is_over, False),
    ],
    ids=["before the launch", "dated back", "a history before", "a history after"],
)
def test_whoever_has_become_a_member_is_asked_no_more_though_it_is_not_the_runs_doing(
    book, colleague, acme, clock, before, after, ends
):
    prepared = book.runs.prepare(order(enrolled(*acme), content=content(goal="further_sector")))
    clock.advance(2 * DAY)
    if before:
        before(book, acme[0])
    run = launched_as(prepared, book, colleague)
    clock.advance(DAY)
    if after:
        after(book, acme[0])
    (waiting,) = book.runs.due(limit=10)
    assert waiting.goal_reached is ends
    assert book.outcomes.of(run).arm(Arm.TREATMENT).converted == 0


def test_who_awaited_an_approval_is_asked_no_more_where_it_has_joined_meanwhile(book, colleague, acme, clock):
    other = book.organizations.add("Other", country="TZ")
    person = book.people.add("Omar", email="omar@other.example", at=other, language="en")
    prepared = book.runs.prepare(order(content=content(goal="membership"), ceiling=1, period_days=30))
    run = launched_as(prepared, book, colleague)
    rows = [enrolled(*acme), enrolled(other, person, coverage=None)]
    assert book.entries.take_in(run, rows, by={}).awaiting == 1
    clock.advance(DAY)
    book.terms.join(other, "sector_member", sector="D", on=TODAY)
    clock.advance(DAY)
    colleague.entries.admit(run, count=1)
    found = {waiting.organization_id: waiting.goal_reached for waiting in book.runs.due(limit=10)}
    assert found == {acme[0].id: False, other.id: True}


@pytest.mark.parametrize("goal", Goal)
def test_every_goal_has_words(goal):
    assert goal.words
    assert goal.column
