"""How accounts stand is rewritten with whatever changes it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

from support.contracts import DAY, how, kept
from support.imports import csv_file
from support.locks import blocked
from support.outbox import looking

from crm.membership.contract.standing import Standing
from crm.reference.csvfile import shipped


def test_the_spans_are_what_the_ledgers_say_whatever_has_happened(book, billed, at):
    """Every verb that changes a contract has rewritten the spans: working all of them out anew changes nothing."""
    beta = book.organizations.add("Beta", country="KE")
    book.standing.record(beta, "arrears", as_of=date(2026, 6, 1), source="finance", synthetic=True)
    book.terms.join(beta, "associate", sector="R", study_group="R-SG5", on=date(2027, 1, 1))
    book.imports.standing(
        csv_file(("Beta", "good", "2027-02-01"), header=("Member", "Status", "Date")),
        {"organization": "Member", "standing": "Status", "as_of": "Date"},
        source_name="extract",
    )
    gamma = book.organizations.add("Gamma", country="CH")
    imported = book.imports.terms(
        csv_file(
            ("Gamma", "sector_member", "D", "2021-01-01", "2029-12-31"),
            header=("Who", "As", "In", "Since", "Until"),
        ),
        {"organization": "Who", "category": "As", "sector": "In", "since": "Since", "until": "Until"},
        source_name="list",
    )
    assert how(book, gamma) == (Standing.CANCELLING, None)
    book.dues.assess(2028)
    book.dues.pay(billed, "15900", on=date(2027, 9, 30), reference="B-1")
    schedule = book.repayment_plans.even(billed, on=date(2027, 10, 1), first_on=date(2027, 12, 1), count=2)
    book.repayment_plans.agree(billed, schedule, on=date(2027, 10, 1), reason="Letter")
    book.suspension_notices.sent(billed, on=date(2027, 9, 28), received_on=date(2027, 9, 29))
    book.exemptions.grant(gamma, since=date(2027, 1, 1), until=date(2028, 12, 31), reason="Council")
    book.terms.give_notice(beta, sector="R", received_on=date(2027, 9, 1), reason="Costs")
    book.dues.charge_interest(billed)
    merged = book.merge(billed, beta, reason="same LEI")
    at("2027-10-02")
    together = kept(book)
    assert (book.standing.settle(), kept(book)) == (2, together)
    assert {row.organization_id for row in book.standing.spans(billed)} == {billed.id}
    book.unmerge(merged, reason="they are two")
    apart = kept(book)
    assert (book.standing.settle(), kept(book)) == (3, apart)
    assert len(apart) == len(
        {
            (each.organization_id, each.since_on)
            for key in (billed, beta, gamma)
            for each in book.standing.spans(key)
        }
    )
    assert imported.created


def test_a_statement_that_is_taken_back_counts_no_more(book, acme):
    report = book.imports.standing(
        csv_file(("Acme", "arrears", "2026-10-01"), header=("Member", "Status", "Date")),
        {"organization": "Member", "standing": "Status", "as_of": "Date"},
        source_name="extract",
    )
    assert how(book, acme) == (Standing.ARREARS, None)
    book.imports.revert(report.batch_id, reason="wrong file")
    assert (how(book, acme), kept(book)) == (None, [])


def test_rules_that_change_are_followed_at_once(book, billed, tmp_path):
    for file in shipped("membership_rules.csv").parent.iterdir():
        if file.name.endswith(".csv"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    rules = tmp_path / "membership_rules.csv"
    rules.write_text(
        rules.read_text("utf-8").replace("suspension_days,,,180", "suspension_days,,,200"), "utf-8"
    )
    book.reference.load(folder=tmp_path)
    assert how(book, billed) == (Standing.ARREARS, "overdue")
    assert how(book, billed, date(2027, 3, 31) + 200 * DAY) == (Standing.SUSPENDED, "suspended")


def test_of_two_who_change_one_contract_at_once_neither_loses_what_the_other_did(book, make_book, billed):
    with ThreadPoolExecutor(1) as threads, looking(book) as eye:
        with book.transaction():
            book.dues.pay(billed, "15900", on=date(2027, 3, 1), reference="B-1")
            paid = threads.submit(make_book().dues.pay, billed, "15900", on=date(2027, 3, 2), reference="B-2")
            blocked(eye, 1)
        paid.result()
    assert how(book, billed) == (Standing.GOOD, None)
