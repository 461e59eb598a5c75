"""What an erasure leaves of a text is found by its words, and the person is not."""

from support.traces import found_in

BECAUSE = "Amina Odhiambo asked by letter"


def erased(book, key):
    return book.people.erase(
        key, confirm=book.people.erase(key, dry_run=True, reason=BECAUSE).count, reason=BECAUSE
    )


def test_a_meeting_of_several_is_found_by_what_is_left_of_it(book, lived, amina):
    (met,) = book.search("ODHIAMBO send the list")
    erased(book, amina)
    (still,) = book.search("send the list")
    assert still.refers_to == met.refers_to
    for words in ("odhiambo", "amina", "acme.example"):
        assert list(book.search(words)) == []


def test_what_an_account_is_asked_for_loses_the_person_in_every_text(book, amina, acme):
    ask = book.opportunities.add(
        acme,
        "sponsorship",
        title="Amina Odhiambo's sponsorship",
        source="Amina Odhiambo at a fair",
        note="Amina Odhiambo likes it",
    )
    erased(book, amina)
    assert found_in(book.engine, "amina", "odhiambo") == []
    assert book.opportunities.get(ask.id).title == "(erased)'s sponsorship"
    assert f"opportunity:{ask.id}" in [found.refers_to for found in book.search("sponsorship")]
