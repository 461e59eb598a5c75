"""The contributions of the demonstration: known classes, made-up payments, marked as such. It is 24 November 2026."""

from datetime import UTC, datetime

import pytest
from support.books import MakeBook, books_on

from crm.clock import SetClock
from workers.demo.member_states import contribute


@pytest.fixture(scope="module")
def union(server):
    with books_on(server) as url:
        make = MakeBook(url, SetClock(datetime(2026, 11, 24, 9, 30, tzinfo=UTC)))
        book = make()
        told = []
        book.assessed = contribute(book, on_progress=lambda *done: told.append(done))
        assert told[-1] == (194, 194)
        yield book
        make.close()


def test_who_pays_nothing_has_no_vote_and_who_pays_by_a_kept_plan_has(union):
    votes = union.contributions.votes()
    without = [vote for vote in votes if vote.votes is False]
    # Five have paid nothing for two years; six owe the second year only, which is less than two contributions.
    assert len(without) == 5
    assert sum(bool(vote.on_plan) and vote.votes for vote in votes) == 2
    assert sum(vote.votes and vote.arrears > 0 for vote in votes) == 6


def test_everything_is_marked_as_made_up(union):
    assert [each.invoices for each in union.assessed] == [194, 194]
    assert all(vote.synthetic for vote in union.contributions.votes())
    report = union.reports.arrears_of_member_states()
    assert "made up" in report.notes[0]
    assert len(report) == 13
    assert all(payment.synthetic for payment in union.dues.payments("FRA"))
