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
    with pytest.raises(NotFound):
        book.terms.give_notice(acme, sector="T", received_on=date(2026, 11, 2), reason="Merged")


def test_a_day_fixed_without_notice_counts_from_when_it_was_recorded(book, acme):
    book.terms.denounce(acme, sector="T", on=date(2027, 4, 1), reason="Merged")
    assert how(book, acme, date(2026, 11, 23)) is None
    assert how(book, acme) == (Standing.CANCELLING, None)
