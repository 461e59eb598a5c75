import pytest
from support.campaign_facts import NOW, candidate, contact, waiting

from campaigns.exits import CHOSEN, leaving
from crm.consent.bases import Purpose
from crm.membership.contract.standing import Standing
from crm.membership.terms import Coverage
from crm.outreach.outbox_tables import MessageStatus
from crm.outreach.reasons import Leave
from crm.outreach.runs.moves import Done

NO_MEMBER = candidate(term_id=None, category=None, coverage=None, standing=None)
OF_ANOTHER_SECTOR = candidate(coverage=Coverage.RADIO)
STOPPED = {"done": {"letter": Done(NOW, MessageStatus.STOPPED)}}
FAILED = {"done": {"letter": Done(NOW, MessageStatus.FAILED, NOW)}}


@pytest.mark.parametrize(
    ("changes", "account", "reason"),
    [
        ({}, candidate(), None),
        ({"goal_reached": True}, None, Leave.GOAL_REACHED),
        ({"goal_reached": True, "answered": True}, candidate(), Leave.GOAL_REACHED),
        ({"answered": True}, candidate(), Leave.ANSWERED),
        ({}, None, Leave.MEMBERSHIP_ENDED),
        ({}, NO_MEMBER, Leave.MEMBERSHIP_ENDED),
        ({}, OF_ANOTHER_SECTOR, Leave.MEMBERSHIP_ENDED),
        ({"coverage": None}, NO_MEMBER, None),
        ({"coverage": None}, candidate(), None),
        ({"coverage": None}, None, Leave.CONTACT_LEFT),
        ({}, candidate(standing=Standing.ARREARS), Leave.STANDING),
        ({}, candidate(standing=None), Leave.STANDING),
        ({}, candidate(contacts=(contact(1),)), Leave.CONTACT_LEFT),
        ({}, candidate(contacts=()), Leave.CONTACT_LEFT),
        ({}, candidate(contacts=(contact(901, suppressed=True),)), Leave.SUPPRESSED),
        ({"complaining": True}, candidate(), Leave.COMPLAINING),
        (STOPPED, candidate(), Leave.LETTER_NOT_SENT),
        (FAILED, candidate(), Leave.LETTER_NOT_SENT),
    ],
)
def test_why_an_account_leaves_its_journey(changes, account, reason):
    assert leaving(waiting(**changes), account) == reason


@pytest.mark.parametrize(
    ("changes", "account"),
    [
        ({"goal_reached": True}, candidate()),
        ({"answered": True}, candidate()),
        ({}, OF_ANOTHER_SECTOR),
        ({}, candidate(standing=Standing.ARREARS)),
    ],
)
def test_an_exit_that_a_campaign_has_not_chosen_ends_nothing(changes, account):
    assert leaving(waiting(**changes), account, ()) is None
    chosen = leaving(waiting(**changes), account)
    assert leaving(waiting(**changes), account, tuple(one for one in CHOSEN if one is not chosen)) is None


@pytest.mark.parametrize(
    "account", [None, candidate(contacts=()), candidate(contacts=(contact(901, suppressed=True),))]
)
def test_without_somebody_who_may_be_written_to_every_journey_ends(account):
    assert leaving(waiting(coverage=None), account, ()) in (Leave.CONTACT_LEFT, Leave.SUPPRESSED)


@pytest.mark.parametrize(
    ("about", "reason"),
    [(Purpose.CAMPAIGNS, Leave.SUPPRESSED), (Purpose.EVENT, None), (Purpose.DONOR, Leave.SUPPRESSED)],
)
def test_whoever_refuses_campaigns_but_about_events_leaves_those_that_are_about_something_else(about, reason):
    reader = contact(901, suppressed=True, excepted=frozenset({"event"}))
    assert leaving(waiting(), candidate(contacts=(reader,)), about=about) == reason
