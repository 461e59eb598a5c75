"""The contributions of Member States are invoiced, paid and owed in the ledger of dues. It is 24 November 2026."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlmodel import select
from support.books import MakeBook, books_on

from crm.clock import SetClock
from crm.errors import NotFound, Refused
from crm.membership.contributions.charging import to_charge
from crm.membership.contributions.class_history import ContributionLine
from crm.membership.dues.dues_tables import Assessment, InvoiceKind
from crm.reference.contributory_units import Payer, unit_on

UNIT = Decimal(318_000)
TOTAL_2024 = Decimal("113194750.00")
"""356 units less Palau's 1/16 for eight months of twelve: 355.96 units of CHF 318,000 (docs/domain.md)."""


@pytest.fixture(scope="module")
def union(server):
    """A book with the administrations of all Member States, assessed for three years; each test has States of its own."""
    with books_on(server) as url:
        make = MakeBook(url, SetClock(datetime(2026, 11, 24, 9, 30, tzinfo=UTC)))
        book = make()
        with book.transaction():
            for state in book.contributions.all(on=date(2026, 1, 1)):
                name = f"Administration of {state.state}"
                book.organizations.add(name, kind="administration", country=state.state)
            book.assessed = {
                year: book.contributions.assess(year, issued_on=date(year - 1, 9, 15))
                for year in (2024, 2025, 2026)
            }
        yield book
        make.close()


def told(book, state, year):
    """The lines that a State was charged for a year and given back: class, first month, months and amount."""
    lines = [line for invoice in book.dues.invoices(state) for line in book.dues.lines(invoice)]
    return [
        (str(line.units), line.since_on.month, line.months, line.amount)
        for line in lines
        if line.since_on.year == year
    ]


def test_the_contributions_of_2024_come_to_the_known_units_at_the_unit(union):
    assessed = union.assessed[2024]
    assert (assessed.states, assessed.invoices, assessed.without_account, assessed.without_class) == (
        194,
        194,
        (),
        (),
    )
    assert round(float(assessed.units), 2) == 355.96
    assert assessed.amount == assessed.due == assessed.units * Fraction(UNIT) == TOTAL_2024
    assert (assessed.due_on, assessed.unverified, assessed.doubt) == (date(2024, 3, 31), 0, "derived")
    assert union.assessed[2025].amount == 356 * UNIT


def test_a_year_that_was_assessed_leaves_nothing_to_invoice(union):
    again = union.contributions.assess(2024)
    assert (again.invoices, again.amount, again.charged_before, again.assessment_id) == (0, 0, 194, None)


def test_a_new_member_state_pays_from_the_first_day_of_the_month_of_its_accession(union):
    (invoice, *_) = union.dues.invoices("PLW")
    (line,) = union.dues.lines(invoice)
    assert (invoice.kind, invoice.year, invoice.due_on) == ("contribution", 2024, date(2024, 3, 31))
    assert (line.state, line.units, line.since_on, line.until_on) == (
        "PLW",
        Fraction(1, 16),
        date(2024, 9, 1),
        date(2024, 12, 31),
    )
    assert (line.months, line.amount, line.rule) == (4, Decimal("6625.00"), "unit-member_state-2024")
    assert line.basis == "1/16 of the unit of 318,000.00 (derived), class derived, 4 of 12 months"
    assert told(union, "PLW", 2025) == [("1/16", 1, 12, Decimal("19875.00"))]


def test_a_class_that_changes_after_it_was_charged_is_credited_and_charged_anew(union):
    union.contributions.choose("NZL", 3, effective_on=date(2025, 7, 15), reason="Note of the State")
    rehearsed = union.contributions.assess(2025, dry_run=True)
    written = union.contributions.assess(2025)
    assert (rehearsed.amount, rehearsed.given_back) == (written.amount, written.given_back)
    assert (written.invoices, written.amount, written.given_back) == (1, UNIT / 2, -UNIT)
    invoice = union.dues.invoices("NZL")[-1]
    assert (invoice.kind, invoice.amount) == (InvoiceKind.CONTRIBUTION, UNIT / 2)
    assert told(union, "NZL", 2025) == [
        ("2", 1, 12, 2 * UNIT),
        ("3", 7, 6, 3 * UNIT / 2),
        ("2", 7, 6, -UNIT),
    ]
    assert union.contributions.assess(2025).invoices == 0
    union.contributions.withdraw("NZL", effective_on=date(2025, 7, 15), reason="It was another State")
    assert union.contributions.assess(2025).amount == -UNIT / 2
    assert union.dues.statement("NZL", on=date(2026, 11, 24)).balance == 6 * UNIT
    assert union.contributions.assess(2025).invoices == 0


