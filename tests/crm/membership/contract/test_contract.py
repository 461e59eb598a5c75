"""The verbs of the contract, and that how accounts stand is rewritten with whatever changes it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlmodel import Session, select
from support.imports import csv_file
from support.locks import blocked
from support.outbox import looking

from crm.errors import AlreadyExists, InvalidInput, NotFound, Refused
from crm.membership.contract.contract_tables import AccountStanding
from crm.membership.contract.standing import Punctuality, Standing
from crm.reference.csvfile import shipped

DAY = timedelta(days=1)
FEE = Decimal("31800.00")


@pytest.fixture
def at(clock):
    """Moves the clock to noon of a day."""

    def move(day):
        clock.at = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)

    return move


@pytest.fixture
def acme(book):
    acme = book.organizations.add("Acme", country="DE")
    book.terms.join(acme, "sector_member", sector="T", units="1/2", on=date(2020, 1, 1))
    return acme


@pytest.fixture
def billed(book, acme, at):
    """Acme was invoiced for 2027 in September 2026; it is 1 October 2027, and nothing has come in."""
    at("2026-09-10")
    book.dues.assess(2027)
    at("2027-10-01")
    return acme


def how(book, key, day=None):
    found = book.standing.of(key, on=day)
    return found and (found.standing, found.step)


def kept(book):
    with Session(book.engine) as session:
        return sorted(repr(sorted(row.model_dump().items())) for row in session.exec(select(AccountStanding)))


# Denunciation


def test_notice_takes_effect_after_six_months_and_the_member_is_cancelling_until_then(book, acme, at):
    at("2027-02-01")
    term = book.terms.give_notice(acme, sector="T", received_on=date(2027, 1, 31), reason="Merged").term
    assert (term.until_on, term.ended_by) == (date(2027, 7, 30), "denunciation")
    (event,) = [event for event in book.terms.ledger(acme) if event.kind == "denunciation"]
    assert (event.notice_on, event.effective_on, event.reason) == (
        date(2027, 1, 31),
        date(2027, 7, 31),
        "Merged",
    )
    assert how(book, acme, date(2027, 1, 30)) is None
    assert how(book, acme) == how(book, acme, date(2027, 7, 30)) == (Standing.CANCELLING, None)
    assert book.standing.of(acme).why == "leaves ITU-T on 31 July 2027, notice of 31 January 2027"
    assert how(book, acme, date(2027, 7, 31)) is None


def test_a_notice_to_come_and_a_second_one_are_refused(book, acme):
    with pytest.raises(InvalidInput) as caught:
        book.terms.give_notice(acme, sector="T", received_on=date(2027, 1, 1), reason="Merged")
    assert caught.value.field == "received_on"
    book.terms.give_notice(acme, sector="T", received_on=date(2026, 11, 1), reason="Merged")
    with pytest.raises(NotFound):
        book.terms.give_notice(acme, sector="T", received_on=date(2026, 11, 2), reason="Merged")


def test_a_day_fixed_without_notice_counts_from_when_it_was_recorded(book, acme):
    book.terms.denounce(acme, sector="T", on=date(2027, 4, 1), reason="Merged")
    assert how(book, acme, date(2026, 11, 23)) is None
    assert how(book, acme) == (Standing.CANCELLING, None)


# The ladder, by the verbs


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
def test_what_cannot_be_put_off_is_refused(book, acme, step, until, field):
    on = date(2027, 1, 1)
    with pytest.raises(InvalidInput) as caught:
        book.postponements.grant(acme, step, on=on, until=on + until * DAY, reason="War")
    assert caught.value.field == field


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


def test_who_is_suspended_as_a_source_says_is_sent_its_notice(book, acme):
    book.standing.record(acme, "suspended", as_of=date(2026, 11, 1), source="finance")
    assert book.suspension_notices.sent(acme, on=date(2026, 11, 2)).sent_on == date(2026, 11, 2)


def test_who_is_excluded_before_the_ladder_asks_for_it_is_so_for_a_reason(book, billed):
    when = {"sector": "T", "on": date(2027, 11, 1), "reason": "Arrears"}
    with pytest.raises(Refused, match="No exclusion of Acme is due on 2027-10-01: suspended"):
        book.terms.exclude(billed, **when)
    excluded = book.terms.exclude(billed, override="Decided by the Secretary-General", **when)
    assert (excluded.until_on, excluded.ended_by) == (date(2027, 10, 31), "exclusion")
    assert book.terms.ledger(billed)[-1].reason == "Arrears"


# Repayment plans


def test_a_plan_halts_the_ladder_until_an_instalment_is_not_paid(book, billed, at):
    on = date(2027, 10, 1)
    schedule = book.repayment_plans.even(billed, on=on, first_on=date(2027, 12, 31), count=3, every_months=6)
    assert schedule == (
        (date(2027, 12, 31), Decimal("10600.00")),
        (date(2028, 6, 30), Decimal("10600.00")),
        (date(2028, 12, 31), Decimal("10600.00")),
    )
    before = kept(book)
    rehearsed = book.repayment_plans.agree(
        billed, schedule, on=on, reason="Letter of 1 October", dry_run=True
    )
    assert (kept(book), book.repayment_plans.of(billed)) == (before, ())
    plan = book.repayment_plans.agree(billed, schedule, on=on, reason="Letter of 1 October")
    assert (plan.amount, plan.over_on) == (FEE, date(2028, 1, 1)) == (rehearsed.amount, rehearsed.over_on)
    assert how(book, billed) == (Standing.ARREARS, "on_plan")
    assert book.standing.of(billed).punctuality is Punctuality.LATE
    at("2027-12-31")
    book.dues.pay(billed, "10600", on=date(2027, 12, 31), reference="B-1")
    assert how(book, billed, date(2028, 6, 30)) == (Standing.ARREARS, "on_plan")
    assert how(book, billed, date(2028, 7, 1)) == (Standing.SUSPENDED, "suspended")
    (plan,) = book.repayment_plans.of(billed)
    assert [part.open for part in plan.instalments] == [0, Decimal("10600.00"), Decimal("10600.00")]
    book.dues.pay(billed, "21200", on=date(2027, 12, 31), reference="B-2")
    (plan,) = book.repayment_plans.of(billed)
    assert (plan.settled, plan.over_on) == (True, date(2027, 12, 31))
    assert how(book, billed) == (Standing.GOOD, None)


def test_a_plan_can_be_ended(book, billed):
    on = date(2027, 10, 1)
    book.repayment_plans.agree(billed, [(date(2028, 12, 31), FEE)], on=on, reason="Letter")
    ended = book.repayment_plans.end(billed, on=date(2027, 11, 1), reason="Refused by the member")
    assert (ended.over_on, ended.settled, ended.ended_because) == (
        date(2027, 11, 1),
        False,
        "Refused by the member",
    )
    assert how(book, billed, date(2027, 11, 1)) == (Standing.SUSPENDED, "suspended")
    with pytest.raises(NotFound):
        book.repayment_plans.end(billed, on=date(2027, 11, 1), reason="Again")


@pytest.mark.parametrize(
    ("name", "country", "kind", "years"),
    [
        ("A company", "KE", "company", 5),
        ("A developed State", "DE", "administration", 5),
        ("A developing State", "KE", "administration", 10),
        ("A least developed country", "UG", "administration", 15),
    ],
)
def test_the_longest_plan_depends_on_who_pays(book, at, name, country, kind, years):
    account = book.organizations.add(name, country=country, kind=kind)
    book.terms.join(account, "sector_member", sector="D", units="1/2", on=date(2020, 1, 1))
    at("2026-09-10")
    book.dues.assess(2027)
    at("2027-10-01")
    on, last = date(2027, 10, 1), date(2027 + years, 10, 1)
    with pytest.raises(Refused) as caught:
        book.repayment_plans.agree(account, [(last + DAY, FEE)], on=on, reason="Letter")
    assert caught.value.rule == "repayment_plans.longest"
    assert book.repayment_plans.agree(account, [(last, FEE)], on=on, reason="Letter").amount == FEE


@pytest.mark.parametrize(
    ("schedule", "rule"),
    [
        ([(date(2027, 12, 31), "31799.99")], "repayment_plans.amount"),
        ([], "repayment_plans.amount"),
        ([(date(2027, 9, 30), FEE)], "repayment_plans.order"),
    ],
)
def test_a_plan_that_does_not_fit_what_is_due_is_refused(book, billed, schedule, rule):
    with pytest.raises(Refused) as caught:
        book.repayment_plans.agree(billed, schedule, on=date(2027, 10, 1), reason="Letter")
    assert caught.value.rule == rule


@pytest.mark.parametrize("amount", ["abc", "NaN", 31800.0, "31800.001", "-31800"])
def test_an_instalment_is_an_amount_to_the_centime(book, billed, amount):
    with pytest.raises(InvalidInput) as caught:
        book.repayment_plans.agree(
            billed, [(date(2027, 12, 31), amount)], on=date(2027, 10, 1), reason="Letter"
        )
    assert caught.value.field == "schedule"


def test_no_plan_is_agreed_on_tomorrow(book, billed):
    with pytest.raises(Refused, match="still to come"):
        book.repayment_plans.agree(billed, [(date(2027, 12, 31), FEE)], on=date(2027, 10, 2), reason="Letter")


def test_where_nothing_is_due_there_is_nothing_to_plan(book, acme):
    with pytest.raises(Refused, match=r"CHF 0\.00 is due"):
        book.repayment_plans.agree(acme, [(date(2027, 12, 31), FEE)], on=date(2026, 11, 1), reason="Letter")
    with pytest.raises(InvalidInput):
        book.repayment_plans.even(acme, on=date(2026, 11, 1), first_on=date(2027, 1, 1), count=0)


# Exemptions


def test_an_exempt_body_is_exempt_for_its_time_and_gets_no_invoice(book, acme, at):
    book.exemptions.grant(
        acme, since=date(2026, 1, 1), until=date(2030, 12, 31), reason="Council 2025, reciprocity"
    )
    assert how(book, acme) == (Standing.EXEMPT, None)
    (exempt,) = book.dues.assess(2027).exempt
    assert (exempt.name, exempt.reason) == ("Acme", "Council 2025, reciprocity")
    assert book.dues.invoices(acme) == ()
    with pytest.raises(Refused):
        book.exemptions.grant(acme, since=date(2030, 1, 1), until=date(2031, 1, 1), reason="Again")
    assert [each.until_on for each in book.exemptions.running()] == [date(2030, 12, 31)]
    ended = book.exemptions.withdraw(acme, on=date(2026, 12, 31), reason="No reciprocity any more")
    assert (ended.until_on, ended.granted_until_on) == (date(2026, 12, 31), date(2030, 12, 31))
    assert how(book, acme, date(2027, 1, 1)) is None
    assert book.dues.assess(2027).invoices == 1
    with pytest.raises(NotFound):
        book.exemptions.withdraw(acme, on=date(2027, 1, 1), reason="Again")
    assert len(book.exemptions.of(acme)) == 1


@pytest.mark.parametrize(("until", "reason", "field"), [(-1, "Council", "until"), (5, " ", "reason")])
def test_an_exemption_has_a_reason_and_an_end_after_its_beginning(book, acme, until, reason, field):
    since = date(2027, 1, 1)
    with pytest.raises(InvalidInput) as caught:
        book.exemptions.grant(acme, since=since, until=since + until * DAY, reason=reason)
    assert caught.value.field == field


# Applications


def test_an_applicant_that_does_not_pay_its_joining_invoice_is_not_in_arrears(book, at):
    at("2026-11-02")
    beta = book.organizations.add("Beta", country="CH", kind="international")
    book.applications.apply(beta, "sector_member", sector="D", units="1/8")
    assert how(book, beta) == (Standing.APPLICATION_PENDING, None)
    book.applications.refuse(beta, reason="no legal entity")
    assert how(book, beta, date(2026, 11, 3)) is None


# Two accounts made one


@pytest.fixture
def twins(book, at):
    """Two accounts that are one: each was invoiced for 2027, and has agreed on a plan, a notice and an exemption alike."""
    found = []
    for name, sector in (("Gamma", "T"), ("Gamma AG", "R")):
        gamma = book.organizations.add(name, country="CH")
        book.terms.join(gamma, "sector_member", sector=sector, units="1/2", on=date(2020, 1, 1))
        found.append(gamma)
    at("2026-09-10")
    book.dues.assess(2027)
    at("2027-10-01")
    for gamma in found:
        book.repayment_plans.agree(gamma, [(date(2027, 12, 31), FEE)], on=date(2027, 10, 1), reason="Letter")
        book.suspension_notices.sent(gamma, on=date(2027, 9, 28))
        book.postponements.grant(
            gamma, "exclusion", on=date(2027, 9, 30), until=date(2028, 6, 1), reason="Talks"
        )
        book.exemptions.grant(gamma, since=date(2028, 1, 1), until=date(2028, 12, 31), reason=gamma.name)
    return found


def contract(book, key):
    """What is on file beside the ledger of an account."""
    return (
        [plan.id for plan in book.repayment_plans.of(key)],
        [notice.id for notice in book.suspension_notices.of(key)],
        [put_off.id for put_off in book.postponements.of(key)],
        [exemption.id for exemption in book.exemptions.of(key)],
    )


def test_what_two_accounts_agreed_on_one_day_is_all_on_file_with_the_keeper(book, twins):
    keeper, duplicate = twins
    apart = contract(book, keeper), contract(book, duplicate)
    merged = book.merge(keeper, duplicate, reason="same LEI")
    assert contract(book, keeper) == tuple(map(list.__add__, *apart))
    assert [plan.over_on for plan in book.repayment_plans.of(keeper)] == [date(2027, 10, 1), date(2028, 1, 1)]
    book.unmerge(merged, reason="they are two")
    assert (contract(book, keeper), contract(book, duplicate)) == apart


def test_the_plans_of_a_keeper_are_ended_and_agreed_on_anew_the_latest_first(book, twins, at):
    keeper, duplicate = twins
    book.merge(keeper, duplicate, reason="same LEI")
    first, second = book.repayment_plans.of(keeper)
    assert [
        book.repayment_plans.end(keeper, on=date(2027, 10, 2), reason="One plan for both").id for _ in twins
    ] == [second.id, first.id]
    at("2027-10-03")
    anew = book.repayment_plans.agree(
        keeper, [(date(2028, 3, 31), 2 * FEE)], on=date(2027, 10, 3), reason="One plan for both"
    )
    assert (anew.amount, anew.over_on) == (2 * FEE, date(2028, 4, 1))
    assert how(book, keeper, date(2027, 10, 3)) == (Standing.ARREARS, "on_plan")


def test_a_notice_and_an_exemption_of_a_duplicate_are_received_and_withdrawn_by_its_keeper(book, twins, at):
    keeper, duplicate = twins
    merged = book.merge(keeper, duplicate, reason="same LEI")
    later = book.suspension_notices.of(keeper)[-1]
    assert book.suspension_notices.received(keeper, on=date(2027, 10, 1)).id == later.id
    assert [row.name for row in book.dues.assess(2028, dry_run=True).exempt] == ["Gamma", "Gamma"]
    book.exemptions.withdraw(keeper, on=date(2028, 1, 1), reason="No international body")
    at("2028-01-02")
    assert book.exemptions.running() == ()
    book.unmerge(merged, reason="they are two")
    for gamma in twins:
        (exemption,) = book.exemptions.of(gamma)
        assert (exemption.until_on, exemption.granted_until_on) == (date(2028, 1, 1), date(2028, 12, 31))


def test_an_exemption_that_stays_with_a_duplicate_counts_for_its_keeper(book, at):
    keeper, duplicate = (book.organizations.add(name, country="CH") for name in ("Delta", "Delta AG"))
    book.terms.join(keeper, "sector_member", sector="T", units="1/2", on=date(2020, 1, 1))
    for body, until in ((keeper, date(2027, 6, 30)), (duplicate, date(2028, 12, 31))):
        book.exemptions.grant(body, since=date(2027, 1, 1), until=until, reason=body.name)
    book.merge(keeper, duplicate, reason="same LEI")
    at("2027-09-10")
    (exempt,) = book.dues.assess(2028, dry_run=True).exempt
    assert (exempt.organization_id, exempt.reason) == (keeper.id, "Delta AG")
    proposal = book.terms.propose_class(keeper, sector="T", units=1, on=date(2027, 10, 1))
    assert proposal.yearly_after == 0


# The projection


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
