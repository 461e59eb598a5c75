"""`crm dues …` and the report of arrears."""

import pytest


@pytest.fixture
def member(crm, acme):
    crm.json("term", "join", acme["id"], "sector_member", "--sector", "T", "--on", "2024-01-01")
    return acme["id"]


@pytest.fixture
def billed(crm, member):
    crm.json("dues", "assess", "2026", "--issued-on", "2025-09-15")
    return member


def test_a_year_is_assessed_once(crm, member):
    rehearsed = crm.json("dues", "assess", "2026", "--issued-on", "2025-09-15", "--dry-run")
    assert (rehearsed["invoices"], rehearsed["amount"], rehearsed["assumed"]) == (1, "31800.00", 1)
    assert crm.json("dues", "invoices", member) == []
    assert crm.json("dues", "assess", "2026", "--issued-on", "2025-09-15")["invoices"] == 1
    assert crm.json("dues", "assess", "2026")["invoices"] == 0
    assert "2026-000001" in crm("dues", "invoices", member).stdout
    assert "12" in crm("dues", "lines", "2026-000001").stdout
    assert crm("dues", "lines", "2026-000002").exit_code == 3


def test_a_payment_is_entered_and_taken_back(crm, billed):
    paid = ("dues", "pay", billed, "20000", "--currency", "USD", "--rate", "0.9", "--on", "2026-03-12")
    assert crm.json(*paid, "--reference", "UBS-1", "--dry-run")["amount_chf"] == "18000.00"
    assert crm("dues", "payments", billed).stdout.strip() == "No payment."
    crm.json(*paid, "--reference", "UBS-1")
    crm.json(*paid, "--reference", "UBS-1")
    back = ("dues", "reverse", "UBS-1", "--on", "2026-03-20", "--reason", "recalled")
    assert crm.json(*back, "--dry-run")["amount"] == "-20000.00"
    crm.json(*back)
    assert [row["amount_chf"] for row in crm.json("dues", "payments", billed)] == ["18000.00", "-18000.00"]
    assert (
        "rate"
        in crm("dues", "pay", billed, "5", "--currency", "USD", "--on", "today", "--reference", "X").stderr
    )


def test_a_payment_is_for_a_named_invoice(crm, billed):
    crm.json("dues", "assess", "2027", "--issued-on", "2026-09-15")
    paid = ("dues", "pay", billed, "31800", "--on", "2026-11-02", "--reference", "UBS-1")
    crm.json(*paid, "--invoice", "2027-000001")
    statement = crm("dues", "statement", billed).stdout
    assert "Payment for" in statement
    assert crm(*paid, "--invoice", "2026-000001").exit_code != 0


def test_payments_come_in_from_a_file(crm, billed, tmp_path):
    file = tmp_path / "bank.csv"
    rows = (f"{billed},2026-11-02,31800,UBS-1", "Nobody,2026-11-02,5,UBS-2")
    file.write_text("\n".join(["Payer,Date,Amount,Ref", *rows]))
    bring = ("import", "payments", str(file), "--map", "organization=Payer", "--map", "on=Date")
    bring = (*bring, "--map", "amount=Amount", "--map", "reference=Ref")
    assert "CHF 31,800.00 for 2026-000001." in crm(*bring, "--dry-run").stdout
    crm(*bring, "--dry-run", "--rows", str(tmp_path / "rows.csv"))
    pays = f'"2","create","{billed}","","CHF 31,800.00 for 2026-000001.",""'
    assert pays in (tmp_path / "rows.csv").read_text("utf-8-sig")
    counts = crm.json(*bring, "--refused", str(tmp_path / "left.csv"))["counts"]
    assert (counts["create"], counts["refuse"]) == (1, 1)
    assert crm.json(*bring)["counts"]["match"] == 1
    assert "Nobody" in (tmp_path / "left.csv").read_text("utf-8-sig")


