"""Applications that wait: whom they are recalled to, and that an administration gets one letter about one application."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from support.outbox import MANAGER, staffed
from support.reminding import account

from crm.membership.joining.application_steps import Party
from crm.membership.terms import Coverage
from crm.outreach.reminders.arrears import OpenInvoice
from crm.outreach.reminders.joining import Applying, joining
from crm.reference.categories import Category

SINCE = date(2026, 10, 5)
PATIENCE = {"administration": 45, "payment": 30, "us": 2, "applicant": 21}
INVOICE = OpenInvoice(5, "2026-000001", date(2026, 11, 4), Decimal("2650.00"))


def application(**changes):
    values = {
        "id": 9,
        "applicant_id": 7,
        "applicant": "Acme",
        "category": Category.SECTOR_MEMBER,
        "coverage": Coverage.STANDARDIZATION,
        "party": Party.ADMINISTRATION,
        "since_on": SINCE,
        "state": "KEN",
        "administration_id": 3,
    }
    return Applying(**{**values, **changes})


UNPAID = {"party": Party.PAYMENT, "approved_on": SINCE, "invoices": (INVOICE,)}


@pytest.mark.parametrize(
    ("changes", "days", "step", "whom"),
    [
        ({}, 45, None, None),
        ({}, 46, "administration", 3),
        ({}, 90, "administration", 3),
        ({}, 91, "administration_again", 3),
        ({"administration_id": None}, 46, "administration", None),
        (UNPAID, 30, None, None),
        (UNPAID, 31, "payment", 7),
        (UNPAID, 61, "payment_again", 7),
        ({**UNPAID, "invoices": ()}, 90, None, None),
        ({"party": Party.US}, 90, None, None),
        ({"party": Party.APPLICANT}, 21, None, None),
        ({"party": Party.APPLICANT}, 22, "applicant", 7),
        ({"party": Party.APPLICANT}, 43, "applicant_again", 7),
        ({"party": Party.SECRETARY_GENERAL, "state": None}, 90, None, None),
    ],
)
def test_an_application_is_recalled_to_who_must_act_once_it_has_waited_for_too_long(
    changes, days, step, whom
):
    found = joining(application(**changes), SINCE + timedelta(days=days), patience=PATIENCE)
    assert (found and found.step, found and found.organization_id) == (step, whom)


def test_who_is_waited_for_without_end_is_not_reminded():
    assert joining(application(), SINCE + timedelta(days=900), patience={}) is None


def test_the_letter_about_academia_names_no_sector():
    academia = application(category=Category.ACADEMIA, coverage=Coverage.ALL)
    found = joining(academia, SINCE + timedelta(days=60), patience=PATIENCE)
    assert "sector" not in found.facts
    assert found.words == "Acme waits for the administration of KEN since 5 October 2026"


@pytest.fixture
def kenya(book):
    staffed(book)
    ministry = book.organizations.add(
        "Communications Authority", kind="administration", country="KE", owner=MANAGER
    )
    book.people.add(
        "Baraka Mwangi",
        email="baraka@gov.example",
        at=ministry,
        role="Director of Licensing",
        language="en",
    )
    return ministry


def waiting(book, name="Acme", on=SINCE):
    applicant, _ = account(book, name)
    made = book.applications.apply(applicant, "sector_member", sector="T", on=on, override="checked")
    return book.applications.forward(made, on=on)


def at(clock, day):
    clock.at = datetime.combine(day, time(9, 30), UTC)


def test_an_administration_gets_a_formal_letter_of_its_own_about_each_application(book, clock, kenya):
    waiting(book)
    waiting(book, "Orbit")
    drafts = book.reminders.draft(rule="joining").drafts
    assert [draft.organization_id for draft in drafts] == [kenya.id, kenya.id]
    first, second = (draft.text for draft in drafts)
    assert first.startswith("Director of Licensing\nCommunications Authority\nKenya\n\nDear Sir or Madam,\n")
    assert (
        "the application of Acme, which is based in your country, to become a Sector Member of ITU-T" in first
    )
    assert "forwarded to your Administration on 5 October 2026" in first
    assert "Orbit" in second
    assert "Baraka" not in first
    assert book.outbox.of() == ()


def test_an_applicant_is_told_what_it_has_still_to_add(book, clock):
    staffed(book)
    applicant, _ = account(book, "Acme")
    made = book.applications.apply(applicant, "sector_member", sector="T", on=SINCE, override="checked")
    book.applications.send_back(made, reason="The signature of the director.", on=SINCE)
    at(clock, SINCE + timedelta(days=22))
    (draft,) = book.reminders.draft(rule="joining").drafts
    assert draft.organization_id == applicant.id
    assert "to become a Sector Member of ITU-T is with us" in draft.text
    assert "for which we asked on 5 October 2026:\n\nThe signature of the director.\n" in draft.text
    book.applications.complete(made)
    assert book.reminders.draft(rule="joining").drafts == ()


def test_an_administration_that_is_not_in_the_book_is_named_as_the_obstacle(book):
    staffed(book)
    waiting(book)
    (left,) = book.reminders.draft(rule="joining").left
    assert left.obstacle == "whom to write to is not in the book"
    assert left.words == "Acme waits for the administration of KEN since 5 October 2026"


def test_what_is_approved_needs_no_reminder_and_what_is_sent_back_and_forwarded_again_has_a_new_one(
    book, clock, kenya
):
    made = waiting(book)
    (draft,) = book.reminders.draft(rule="joining").drafts
    book.letters.approve(draft)
    book.applications.send_back(made, reason="A page is missing", on=date(2026, 11, 1))
    book.applications.complete(made, on=date(2026, 11, 2))
    book.applications.forward(made, on=date(2026, 11, 3))
    assert book.reminders.draft(rule="joining").drafts == ()
    at(clock, date(2026, 12, 19))
    (again,) = book.reminders.draft(rule="joining").drafts
    assert "on 3 November 2026" in again.text
    book.applications.approve(made, on=date(2026, 12, 19))
    outcome = book.reminders.draft(rule="joining")
    assert ([gone.id for gone in outcome.withdrawn], outcome.drafts) == ([again.id], ())


def test_an_applicant_whose_first_payment_is_missing_is_written_to_until_it_comes(book, clock):
    staffed(book)
    applicant, _ = account(book, "Acme", language="es")
    made = book.applications.apply(
        applicant, "associate", sector="T", study_group="SG13", on=SINCE, override="checked"
    )
    book.applications.forward(made, on=SINCE)
    book.applications.approve(made, on=date(2026, 10, 12))
    at(clock, date(2026, 12, 28))
    (draft,) = book.reminders.draft(rule="joining").drafts
    assert (draft.organization_id, draft.template) == (applicant.id, "joining_payment")
    assert "12 de octubre de 2026" in draft.text
    (invoice,) = book.dues.invoices(applicant)
    assert invoice.number in draft.text
    assert book.reminders.due(rule="arrears") == ()
    book.dues.pay(applicant, invoice.amount, on=date(2026, 12, 28), reference="R1")
    outcome = book.reminders.draft(rule="joining")
    assert ([gone.id for gone in outcome.withdrawn], outcome.drafts) == ([draft.id], ())
