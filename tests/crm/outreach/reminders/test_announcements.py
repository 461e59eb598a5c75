"""Classes of contribution to be announced: letters to administrations, each drafted for its account manager."""

from datetime import UTC, date, datetime, time

import pytest
from support.outbox import MANAGER, staffed

ROUND, DEADLINE = "2028-2031 provisional", date(2026, 12, 31)


@pytest.fixture
def kenya(book):
    staffed(book)
    book.rounds.open(ROUND, circular="CL-25/36", period="2028-2031", deadline=DEADLINE, on=date(2026, 7, 1))
    book.rounds.ask(ROUND, ["KE", "UG"], on=date(2026, 7, 1))
    return administration(book, "Communications Authority", "KE")


def administration(book, name, country, **more):
    made = book.organizations.add(name, kind="administration", country=country, owner=MANAGER)
    person = {"role": "Minister of ICT", "language": "en", **more}
    book.people.add(f"Minister at {name}", email=f"minister@{country.casefold()}.example", at=made, **person)
    return made


def drafts(book):
    return book.reminders.draft(rule="class_announcement").drafts


def at(clock, day):
    clock.at = datetime.combine(day, time(9, 30), UTC)


def test_a_state_that_has_not_answered_gets_a_formal_letter_to_its_administration(book, kenya):
    outcome = book.reminders.draft(rule="class_announcement")
    (draft,) = outcome.drafts
    assert (draft.organization_id, draft.template) == (kenya.id, "class_announcement")
    assert draft.text.startswith("Minister of ICT\nCommunications Authority\nKenya\n\nExcellency,\n")
    assert "circular letter CL-25/36" in draft.text
    assert "the provisional class of contribution" in draft.text
    assert "by 31 December 2026" in draft.text
    assert draft.subject == "Class of contribution for 2028-2031: Kenya"
    assert book.outbox.of() == ()
    (left,) = outcome.left
    assert (left.subject[-4:], left.obstacle) == (":UGA", "whom to write to is not in the book")


def test_each_step_is_recalled_once_and_an_answer_ends_it(book, clock, kenya):
    book.letters.approve(drafts(book)[0])
    assert drafts(book) == ()
    at(clock, date(2026, 12, 17))
    (soon,) = drafts(book)
    book.rounds.answer(ROUND, "KE", "1")
    outcome = book.reminders.draft(rule="class_announcement")
    assert ([gone.id for gone in outcome.withdrawn], outcome.drafts) == ([soon.id], ())


def test_wish_3_a_deadline_that_moves_neither_repeats_a_reminder_nor_loses_it(book, clock, kenya):
    book.letters.approve(drafts(book)[0])
    at(clock, date(2026, 12, 20))
    (waiting,) = drafts(book)
    book.rounds.move_deadline(ROUND, date(2027, 1, 31), reason="more time")
    outcome = book.reminders.draft(rule="class_announcement")
    (moved,) = outcome.drafts
    assert [gone.id for gone in outcome.withdrawn] == [waiting.id]
    assert "by 31 January 2027" in moved.text
    assert drafts(book) == ()


def test_who_was_asked_again_by_note_verbale_gets_no_letter_besides(book, kenya):
    (waiting,) = drafts(book)
    book.rounds.ask(ROUND, ["KE"], channel="note_verbale", document="NV 7")
    outcome = book.reminders.draft(rule="class_announcement")
    assert ([gone.id for gone in outcome.withdrawn], outcome.drafts) == ([waiting.id], ())


def test_the_letter_speaks_the_language_of_the_administration(book, kenya):
    made = administration(book, "Ministère", "SN", language="fr", role="Directeur")
    book.rounds.ask(ROUND, ["SN"], on=date(2026, 7, 1))
    (draft,) = [one for one in drafts(book) if one.organization_id == made.id]
    assert draft.subject == "Classe de contribution pour 2028-2031\u00a0: Sénégal"
