from datetime import timedelta
from decimal import Decimal

import pytest

from crm.errors import InvalidInput, NotFound

DANA = "dana@accord.example"


@pytest.fixture
def filled(book, clock):
    """It is 24 November 2026: asks that are late, due, undated and won."""
    book.staff.add("Dana Novak", email=DANA, office="BDT")
    acme = book.organizations.add("Acme", country="KE", owner=DANA)
    add = book.opportunities.add
    add(acme, "upgrade", sector="T", amount=1000, expected="2026-09-30", stage="proposal_sent")
    add(acme, "upgrade", sector="R", amount=2000, expected="2026-10-01")
    add(acme, "upgrade", sector="D", amount=4000, expected="2027-01-01", stage="application_signed")
    add(acme, "first_membership", amount=8000)
    add(acme, "contribution", amount=16000, currency="EUR", expected="2028-05-05")
    won = add(acme, "further_sector", sector="T", amount=32000, expected="2027-12-31")
    book.opportunities.win(won, on="2026-04-01")
    book.opportunities.lose(add(acme, "further_sector", sector="R", amount=64000), reason="no")
    return book


def figures(report, group="CHF a year"):
    return {
        row["period"]: (row["asks"], row["amount"], row["weighted"], row["committed"], row["won"])
        for row in report
        if row["money"] == group
    }


def test_asks_stand_at_the_quarter_in_which_an_answer_is_expected(filled):
    nothing = (0, 0, 0, 0, 0)
    assert figures(filled.reports.forecast()) == {
        "Overdue": (1, 1000, 500, 0, 0),
        "2026 Q2": (0, 0, 0, 0, 32000),
        "2026 Q4": (1, 2000, 200, 0, 0),
        "2027 Q1": (1, 4000, 3600, 4000, 0),
        "2027 Q2": nothing,
        "2027 Q3": nothing,
        "No day stated": (1, 8000, 400, 0, 0),
    }
    assert next(iter(figures(filled.reports.forecast()))) == "Overdue"


def test_a_year_takes_its_quarters_together(filled):
    assert figures(filled.reports.forecast(by="year")) == {
        "Overdue": (0, 0, 0, 0, 0),
        "2026": (2, 3000, 700, 0, 32000),
        "2027": (1, 4000, 3600, 4000, 0),
        "No day stated": (1, 8000, 400, 0, 0),
    }
    with pytest.raises(InvalidInput):
        filled.reports.forecast(by="week")


def test_each_money_has_a_group_and_totals_stand_only_where_there_is_one(filled):
    report = filled.reports.forecast()
    assert [group.name for group in report.groups] == ["CHF a year", "EUR once"]
    assert figures(report, "EUR once")["2028 Q2"] == (1, 16000, 800, 0, 0)
    with pytest.raises(NotFound):
        report.total("amount")
    alone = filled.reports.forecast(kind="upgrade")
    assert (alone.total("amount"), alone.total("weighted")) == (Decimal(7000), Decimal(4300))


def test_committed_counts_from_the_probability_that_is_asked_for(filled):
    report = filled.reports.forecast(committed=50, kind="upgrade")
    assert report.total("committed") == Decimal(5000)
    assert "50 per cent or more" in report.definition
    with pytest.raises(InvalidInput):
        filled.reports.forecast(committed=101)


def test_what_was_won_last_year_is_not_won_so_far(filled, clock):
    clock.advance(timedelta(days=60))
    assert figures(filled.reports.forecast())["Overdue"] == (2, 3000, 700, 0, 0)
    assert {row["won"] for row in filled.reports.forecast()} == {0}


def test_an_answer_that_is_put_off_is_told(filled):
    assert not [note for note in filled.reports.forecast().notes if note.startswith("Slippage")]
    (first, second) = filled.opportunities.open(kind="upgrade")[:2]
    filled.opportunities.change(first, expected="2026-10-10")
    filled.opportunities.change(second, expected="2026-09-01")  # sooner is no slippage
    filled.opportunities.change(first, expected="2026-12-29")
    (note,) = [note for note in filled.reports.forecast().notes if note.startswith("Slippage")]
    assert note.endswith("1, by 90 days in the mean.")


def test_every_figure_opens_to_its_rows(filled):
    report = filled.reports.forecast()
    for row in report:
        assert len(report.rows_behind(row, "asks")) == row["asks"]
        for figure in ("amount", "committed", "won"):
            assert sum(ask["amount"] for ask in report.rows_behind(row, figure)) == row[figure]
    assert [ask["organization"] for ask in report.rows_behind("total", "won")] == ["Acme"]


def test_an_empty_book_has_rows_at_zero(book):
    report = book.reports.forecast()
    assert [row["period"] for row in report] == [
        "Overdue",
        "2026 Q4",
        "2027 Q1",
        "2027 Q2",
        "2027 Q3",
        "No day stated",
    ]
    assert (report.total("asks"), report.total("won")) == (0, 0)
    assert max(map(len, str(report).splitlines())) <= 80
    assert "<svg" in report.to_html() or "Nothing expected" in report.to_html()
