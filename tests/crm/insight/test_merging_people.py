"""People are merged by the same verbs."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import Session, select
from support.locks import blocked
from support.merging import BECAUSE, everything, lived_in
from support.outbox import APPROVER, looking, order, queue, running, staffed
from support.runs import approved, enrolled

from crm.directory.people import Person
from crm.errors import InvalidInput, NotFound, Refused


@pytest.fixture
def acme(book):
    staffed(book)
    return book.organizations.add("Acme Satellites", country="KE", domains=["acme.example"])


@pytest.fixture
def amina(book, acme):
    return book.people.add("Amina Odhiambo", email="amina@acme.example", at=acme, role="Head")


@pytest.fixture
def amine(book, acme):
    return book.people.add(
        "A. Odhiambo", email="a.odhiambo@gmail.example", at=acme, phone="+254 1", role="Chief"
    )


def test_wish_9_people_are_merged_and_taken_apart_by_the_same_verbs(book, make_book, acme, amina, amine):
    lived_in(book, make_book, acme, amine)
    both = book.log("meeting", acme, "With both", people=[amina, amine])
    before = everything(book)

    merge = book.merge(amina, amine, reason="same person")

    assert book.people.get(amine.id).id == amina.id
    assert book.people.get("a.odhiambo@gmail.example").id == amina.id
    assert book.people.get("A. Odhiambo").id == amina.id
    assert [row.id for row in book.people.at(acme)] == [amina.id]
    assert {row.role for row in book.people.positions(amine)} == {"Head", "Chief"}
    assert [row.id for row in book.interactions.get(both.id).people] == [amina.id]
    assert (merge.kind, merge.taken_over) == ("person", ("phone",))
    assert [row.rule for row in merge.stayed] == ["pk_interaction_person"]
    assert {"outbox.person_id", "enrolment.person_id", "letter_draft.person_id"} <= merge.moved.keys()
    assert len(book.timeline(amina, kinds=["letter"])) == 1

    assert book.unmerge(merge, reason="mother and daughter").left == ()
    assert everything(book) == before


def test_a_keeper_without_an_address_takes_over_that_of_the_duplicate(book, acme, amine):
    nameless = book.people.add("Amina Odhiambo", at=acme)
    merge = book.merge(nameless, amine, reason="same person")
    kept = book.people.get("a.odhiambo@gmail.example")
    assert (kept.id, kept.email) == (nameless.id, "a.odhiambo@gmail.example")
    book.unmerge(merge, reason="no")
    assert book.people.get("a.odhiambo@gmail.example").id == amine.id
    assert book.people.get(nameless.id).email is None


def test_a_person_enrolled_twice_in_a_run_stays_so_with_both_rows(book, make_book, acme, amina, amine):
    branch = book.organizations.add("Branch")
    running(make_book, (acme, amina), (branch, amine), about="campaigns")
    merge = book.merge(amina, amine, reason="same person")
    assert [row.rule for row in merge.stayed] == ["uq_enrolment_person"]


def test_a_run_that_was_approved_for_two_people_is_not_launched_once_they_are_one(
    book, make_book, acme, amina, amine
):
    run = approved(book, make_book(APPROVER), enrolled(acme, amine))
    merge = book.merge(amina, amine, reason="same person")
    with pytest.raises(Refused, match="The audience is not the one"):
        book.runs.launch(run, content_hash=run.content_hash)
    book.unmerge(merge, reason="no")
    assert book.runs.launch(run, content_hash=run.content_hash).status == "running"


def test_the_trail_of_a_merge_holds_no_name_that_could_not_be_erased(book, amina, amine):
    book.merge(amina, amine, reason="same person")
    (entry,) = [line for line in book.trail.about(amina) if "took_in" in line.after]
    assert entry.after == {"took_in": f"person:{amine.id}", "phone": "+254 1"}


def test_a_refusal_at_the_old_address_takes_turns_with_letters_to_the_keeper(book, make_book, amina, amine):
    (letter,) = queue(book, order(book, (book.organizations.get("Acme Satellites"), amine)))
    book.merge(amina, amine, reason="same person")
    letter = book.outbox.get(letter)
    assert (letter.person_id, letter.to_address) == (amina.id, amine.email)
    with ThreadPoolExecutor(1) as threads, Session(book.engine) as intending, looking(book) as eye:
        intending.exec(select(Person.id).where(Person.id == amina.id).with_for_update(key_share=True)).one()
        refusal = threads.submit(make_book().suppressions.add, amine.email)
        blocked(eye, 1)
        intending.rollback()
        refusal.result(timeout=60)


def test_an_organisation_and_a_person_are_not_merged(book, acme, amina):
    for keep, duplicate in ((acme, amina), (amina, acme)):
        with pytest.raises(InvalidInput, match="One is an organisation and the other a person"):
            book.merge(keep, duplicate, **BECAUSE)
    with pytest.raises(NotFound):
        book.merge(acme.id, amina.id, **BECAUSE)