def test_payments_interest_credits_and_statements_are_those_of_the_one_ledger(union):
    paid = union.dues.pay("KEN", 600_000, currency="USD", rate="0.9", on=date(2025, 3, 1), reference="K-1")
    union.dues.pay("KEN", 96_000, on=date(2025, 3, 2), reference="K-2")
    statement = union.dues.statement("KEN", on=date(2026, 6, 30))
    assert (statement.balance, statement.arrears) == (UNIT, UNIT)
    # 318,000 at 3 per cent for the 91 days from 1 April to 30 June.
    *_, interest = union.dues.lines(union.dues.charge_interest("KEN", until=date(2026, 6, 30)))
    assert interest.amount == Decimal("2378.47")
    assert "Contribution as a Member State, 1 unit, 2026" in {line.what for line in statement.lines}
    union.dues.reverse(paid, on=date(2025, 4, 30), reason="recalled by the bank")
    assert union.dues.statement("KEN", on=date(2025, 5, 1)).arrears == 2 * UNIT - 96_000
    credit = union.dues.credit(
        union.dues.invoices("KEN")[0], since=date(2024, 12, 1), reason="agreed", dry_run=True
    )
    assert credit.amount == -UNIT / 12
    aged = {row.organization_id: row for row in union.dues.ageing(on=date(2026, 11, 24))}
    assert aged[union.organizations.get("KEN").id].overdue == 3 * UNIT - 96_000
    ledger = union.reports.dues_ledger(since=date(2025, 9, 15), until=date(2025, 9, 15))
    (row,) = [row for row in ledger if row["country"] == "KEN"]
    assert [row[key] for key in ("kind", "category", "units", "charged")] == [
        "contribution",
        "member_state",
        "1",
        UNIT,
    ]


def test_a_state_in_arrears_is_not_suspended_and_one_that_has_paid_is_in_good_standing(union):
    assert {span.step for span in union.standing.spans("GAB")} == {None, "overdue"}
    assert union.standing.of("GAB").standing == "arrears"
    union.dues.pay("GAB", 3 * UNIT / 4, on=date(2026, 5, 2), reference="G-1")
    assert union.standing.of("GAB").standing == "good"
    assert union.standing.due() == ()


def test_the_vote_is_lost_and_what_gives_it_back_is_told(union):
    lost = union.contributions.vote("Ghana")
    assert (lost.votes, lost.arrears, lost.limit, lost.years) == (
        False,
        3 * UNIT / 4,
        UNIT / 2,
        (2025, 2024),
    )
    assert (lost.lost_since, lost.to_pay, lost.certainty) == (
        date(2025, 4, 1),
        UNIT / 4 + Decimal("0.01"),
        "unverified",
    )
    assert lost.overdue == dict.fromkeys((2024, 2025, 2026), UNIT / 4)
    assert "Constitution No. 169" in str(lost)
    union.dues.pay("GHA", lost.to_pay, on=date(2026, 11, 24), reference="GH-1")
    back = union.contributions.vote("GHA")
    assert (back.votes, back.to_pay, back.lost_from) == (True, 0, None)
    assert union.contributions.vote("GHA", on=date(2026, 11, 23)).votes is False


def test_a_least_developed_country_may_repay_over_fifteen_years_and_votes_while_it_does(union):
    account = union.organizations.get("ZMB")
    owed = union.dues.statement(account).arrears
    assert union.contributions.vote("ZMB").votes is False
    day, too_long = date(2026, 11, 24), [(date(2041, 11, 25), owed)]
    with pytest.raises(Refused, match="2041-11-24"):
        union.repayment_plans.agree(account, too_long, on=day, reason="agreed")
    schedule = union.repayment_plans.even(account, on=day, first_on=date(2027, 11, 1), count=15)
    union.repayment_plans.agree(account, schedule, on=day, reason="agreed")
    vote = union.contributions.vote("ZMB")
    assert (vote.votes, vote.arrears, vote.on_plan) == (True, 0, owed)
    # The first instalment that is not paid breaks the plan, and all of it counts again.
    assert (vote.lost_from, vote.pay_by) == (date(2027, 11, 2), date(2027, 11, 1))


