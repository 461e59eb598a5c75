"""A notice was received: one letter by hand, by the account manager, before the membership ends."""

from datetime import UTC, date, datetime, time

import pytest
from support.outbox import staffed
from support.reminding import account

from crm.membership.terms import Coverage
from crm.outreach.reminders.notices import Leaving, notice_received

RECEIVED, EFFECTIVE = date(2026, 11, 2), date(2027, 5, 2)


def leaving(coverage=Coverage.STANDARDIZATION):
    return Leaving(11, 7, coverage, RECEIVED, EFFECTIVE)


@pytest.mark.parametrize(
    ("on", "is_due"),
    [
        (date(2026, 11, 1), False),
        (RECEIVED, True),
        (date(2027, 5, 1), True),
        (EFFECTIVE, False),
    ],
)
def test_a_notice_is_answered_until_it_takes_effect(on, is_due):
    assert (notice_received(leaving(), on) is not None) is is_due


def test_a_notice_of_academia_names_no_sector():
    assert "sector" not in notice_received(leaving(Coverage.ALL), RECEIVED).facts


@pytest.fixture
def member(book):
    staffed(book)
    acme, _ = account(book, language="fr")
    for sector in "TD":
        book.terms.join(acme, "sector_member", sector=sector, on=date(2025, 1, 1))
    return acme


def test_a_retention_letter_is_drafted_once_for_each_notice(book, member, clock):
    book.terms.give_notice(member, sector="T", received_on=RECEIVED, reason="budget")
    (draft,) = book.reminders.draft(rule="notice_received").drafts
    assert draft.template == "retention"
    assert "UIT-T" in draft.text
    assert "2 novembre 2026" in draft.text
    assert "budget" not in draft.text
    assert book.reminders.draft(rule="notice_received").drafts == ()
    book.terms.give_notice(member, sector="D", received_on=date(2026, 11, 10), reason="budget")
    (second,) = book.reminders.draft(rule="notice_received").drafts
    assert "UIT-D" in second.text


def test_once_it_has_left_the_letter_is_taken_back(book, member, clock):
    book.terms.give_notice(member, sector="T", received_on=RECEIVED, reason="budget")
    (draft,) = book.reminders.draft(rule="notice_received").drafts
    clock.at = datetime.combine(date(2027, 6, 1), time(9, 30), UTC)
    assert [gone.id for gone in book.reminders.draft(rule="notice_received").withdrawn] == [draft.id]


def test_the_notice_of_an_account_that_was_merged_counts_for_its_keeper(book, member):
    other, _ = account(book, "Orbit")
    book.terms.join(other, "sector_member", sector="R", on=date(2025, 1, 1))
    book.terms.give_notice(other, sector="R", received_on=RECEIVED, reason="budget")
    book.merge(member, other, reason="the same company")
    (draft,) = book.reminders.draft(rule="notice_received").drafts
    assert draft.organization_id == member.id
