"""The dues of a year: invoiced once for every membership, from its terms, the fee tables and who pays."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from sqlalchemy import event
from sqlmodel import select

from crm.directory.tables import Organization
from crm.errors import InvalidInput, NotFound, Refused
from crm.membership.dues.dues_tables import Assessment, Invoice, InvoiceKind, InvoiceLine
from crm.membership.dues.posting import ChargeLine, post_invoice
from crm.membership.terms import Coverage
from crm.reference.categories import Category

ISSUED, DUE = date(2025, 9, 15), date(2026, 3, 31)


@pytest.fixture
def add(book):
    def add(name, country="CH", **more):
        return book.organizations.add(name, country=country, **more)

    return add


def join(book, account, category="sector_member", sector="T", on=date(2020, 1, 1), **more):
    group = f"{sector}-SG13" if category == "associate" else None
    return book.terms.join(account, category, sector=sector, study_group=group, on=on, **more)


def told(book, account):
    """The lines of an account's invoices: Sector, category, months and amount."""
    lines = [line for invoice in book.dues.invoices(account) for line in book.dues.lines(invoice)]
    return [(line.coverage.value, line.category.value, line.months, line.amount) for line in lines]


def post(book, account, *lines, kind=InvoiceKind.JOINING, on=date(2026, 7, 1)):
    with book._store.changing("invoice.posted") as change:
        row = change.session.get_one(Organization, account.id)
        return post_invoice(change, row, lines, kind=kind, year=2026, issued_on=on, due_on=on)


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
        "sector-member-R": False,
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
        ("sector-member-R", None),
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
    assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 24), date(2026, 11, 24))


def test_the_year_of_joining_is_not_charged_again_nor_the_one_after_it_forgotten(book, add):
    acme = add("Acme")
    term = join(book, acme, on=date(2026, 7, 9))
    line = ChargeLine(
        event_id=term.id,
        coverage=Coverage.STANDARDIZATION,
        category=Category.SECTOR_MEMBER,
        since_on=date(2026, 7, 1),
        until_on=date(2026, 12, 31),
        months=6,
        amount=Decimal("15900.00"),
        rule="sector-member-T",
    )
    post(book, acme, line)
    assert book.dues.assess(2026).invoices == 0
    assert book.dues.assess(2027).invoices == 1
    assert [line[2:] for line in told(book, acme)] == [(6, 15900), (12, 31800)]


def test_a_change_within_the_year_is_charged_from_its_month_on(book, add):
    acme = add("Acme")
    join(book, acme, "associate")
    book.terms.upgrade(acme, sector="T", on=date(2026, 7, 15))
    book.dues.assess(2026, issued_on=ISSUED)
    assert told(book, acme) == [
        ("T", "associate", 6, Decimal("5300.00")),
        ("T", "sector_member", 6, Decimal("15900.00")),
    ]


def test_a_change_that_was_charged_when_it_was_made_is_not_charged_again(book, add):
    acme = add("Acme")
    old = join(book, acme, "associate")
    book.dues.assess(2026, issued_on=ISSUED)
    new = book.terms.upgrade(acme, sector="T", on=date(2026, 7, 1)).term
    rest = {"since_on": date(2026, 7, 1), "until_on": date(2026, 12, 31), "months": 6, "rule": "upgrade"}
    back = ChargeLine(
        event_id=old.id, coverage=Coverage("T"), category=Category.ASSOCIATE, amount=Decimal(-5300), **rest
    )
    more = ChargeLine(
        event_id=new.id,
        coverage=Coverage("T"),
        category=Category.SECTOR_MEMBER,
        amount=Decimal(15900),
        **rest,
    )
    post(book, acme, back, more, kind=InvoiceKind.CHANGE)
    assert book.dues.assess(2026).invoices == 0
    assert book.dues.statement(acme).balance == 10600 - 5300 + 15900


