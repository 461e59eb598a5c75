"""Whose attention is called for, and on which day."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from support.attention import ago, seen, the_need

from crm.errors import InvalidInput, NotFound
from crm.insight.need import NeedReason


def test_a_step_belongs_to_who_owes_it_and_one_of_nobody_to_the_account_manager(book, acme, dana, lucia):
    book.follow_ups.plan(acme, "Write", due="today", owner=lucia)
    unowned = book.organizations.add("Beta")
    book.follow_ups.plan(unowned, "Ask", due="today")
    assert seen(book, owner=dana) == []
    assert seen(book, owner=lucia) == [("Acme", "due")]

    book.organizations.change(unowned, owner=dana)

    assert seen(book, owner=dana) == [("Beta", "due")]
    assert the_need(book, owner=dana).owner == dana


def test_the_deputy_is_shown_what_waits_for_a_colleague_who_is_away(book, acme, dana, lucia):
    book.follow_ups.plan(acme, "Call", due="today")
    book.log("email", acme, "Hello?", inbound=True, at=ago(book, 3))
    assert seen(book, owner=lucia) == []
    book.staff.away(dana, until="friday", deputy=lucia)

    needs = book.attention(owner=lucia)

    assert [str(need) for need in needs] == [
        "Acme: Waits for an answer to their email of 3 days ago: Hello? (for Dana Novak)",
        "Acme: Call, due today (for Dana Novak)",
    ]
    assert {need.owner.id for need in needs} == {dana.id}
    assert [need.stands_in for need in book.attention(owner=dana)] == [False, False]
    assert seen(book, owner=lucia, on="2026-11-28") == []


def test_needs_are_asked_for_by_owner_office_and_region(book, acme, dana, lucia):
    beta = book.organizations.add("Beta", country="FR", owner=lucia)
    for account in (acme, beta, book.organizations.add("Gamma", country="KE")):
        book.log("email", account, "Hello?", inbound=True, staff=[dana], at=ago(book, 1))

    assert Counter(name for name, _ in seen(book)) == {"Acme": 1, "Beta": 1, "Gamma": 1}
    assert seen(book, owner=lucia) == seen(book, office="TSB") == [("Beta", "unanswered")]
    assert [name for name, _ in seen(book, region="Africa")] == ["Acme", "Gamma"]
    assert seen(book, region="Africa", office="TSB") == []
    assert seen(book, owner=dana, office="TSB") == []
    for wrong in ({"owner": "Nobody"}, {"office": "XYZ"}, {"region": "Atlantis"}):
        with pytest.raises(NotFound):
            book.attention(**wrong)


def test_kinds_and_limit_narrow_the_list(book, acme):
    book.follow_ups.plan(acme, "Call", due="today")
    book.follow_ups.plan(acme, "Write", due="yesterday")
    assert seen(book, kinds={NeedReason.DUE}) == seen(book, kinds="due") == [("Acme", "due")]
    assert seen(book, limit=1) == [("Acme", "overdue")]
    with pytest.raises(InvalidInput) as caught:
        book.attention(kinds={"lukewarm"})
    assert "going_cold" in caught.value.candidates


def test_one_may_look_from_another_day(book, acme):
    book.follow_ups.plan(acme, "Call", due="friday")
    assert seen(book) == []
    assert seen(book, on="friday") == [("Acme", "due")]
    assert seen(book, on="next monday") == [("Acme", "overdue")]


def test_the_day_is_that_of_the_owner_who_is_asked_about(book, clock):
    aroha = book.staff.add(
        "Aroha", email="aroha@accord.example", office="RO-ASP", time_zone="Pacific/Auckland"
    )
    account = book.organizations.add("Kiwi", owner=aroha)
    book.follow_ups.plan(account, "Call", due=date(2026, 11, 25))
    clock.at = datetime(2026, 11, 24, 10, 59, tzinfo=UTC)
    assert seen(book, owner=aroha) == []
    clock.at = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
    assert seen(book, owner=aroha) == [("Kiwi", "due")]
    assert seen(book) == []


def test_days_without_a_touch_are_counted_where_one_works(book, acme, clock):
    book.log("call", acme, "Late", at=datetime(2026, 8, 25, 22, 30, tzinfo=UTC))  # the 26th in Zurich
    assert book.attention(on=date(2026, 11, 24)) == ()
    assert the_need(book, on=date(2026, 11, 25)).since_on == date(2026, 8, 26)
