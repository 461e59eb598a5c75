"""What an account has to be reminded of, as a table of (facts, day) → step; then the same in a book, all along the ladder."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from support.outbox import staffed
from support.reminding import account

from crm.errors import Refused
from crm.membership.contract.contract_case import LadderStep
from crm.outreach.reminders.arrears import OpenInvoice, Owing, Rung, arrears
from crm.outreach.reminders.sources import owing as owing_accounts

DUE = date(2027, 3, 31)
OVERDUE, SUSPENDED = date(2027, 4, 1), date(2027, 9, 27)
NOTIFIED, EXCLUSION = date(2027, 10, 4), date(2028, 1, 2)
STEPS = {
    OVERDUE: LadderStep.OVERDUE,
    SUSPENDED: LadderStep.SUSPENDED,
    NOTIFIED: LadderStep.NOTIFIED,
    EXCLUSION: LadderStep.EXCLUSION_DUE,
}


def invoice(due_on=DUE, number=1, outstanding="31800.00"):
    return OpenInvoice(number, f"{due_on.year}-{number:06}", due_on, Decimal(outstanding))


def owing(*invoices, ladder=STEPS):
    rungs = tuple(Rung(since, step) for since, step in sorted(ladder.items()))
    return Owing(7, invoices or (invoice(),), rungs)


@pytest.mark.parametrize(
    ("on", "step", "reference_on"),
    [
        (date(2027, 2, 28), None, None),
        (date(2027, 3, 1), "due_soon", DUE),
        (DUE, "due_soon", DUE),
        (date(2027, 4, 1), None, None),
        (date(2027, 4, 13), None, None),
        (date(2027, 4, 14), "overdue", DUE),
        (date(2027, 8, 27), "overdue", DUE),
        (date(2027, 8, 28), "suspension_ahead", SUSPENDED),
        (date(2027, 9, 26), "suspension_ahead", SUSPENDED),
        (SUSPENDED, "suspended", SUSPENDED),
        (date(2027, 12, 2), "suspended", SUSPENDED),
        (date(2027, 12, 3), "exclusion_ahead", EXCLUSION),
        (EXCLUSION + timedelta(days=40), "exclusion_ahead", EXCLUSION),
    ],
)
def test_a_debt_is_recalled_step_by_step(on, step, reference_on):
    found = arrears(owing(), on)
    assert (found and found.step, found and found.reference_on) == (step, reference_on)


def test_while_a_repayment_plan_is_kept_nothing_is_recalled():
    kept = {OVERDUE: LadderStep.OVERDUE, date(2027, 5, 1): LadderStep.ON_PLAN}
    assert arrears(owing(ladder=kept), date(2027, 6, 1)) is None


def test_who_is_no_member_any_more_has_no_suspension_ahead():
    found = arrears(owing(ladder={OVERDUE: LadderStep.OVERDUE}), date(2027, 9, 20))
    assert found.step == "overdue"
    assert "ladder" not in found.facts


def test_a_suspension_whose_notice_nobody_has_received_names_no_exclusion():
    ladder = {OVERDUE: LadderStep.OVERDUE, SUSPENDED: LadderStep.SUSPENDED}
    found = arrears(owing(ladder=ladder), date(2028, 2, 1))
    assert (found.step, found.facts["ladder"]) == ("suspended", {"suspended_on": SUSPENDED})


def test_the_letter_lists_what_is_overdue_and_no_invoice_that_is_only_due_soon():
    several = (invoice(), invoice(date(2027, 4, 30), 2, "0.50"), invoice(date(2028, 3, 31), 3))
    found = arrears(owing(*several), date(2027, 5, 20))
    assert [line["number"] for line in found.facts["invoices"]] == ["2027-000001", "2027-000002"]
    assert found.facts["arrears"] == {"total": Decimal("31800.50"), "currency": "CHF"}
    assert (found.subject, found.words) == ("invoice:1", "CHF 31,800.50 overdue since 31 March 2027")


def test_where_nothing_is_on_the_ladder_only_what_lies_ahead_is_recalled():
    assert arrears(owing(ladder={}), date(2027, 5, 1)) is None
    assert arrears(owing(ladder={}), date(2027, 3, 20)).step == "due_soon"


class Along:
    """A Sector Member that owes 31,800.00 for 2027, and the days that pass."""

    def __init__(self, book, clock):
        staffed(book)
        self.book, self.clock = book, clock
        self.acme, _ = account(book, country="CH")
        book.terms.join(self.acme, "sector_member", sector="T", on=date(2025, 1, 1))
        book.dues.assess(2027, issued_on=date(2026, 9, 15))

    def drafted(self, on):
        """What is drafted on a day: the letters and the subjects of their dates."""
        self.clock.at = datetime.combine(on, time(9, 30), UTC)
        return list(self.book.reminders.draft(rule="arrears").drafts)


@pytest.fixture
def along(book, clock):
    return Along(book, clock)


def test_the_whole_ladder_is_recalled_in_turn_and_each_step_once(along):
    book = along.book
    assert along.drafted(date(2027, 2, 28)) == []
    (soon,) = along.drafted(date(2027, 3, 1))
    assert "CHF\u00a031,800" in soon.text
    assert "31 March 2027" in soon.subject
    book.letters.approve(soon)
    (overdue,) = along.drafted(date(2027, 4, 14))
    assert "may be suspended from 27 September 2027 on" in overdue.text
    book.letters.approve(overdue)
    assert along.drafted(date(2027, 5, 1)) == []
    (ahead,) = along.drafted(date(2027, 8, 28))
    book.letters.approve(ahead)
    (suspended,) = along.drafted(date(2027, 9, 27))
    assert "suspended since 27 September 2027" in suspended.text
    assert "exclusion" not in suspended.text
    book.letters.approve(suspended)
    along.clock.at = datetime(2027, 10, 4, 12, tzinfo=UTC)
    book.suspension_notices.sent(along.acme, on=date(2027, 9, 27), received_on=date(2027, 10, 4))
    (last,) = along.drafted(date(2027, 12, 10))
    assert "may end by exclusion from 2 January 2028 on" in last.text
    assert [row.step for row in book.reminders.of(along.acme)] == [
        "exclusion_ahead",
        "suspended",
        "suspension_ahead",
        "overdue",
        "due_soon",
    ]


def test_who_pays_is_not_reminded_and_a_letter_that_waits_is_taken_back(along):
    (waiting,) = along.drafted(date(2027, 4, 14))
    along.book.dues.pay(along.acme, "31800.00", on=date(2027, 4, 14), reference="R1")
    with pytest.raises(Refused, match="no longer holds"):
        along.book.letters.approve(waiting)
    outcome = along.book.reminders.draft()
    assert ([draft.id for draft in outcome.withdrawn], outcome.drafts) == ([waiting.id], ())


def test_a_payment_that_is_taken_back_brings_the_reminder_back(along):
    (first,) = along.drafted(date(2027, 4, 14))
    paid = along.book.dues.pay(along.acme, "31800.00", on=date(2027, 4, 14), reference="R1")
    assert along.drafted(date(2027, 4, 15)) == []
    along.book.dues.reverse(paid, on=date(2027, 4, 15), reason="bounced")
    (again,) = along.drafted(date(2027, 4, 16))
    assert again.id != first.id
    assert [draft.id for draft in along.book.letters.open()] == [again.id]


def test_wish_3_a_suspension_that_is_put_off_is_recalled_with_its_new_date(along):
    along.book.letters.approve(along.drafted(date(2027, 4, 14))[0])
    along.book.letters.approve(along.drafted(date(2027, 8, 28))[0])
    along.book.postponements.grant(
        along.acme,
        "suspension",
        on=date(2027, 8, 28),
        until=date(2027, 11, 30),
        reason="The Secretary-General agreed",
    )
    assert along.drafted(date(2027, 9, 27)) == []
    (moved,) = along.drafted(date(2027, 10, 31))
    assert "30 November 2027" in moved.text
    assert along.drafted(date(2027, 11, 10)) == []


def test_wish_3_next_year_has_reminders_of_its_own(along):
    along.book.letters.approve(along.drafted(date(2027, 3, 1))[0])
    along.book.dues.pay(along.acme, "31800.00", on=date(2027, 3, 1), reference="R1")
    assert along.drafted(date(2027, 10, 1)) == []
    along.book.dues.assess(2028)
    (next_year,) = along.drafted(date(2028, 3, 1))
    assert "31 March 2028" in next_year.subject


def test_wish_3_paying_the_oldest_debt_recalls_no_step_of_the_same_suspension_again(along):
    book, acme = along.book, along.acme
    along.clock.at = datetime(2027, 9, 15, 12, tzinfo=UTC)
    book.dues.assess(2028)
    book.letters.approve(along.drafted(date(2028, 9, 27))[0])  # suspended since 27 September 2027
    book.dues.pay(acme, "31800.00", on=date(2028, 9, 27), reference="R1")
    assert along.drafted(date(2028, 10, 1)) == []  # and still is, for 2028
    along.clock.at = datetime(2028, 10, 4, 12, tzinfo=UTC)
    book.suspension_notices.sent(acme, on=date(2028, 10, 1), received_on=date(2028, 10, 4))
    (ahead,) = along.drafted(date(2028, 12, 10))
    book.letters.approve(ahead)
    book.dues.pay(acme, "100.00", on=date(2028, 12, 10), reference="R2")
    assert along.drafted(date(2028, 12, 12)) == []


def test_wish_3_a_further_suspension_is_recalled_anew(along):
    book, acme = along.book, along.acme
    book.letters.approve(along.drafted(SUSPENDED)[0])
    book.dues.assess(2028)
    assert along.drafted(date(2027, 12, 1)) == []
    book.dues.pay(acme, "31800.00", on=date(2027, 12, 1), reference="R1")
    (again,) = along.drafted(date(2028, 9, 27))
    assert "suspended since 27 September 2028" in again.text


def test_a_repayment_plan_halts_the_letters(along):
    along.book.letters.approve(along.drafted(date(2027, 4, 14))[0])
    plan = ((date(2027, 6, 30), "15900.00"), (date(2027, 12, 31), "15900.00"))
    along.book.repayment_plans.agree(along.acme, plan, on=date(2027, 4, 14), reason="agreed")
    assert along.drafted(date(2027, 5, 10)) == []
    assert along.drafted(date(2027, 6, 20)) == []


def test_beside_a_plan_that_is_kept_only_what_it_does_not_cover_is_asked_for(along):
    book, acme = along.book, along.acme
    along.clock.at = datetime(2027, 4, 14, 12, tzinfo=UTC)
    plan = ((date(2027, 12, 31), "15900.00"), (date(2028, 12, 31), "15900.00"))
    book.repayment_plans.agree(acme, plan, on=date(2027, 4, 14), reason="agreed")
    along.clock.at = datetime(2027, 12, 31, 12, tzinfo=UTC)
    book.dues.pay(acme, "15900.00", on=date(2027, 12, 31), reference="R1")
    book.dues.assess(2028)
    (due,) = book.reminders.due("2028-04-20", rule="arrears")
    assert due.words == "CHF 31,800.00 overdue since 31 March 2028"


def test_what_an_applicant_is_asked_for_is_no_arrears(book, clock):
    staffed(book)
    applicant, _ = account(book, country="CH")
    application = book.applications.apply(
        applicant, "associate", sector="T", study_group="SG13", override="checked"
    )
    book.applications.forward(application)
    book.applications.approve(application)
    assert book.reminders.due("2027-12-01", rule="arrears") == ()


def test_what_will_be_due_can_be_seen_ahead(along):
    (due,) = along.book.reminders.due("2027-08-30", rule="arrears")
    assert (due.step, due.reference_on, due.words) == (
        "suspension_ahead",
        SUSPENDED,
        "CHF 31,800.00 overdue since 31 March 2027",
    )


def test_a_member_state_is_recalled_its_contribution_and_no_suspension_which_it_does_not_face(book, store):
    book.organizations.add("Ministry", kind="administration", country="GHA")
    book.contributions.assess(2026, issued_on=date(2025, 9, 15))
    steps = {}
    with store.reading() as session:
        for on in (date(2026, 3, 10), date(2026, 4, 20), date(2027, 9, 1)):
            (each,) = owing_accounts(session, on)
            matter = arrears(each, on)
            steps[matter.step] = "ladder" in matter.facts
    assert steps == {"due_soon": False, "overdue": False}