def test_who_has_left_is_charged_to_the_end_of_the_month_and_who_left_before_not_at_all(book, add):
    gone, leaving = add("Gone"), add("Leaving")
    for account, day in ((gone, date(2026, 1, 1)), (leaving, date(2026, 5, 10))):
        join(book, account)
        book.terms.denounce(account, sector="T", on=day, reason="no budget")
    assert book.dues.assess(2026, issued_on=ISSUED).memberships == 1
    assert told(book, gone) == []
    assert told(book, leaving) == [("T", "sector_member", 5, Decimal("13250.00"))]


def owed(book, account):
    return book.dues.statement(account).balance


@pytest.mark.parametrize(
    ("country", "category"),
    [("CH", "sector_member"), ("CH", "associate"), ("KE", "associate"), ("KE", "academia")],
)
@pytest.mark.parametrize("month", range(1, 13))
def test_who_leaves_owes_the_same_whether_that_was_recorded_before_the_dues_or_after(
    book, add, country, category, month
):
    before, after = add("Before", country), add("After", country)
    sector = None if category == "academia" else "T"
    for account in (before, after):
        join(book, account, category, sector)

    def leave(account):
        book.terms.denounce(account, sector=sector, on=date(2026, month, 1), reason="no budget")

    leave(before)
    book.dues.assess(2026, issued_on=ISSUED)
    leave(after)
    assessed = book.dues.assess(2026)
    assert assessed.amount == assessed.given_back < 0
    assert owed(book, before) == owed(book, after)
    assert [invoice.kind for invoice in book.dues.invoices(after)] == ["yearly", "credit"]
    assert book.dues.assess(2026).invoices == 0


CHANGES = {
    "upgrade": ("associate", lambda terms, who: terms.upgrade(who, sector="T", on=date(2026, 4, 1))),
    "downgrade": (
        "sector_member",
        lambda terms, who: terms.downgrade(who, sector="T", study_group="T-SG13", on=date(2026, 4, 20)),
    ),
    "class_change": (
        "sector_member",
        lambda terms, who: terms.class_change(who, sector="T", units="2", on=date(2026, 4, 1)),
    ),
}


@pytest.mark.parametrize(("category", "change"), CHANGES.values(), ids=CHANGES)
def test_who_changes_owes_the_same_whether_that_was_recorded_before_the_dues_or_after(
    book, add, category, change
):
    before, after = add("Before"), add("After")
    for account in (before, after):
        join(book, account, category)
    change(book.terms, before)
    book.dues.assess(2026, issued_on=ISSUED)
    change(book.terms, after)
    assert book.dues.assess(2026).invoices == 1
    assert owed(book, before) == owed(book, after)
    assert [invoice.kind for invoice in book.dues.invoices(after)] == ["yearly", "change"]
    assert book.dues.assess(2026).invoices == 0


def test_who_leaves_and_comes_back_pays_for_the_months_between_no_more(book, add):
    acme = add("Acme")
    join(book, acme)
    book.dues.assess(2026, issued_on=ISSUED)
    book.terms.denounce(acme, sector="T", on=date(2026, 4, 1), reason="no budget")
    join(book, acme, on=date(2026, 10, 1))
    book.dues.assess(2026)
    assert owed(book, acme) == 31800 / 2
    assert book.dues.assess(2026).invoices == 0


def test_a_year_that_was_charged_ahead_is_given_back_to_who_left_before_it(book, add):
    acme = add("Acme")
    join(book, acme, synthetic=True)
    book.dues.assess(2027)
    book.terms.denounce(acme, sector="T", on=date(2027, 1, 1), reason="no budget")
    assessed = book.dues.assess(2027)
    assert (assessed.memberships, assessed.amount, owed(book, acme)) == (0, -31800, 0)
    assert all(invoice.synthetic for invoice in book.dues.invoices(acme))


