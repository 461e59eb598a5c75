"""Importing payments: previewed, matched, entered once, and taken back."""

from datetime import date
from decimal import Decimal

import pytest
from openpyxl import Workbook
from support.imports import csv_file, decide

from crm.imports.verdicts import NoteKind, ProblemKind

HEADER = ("Payer", "Invoice", "Value date", "Amount", "Ccy", "Rate", "Ref")
MAPPING = {
    "organization": "Payer",
    "invoice": "Invoice",
    "on": "Value date",
    "amount": "Amount",
    "currency": "Ccy",
    "rate": "Rate",
    "reference": "Ref",
}


@pytest.fixture
def acme(book):
    """Acme owes 31,800 for each of two years; it is November 2026."""
    acme = book.organizations.add("Acme", country="CH")
    book.terms.join(acme, "sector_member", sector="T", on=date(2020, 1, 1))
    book.dues.assess(2026, issued_on="2025-09-15")
    book.dues.assess(2027, issued_on="2026-09-15")
    return acme


def row(payer="Acme", invoice="", on="2026-11-02", amount="31800", currency="", rate="", reference="UBS-1"):
    return payer, invoice, on, amount, currency, rate, reference


def bring(book, *rows, **how):
    return book.imports.payments(csv_file(*rows, header=HEADER), MAPPING, **how)


def verdicts(report):
    return [row.verdict.value for row in report.rows]


def pays(report):
    return [[note.text for note in row.notes if note.kind is NoteKind.SETTLES] for row in report.rows]


def problems(report):
    return [problem for row in report.left for problem in row.problems]


def owed(book, key):
    return book.dues.statement(key).balance


def test_a_dry_run_says_what_each_payment_pays_and_the_import_enters_just_that(book, acme):
    rows = [
        row(amount="40000"),
        row(amount="5000", reference="UBS-2"),
        row(amount="20000", reference="UBS-3"),
    ]
    tried = bring(book, *rows, dry_run=True)
    assert pays(tried) == [
        [
            "CHF 31,800.00 for 2026-000001.",
            "CHF 8,200.00 for 2027-000001, of which CHF 23,600.00 stays open.",
        ],
        ["CHF 5,000.00 for 2027-000001, of which CHF 18,600.00 stays open."],
        ["CHF 18,600.00 for 2027-000001.", "CHF 1,400.00 stays to its credit."],
    ]
    assert book.dues.payments(acme) == ()
    report = bring(book, *rows)
    assert (verdicts(report), pays(report)) == (["create"] * 3, pays(tried))
    assert owed(book, acme) == Decimal("-1400.00")
    assert {(payment.source, payment.recorded_by) for payment in book.dues.payments(acme)} == {
        ("finance", "dana@accord.example")
    }


def test_importing_twice_adds_nothing_nor_does_what_was_entered_by_hand(book, acme):
    book.dues.pay(acme, 31800, on="2026-11-02", reference="UBS-1")
    assert verdicts(bring(book, row(), row(amount="100", reference="UBS-2"))) == ["match", "create"]
    again = bring(book, row(amount="100", reference="UBS-2"), row(), row())
    assert verdicts(again) == ["match"] * 3
    assert len(book.dues.payments(acme)) == 2


def test_another_payment_by_the_same_reference_is_refused_in_the_book_and_in_the_file(book, acme):
    book.dues.pay(acme, 31800, on="2026-11-02", reference="UBS-1")
    report = bring(book, row(amount="31801"), row(reference="UBS-2"), row(on="2026-11-03", reference="UBS-2"))
    assert verdicts(report) == ["refuse", "create", "refuse"]
    assert [(p.kind, p.field) for p in problems(report)] == [(ProblemKind.REPEATED, "reference")] * 2
    assert "finance told of 31800.00 CHF from Acme on 2026-11-02" in problems(report)[0].reason


def test_a_payment_for_a_named_invoice_settles_that_one_and_tells_whose_it_is(book, acme):
    report = bring(book, row(payer="", invoice="2027-000001"), row(invoice="No. 2027/1", reference="UBS-2"))
    assert pays(report) == [["CHF 31,800.00 for 2027-000001."], ["CHF 31,800.00 for 2026-000001."]]
    (corrected,) = report.corrected
    assert corrected.notes[0].text == "'No. 2027/1' was read as 2027-000001."
    assert [line.what for line in book.dues.statement(acme).lines if line.paid] == [
        "Payment for 2027-000001"
    ] * 2


