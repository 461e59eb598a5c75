"""A contact with a life in every room of the book."""

import io
from datetime import date

import pytest
from sqlalchemy import text
from support.inbound_mail import message
from support.outbox import campaign_letters, order, queue, running, staffed
from support.sending import delivery
from support.smtp_server import RecordingServer


@pytest.fixture
def acme(book):
    staffed(book)
    return book.organizations.add(
        "Mahali Satellites", country="KE", domains=["acme.example"], owner="dana@accord.example"
    )


@pytest.fixture
def amina(book, acme):
    return book.people.add(
        "Amina Odhiambo",
        email="amina@acme.example",
        at=acme,
        role="Amina heads regulation",
        phone="+254 700 123 456",
        language="en",
        time_zone="Africa/Nairobi",
    )


@pytest.fixture
def ben(book, acme):
    return book.people.add("Ben Kamau", email="ben@acme.example", at=acme)


@pytest.fixture
def lived(book, make_book, acme, amina, ben):
    """A life in every room of the book; returns the letter that went out."""
    twin = book.people.add("Amina Achieng Odhiambo", email="amina.odhiambo@home.example", at=acme)
    book.merge(amina, twin, reason="Amina Odhiambo has two addresses")
    book.people.change(amina, phone="0700-123-456", reason="Amina called")
    book.bases.record(amina, "campaigns", "consent", source="fair", evidence="Amina signed form 12")
    met = book.log(
        "meeting",
        acme,
        "Amina said ODHIAMBO would send the list;\nAmina  Odhiambo <amina@acme.example> and Ben agreed.",
        people=[amina, ben],
        next="Call Amina on +254 700 123456",
        due="14d",
    )
    book.follow_ups.complete(met.next, outcome="Amina was away")
    book.letters.edit(book.letters.draft(met, to=amina), text="Dear Amina, thank you.")
    book.letters.discard(book.letters.draft(met, to=ben))
    book.log("note", acme, "Ask Amina Odhiambo about the invoice of amina@acme.example.")
    book.terms.join(
        acme,
        "associate",
        sector="T",
        study_group="T-SG13",
        on=date(2026, 1, 1),
        reason="Signed by Amina Odhiambo",
        source="mail from amina@acme.example",
    )
    run = running(make_book, (acme, amina))
    with book.engine.begin() as connection:
        connection.execute(text("""UPDATE enrolment SET facts = '{"person": {"name": "Amina Odhiambo"}}'"""))
    (letter,) = campaign_letters(book, run, (acme, amina))
    with RecordingServer() as server:
        delivery(book, server).deliver(limit=1)
    reply = "Yes please.\n\nAmina\n"
    book.answers.receive(
        message(reply, To=book.identity.reply(letter.id), Message_ID="<amina.1@acme.example>")
    )
    book.answers.receive(
        message("Ask Amina Odhiambo.\n", From="Ben <ben@acme.example>", Message_ID="<2@acme.example>")
    )
    (queued,) = queue(book, order(book, (acme, amina)))
    refused = '"company","contact"\n"","Amina Odhiambo <amina@acme.example>"\n'
    book.imports.organizations(_file(refused), {"name": "company", "country": "contact"}, source_name="list")
    return book.outbox.get(letter), queued


def _file(content):
    return io.BytesIO(content.encode())
