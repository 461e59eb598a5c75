"""What is owed goes up the ladder and comes down, by the verbs; an applicant's invoice does not."""

from datetime import date
from decimal import Decimal

import pytest
from support.contracts import DAY, FEE, how

from crm.errors import AlreadyExists, InvalidInput, NotFound, Refused
from crm.membership.contract.standing import Punctuality, Standing


def test_an_unpaid_invoice_goes_up_the_ladder_and_a_payment_brings_it_down(book, billed):
    assert how(book, billed, date(2027, 3, 31)) == (Standing.GOOD, None)
    assert how(book, billed, date(2027, 4, 1)) == (Standing.ARREARS, "overdue")
    assert how(book, billed) == (Standing.SUSPENDED, "suspended")
    payment = book.dues.pay(billed, FEE, on=date(2027, 5, 2), reference="B-1")  # entered late
    assert how(book, billed) == (Standing.GOOD, None)
    assert book.standing.of(billed).punctuality is Punctuality.LATE
    assert how(book, billed, date(2027, 5, 1)) == (Standing.ARREARS, "overdue")
    book.dues.reverse(payment, on=date(2027, 6, 1), reason="bounced")
    assert how(book, billed) == (Standing.SUSPENDED, "suspended")
    assert how(book, billed, date(2027, 5, 31)) == (Standing.GOOD, None)


def test_what_the_ladder_asks_of_whom(book, billed, at):
    def due():
        return [(act.who, act.what.split()[0], act.since_on.isoformat()) for act in book.standing.due()]

    assert due() == [("us", "send", "2027-09-27")]
    assert book.standing.due(on=date(2027, 9, 26)) == ()
    book.suspension_notices.sent(billed, on=date(2027, 9, 30))
    assert due() == [("us", "ask", "2027-09-27")]
    at("2027-10-06")
    book.suspension_notices.received(billed, on=date(2027, 10, 5))
    assert due() == []
    at("2028-02-01")
    assert due() == [("secretary_general", "exclude", "2028-01-03")]
    book.postponements.grant(
        billed, "exclusion", on=date(2028, 2, 1), until=date(2028, 3, 1), reason="Earthquake"
    )
    assert due() == []
    at("2028-03-01")
    assert due() == [("secretary_general", "exclude", "2028-03-01")]
    assert how(book, billed) == (Standing.SUSPENDED, "exclusion_due")
    book.terms.exclude(billed, sector="T", on=date(2028, 3, 2), reason="Arrears")
    at("2028-03-02")
    assert (due(), how(book, billed)) == ([], (Standing.ARREARS, "overdue"))


def test_fees_accrue_while_a_member_is_suspended(book, billed):
    assert book.dues.assess(2028).invoices == 1
    assert [invoice.amount for invoice in book.dues.invoices(billed)] == [FEE, FEE]


def test_a_suspension_can_be_put_off(book, billed):
    book.postponements.grant(billed, "suspension", on=date(2027, 9, 1), until=date(2027, 12, 1), reason="War")
    assert how(book, billed) == (Standing.ARREARS, "overdue")
    assert how(book, billed, date(2027, 12, 1)) == (Standing.SUSPENDED, "suspended")
    assert [each.reason for each in book.postponements.of(billed)] == ["War"]


@pytest.mark.parametrize(("step", "until", "field"), [("fee", 9, "step"), ("exclusion", -1, "until")])
def test_what_cannot_be_put_off_is_refused(book, billed, at, step, until, field):
    on = date(2027, 4, 1)
    at("2027-04-01")
    with pytest.raises(InvalidInput) as caught:
        book.postponements.grant(billed, step, on=on, until=on + until * DAY, reason="War")
    assert caught.value.field == field


