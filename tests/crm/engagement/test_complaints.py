import pytest

from crm.errors import InvalidInput, NotFound, Refused


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme", country="KE", domains=["acme.example"])


@pytest.fixture
def amina(book, acme):
    return book.people.add("Amina", email="amina@acme.example", at=acme)


def test_a_complaint_is_open_until_it_is_resolved_with_an_outcome(book, acme, amina, clock):
    first = book.complaints.record("Too many letters", source="call", organization=acme, person=amina)
    second = book.complaints.record("Wrong name", source="letter", person=amina)
    assert book.complaints.open() == (first, second)
    assert book.complaints.of(acme) == (first,)
    assert book.complaints.of(person=amina) == book.complaints.of(acme, person=amina) == (second, first)

    done = book.complaints.resolve(first, outcome="Apologised; two letters a year")

    assert (done.resolved_at, done.outcome) == (clock.now(), "Apologised; two letters a year")
    assert book.complaints.open() == (second,)
    assert book.complaints.of() == (second, done)
    with pytest.raises(Refused, match="24 November 2026"):
        book.complaints.resolve(first.id, outcome="again")


def test_a_complaint_says_who_complains_and_what_of(book, acme):
    with pytest.raises(InvalidInput, match="Nobody is named"):
        book.complaints.record("Too many letters", source="call")
    for given in ({"what": " "}, {"source": ""}):
        with pytest.raises(InvalidInput):
            book.complaints.record(**{"what": "Too many", "source": "call", "organization": acme, **given})
    with pytest.raises(NotFound):
        book.complaints.resolve(404, outcome="…")


def test_what_somebody_complained_of_can_be_erased_from_the_trail(book, acme, store):
    complaint = book.complaints.record("Amina is upset", source="call", organization=acme)
    with store.reading() as session:
        told = session.connection().exec_driver_sql("SELECT after::text FROM trail_change").scalars().all()
    assert not any("upset" in text for text in told)
    assert book.history(complaint)[0].after["what"] == "Amina is upset"
