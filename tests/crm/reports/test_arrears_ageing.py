"""Who owes what since when, and the statement of one account."""

import json
from datetime import date
from decimal import Decimal

import pytest

from crm.errors import InvalidInput, NotFound

ON = date(2026, 10, 1)


@pytest.fixture
def filled(book):
    """Two years of dues: Paid owes nothing, Kilima both years, Acme the second, Late what is due from October on."""
    dana = book.staff.add("Dana Reyes", email="dana@accord.example", office="BDT")
    for name, country, since in (("Acme", "CH", 2026), ("Kilima", "KE", 2020), ("Paid", "KE", 2026)):
        account = book.organizations.add(name, country=country, owner=dana)
        book.terms.join(account, "sector_member", sector="D", on=date(since, 1, 1), synthetic=name == "Paid")
    book.dues.assess(2025, issued_on=date(2024, 9, 15))
    book.dues.assess(2026, issued_on=date(2025, 9, 15))
    book.dues.pay("Paid", "3975", on=date(2026, 3, 1), reference="R1")
    book.dues.pay("Acme", "50", on=date(2026, 4, 1), reference="R2")
    late = book.organizations.add("Late", country="FR")
    book.terms.join(late, "sector_member", sector="D", on=date(2026, 10, 1))
    book.dues.assess(2026, issued_on=ON)
    return book


def cells(report, *keys):
    return [tuple(row[key] for key in keys) for row in report]


def test_accounts_in_arrears_stand_by_region_the_one_that_has_owed_for_longest_first(filled):
    report = filled.reports.arrears_ageing(on=ON)
    keys = ("region", "account", "since", "not_due", "overdue", "suspension", "exclusion", "arrears")
    assert cells(report, *keys) == [
        ("Africa", "Kilima", date(2025, 3, 31), 0, 0, 3975, 3975, 7950),
        ("Europe", "Acme", date(2026, 3, 31), 0, 0, 7900, 0, 7900),
    ]
    assert report.total("arrears") == 15850
    assert report.column("overdue").title == "Overdue, under 180 days"
    assert report.column("suspension").title == "180 to 269 days"
    assert "31 March" in report.definition


def test_the_day_that_is_asked_about_decides(filled):
    early = filled.reports.arrears_ageing(on=date(2026, 4, 1))
    assert cells(early, "account", "overdue", "exclusion") == [("Kilima", 3975, 3975), ("Acme", 7900, 0)]
    assert len(filled.reports.arrears_ageing(on=date(2024, 1, 1))) == 0


def test_those_with_whom_nothing_is_overdue_are_listed_when_asked_for(filled):
    everyone = filled.reports.arrears_ageing(on=ON, every=True)
    assert ("Late", Decimal("1987.50"), 0) in cells(everyone, "account", "not_due", "arrears")


def test_a_region_and_an_owner_narrow_it(filled):
    assert cells(filled.reports.arrears_ageing(on=ON, region="Africa"), "account") == [("Kilima",)]
    assert len(filled.reports.arrears_ageing(on=ON, owner="dana@accord.example")) == 2
    for narrowed in ({"region": "Atlantis"}, {"owner": "nobody@accord.example"}):
        with pytest.raises(NotFound):
            filled.reports.arrears_ageing(**narrowed)


def test_member_states_are_told_apart_and_not_of_suspension(filled):
    filled.organizations.add("Ministry", kind="administration", country="GHA")
    filled.contributions.assess(2025, issued_on=date(2024, 9, 15))
    members = filled.reports.arrears_ageing(on=ON)
    assert cells(members, "account") == [("Kilima",), ("Acme",)]
    assert members.filters["kind"] == "members"
    assert "After 180 days a member is suspended" in members.definition
    states = filled.reports.arrears_ageing(kind="states", on=ON)
    assert cells(states, "account", "exclusion") == [("Ministry", 79500)]
    assert states.title == "Arrears of Member States by age"
    assert "is suspended" not in states.definition
    assert "loses its vote" in states.definition
    with pytest.raises(InvalidInput):
        filled.reports.arrears_ageing(kind="donors")