def test_what_cannot_be_matched_says_why_and_names_candidates(book, acme):
    beta = book.organizations.add("Beta", country="KE")
    twins = [book.organizations.add("Twin", country=country) for country in ("DE", "FR")]
    credit = book.dues.credit("2026-000001", since=date(2026, 12, 1), reason="agreed")
    report = bring(
        book,
        row(payer="Acmee"),
        row(payer="Twin"),
        row(invoice="2031-000009"),
        row(payer="Beta", invoice="2026-000001"),
        row(payer="", invoice="2031-000009"),
        row(invoice=credit.number),
        row(payer="Beta", currency="USD"),
        row(amount="31.800", on="2027-01-01", reference=""),
    )
    assert verdicts(report) == [
        "refuse",
        "unsure",
        "refuse",
        "unsure",
        "refuse",
        "refuse",
        "refuse",
        "refuse",
    ]
    by_row = [(p.field, p.candidates) for p in problems(report)]
    assert by_row[0] == ("organization", (f"{acme.id} Acme (CHE)",))
    assert by_row[1] == ("organization", tuple(f"{twin.id} Twin ({twin.country})" for twin in twins))
    assert by_row[2] == (
        "invoice",
        ("2026-000001 (CHF 29,150.00 open)", "2027-000001 (CHF 31,800.00 open)"),
    )
    assert by_row[3] == ("invoice", (f"{acme.id} Acme (CHE)", f"{beta.id} Beta (KEN)"))
    assert [field for field, _ in by_row[4:]] == ["invoice", "invoice", "rate", "on", "amount", "reference"]
    assert book.dues.payments(acme) == ()


def test_what_was_refused_is_mended_and_brought_again(book, acme, tmp_path):
    report = bring(book, row(payer="Unknown AG"), row(payer="Nobody", reference="UBS-2"))
    report.to_csv_refused(tmp_path / "left.csv")
    decide(tmp_path / "left.csv", str(acme.id), "")
    again = book.imports.payments(tmp_path / "left.csv", MAPPING)
    assert verdicts(again) == ["create", "refuse"]
    assert owed(book, acme) == 31800


def test_another_currency_counts_by_its_rate_and_a_workbook_is_read_like_a_csv_file(book, acme, tmp_path):
    workbook = Workbook()
    workbook.active.append(HEADER)
    workbook.active.append(("Acme", "", date(2026, 11, 2), 20000.5, "usd", 0.9, "UBS-1"))
    workbook.save(tmp_path / "bank.xlsx")
    proposal = book.imports.suggest(tmp_path / "bank.xlsx", kind="payments")
    assert proposal.mapping == MAPPING
    assert pays(book.imports.payments(tmp_path / "bank.xlsx", MAPPING)) == [
        ["CHF 18,000.45 for 2026-000001, of which CHF 13,799.55 stays open."]
    ]


def test_reverting_an_import_reverses_its_payments_on_their_days(book, acme):
    before = owed(book, acme)
    report = bring(book, row(), row(amount="50", reference="UBS-2"))
    first, second = book.dues.payments(acme)
    book.dues.reverse(second, on="2026-11-20", reason="recalled")
    for dry_run in (True, False):
        reverted = book.imports.revert(report.batch_id, reason="last month's file", dry_run=dry_run)
        assert (reverted.rows, reverted.added) == (1, 1)
        assert [stands.why for stands in reverted.standing] == ["The payment has been reversed already."]
    assert owed(book, acme) == before
    assert book.dues.statement(acme, on=date(2026, 11, 2)).balance == before - 50
    assert [payment.reverses_id for payment in book.dues.payments(acme) if payment.reason] == [
        first.id,
        second.id,
    ]


def test_what_was_taken_back_with_its_import_comes_in_anew_and_what_a_person_took_back_stays_so(book, acme):
    rows = [row(), row(amount="50", reference="UBS-2"), row(amount="60", reference="UBS-3")]
    report = bring(book, *rows)
    for reference in ("UBS-2", "UBS-3"):
        book.dues.reverse(reference, on="2026-11-20", reason="recalled")
    book.imports.revert(report.batch_id, reason="last month's file")
    again = bring(book, *rows[:2], row(amount="65", reference="UBS-3"))
    assert verdicts(again) == ["create", "match", "create"]
    (match,) = again.matched
    assert [note.text for note in match.notes] == ["It was taken back in the book, and stays so."]
    assert owed(book, acme) == 63600 - 31800 - 65
    assert verdicts(bring(book, *rows[:2])) == ["match", "match"]


def test_what_is_on_record_for_another_invoice_stays_so_and_says_so(book, acme):
    book.dues.pay(acme, 31800, on="2026-11-02", reference="UBS-1")
    (match,) = bring(book, row(invoice="2027-000001")).rows
    assert (match.verdict.value, [note.text for note in match.notes]) == (
        "match",
        ["Here it is for 2027-000001; in the book it is for what was due first, and stays so."],
    )


def test_a_payment_that_covers_a_joining_invoice_begins_the_membership(book):
    applicant = book.organizations.add("Applicant", country="CH", kind="university")
    book.applications.apply(applicant, "academia")
    book.applications.forward(applicant)
    book.applications.approve(applicant)
    (joining,) = book.dues.invoices(applicant)
    paid = row(payer="Applicant", amount=str(joining.amount), on="2026-11-24", invoice=joining.number)
    assert verdicts(bring(book, paid, dry_run=True)) == ["create"]
    assert book.terms.of(applicant) == ()
    bring(book, paid)
    assert len(book.terms.of(applicant)) == 1


def test_an_account_stands_well_again_once_its_payment_is_imported(book, acme):
    assert book.standing.of(acme).standing == "suspended"
    bring(book, row(on="2026-11-02"))
    assert book.standing.of(acme).standing == "good"