def test_where_no_step_is_ahead_nothing_is_put_off_without_saying_why(book, billed, at):
    def put_off(account, on, **more):
        until = on + 30 * DAY
        return book.postponements.grant(account, "suspension", on=on, until=until, reason="War", **more)

    at("2027-03-31")  # the last day on which the dues are paid in time
    for account in (book.organizations.add("Orbit", country="DE"), billed):
        with pytest.raises(Refused, match="No step is due or ahead"):
            put_off(account, date(2027, 3, 31))
    with pytest.raises(Refused, match="still to come"):
        put_off(billed, date(2027, 4, 1))
    at("2027-04-01")
    assert put_off(billed, date(2027, 4, 1), dry_run=True).until_on == date(2027, 5, 1)
    assert book.postponements.of(billed) == ()
    assert put_off(billed, date(2027, 3, 31), override="decided with the budget").reason == "War"


def test_a_notice_of_suspension_is_sent_once_and_received_after_that(book, billed):
    with pytest.raises(NotFound):
        book.suspension_notices.received(billed, on=date(2027, 10, 1))
    book.suspension_notices.sent(billed, on=date(2027, 9, 30), document="CL 27/44")
    with pytest.raises(AlreadyExists):
        book.suspension_notices.sent(billed, on=date(2027, 9, 30))
    with pytest.raises(InvalidInput) as caught:
        book.suspension_notices.received(billed, on=date(2027, 9, 29))
    assert caught.value.field == "received_on"
    book.suspension_notices.received(billed, on=date(2027, 10, 1))
    assert [(n.sent_on, n.received_on) for n in book.suspension_notices.of(billed)] == [
        (date(2027, 9, 30), date(2027, 10, 1))
    ]


@pytest.mark.parametrize(
    ("sent_on", "received_on", "match"),
    [
        (date(2027, 10, 2), None, "still to come"),
        (date(2027, 9, 30), date(2027, 10, 2), "still to come"),
        (date(2027, 9, 26), None, "not suspended on 2027-09-26: invoice .* was due on 31 March 2027"),
        (date(2026, 12, 1), None, "not suspended on 2026-12-01: nothing is known of how it stands"),
    ],
)
def test_a_notice_to_come_or_before_the_suspension_is_none(book, billed, sent_on, received_on, match):
    with pytest.raises(Refused, match=match):
        book.suspension_notices.sent(billed, on=sent_on, received_on=received_on)
    assert book.suspension_notices.of(billed) == ()


def test_a_notice_that_the_books_do_not_explain_wants_a_reason(book, billed):
    said = "Suspended by the list of the Council"
    notice = book.suspension_notices.sent(billed, on=date(2027, 5, 1), override=said)
    (entry,) = book.trail.of(notice)
    assert entry.reason == said
    with pytest.raises(Refused, match="still to come"):
        book.suspension_notices.received(billed, on=date(2027, 10, 2))


def test_who_is_suspended_as_a_source_says_is_sent_its_notice_and_receives_it(book, acme, at):
    book.standing.record(acme, "suspended", as_of=date(2026, 11, 1), source="finance")
    at("2026-11-12")
    book.suspension_notices.sent(acme, on=date(2026, 11, 2))
    assert book.suspension_notices.received(acme, on="2026-11-10").received_on == date(2026, 11, 10)


def test_a_notice_of_a_suspension_that_is_over_does_not_pass_for_one_of_the_next(book, billed, at):
    book.suspension_notices.sent(billed, on=date(2027, 9, 30))
    book.dues.assess(2028, issued_on=date(2027, 9, 10))
    book.dues.pay(billed, FEE, on=date(2027, 10, 1), reference="UBS 1")
    at("2028-10-02")
    assert how(book, billed) == (Standing.SUSPENDED, "suspended")
    assert [act.what for act in book.standing.due()] == ["send the notice of suspension"]
    with pytest.raises(Refused, match="over: since 2027-10-01 nothing was overdue") as caught:
        book.suspension_notices.received(billed, on=date(2028, 10, 1))
    assert caught.value.rule == "suspension_notices.same_suspension"
    with pytest.raises(Refused, match="nothing was overdue"):
        book.suspension_notices.sent(billed, on=date(2027, 9, 28), received_on=date(2028, 10, 1))
    assert book.suspension_notices.received(billed, on=date(2027, 9, 30)).received_on == date(2027, 9, 30)
    assert how(book, billed) == (Standing.SUSPENDED, "suspended")
    said = "The same letter was sent again by e-mail"
    book.suspension_notices.received(billed, on=date(2028, 10, 1), override=said)
    assert how(book, billed) == (Standing.SUSPENDED, "notified")


