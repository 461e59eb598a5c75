from datetime import timedelta
from decimal import Decimal

import pytest

from crm.errors import InvalidInput, NotFound

DANA = "dana@accord.example"


@pytest.fixture
def filled(book, clock):
    """Asks of two offices in two regions; the clock stands ten days after they were opened."""
    book.staff.add("Dana Novak", email=DANA, office="BDT")
    acme = book.organizations.add("Acme", country="KE", owner=DANA)
    lucia = book.staff.add("Lucía", email="lucia@accord.example", office="TSB")
    cloud = book.organizations.add("Cloud", country="FR", owner=lucia)
    add = book.opportunities.add
    add(acme, "upgrade", sector="T", amount=21200, expected="2026-11-30")
    add(acme, "further_sector", sector="D", amount=7950, stage="proposal_sent", probability=60)
    add(cloud, "further_sector", sector="R", amount=31800, stage="proposal_sent")
    add(cloud, "further_sector", sector="D", stage="proposal_sent", expected="2027-01-01")
    add(cloud, "sponsorship", amount=50000, currency="USD", synthetic=True)
    add(cloud, "sponsorship", amount=1000, frequency="yearly")
    book.opportunities.win(add(acme, "contribution", amount=1))
    clock.advance(timedelta(days=10))
    return book


def row_of(report, stage, money):
    (row,) = [row for row in report if (row["stage"], row["money"]) == (stage, money)]
    return dict(row)


def test_open_asks_are_counted_by_stage_and_money(filled):
    report = filled.reports.pipeline()
    assert row_of(report, "Proposal sent", "CHF a year") == {
        "kind": "Further sector",
        "stage": "Proposal sent",
        "money": "CHF a year",
        "asks": 3,
        "amount": Decimal(39750),
        "weighted": Decimal(7950) * 60 / 100 + Decimal(31800) * 45 / 100,
        "days": 10,
        "overdue": 0,
    }
    assert row_of(filled.reports.pipeline(kind="upgrade"), "Identified", "CHF a year")["overdue"] == 1
    assert (report.total("asks"), report.total("overdue")) == (6, 1)


def test_amounts_of_different_money_are_never_added(filled):
    report = filled.reports.pipeline(kind="sponsorship")
    assert [(r["money"], r["amount"]) for r in report if r["asks"]] == [
        ("CHF a year", Decimal(1000)),
        ("USD once", Decimal(50000)),
    ]
    with pytest.raises(NotFound):
        report.total("amount")
    assert filled.reports.pipeline(owner=DANA).total("amount") == Decimal(29150)


def test_a_stage_in_which_nothing_stands_has_a_row_at_zero(book):
    report = book.reports.pipeline()
    stages = [stage for stage in book.opportunity_stages if stage.outcome == "open"]
    assert [row["stage"] for row in report] == [stage.name for stage in stages]
    assert {(row["asks"], row["amount"], row["days"], row["money"]) for row in report} == {(0, 0, None, None)}
    assert len(book.reports.pipeline(kind="upgrade")) == len([s for s in stages if s.kind == "upgrade"])


def test_an_ask_without_an_amount_is_none_at_nought(filled):
    (note,) = [note for note in filled.reports.pipeline().notes if "without an amount" in note]
    assert note.endswith(": 1.")
    filled.opportunities.add("Acme", "contribution")
    row = row_of(filled.reports.pipeline(), "Identified", "CHF once")
    assert (row["asks"], row["amount"], row["weighted"]) == (1, None, None)


def test_days_in_a_stage_count_from_the_last_move(filled, clock):
    (ask,) = filled.opportunities.open(kind="upgrade")
    filled.opportunities.change(ask, amount=1)
    assert row_of(filled.reports.pipeline(kind="upgrade"), "Identified", "CHF a year")["days"] == 10
    filled.opportunities.move(ask, "proposal_sent")
    clock.advance(timedelta(days=3))
    assert row_of(filled.reports.pipeline(kind="upgrade"), "Proposal sent", "CHF a year")["days"] == 3


def test_owner_office_region_and_kind_narrow_it_and_say_so(filled):
    def counted(**filters):
        report = filled.reports.pipeline(**filters)
        return report.total("asks"), dict(report.filters)

    assert counted(owner="Dana Novak") == (2, {"owner": "Dana Novak"})
    assert counted(office="TSB") == (4, {"office": "TSB"})
    assert counted(region="Africa") == (2, {"region": "Africa"})
    assert counted(kind="further_sector", region="europe") == (
        2,
        {"region": "Europe", "kind": "Further sector"},
    )
    for wrong, error in (({"region": "Atlantis"}, NotFound), ({"kind": "gift"}, InvalidInput)):
        with pytest.raises(error):
            filled.reports.pipeline(**wrong)


def test_every_figure_opens_to_its_rows(filled):
    report = filled.reports.pipeline()
    for row in report:
        assert len(report.rows_behind(row, "asks")) == row["asks"]
        assert len(report.rows_behind(row, "overdue")) == row["overdue"]
        behind = [ask["amount"] for ask in report.rows_behind(row, "amount") if ask["amount"] is not None]
        assert sum(behind) == (row["amount"] or 0)
    (late,) = report.rows_behind("total", "overdue")
    assert (late["organization"], late["probability"], late["owner"]) == (
        "Acme",
        Decimal("0.1"),
        "Dana Novak",
    )


def test_what_is_made_up_is_said(filled):
    assert "Synthetic demonstration data" in filled.reports.pipeline().notes[0]
    assert not [n for n in filled.reports.pipeline(office="BDT").notes if "Synthetic" in n]


def test_it_fits_a_terminal_and_a_page(filled):
    report = filled.reports.pipeline()
    assert max(map(len, str(report).splitlines())) <= 80
    assert "An ask is no revenue" in " ".join(str(report).split())
    assert "<svg" in report.to_html()
