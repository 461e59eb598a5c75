"""The ledger of reminders: each is written once under its rule, subject, reference date and step (wish 3)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert
from support.outbox import staffed
from support.reminding import Reminded, account, invoice

from crm.errors import AlreadyExists, NotFound, Refused
from crm.outreach.reminders.ledger import Reminder

MARCH, APRIL, NEXT_YEAR = date(2027, 3, 31), date(2027, 4, 15), date(2028, 3, 31)


@pytest.fixture
def reminded(book):
    staffed(book)
    return Reminded(book)


@pytest.fixture
def acme(reminded):
    return account(reminded.book)[0]


def drafted(reminded, **more):
    return reminded.reminders.draft(**more).drafts


def sent(reminded):
    return [reminded.book.outbox.shown(letter).text for letter in reminded.book.outbox.of()]


def test_a_reminder_is_drafted_for_the_account_manager_and_nothing_is_sent(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    (draft,) = drafted(reminded)
    assert (draft.organization_id, draft.template, draft.interaction_id) == (acme.id, "arrears_due", None)
    assert "10,600" in draft.text
    assert "Dana Novak" in draft.text
    assert draft.subject == "Acme: contribution due on 31 March 2027"
    assert reminded.book.outbox.of() == ()
    reminded.letters.approve(draft)
    assert len(sent(reminded)) == 1


def test_what_is_due_is_said_before_it_is_drafted_and_not_after(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    (due,) = reminded.reminders.due()
    assert (due.rule, due.step, due.organization, due.words) == (
        "test_invoices",
        "due",
        "Acme",
        "CHF 10600 due on 2027-03-31",
    )
    drafted(reminded)
    assert reminded.reminders.due() == ()


def test_wish_3_the_same_reminder_is_written_once_however_often_the_job_runs(reminded, acme, clock):
    reminded.see(invoice(acme, MARCH))
    assert len(drafted(reminded)) == 1
    for _ in range(3):
        clock.advance(timedelta(days=1))
        assert drafted(reminded) == ()


def test_wish_3_next_year_has_a_reminder_of_its_own(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    reminded.letters.approve(drafted(reminded)[0])
    reminded.see(invoice(acme, NEXT_YEAR))
    (draft,) = drafted(reminded)
    assert "2028" in draft.subject


def test_wish_3_a_date_that_moves_before_approval_leaves_one_letter_with_the_new_date(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    (old,) = drafted(reminded)
    reminded.see(invoice(acme, APRIL))
    outcome = reminded.reminders.draft()
    assert [draft.id for draft in outcome.withdrawn] == [old.id]
    (new,) = outcome.drafts
    assert [draft.id for draft in reminded.letters.open()] == [new.id]
    assert "15 April 2027" in new.subject


def test_wish_3_a_date_that_moves_after_the_letter_went_out_is_told_of_once(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    reminded.letters.approve(drafted(reminded)[0])
    reminded.see(invoice(acme, APRIL))
    reminded.letters.approve(drafted(reminded)[0])
    assert drafted(reminded) == ()
    assert len(sent(reminded)) == 2


def test_wish_3_a_date_that_moves_back_neither_repeats_what_went_out_nor_loses_what_did_not(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    reminded.letters.approve(drafted(reminded)[0])
    reminded.see(invoice(acme, APRIL))
    (waiting,) = drafted(reminded)
    reminded.see(invoice(acme, MARCH))
    back = reminded.reminders.draft()
    assert (back.drafts, [draft.id for draft in back.withdrawn]) == ((), [waiting.id])
    reminded.see(invoice(acme, APRIL))
    assert len(drafted(reminded)) == 1


@given(moves=st.lists(st.tuples(st.sampled_from([MARCH, APRIL, NEXT_YEAR, None]), st.booleans()), max_size=8))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_wish_3_however_a_date_moves_each_one_is_told_of_once_and_the_last_one_is(reminded, moves):
    made, _ = account(reminded.book, f"Acme{len(list(reminded.book.organizations))}")
    number = made.id
    for on, approves in [*moves, (MARCH, True)]:
        reminded.see(*([invoice(made, on, number=number)] if on else []))
        reminded.reminders.draft()
        theirs = [draft for draft in reminded.letters.open() if draft.organization_id == made.id]
        written = {row.reference_on for row in reminded.reminders.of(made) if row.withdrawn_at is None}
        assert len(theirs) <= 1
        assert on is None or on in written
        for draft in theirs if approves else []:
            reminded.letters.approve(draft)
    kept = [row.key for row in reminded.reminders.of(made) if row.withdrawn_at is None]
    assert len(kept) == len(set(kept))
    assert MARCH in {key.reference_on for key in kept}


def test_the_database_itself_refuses_a_second_reminder_under_one_key(reminded, acme, store):
    reminded.see(invoice(acme, MARCH))
    drafted(reminded)
    (row,) = reminded.reminders.of(acme)
    with pytest.raises(AlreadyExists), store.transaction() as session:
        session.execute(insert(Reminder).values({**row.model_dump(), "id": 10**9}))


def test_reminders_drafted_by_several_at_once_are_drafted_once(reminded, acme, make_book):
    reminded.see(*(invoice(acme, MARCH, number=number) for number in range(1, 6)))
    books = [reminded.again(make_book(actor="worker")) for _ in range(3)]
    together = Barrier(len(books))

    def draft(each):
        together.wait()
        return len(each.reminders.draft().drafts)

    with ThreadPoolExecutor(len(books)) as pool:
        assert sorted(pool.map(draft, books)) == [0, 0, 5]


def test_a_matter_that_has_come_further_replaces_the_letter_that_waits(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    (early,) = drafted(reminded)
    reminded.see(invoice(acme, MARCH, step="overdue"))
    with pytest.raises(Refused, match="no longer holds"):
        reminded.letters.approve(early)
    outcome = reminded.reminders.draft()
    assert [draft.template for draft in outcome.drafts] == ["arrears_overdue"]
    assert [draft.id for draft in outcome.withdrawn] == [early.id]


def test_what_was_paid_meanwhile_is_not_asked_for(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    (draft,) = drafted(reminded)
    reminded.see()
    with pytest.raises(Refused, match="no longer holds") as refused:
        reminded.letters.approve(draft)
    assert refused.value.rule == "reminders.still_hold"
    assert [gone.id for gone in reminded.reminders.draft().withdrawn] == [draft.id]
    with pytest.raises(Refused, match="discarded before"):
        reminded.letters.approve(draft)


def test_a_part_payment_gives_a_letter_with_what_is_left(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    (draft,) = drafted(reminded)
    reminded.see(invoice(acme, MARCH, amount="600"))
    with pytest.raises(Refused, match="no longer holds"):
        reminded.letters.approve(draft)
    (anew,) = drafted(reminded)
    assert "CHF\u00a0600" in anew.text


def test_what_went_out_is_not_repeated_because_a_part_was_paid(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    reminded.letters.approve(drafted(reminded)[0])
    reminded.see(invoice(acme, MARCH, amount="600"))
    assert drafted(reminded) == ()


def test_what_its_author_edited_goes_out_as_edited(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    (draft,) = drafted(reminded)
    reminded.letters.edit(draft, text="Dear Amina,\n\na word about the invoice.\n")
    reminded.letters.approve(draft)
    assert "a word about the invoice" in sent(reminded)[0]


def test_who_decides_not_to_remind_is_not_asked_again(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    reminded.letters.discard(drafted(reminded)[0])
    assert drafted(reminded) == ()
    assert reminded.reminders.due() == ()


NOBODY_KEEPS_IT = "nobody keeps the account"
NO_CONTACT = "no contact with an address that may be written to"


def without_account_manager(book):
    return account(book, owner=None)[0]


def whose_manager_has_left(book):
    made, _ = account(book)
    book.staff.retire("dana@accord.example", reason="left")
    return made


def without_contact(book):
    return book.organizations.add("Acme", country="KE", owner="dana@accord.example")


def whose_contact_wants_no_mail(book):
    made, person = account(book)
    book.suppressions.add(person.email, reason="asked", scope="all")
    return made


@pytest.mark.parametrize(
    ("made", "obstacle"),
    [
        (without_account_manager, NOBODY_KEEPS_IT),
        (whose_manager_has_left, NOBODY_KEEPS_IT),
        (without_contact, NO_CONTACT),
        (whose_contact_wants_no_mail, NO_CONTACT),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_where_no_letter_can_be_drafted_the_reminder_stays_due_with_its_obstacle(reminded, made, obstacle):
    reminded.see(invoice(made(reminded.book), MARCH))
    outcome = reminded.reminders.draft()
    assert outcome.drafts == ()
    assert [(left.organization, left.obstacle) for left in outcome.left] == [("Acme", obstacle)]
    assert [due.obstacle for due in reminded.reminders.due()] == [obstacle]


def test_one_account_that_cannot_be_written_to_holds_no_other_up(reminded, acme):
    nobody = reminded.book.organizations.add("Nobody", country="KE")
    reminded.see(invoice(nobody, MARCH), invoice(acme, MARCH, number=18))
    outcome = reminded.reminders.draft()
    assert [draft.organization_id for draft in outcome.drafts] == [acme.id]
    assert [left.organization for left in outcome.left] == ["Nobody"]


def test_a_fact_that_is_missing_leaves_that_reminder_and_says_which(reminded, acme):
    whole = invoice(acme, MARCH)
    facts = {group: told for group, told in whole.facts.items() if group != "invoices"}
    facts["arrears"] = {"currency": "CHF", "due_on": MARCH}
    reminded.see(replace(whole, facts=facts))
    (left,) = reminded.reminders.draft().left
    assert "arrears.total" in left.obstacle


def test_who_wants_no_campaigns_is_still_told_what_is_due(reminded):
    made, person = account(reminded.book)
    reminded.book.suppressions.add(person.email, reason="unsubscribed", scope="campaigns")
    reminded.see(invoice(made, MARCH))
    assert len(drafted(reminded)) == 1


def test_a_dry_run_says_the_same_and_writes_nothing(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    rehearsed = reminded.reminders.draft(dry_run=True)
    assert reminded.letters.open() == ()
    assert reminded.reminders.of(acme) == ()
    real = reminded.reminders.draft()
    assert [draft.text for draft in rehearsed.drafts] == [draft.text for draft in real.drafts]


@pytest.mark.parametrize("language", ["en", "fr", "ar", "es", "ru", "zh"])
def test_a_reminder_is_written_in_the_language_of_its_reader(reminded, language):
    made, _ = account(reminded.book, language=language)
    reminded.see(invoice(made, MARCH))
    (draft,) = drafted(reminded)
    assert draft.language == language
    assert draft.text != ""


def test_the_history_of_an_account_tells_which_reminders_were_taken_back(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    drafted(reminded)
    reminded.see(invoice(acme, APRIL))
    drafted(reminded)
    assert [(row.reference_on, row.withdrawn_at is None) for row in reminded.reminders.of("Acme")] == [
        (APRIL, True),
        (MARCH, False),
    ]


def test_one_round_leaves_one_trail_entry_and_none_where_nothing_is_due(reminded, acme):
    reminded.see(invoice(acme, MARCH), invoice(acme, MARCH, number=18))
    first, second = drafted(reminded)
    (entry,) = reminded.book.history(first)
    assert entry.verb == "reminders.drafted"
    assert [one.at for one in reminded.book.history(second)] == [entry.at]


def test_a_rule_that_is_not_there_names_those_that_are(reminded):
    for verb in (reminded.reminders.due, reminded.reminders.draft):
        with pytest.raises(NotFound) as missing:
            verb(rule="invoices")
        assert missing.value.candidates == ("test_invoices",)


def test_whoever_takes_an_account_over_signs_what_still_waits(reminded, acme):
    reminded.see(invoice(acme, MARCH))
    (before,) = drafted(reminded)
    reminded.book.hand_over("dana@accord.example", to="ola@accord.example", reason="moved on")
    outcome = reminded.reminders.draft()
    assert [gone.id for gone in outcome.withdrawn] == [before.id]
    assert "Ola Berg" in outcome.drafts[0].text
    assert drafted(reminded) == ()


def test_what_waits_for_somebody_who_is_erased_is_recalled_to_a_colleague(reminded):
    made, amina = account(reminded.book)
    reminded.book.people.add("Baraka Mwangi", email="baraka@acme.example", at=made)
    reminded.see(invoice(made, MARCH))
    assert [draft.person_id for draft in drafted(reminded)] == [amina.id]
    looked = reminded.book.people.erase(amina, reason="asked", dry_run=True)
    reminded.book.people.erase(amina, reason="asked", confirm=looked.count)
    (again,) = drafted(reminded)
    assert "Baraka Mwangi" in again.text
