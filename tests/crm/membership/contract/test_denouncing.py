"""Notice that a member leaves, and how it stands until it has left."""

from datetime import date

import pytest
from support.contracts import how

from crm.errors import InvalidInput, NotFound
from crm.membership.contract.standing import Standing


def test_notice_takes_effect_after_six_months_and_the_member_is_cancelling_until_then(book, acme, at):
    at("2027-02-01")
    term = book.terms.give_notice(acme, sector="T", received_on=date(2027, 1, 31), reason="Merged").term
    assert (term.until_on, term.ended_by) == (date(2027, 7, 30), "denunciation")
    (event,) = [event for event in book.terms.ledger(acme) if event.kind == "denunciation"]
    assert (event.notice_on, event.effective_on, event.reason) == (
        date(2027, 1, 31),
        date(2027, 7, 31),
        "Merged",
    )
    assert how(book, acme, date(2027, 1, 30)) is None
    assert how(book, acme) == how(book, acme, date(2027, 7, 30)) == (Standing.CANCELLING, None)
    assert book.standing.of(acme).why == "leaves ITU-T on 31 July 2027, notice of 31 January 2027"
    assert how(book, acme, date(2027, 7, 31)) is None


def test_a_notice_to_come_and_a_second_one_are_refused(book, acme):
    with pytest.raises(InvalidInput) as caught:
        book.terms.give_notice(acme, sector="T", received_on=date(2027, 1, 1), reason="Merged")
    assert caught.value.field == "received_on"
    book.terms.give_notice(acme, sector="T", received_on=date(2026, 11, 1), reason="Merged")
    said = "its last day as sector member in ITU-T is 2027-04-30, by the notice of 2026-11-01"
    for named in ({"sector": "T"}, {}):
        with pytest.raises(NotFound, match=said):
            book.terms.give_notice(acme, received_on=date(2026, 11, 2), reason="Merged", **named)


@pytest.mark.parametrize("verb", ["exclude", "denounce"])
def test_who_has_given_notice_may_be_excluded_or_leave_earlier(book, acme, verb):
    book.terms.give_notice(acme, sector="T", received_on=date(2026, 11, 1), reason="Merged")
    assert len(list(book.reminders.due(rule="notice_received"))) == 1
    override = {"override": "decided"} if verb == "exclude" else {}
    end = getattr(book.terms, verb)(acme, on=date(2027, 2, 1), reason="agreed", **override)
    assert end.term.until_on == date(2027, 1, 31)
    assert [term.until_on for term in book.terms.of(acme)] == [date(2027, 1, 31)]
    stands = book.standing.of(acme, on=date(2027, 1, 31))
    assert stands.why == "leaves ITU-T on 1 February 2027, notice of 1 November 2026"
    assert how(book, acme, date(2027, 2, 1)) is None
    assert list(book.reminders.due(rule="notice_received")) == []


def test_an_earlier_end_that_is_withdrawn_leaves_the_notice_as_it_was(book, acme):
    book.terms.give_notice(acme, sector="T", received_on=date(2026, 11, 1), reason="Merged")
    book.terms.denounce(acme, on=date(2027, 2, 1), reason="agreed")
    stay = {"on": date(2026, 11, 24), "reason": "No earlier after all", "agreed_by": "Head"}
    assert book.terms.withdraw_notice(acme, **stay).term.until_on == date(2027, 4, 30)
    assert book.standing.of(acme).why == "leaves ITU-T on 1 May 2027, notice of 1 November 2026"
    assert book.terms.withdraw_notice(acme, **stay).term.until_on is None


def test_a_notice_that_an_exclusion_has_overtaken_is_none_to_withdraw_and_ends_nothing_later(book, acme):
    book.terms.give_notice(acme, sector="T", received_on=date(2026, 11, 1), reason="Merged")
    book.terms.exclude(acme, on=date(2027, 2, 1), reason="Arrears", override="decided")
    with pytest.raises(NotFound, match="has given no notice"):
        book.terms.withdraw_notice(acme, on=date(2026, 11, 24), reason="Stays", agreed_by="Head")
    book.terms.join(acme, "sector_member", sector="T", on=date(2027, 3, 1))
    assert [(term.since_on.year, term.until_on) for term in book.terms.of(acme)] == [
        (2020, date(2027, 1, 31)),
        (2027, None),
    ]


def test_a_day_fixed_without_notice_counts_from_when_it_was_recorded(book, acme):
    book.terms.denounce(acme, sector="T", on=date(2027, 4, 1), reason="Merged")
    assert how(book, acme, date(2026, 11, 23)) is None
    assert how(book, acme) == (Standing.CANCELLING, None)
