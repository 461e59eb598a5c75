from datetime import timedelta

import pytest
from support.outbox import contact, order, staffed
from support.sending import delivery

from crm.errors import NotFound, Refused
from crm.outreach.outbox_tables import MessageClass


@pytest.fixture
def letter(book):
    """A letter of a campaign to a contact of an account."""
    staffed(book)
    return order(book, contact(book), key="proof", message_class=MessageClass.MARKETING)


def test_a_proof_is_the_message_as_it_would_go_out_and_nothing_is_queued(book, letter):
    before = book.trail.latest()
    proof = book.proofs.of(letter, stream="associate_upgrade")
    assert proof.recipient == letter.to_address
    assert b"List-Unsubscribe:" in proof.raw
    assert b"Feedback-ID: associate_upgrade:marketing:" in proof.raw
    assert (book.outbox.of(), book.trail.latest()) == ((), before)


def test_a_test_letter_goes_to_our_own_staff_marked_as_a_test(book, letter, mail_server):
    test = book.proofs.send(letter, to="ola@accord.example")
    assert (test.message_class, test.organization_id, test.person_id, test.run_id) == (
        "notice",
        None,
        None,
        None,
    )
    assert (test.to_address, test.to_name) == ("ola@accord.example", "Ola Berg")
    delivery(book, mail_server).deliver(limit=10)
    (received,) = mail_server.messages
    assert received.recipients == ("ola@accord.example",)
    assert b"Subject: [Test] For Amina Odhiambo" in received.raw
    assert b"List-Unsubscribe" not in received.raw


def test_each_test_letter_is_one_of_its_own(book, letter, clock):
    first = book.proofs.send(letter, to="ola@accord.example")
    clock.advance(timedelta(seconds=1))
    second = book.proofs.send(letter, to="ola@accord.example")
    other = book.proofs.send(letter, to="dana@accord.example")
    assert len({first.id, second.id, other.id}) == 3


@pytest.mark.parametrize("to", ["amina.odhiambo@acme.example", "nobody@accord.example", "Amina Odhiambo"])
def test_nobody_but_our_own_staff_gets_a_test_letter(book, letter, to):
    with pytest.raises(NotFound, match="Nobody on the staff"):
        book.proofs.send(letter, to=to)
    assert book.outbox.of() == ()


def test_who_no_longer_works_here_gets_none(book, letter):
    book.staff.retire("ola@accord.example", reason="moved on")
    with pytest.raises(Refused, match="no longer works here"):
        book.proofs.send(letter, to="ola@accord.example")
    assert book.outbox.of() == ()