def test_what_an_application_was_charged_waits_for_its_payment_and_is_not_given_back(book, add):
    acme = add("Acme", kind="university")
    book.applications.apply(acme, "associate", sector="T", study_group="T-SG13")
    book.applications.forward(acme)
    book.applications.approve(acme)
    assert book.dues.assess(2026).invoices == 0
    book.dues.pay(acme, owed(book, acme), on=date(2026, 11, 24), reference="UBS-1")
    assert book.dues.assess(2026).invoices == 0
    book.terms.denounce(acme, sector="T", on=date(2026, 12, 1), reason="no budget")
    assert book.dues.assess(2026).amount == Decimal("-883.34")  # of 1,766.67 one month stays: 883.33


def test_an_exempt_body_gets_no_invoice_and_is_listed_with_the_reason(book, add):
    union, acme = add("Radio Union", kind="international"), add("Acme")
    for account in (union, acme):
        join(book, account)
    book.exemptions.grant(union, since=date(2024, 1, 1), until=date(2026, 12, 31), reason="reciprocity")
    assessed = book.dues.assess(2026, issued_on=ISSUED)
    assert (assessed.memberships, assessed.invoices, assessed.charged_before) == (2, 1, 0)
    (exempt,) = assessed.exempt
    assert (exempt.organization_id, exempt.name, exempt.coverage) == (union.id, "Radio Union", "T")
    assert (exempt.reason, exempt.months) == ("reciprocity", 12)
    assert book.dues.invoices(union) == ()
    assert book.dues.assess(2027).invoices == 2


@pytest.mark.parametrize(
    ("since", "until", "exempt", "charged"),
    [
        (date(2026, 5, 10), date(2027, 12, 31), 8, 0),
        (date(2025, 1, 1), date(2026, 5, 9), 0, 21200),
        (date(2025, 1, 1), date(2026, 11, 30), 7, 2650),
        (date(2026, 5, 11), date(2026, 12, 31), 7, 2650),
        (date(2026, 7, 1), date(2026, 8, 31), 2, 15900),
    ],
    ids=["from its first day on", "until the day before", "all but December", "a day too late", "in summer"],
)
def test_a_body_is_charged_for_the_months_in_which_it_is_not_exempt(book, add, since, until, exempt, charged):
    union = add("Radio Union", kind="international")
    join(book, union, on=date(2026, 5, 10))
    book.exemptions.grant(union, since=since, until=until, reason="reciprocity")
    assessed = book.dues.assess(2026)
    assert (assessed.amount, sum(each.months for each in assessed.exempt)) == (charged, exempt)
    assert book.dues.assess(2026).invoices == 0


def test_the_months_after_an_exemption_that_was_withdrawn_are_charged_by_a_later_pass(book, add):
    union = add("Radio Union", kind="international")
    join(book, union)
    book.exemptions.grant(union, since=date(2026, 1, 1), until=date(2026, 12, 31), reason="reciprocity")
    assert book.dues.assess(2026, issued_on=ISSUED).invoices == 0
    book.exemptions.withdraw(union, on=date(2026, 10, 31), reason="the list was reviewed")
    assert book.dues.assess(2026).amount == 5300


@pytest.mark.parametrize(
    ("since", "months"), [(date(2026, 1, 1), 12), (date(2026, 7, 1), 6), (date(2027, 1, 1), 0)]
)
def test_an_exempt_body_owes_the_same_whether_it_was_exempted_before_the_dues_or_after(
    book, add, since, months
):
    before, after = (add(name, kind="international") for name in ("Before", "After"))
    for account in (before, after):
        join(book, account)

    def exempt(account):
        book.exemptions.grant(account, since=since, until=date(2027, 12, 31), reason="reciprocity")

    exempt(before)
    book.dues.assess(2026, issued_on=ISSUED)
    exempt(after)
    assert book.dues.assess(2026).given_back == months * Decimal(-2650)
    assert owed(book, before) == owed(book, after) == (12 - months) * Decimal(2650)
    assert book.standing.of(after, on=since).standing == book.standing.of(before, on=since).standing
    assert book.dues.assess(2026).invoices == 0


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