def test_a_notice_counts_on_through_a_suspension_that_was_put_off(book, billed, at):
    book.suspension_notices.sent(billed, on=date(2027, 9, 30))
    at("2027-12-02")
    book.postponements.grant(
        billed, "suspension", on=date(2027, 10, 5), until=date(2027, 12, 1), reason="Talks"
    )
    assert [act.what for act in book.standing.due()] == ["ask whether the notice of suspension was received"]
    book.suspension_notices.received(billed, on=date(2027, 10, 8))
    assert how(book, billed) == (Standing.SUSPENDED, "notified")


def test_who_is_excluded_before_the_ladder_asks_for_it_is_so_for_a_reason(book, billed):
    when = {"sector": "T", "on": date(2027, 11, 1), "reason": "Arrears"}
    with pytest.raises(Refused, match="No exclusion of Acme is due on 2027-10-01: suspended"):
        book.terms.exclude(billed, **when)
    excluded = book.terms.exclude(billed, override="Decided by the Secretary-General", **when).term
    assert (excluded.until_on, excluded.ended_by) == (date(2027, 10, 31), "exclusion")
    assert book.terms.ledger(billed)[-1].reason == "Arrears"


def test_an_applicant_that_does_not_pay_its_joining_invoice_is_not_in_arrears(book, at):
    at("2026-11-02")
    beta = book.organizations.add("Beta", country="CH", kind="international")
    book.applications.apply(beta, "sector_member", sector="D", units="1/8")
    assert how(book, beta) == (Standing.APPLICATION_PENDING, None)
    book.applications.refuse(beta, reason="no legal entity")
    assert how(book, beta, date(2026, 11, 3)) is None


def test_who_is_let_in_before_its_payment_has_the_time_of_every_member_to_pay(book, at):
    at("2026-01-10")
    beta = book.organizations.add("Beta Ltd", country="CH")
    applied = book.applications.apply(beta, "associate", sector="T", study_group="T-SG13", on="2026-01-05")
    book.applications.forward(applied, on="2026-01-06")
    book.applications.approve(applied)
    at("2026-11-26")
    book.applications.activate(applied, reason="Paid, but the bank is slow")
    assert how(book, beta) == (Standing.ARREARS, "overdue")
    assert book.standing.due() == ()
    assert book.dues.statement(beta, on=date(2026, 12, 6)).interest == Decimal(
        "9.58"
    )  # 11 days at 3 per cent
    assert how(book, beta, date(2027, 5, 23)) == (Standing.ARREARS, "overdue")
    assert how(book, beta, date(2027, 5, 24)) == (Standing.SUSPENDED, "suspended")


def test_what_is_invoiced_today_is_not_overdue_tomorrow(book, acme, at):
    at("2026-03-01")
    book.dues.assess(2026)
    at("2026-06-10")
    book.dues.charge_interest(acme)
    book.dues.pay(acme, FEE, on=date(2026, 6, 10), reference="late")
    accepted = book.terms.accept(book.terms.propose_class(acme, sector="T", units=1, on=date(2026, 7, 1)))
    assert {invoice.due_on for invoice in accepted.invoices} == {date(2026, 7, 10)}
    assert how(book, acme, date(2026, 6, 11)) == how(book, acme, date(2026, 7, 10)) == (Standing.GOOD, None)
    assert how(book, acme, date(2026, 7, 11)) == (Standing.ARREARS, "overdue")