def test_who_ends_a_paid_membership_is_told_what_is_given_back(crm, billed):
    end = ("term", "exclude", billed, "--sector", "T", "--on", "2026-10-01", "--reason", "arrears")
    end = (*end, "--override", "decided")
    told = crm(*end, "--dry-run")
    assert (
        "The next assessment of 2026 gives back CHF 7,950.00. `crm dues assess 2026` posts it." in told.stderr
    )
    assert "2026-09-30" in told.stdout
    (year,) = crm.json(*end)["to_settle"]
    assert (year["year"], year["to_give_back"]) == (2026, "-7950.00")


def test_a_notice_is_withdrawn(crm, billed):
    crm.json(
        "term", "give-notice", billed, "--sector", "T", "--received-on", "2026-11-01", "--reason", "costs"
    )
    stay = ("term", "withdraw-notice", billed, "--sector", "T", "--on", "today", "--reason", "stays")
    assert crm(*stay, "--agreed-by", " ").exit_code != 0
    assert crm.json(*stay, "--agreed-by", "Head of membership")["term"]["until_on"] is None
    assert "Head of membership" in crm("term", "ledger", billed).stdout


def test_an_invoice_is_credited(crm, billed):
    credit = ("dues", "credit", "2026-000001", "--since", "2026-07-01", "--reason", "agreed")
    rehearsed = crm.json(*credit, "--dry-run")
    assert (rehearsed["amount"], [line["months"] for line in rehearsed["lines"]]) == ("-15900.00", [6])
    shown = crm(*credit, "--dry-run")
    assert "2026-000002 (credit): CHF -15,900.00" in shown.stderr
    assert "6 of the 12 months invoiced as" in " ".join(shown.stdout.split())
    assert len(crm.json("dues", "invoices", billed)) == 1
    assert crm.json(*credit)["kind"] == "credit"
    assert crm(*credit).exit_code != 0


def test_interest_is_charged_when_somebody_does(crm, billed):
    charge = ("dues", "charge-interest", billed, "--until", "2026-06-30")
    assert crm.json(*charge, "--dry-run")["amount"] == "237.85"
    assert "91 days at 3 %" in " ".join(crm(*charge, "--dry-run").stdout.split())
    assert crm.json(*charge)["number"] == "2026-000002"
    assert crm.json(*charge) is None
    assert "No interest" in crm(*charge).stdout


def test_a_statement_is_shown_and_written(crm, billed, tmp_path):
    page, table = tmp_path / "statement.html", tmp_path / "statement.csv"
    said = crm("dues", "statement", billed, "--on", "2026-04-30", "--html", page, "--csv", table)
    assert "Overdue on 30 April 2026: CHF 31,800.00." in said.stdout
    assert "By 31 March" not in page.read_text()
    assert "Days overdue" in page.read_text()
    assert "2026-000001" in table.read_text()
    assert crm.json("dues", "statement", billed)["totals"]["balance"] == "31800.00"
    crm.json("dues", "statement", billed, "--since", "2025-01-01", "--language", "fr", "--html", page)
    assert "Relevé de compte" in page.read_text()
    assert crm("dues", "statement", billed, "--since", "2031-01-01", "--html", page).exit_code != 0


def test_fees_that_no_source_states_are_marked_in_the_lists(crm, acme):
    crm.json(
        "term",
        "join",
        acme["id"],
        "associate",
        "--sector",
        "T",
        "--study-group",
        "T-SG13",
        "--on",
        "2024-01-01",
    )
    assert crm.json("dues", "assess", "2026", "--issued-on", "2025-09-15")["unverified"] == "10600.00"
    assert [row["unverified"] for row in crm.json("dues", "invoices", acme["id"])] == ["10600.00"]
    assert [row["unverified"] for row in crm.json("dues", "lines", "2026-000001")] == [True]
    for shown in (("invoices", acme["id"]), ("lines", "2026-000001"), ("statement", acme["id"])):
        assert "unverified" in crm("dues", *shown).stdout


def test_the_ledger_is_exported_and_arrears_are_reported(crm, billed, tmp_path):
    file = tmp_path / "ledger.csv"
    assert "1 rows" in crm("dues", "export", file, "--since", "2025-01-01", "--until", "2026-12-31").stderr
    assert "31800.00" in file.read_text()
    assert crm.json("report", "arrears-ageing", "--on", "2026-04-30")["totals"]["arrears"] == "31800.00"
