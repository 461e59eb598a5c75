"""Accounts go cold by the gap that their tier allows."""

from collections import Counter
from datetime import date, timedelta

import pytest
from support.attention import ago, seen, the_need


@pytest.mark.parametrize(
    ("tier", "days", "reason"),
    [
        (None, 90, None),
        (None, 91, "going_cold"),
        (None, 180, "going_cold"),
        (None, 181, "cold"),
        ("key", 31, "going_cold"),
        ("key", 61, "cold"),
        ("light", 180, None),
    ],
)
def test_wish_16_an_account_goes_cold_by_the_gap_that_its_tier_allows(book, acme, tier, days, reason):
    book.organizations.change(acme, tier=tier)
    book.log("call", acme, "Hello", at=ago(book, days))
    assert seen(book) == ([("Acme", reason)] if reason else [])


def test_wish_16_any_logged_touch_resets_the_gap_and_a_note_does_not(book, acme):
    book.log("call", acme, "Hello", at=ago(book, 200))
    book.log("note", acme, "They have a new building", at=ago(book, 5))
    assert seen(book) == [("Acme", "cold")]

    book.log("event", acme, "At our booth", at=ago(book, 5))

    assert seen(book) == []


def test_wish_16_a_touch_of_theirs_resets_it_too_and_waits_for_an_answer(book, acme):
    book.log("call", acme, "Hello", at=ago(book, 200))
    reply = book.log("email", acme, "When is  the\nworkshop?", inbound=True, at=ago(book, 3))

    need = the_need(book)

    assert (need.reason, need.since_on) == ("unanswered", date(2026, 11, 21))
    assert need.words == "Waits for an answer to their email of 3 days ago: When is the workshop?"
    assert need.refers_to == f"interaction:{reply.id}"


def test_where_no_tier_is_set_the_default_one_counts_and_is_said(book, acme):
    book.log("call", acme, "Hello", at=ago(book, 91))
    assert the_need(book).words == "Last call with BDT 91 days ago; Standard tier by default: 90 days ideally"
    book.organizations.change(acme, tier="standard")
    assert the_need(book).words == "Last call with BDT 91 days ago; Standard tier: 90 days ideally"


def test_what_was_never_touched_counts_from_when_it_got_its_manager(book, clock, dana, lucia):
    acme = book.organizations.add("Acme", owner=dana)
    clock.advance(timedelta(days=100))
    assert the_need(book).words == "Never contacted, for 100 days; Standard tier by default: 90 days ideally"
    assert the_need(book).refers_to == f"organization:{acme.id}"

    book.organizations.change(acme, owner=lucia)

    assert book.attention() == ()
    clock.advance(timedelta(days=91))
    assert the_need(book).since_on == date(2027, 3, 4)


def test_what_nobody_keeps_goes_cold_only_as_a_member_or_with_a_tier_of_its_own(book, clock):
    for name, more in (("Prospect", {}), ("Member", {}), ("Key", {"tier": "key"})):
        book.organizations.add(name, **more)
    book.terms.join("Member", "sector_member", sector="T", on=date(2020, 1, 1))
    clock.advance(timedelta(days=200))
    assert Counter(seen(book)) == {("Member", "cold"): 1, ("Key", "cold"): 1}


def test_what_happens_later_than_the_day_is_no_touch_yet(book, acme):
    book.log("call", acme, "Hello", at=ago(book, 100))
    book.log("meeting", acme, "Next week", at=ago(book, -7))
    assert seen(book) == [("Acme", "going_cold")]
