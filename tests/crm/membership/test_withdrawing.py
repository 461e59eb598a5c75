"""A notice that is withdrawn before it takes effect: the member stays, and everything treats it so."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from support.imports import csv_file

from crm.errors import InvalidInput, NotFound, Refused
from crm.membership.contract.standing import Standing

NOTICE, DAY = date(2027, 1, 31), date(2027, 4, 10)


@pytest.fixture
def at(clock):
    def move(day):
        clock.at = datetime.combine(day, datetime.min.time(), UTC).replace(hour=12)

    return move


@pytest.fixture
def leaving(book, at):
    at(date(2026, 9, 15))
    acme = book.organizations.add("Acme", country="CH")
    book.terms.join(acme, "sector_member", sector="T", on=date(2020, 1, 1))
    book.dues.assess(2027)
    book.dues.pay(acme, 31800, on="2026-09-15", reference="UBS-1")
    at(DAY)
    book.terms.give_notice(acme, sector="T", received_on=NOTICE, reason="Costs")
    return acme


def stay(book, key, *, on=DAY, sector="T", reason="The budget was found", agreed_by="Head", **more):
    return book.terms.withdraw_notice(key, sector=sector, on=on, reason=reason, agreed_by=agreed_by, **more)


def stands(book, day):
    return book.standing.of("Acme", on=day).standing


def test_the_membership_goes_on_and_the_ledger_says_why(book, leaving):
    assert [term.until_on for term in book.terms.of(leaving)] == [date(2027, 7, 30)]
    assert stay(book, leaving).term.until_on is None
    *_, denounced, withdrawn = sorted(book.terms.ledger(leaving), key=lambda event: event.id)
    assert (withdrawn.kind, withdrawn.withdraws_id) == ("notice_withdrawn", denounced.id)
    assert (withdrawn.reason, withdrawn.agreed_by) == ("The budget was found", "Head")


def test_it_stood_as_cancelling_until_then_and_stands_well_again(book, leaving):
    stay(book, leaving)
    assert stands(book, date(2027, 4, 9)) is Standing.CANCELLING
    assert [stands(book, day) for day in (DAY, date(2027, 8, 1))] == [Standing.GOOD] * 2


def test_no_reminder_and_no_sign_tells_of_an_end_any_more(book, leaving):
    def reminded():
        return list(book.reminders.due(rule="notice_received"))

    def signs():
        return [need for need in book.attention() if need.reason == "ending"]

    assert len(reminded()) == len(signs()) == 1
    stay(book, leaving)
    assert reminded() == signs() == []


def test_movement_counts_nobody_who_stayed(book, leaving, at):
    stay(book, leaving)
    at(date(2028, 1, 10))
    made = book.reports.membership_movement(since=date(2027, 1, 1))
    years = [row for row in made if row["membership"] == "Sector Members, ITU-T"]
    assert [(row["year"], row["denounced"], row["at_end"]) for row in years] == [
        ("2027", 0, 1),
        ("2028", 0, 1),
    ]


def test_what_was_given_back_meanwhile_is_to_be_charged_again(book, leaving):
    book.dues.assess(2027)
    assert book.dues.statement(leaving).credit == Decimal("13250.00")
    (year,) = stay(book, leaving).to_settle
    assert (year.year, year.to_charge, year.to_give_back) == (2027, Decimal("13250.00"), 0)
    assert book.dues.assess(2027).amount == Decimal("13250.00")
    assert book.dues.statement(leaving).balance == 0


def test_a_member_may_give_notice_again(book, leaving, at):
    stay(book, leaving)
    at(date(2027, 5, 1))
    again = book.terms.give_notice(
        leaving, sector="T", received_on=date(2027, 5, 1), reason="Costs after all"
    )
    assert again.term.until_on == date(2027, 10, 31)
    assert stands(book, date(2027, 4, 20)) is Standing.GOOD
    assert stands(book, date(2027, 5, 2)) is Standing.CANCELLING


@pytest.mark.parametrize(
    ("how", "error", "said"),
    [
        ({"sector": "R"}, NotFound, "has given no notice in R"),
        ({"on": date(2027, 4, 11)}, Refused, "still to come"),
        ({"on": date(2027, 1, 30)}, Refused, "was received on 2027-01-31"),
        ({"reason": " "}, InvalidInput, "reason"),
        ({"agreed_by": ""}, InvalidInput, "agreed"),
    ],
)
def test_what_is_no_withdrawal_is_refused(book, leaving, how, error, said):
    with pytest.raises(error, match=said):
        stay(book, leaving, **how)


def test_a_notice_that_took_effect_or_was_withdrawn_is_past_recall(book, leaving, at):
    rehearsed = stay(book, leaving, dry_run=True)
    assert rehearsed.term.until_on is None
    assert stands(book, DAY) is Standing.CANCELLING
    at(date(2027, 7, 31))
    with pytest.raises(Refused, match="took effect on 2027-07-31"):
        stay(book, leaving)
    at(DAY)
    stay(book, leaving)
    with pytest.raises(NotFound):
        stay(book, leaving)


def test_a_file_cannot_withdraw_a_notice(book, leaving):
    source = csv_file(("Acme", "notice_withdrawn", "T", "2027-04-10"), header=("Who", "What", "Sector", "On"))
    mapping = {"organization": "Who", "event": "What", "sector": "Sector", "since": "On"}
    (row,) = book.imports.terms(source, mapping).refused
    assert "There is no notice that a withdrawal" in row.problems[0].reason