def test_before_anything_is_invoiced_a_vote_is_not_known(union):
    assert union.contributions.vote("FJI", on=date(2023, 9, 14)).votes is None
    first = union.contributions.vote("FJI", on=date(2024, 4, 1))
    assert (first.votes, first.not_known) == (True, (2023, 2022))
    assert len(union.contributions.votes(on=date(2024, 1, 1))) == 194


def test_states_without_an_account_are_named_and_nothing_is_written_in_a_rehearsal(book):
    book.organizations.add("Ministry", kind="administration", country="KEN", synthetic=True)
    book.organizations.add("Regulator", kind="administration", country="KEN")
    seen = []
    rehearsed = book.contributions.assess(2026, dry_run=True, progress=lambda *done: seen.append(done))
    assert (rehearsed.invoices, len(rehearsed.without_account), rehearsed.amount) == (1, 193, UNIT)
    assert rehearsed.due == 356 * UNIT
    assert seen == [(1, 1)]
    assert book.dues.invoices("Ministry") == ()
    written = book.contributions.assess(2026)
    (invoice,) = book.dues.invoices("Ministry")
    assert (invoice.synthetic, invoice.assessment_id) == (True, written.assessment_id)
    with book._store.reading() as session:
        assert [row.amount for row in session.exec(select(Assessment))] == [UNIT]


def test_a_state_keeps_its_account_whatever_becomes_of_its_administrations(book):
    first = book.organizations.add("Ministry", kind="administration", country="KEN")
    second = book.organizations.add("Regulator", kind="administration", country="KEN")
    book.contributions.assess(2025)
    book.organizations.change(first, kind="other")
    book.contributions.assess(2026)
    assert [invoice.year for invoice in book.dues.invoices("Ministry")] == [2025, 2026]
    book.merge(first, second, reason="one body")
    keeper = book.organizations.get("Ministry")
    assert book.contributions.vote("KEN").organization_id == keeper.id
    assert book.contributions.assess(2026).invoices == 0


def test_fees_of_an_administration_stand_on_invoices_of_their_own_and_are_never_charged_twice(book):
    book.organizations.add("Ministry", kind="administration", country="KEN")
    book.terms.join("Ministry", "sector_member", sector="D", units="1/8", on=date(2020, 1, 1))
    book.contributions.assess(2026, issued_on=date(2025, 9, 15))
    book.dues.assess(2026, issued_on=date(2025, 9, 15))
    assert [(invoice.kind, invoice.amount) for invoice in book.dues.invoices("Ministry")] == [
        ("contribution", UNIT),
        ("yearly", Decimal("7950.00")),
    ]
    assert book.dues.assess(2026).invoices == book.contributions.assess(2026).invoices == 0
    # The fee of the Sector Member leads to its suspension; the contribution of the State alone does not.
    assert book.standing.of("Ministry").standing == "suspended"
    book.dues.pay("Ministry", "325950", on=date(2026, 3, 31), reference="M-1")
    book.dues.credit("2026-000002", reason="exempt after all")
    assert book.standing.of("Ministry").standing == "good"


def test_an_amount_that_no_source_states_says_so_on_the_line(book):
    with book._store.reading() as session:
        unit = unit_on(session, Payer.MEMBER_STATE, date(2028, 1, 1))
    due = ContributionLine(date(2028, 1, 1), date(2028, 12, 31), 12, Fraction(1, 2), UNIT, UNIT / 2)
    (line,) = to_charge("KEN", 2028, [due], [], unit)
    assert line.basis == "1/2 of the unit of 318,000.00 (preliminary, unverified)"
    rules = book.dues.unverified_rules()
    assert rules.covers(line.rule, line.units)
    assert not rules.covers("unit-member_state-2024", line.units)


def test_years_that_cannot_be_assessed_are_refused(book):
    with pytest.raises(Refused, match="2027 on"):
        book.contributions.assess(2028)
    with pytest.raises(NotFound, match="No contributory unit"):
        book.contributions.assess(2009)
