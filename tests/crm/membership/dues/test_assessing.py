"""The dues of a year: invoiced once for every membership, from its terms, the fee tables and who pays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import event
from sqlmodel import select
from support.assessing import DUE, ISSUED, join, owed, told

from crm.errors import InvalidInput, NotFound, Refused
from crm.membership.dues.dues_tables import Assessment, Invoice, InvoiceLine


@pytest.mark.parametrize(
    ("country", "size", "category", "sector", "units", "amount"),
    [
        ("CH", None, "sector_member", "T", None, "31800.00"),
        ("CH", None, "sector_member", "R", "1", "63600.00"),
        ("KE", None, "sector_member", "D", None, "3975.00"),
        ("KE", None, "sector_member", "T", "1/16", "3975.00"),
        ("CH", None, "associate", "T", None, "10600.00"),
        ("KE", "sme", "associate", "T", None, "1987.50"),
        ("CH", None, "academia", None, None, "3975.00"),
        ("KE", None, "academia", None, None, "1987.50"),
    ],
)
def test_what_a_year_costs_follows_from_category_sector_class_country_and_size(
    book, add, country, size, category, sector, units, amount
):
    account = add("Acme", country, size=size)
    join(book, account, category, sector, units=units, reason="Decided case by case")
    assessed = book.dues.assess(2026, issued_on=ISSUED)
    (invoice,) = book.dues.invoices(account)
    assert (invoice.amount, invoice.kind, invoice.year) == (Decimal(amount), "yearly", 2026)
    assert (invoice.issued_on, invoice.due_on, invoice.assessment_id) == (ISSUED, DUE, assessed.assessment_id)
    (line,) = book.dues.lines(invoice)
    assert (line.since_on, line.until_on, line.months) == (date(2026, 1, 1), date(2026, 12, 31), 12)
    assert line.units == (None if units is None else Fraction(units))
    assert assessed.assumed == (category == "sector_member" and units is None)


def test_what_follows_fees_that_no_source_states_says_so_wherever_it_shows(book, add):
    small, acme = add("Small", size="sme"), add("Acme")
    join(book, small, "associate", "T")
    join(book, acme, sector="R")
    join(book, acme, "associate", "T")
    assessed = book.dues.assess(2026, issued_on=ISSUED, dry_run=True)
    assert (assessed.amount, assessed.unverified) == (Decimal(46375), Decimal(14575))
    book.dues.assess(2026, issued_on=ISSUED)
    rules = book.dues.unverified_rules()
    (invoice,) = book.dues.invoices(acme)
    assert {line.rule: rules.covers(line.rule, line.units) for line in book.dues.lines(invoice)} == {
        "sector-member-R, unit-sector_member-2024": False,
        "associate-T": True,
    }
    assert book.dues.unverified(acme) == {invoice.number: Decimal(10600)}
    statement = book.reports.statement(acme)
    assert [row["what"] for row in statement] == [
        "Sector Member in ITU-R, lowest class, 2026",
        "Associate in ITU-T, 2026 (fee unverified)",
    ]
    assert any("CHF 10,600.00 in 1 of the entries follow fees that no source" in n for n in statement.notes)
    ledger = book.reports.dues_ledger()
    marks = {(row["rule"], row["certainty"]) for row in ledger}
    assert marks == {
        ("sector-member-R, unit-sector_member-2024", None),
        ("associate-T", "unverified"),
        ("associate-T-sme-developed", "unverified"),
    }
    assert any("CHF 14,575.00 in 2 of the entries" in note for note in ledger.notes)


def test_what_a_source_states_is_not_marked(book, add):
    acme = add("Acme")
    join(book, acme, sector="T")
    assert book.dues.assess(2026, issued_on=ISSUED).unverified == 0
    assert book.dues.unverified(acme) == {}
    notes = (*book.reports.statement(acme).notes, *book.reports.dues_ledger().notes)
    assert not any("no source states" in note for note in notes)


def test_interest_is_marked_as_its_own_rule_says(book, add):
    acme = add("Acme")
    join(book, acme, sector="T")
    book.dues.assess(2026, issued_on=ISSUED)
    charged = book.dues.charge_interest(acme, until=date(2026, 6, 30))
    assert book.dues.unverified(acme) == {charged.number: charged.amount}


def test_an_account_gets_one_invoice_with_a_line_for_each_membership(book, add):
    acme, other = add("Acme"), add("Other")
    terms = [join(book, acme, sector="R"), join(book, acme, "associate", "T"), join(book, other, sector="D")]
    assessed = book.dues.assess(2026, issued_on=ISSUED)
    assert (assessed.memberships, assessed.invoices, assessed.amount) == (3, 2, Decimal("50350.00"))
    (invoice,) = book.dues.invoices(acme)
    assert [line.event_id for line in book.dues.lines(invoice)] == [terms[0].id, terms[1].id]
    assert invoice.amount == sum(line.amount for line in book.dues.lines(invoice)) == 42400
    assert [i.number for a in (acme, other) for i in book.dues.invoices(a)] == ["2026-000001", "2026-000002"]


def test_assessing_a_year_twice_changes_nothing(book, add, store):
    acme = add("Acme")
    join(book, acme)
    first = book.dues.assess(2026, issued_on=ISSUED)
    again = book.dues.assess(2026, issued_on=ISSUED)
    assert (first.invoices, first.charged_before) == (1, 0)
    assert (again.invoices, again.amount, again.charged_before, again.assessment_id) == (0, 0, 1, None)
    with store.reading() as session:
        assert len(session.exec(select(Invoice)).all()) == len(session.exec(select(Assessment)).all()) == 1


def test_who_comes_later_is_invoiced_by_a_later_pass_and_nobody_else(book, add):
    acme = add("Acme")
    join(book, acme)
    book.dues.assess(2026, issued_on=ISSUED)
    late = add("Late")
    join(book, late, on=date(2026, 10, 20))
    assessed = book.dues.assess(2026)
    assert (assessed.invoices, assessed.charged_before) == (1, 1)
    assert told(book, late) == [("T", "sector_member", 3, Decimal("7950.00"))]
    (invoice,) = book.dues.invoices(late)
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 24), date(2026, 12, 24))


def test_what_an_account_owes_decides_how_it_stands(book, add):
    acme = add("Acme")
    join(book, acme)
    book.dues.assess(2026, issued_on=ISSUED)
    assert book.standing.of(acme, on=date(2026, 3, 31)).standing == "good"
    assert book.standing.of(acme, on=date(2026, 4, 1)).standing == "arrears"


def test_a_change_that_is_posted_while_a_year_is_assessed_waits_for_it_and_neither_fails(
    make_book, book, add
):
    accounts = [add(f"Acme {number}") for number in range(8)]
    for account in accounts:
        join(book, account, "associate")

    def pay(account):
        return make_book().dues.pay(account, "10600", on=date(2026, 3, 1), reference=f"R{account.id}")

    def change(account):
        return make_book().terms.upgrade(account, sector="T", on=date(2027, 1, 1))

    with ThreadPoolExecutor(4) as pool:
        passes = [pool.submit(make_book().dues.assess, 2026, issued_on=ISSUED) for _ in range(2)]
        others = [pool.submit(verb, account) for account in accounts for verb in (pay, change)]
        assert sorted(each.result().invoices for each in passes) == [0, 8]
        assert all(each.result() for each in others)


def test_a_proposal_that_is_accepted_while_its_year_is_assessed_is_charged_once(make_book, book, add):
    accounts = [add(f"Acme {number}") for number in range(6)]
    for account in accounts:
        join(book, account, "associate")
    shown = [book.terms.propose_upgrade(account, sector="T", on=date(2026, 7, 1)) for account in accounts]

    def accept(proposal):
        try:
            return make_book().terms.accept(proposal, reason="asked for it")
        except Refused as refused:  # the dues came first, and what is to be given back with them
            return refused.rule

    with ThreadPoolExecutor(4) as pool:
        accepted = [pool.submit(accept, proposal) for proposal in shown[:3]]
        passes = [pool.submit(make_book().dues.assess, 2026, issued_on=ISSUED) for _ in range(2)]
        accepted += [pool.submit(accept, proposal) for proposal in shown[3:]]
        assert all(each.result() for each in [*accepted, *passes])
    for proposal, came in zip(shown, accepted, strict=True):
        upgraded = not isinstance(came.result(), str)
        assert owed(book, proposal.ask.organization_id) == (21200 if upgraded else 10600)
    assert book.dues.assess(2026).invoices == 0


def test_what_is_synthetic_stays_marked(book, add):
    acme, real = add("Acme"), add("Real")
    join(book, acme, synthetic=True)
    join(book, real)
    book.dues.assess(2026, issued_on=ISSUED)
    assert [book.dues.statement(account).synthetic for account in (acme, real)] == [True, False]


def test_a_rehearsal_tells_the_same_and_writes_nothing(book, add, store):
    join(book, add("Acme"))
    rehearsed = book.dues.assess(2026, issued_on=ISSUED, dry_run=True)
    with store.reading() as session:
        assert session.exec(select(Invoice)).all() == session.exec(select(InvoiceLine)).all() == []
    written = book.dues.assess(2026, issued_on=ISSUED)
    same = ("memberships", "invoices", "amount", "assumed", "due_on", "exempt")
    assert [getattr(rehearsed, name) for name in same] == [getattr(written, name) for name in same]


def test_a_pass_leaves_one_entry_on_the_trail_and_tells_how_far_it_is(book, add, store):
    for name in "ABC":
        join(book, add(name))
    heard = []
    assessed = book.dues.assess(
        2026, issued_on=ISSUED, progress=lambda done, total: heard.append((done, total))
    )
    assert heard == [(3, 3)]
    with store.reading() as session:
        (happened,) = book.trail.of(session.get_one(Assessment, assessed.assessment_id))
    assert (happened.verb, happened.after["invoices"]) == ("dues.assessed", 3)


def test_the_number_of_statements_does_not_grow_with_the_accounts(book, add):
    said = []
    event.listen(book.engine, "before_cursor_execute", lambda *args: said.append(args[2]))

    def statements_for(accounts):
        for _ in range(accounts):
            join(book, add("Acme"))
        said.clear()
        assert book.dues.assess(2026, issued_on=ISSUED).invoices == accounts
        return len(said)

    assert statements_for(2) == statements_for(40) < 50


def test_a_year_that_the_tables_do_not_know_is_refused_with_what_is_missing(book, add):
    join(book, add("Acme"), on=date(1990, 1, 1))
    with pytest.raises(NotFound, match="lowest class"):
        book.dues.assess(1995)


def test_a_year_is_assessed_from_the_year_before_on(book, add):
    join(book, add("Acme"))
    with pytest.raises(Refused, match="2028"):
        book.dues.assess(2028)
    with pytest.raises(InvalidInput, match="no year"):
        book.dues.assess(0)
    with pytest.raises(Refused, match="still to come"):
        book.dues.assess(2026, issued_on=date(2026, 12, 1))
    assert book.dues.assess(2027, dry_run=True).due_on == date(2027, 3, 31)
