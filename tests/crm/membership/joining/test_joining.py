"""The joining invoice, the payment that covers it, and the membership that begins with it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.errors import InvalidInput, Refused

TODAY = date(2026, 11, 24)


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme Satellites Ltd", country="CH")


@pytest.fixture
def forwarded(book, acme):
    applied = book.applications.apply(acme, "associate", sector="T", study_group="T-SG13", on="2026-09-14")
    return book.applications.forward(applied, on="2026-09-21")


@pytest.fixture
def invoiced(book, forwarded):
    """Approved in October, so charged from then on; invoiced today."""
    return book.applications.approve(forwarded, on="2026-10-20")


def pay(book, account, amount, reference="one", **more):
    return book.dues.pay(account, amount, on=TODAY, reference=reference, **more)


def test_the_approval_issues_the_invoice_for_the_months_that_are_left(book, acme, invoiced):
    assert (invoiced.status, invoiced.waits_for) == ("invoiced", "the applicant's payment")
    assert (invoiced.starts_on, invoiced.since_on, invoiced.amount) == (
        date(2026, 10, 1),
        TODAY,
        Decimal("2650.00"),
    )
    (invoice,) = book.dues.invoices(acme)
    assert (invoice.number, invoice.kind, invoice.issued_on) == (invoiced.invoice, "joining", TODAY)
    (line,) = book.dues.lines(invoice)
    assert (line.application_id, line.months, line.since_on) == (invoiced.id, 3, date(2026, 10, 1))
    assert [(step.step, step.on) for step in book.applications.history(invoiced)[-2:]] == [
        ("approved", date(2026, 10, 20)),
        ("invoiced", TODAY),
    ]


def test_the_payment_that_covers_it_begins_the_membership_in_the_same_transaction(book, acme, invoiced):
    pay(book, acme, "2649.99")
    assert book.applications.get(invoiced).status == "invoiced"
    assert book.terms.of(acme) == ()
    payment = pay(book, acme, "0.01", reference="two")
    active = book.applications.get(invoiced.id)
    (term,) = book.terms.of(acme)
    assert (active.status, active.closed_on, active.event_id) == ("active", TODAY, term.id)
    assert (term.since_on, term.category, term.study_group) == (date(2026, 10, 1), "associate", "T-SG13")
    assert [step.step for step in book.applications.history(active)[-2:]] == ["paid", "activated"]
    entry = book.trail.of(payment)[0]
    assert entry.verb == "payment.entered"


def test_the_year_that_the_joining_invoice_charged_is_not_charged_again(book, acme, invoiced):
    pay(book, acme, 2650)
    assert book.dues.assess(2026).invoices == 0
    following = book.dues.assess(2027)
    assert (following.invoices, following.amount) == (1, Decimal("10600.00"))


def test_a_payment_entered_twice_begins_it_once(book, acme, invoiced):
    for _ in range(2):
        pay(book, acme, 2650)
    assert len(book.terms.ledger(acme)) == 1
    assert [step.step for step in book.applications.history(invoiced)][-2:] == ["paid", "activated"]


def test_money_that_is_there_already_begins_it_at_once(book, acme, forwarded):
    pay(book, acme, 20_000)
    assert book.applications.approve(forwarded).status == "active"


def test_a_rehearsal_says_what_would_come_of_it_and_writes_nothing(book, acme, forwarded):
    told = book.applications.approve(forwarded, dry_run=True)
    assert (told.status, told.amount) == ("invoiced", Decimal("1766.67"))
    assert book.applications.get(forwarded).status == "submitted"
    assert book.dues.invoices(acme) == ()
    book.applications.approve(forwarded, invoice=False)
    assert book.applications.invoice(forwarded, dry_run=True).status == "invoiced"
    assert book.applications.withdraw(forwarded, reason="x", dry_run=True).status == "withdrawn"
    assert book.applications.get(forwarded).status == "approved"
    pay(book, acme, 5000, dry_run=True)
    assert book.dues.payments(acme) == ()


def test_an_approval_can_wait_for_its_invoice_and_waits_for_us_then(book, acme, forwarded):
    approved = book.applications.approve(forwarded, on="2026-10-20", invoice=False)
    assert (approved.status, approved.waits_for, approved.invoice) == ("approved", "us", None)
    with pytest.raises(Refused, match="before the last step"):
        book.applications.invoice(forwarded, on="2026-10-19")
    assert book.applications.invoice(forwarded, on="2026-11-02").since_on == date(2026, 11, 2)
    with pytest.raises(Refused):
        book.applications.invoice(forwarded)


@pytest.mark.parametrize(
    ("country", "category", "wish", "starts_on", "amount"),
    [
        ("CH", "associate", {"sector": "T", "study_group": "T-SG13"}, "2026-01-15", "10600.00"),
        ("CH", "associate", {"sector": "D", "study_group": "D-SG1"}, "2026-07-01", "1987.50"),
        ("KE", "associate", {"sector": "D", "study_group": "D-SG1"}, "2026-07-31", "993.75"),
        ("CH", "sector_member", {"sector": "T"}, "2026-12-01", "2650.00"),
        ("CH", "sector_member", {"sector": "T", "units": "2"}, "2027-01-01", "127200.00"),
        ("KE", "sector_member", {"sector": "D"}, "2026-04-02", "2981.25"),
        ("CH", "academia", {}, "2026-11-30", "662.50"),
    ],
)
def test_what_the_joining_year_costs(book, country, category, wish, starts_on, amount):
    kind = "university" if category == "academia" else "company"
    account = book.organizations.add("Applicant Ltd", country=country, kind=kind)
    applied = book.applications.apply(account, category, **wish)
    book.applications.forward(applied)
    approved = book.applications.approve(applied, starts_on=starts_on, reason="it takes part since")
    assert approved.amount == Decimal(amount)


@pytest.mark.parametrize(
    ("starts_on", "told"),
    [
        ("2024-05-01", "before it was applied for on 14 September 2026. Dues of 2025, 2026: charged when"),
        ("2026-08-31", "It begins on 1 August 2026, before it was applied for on 14 September 2026."),
        ("2026-09-30", None),
        ("2027-01-01", None),
    ],
)
def test_a_membership_begins_before_it_was_applied_for_with_a_reason_alone_and_says_so(
    book, forwarded, starts_on, told
):
    def approve(reason=""):
        return book.applications.approve(forwarded, starts_on=starts_on, reason=reason, dry_run=True)

    if told is None:
        assert approve().warnings == ()
        return
    with pytest.raises(Refused) as refused:
        approve("  ")
    assert (refused.value.rule, refused.value.field) == ("applications.begins_after_it", "starts_on")
    (warning,) = approve("The Council recognised it since then.").warnings
    assert told in warning


def test_no_membership_is_invoiced_years_ahead(book, acme):
    applied = book.applications.apply(acme, "sector_member", sector="T")
    book.applications.forward(applied)
    with pytest.raises(Refused, match="The dues of 2029 are invoiced from 2028 on"):
        book.applications.approve(applied, starts_on="2029-05-01")


def test_a_subsidiary_of_a_group_from_a_developed_country_joins_for_the_full_fee(book, acme):
    subsidiary = book.organizations.add("Acme Kenya Ltd", country="KE", parent=acme)
    applied = book.applications.apply(subsidiary, "associate", sector="D", study_group="D-SG1")
    book.applications.forward(applied)
    assert book.applications.approve(applied, starts_on="2026-11-30").amount == Decimal("662.50")
    (line,) = book.dues.lines(book.dues.invoices(subsidiary)[0])
    assert "full fee: its group is headquartered in Switzerland" in line.basis


def test_a_withdrawal_gives_the_invoice_back_and_leaves_what_was_paid_to_the_account(book, acme, invoiced):
    pay(book, acme, 1000)
    book.applications.withdraw(invoiced, reason="No budget.")
    joining, credit = book.dues.invoices(acme)
    assert (credit.kind, credit.amount) == ("credit", -joining.amount)
    statement = book.dues.statement(acme)
    assert statement.balance == Decimal("-1000.00")
    again = book.applications.apply(acme, "associate", sector="T", study_group="T-SG13")
    assert again.follows_id == invoiced.id
    assert book.terms.of(acme) == ()


def test_nothing_is_given_back_where_nothing_was_charged(book, acme, forwarded):
    book.applications.withdraw(forwarded, reason="No budget.")
    assert book.dues.invoices(acme) == ()


def test_money_is_entered_even_if_the_membership_cannot_begin_and_waits_for_us_with_the_reason(
    book, acme, invoiced
):
    book.terms.join(acme, "associate", sector="T", study_group="T-SG11", on=date(2026, 11, 1))
    payment = pay(book, acme, 2650)
    waiting = book.applications.get(acme)
    assert (waiting.status, waiting.waits_for) == ("paid", "us")
    assert "associate in ITU-T since 2026-" in waiting.reason
    book.dues.reverse(payment, on=TODAY, reason="the bank took it back")
    assert book.applications.get(acme).status == "invoiced"
    pay(book, acme, 2650, reference="again")
    assert [step.step for step in book.applications.history(acme)[-3:]] == ["paid", "unpaid", "paid"]
    with pytest.raises(Refused):
        book.applications.activate(acme, reason="once more")
    with pytest.raises(InvalidInput):
        book.applications.withdraw(acme, reason=" ")


def test_a_payment_taken_back_after_the_membership_began_leaves_it_in_arrears(book, acme, invoiced):
    payment = pay(book, acme, 2650)
    book.dues.reverse(payment, on=TODAY, reason="the bank took it back")
    assert book.applications.get(invoiced.id).status == "active"
    assert len(book.terms.of(acme)) == 1
    assert book.dues.statement(acme).balance == Decimal("2650.00")


def test_the_payment_of_a_merged_account_begins_the_membership_of_its_keeper(book, acme, invoiced):
    keeper = book.organizations.add("Acme Holding Ltd", country="CH")
    book.merge(keeper, acme, reason="the same")
    pay(book, keeper, 2650)
    (term,) = book.terms.of(keeper)
    assert book.applications.get(invoiced.id).event_id == term.id


def test_a_payment_of_an_account_that_was_merged_since_is_taken_back_from_its_keeper(book, acme, invoiced):
    book.terms.join(acme, "associate", sector="T", study_group="T-SG11", on=date(2026, 11, 1))
    payment = pay(book, acme, 2650)
    keeper = book.organizations.add("Acme Holding Ltd", country="CH")
    book.merge(keeper, acme, reason="the same")
    assert book.applications.get(keeper).status == "paid"
    book.dues.reverse(payment, on=TODAY, reason="the bank took it back")
    assert book.applications.get(keeper).status == "invoiced"


def test_a_membership_can_begin_before_its_payment_with_a_reason_and_is_charged_once(book, acme, invoiced):
    active = book.applications.activate(invoiced, reason="The Secretary-General agreed to wait.")
    assert active.closed_on == TODAY
    pay(book, acme, 2650)
    assert len(book.applications.history(active)) == 5
    assert book.dues.assess(2026).invoices == 0


def test_two_applications_are_covered_in_the_order_in_which_they_are_due(book, acme, invoiced, clock):
    clock.advance(timedelta(days=1))
    other = book.applications.apply(acme, "sector_member", sector="D")
    book.applications.forward(other)
    book.applications.approve(other)
    pay(book, acme, 2650)
    assert [book.applications.get(one.id).status for one in (invoiced, other)] == ["active", "invoiced"]
    book.dues.pay(acme, 20_000, on="today", reference="two")
    assert book.applications.get(other.id).status == "active"
    assert [event.kind for event in book.terms.ledger(acme)] == ["join", "further_sector"]


def test_what_a_lower_class_gives_back_can_pay_for_a_joining(book, acme):
    book.terms.join(acme, "sector_member", sector="D", units="1", on=date(2026, 1, 1))
    book.dues.assess(2026)
    pay(book, acme, "63600", reference="the year")
    applied = book.applications.apply(acme, "associate", sector="T", study_group="T-SG13", on="2026-11-02")
    book.applications.forward(applied, on="2026-11-03")
    book.applications.approve(applied, on="2026-11-04")
    lower = book.terms.propose_class(acme, sector="D", units="1/8", on="2026-11-01")
    assert lower.net < -1766
    book.terms.accept(lower)
    assert book.applications.get(applied.id).status == "active"
    assert {(term.coverage.value, term.category.value) for term in book.terms.of(acme, on=TODAY)} == {
        ("D", "sector_member"),
        ("T", "associate"),
    }


def test_a_body_that_is_exempt_has_nothing_to_pay_and_is_a_member_with_its_approval(book):
    body = book.organizations.add("Satellite Union", country="CH", kind="international")
    book.exemptions.grant(body, since=date(2026, 1, 1), until=date(2026, 12, 31), reason="Council 2026")
    applied = book.applications.apply(body, "sector_member", sector="R", on="2026-10-01")
    active = book.applications.approve(applied, on="2026-11-02")
    assert (active.status, active.reason, active.invoice) == ("active", "Nothing is charged for it.", None)
    assert book.dues.invoices(body) == ()
    assert [term.since_on for term in book.terms.of(body)] == [date(2026, 11, 1)]


def test_a_body_that_is_exempt_for_some_of_the_months_pays_for_the_others_before_it_is_a_member(book):
    body = book.organizations.add("Satellite Union", country="CH", kind="international")
    book.exemptions.grant(body, since=date(2020, 1, 1), until=date(2026, 6, 30), reason="Council 2020")
    applied = book.applications.apply(body, "associate", sector="T", study_group="T-SG13", on="2026-03-01")
    waiting = book.applications.approve(applied, on="2026-03-05")
    assert (waiting.status, waiting.amount) == ("invoiced", 5300)
    pay(book, body, "5300", reference="July to December")
    assert book.applications.get(applied.id).status == "active"
    assert book.dues.assess(2026, dry_run=True).invoices == 0


def test_how_the_account_stands_follows_its_application(book, acme, invoiced, clock):
    def standing(on):
        told = book.standing.of(acme, on=on)
        return told and told.standing

    assert standing(date(2026, 9, 13)) is None
    assert standing(date(2026, 9, 14)) == standing(TODAY) == "application_pending"
    clock.advance(timedelta(days=3))
    book.dues.pay(acme, 2650, on="today", reference="one")
    assert standing(TODAY + timedelta(days=2)) == "application_pending"
    assert standing(TODAY + timedelta(days=3)) == "good"
    other = book.organizations.add("Other Ltd", country="KE")
    refused = book.applications.apply(other, "sector_member", sector="T", on="2026-11-01")
    book.applications.refuse(refused, reason="No licence.", on="2026-11-10")
    assert book.standing.of(other, on=date(2026, 11, 9)).standing == "application_pending"
    assert book.standing.of(other, on=date(2026, 11, 10)) is None