def test_each_amount_opens_to_the_invoices_that_it_is_the_sum_of(filled):
    report = filled.reports.arrears_ageing(on=ON, every=True)
    for figure in ("not_due", "overdue", "suspension", "exclusion", "arrears"):
        for row in [*report, "total"]:
            behind = report.rows_behind(row, figure)
            stated = report.total(figure) if row == "total" else row[figure]
            assert sum((line["open"] for line in behind), Decimal(0)) == stated


def test_what_is_made_up_is_told_and_that_these_are_not_the_books(filled):
    filled.dues.reverse("R1", on=ON, reason="recalled")
    report = filled.reports.arrears_ageing(on=ON)
    (note,) = report.notes
    assert "1 of the records" in note
    assert "finance system" in report.definition


def test_the_page_has_a_chart_of_who_owes_most(filled):
    assert "<svg" in filled.reports.arrears_ageing(on=ON).to_html()


def test_a_statement_adds_up_and_is_ready_for_print(filled, tmp_path):
    report = filled.reports.statement("Acme", on=ON)
    assert cells(report, "what", "charged", "paid", "balance") == [
        ("Sector Member in ITU-D, lowest class, 2026 (fee unverified)", 7950, None, 7950),
        ("Payment", None, 50, 7900),
    ]
    assert (report.total("charged"), report.total("paid"), report.total("balance")) == (7950, 50, 7900)
    page = report.to_html()
    assert "Statement of account: Acme" in page
    assert "@media print" in page
    assert "finance system" in page
    assert (
        report.to_csv().splitlines()[0].startswith('"on","what","reference","due","charged","paid","balance"')
    )
    with pytest.raises(NotFound):
        filled.reports.statement("Nobody")


def test_a_statement_says_what_is_open_to_credit_and_accrued(filled):
    filled.dues.pay("Paid", "25", on=date(2026, 5, 1), reference="R3")
    assert any("credit" in note and "25.00" in note for note in filled.reports.statement("Paid", on=ON).notes)
    owing = " ".join(filled.reports.statement("Acme", on=ON).notes)
    assert "Open of 2026-000001, due 31 March 2026: CHF 7,900.00." in owing
    assert "rates unverified" in owing


def test_the_ledger_for_the_finance_system_has_every_line_and_payment_once(filled, tmp_path):
    filled.dues.pay("Late", "100", on=ON, reference="R4", currency="EUR", rate="0.95")
    filled.dues.reverse("R4", on=ON, reason="recalled")
    ledger = filled.reports.dues_ledger()
    assert [row["entry"] for row in ledger].count("line") == 5
    assert ledger.total("charged") - ledger.total("paid") == sum(
        filled.dues.statement(name).balance for name in ("Acme", "Kilima", "Paid", "Late")
    )
    (back,) = [row for row in ledger if row["entry"] == "reversal"]
    assert (back["paid"], back["amount"], back["currency"], back["rate"]) == (-95, -100, "EUR", "0.95")
    assert back["refers_to"] in {row["id"] for row in ledger}
    file = ledger.to_csv(tmp_path / "ledger.csv")
    columns = json.loads((tmp_path / "ledger.csv-metadata.json").read_text())["tableSchema"]["columns"]
    assert [column["name"] for column in columns][: len(ledger.columns)] == [c.key for c in ledger.columns]
    assert len(file.read_text().splitlines()) == len(ledger) + 1


def test_the_ledger_of_a_period_holds_what_was_issued_or_received_in_it(filled):
    year = filled.reports.dues_ledger(since=date(2026, 1, 1), until=date(2026, 9, 30))
    assert cells(year, "entry", "document") == [("payment", "R1"), ("payment", "R2")]
