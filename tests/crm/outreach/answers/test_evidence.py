"""What comes back proves that a letter was taken, or leaves it as it is."""

from datetime import timedelta

from support.inbound_mail import answering, reply
from support.outbox import (
    LEASE,
    letters,
    statuses,
    told,
)
from support.sending import delivery


def test_whatever_comes_back_proves_that_a_letter_in_doubt_was_taken(book, mail_server, clock):
    kinds = [None, "bounce_no_such_user", "delay", "absence_exchange"]
    mail_server.play(*["drop_after_dot"] * len(kinds))
    queued = letters(book, len(kinds))
    delivery(book, mail_server).deliver(limit=len(kinds))
    assert statuses(book, queued) == ["in_doubt"] * len(kinds)
    for letter, kind in zip(queued, kinds, strict=True):
        book.answers.receive(answering(book, letter, kind) if kind else reply(book, letter))
        kept = book.outbox.get(letter)
        assert (kept.status, kept.settled_at, kept.lease_until) == ("accepted", clock.now(), None), kind
        assert "accepted" in told(book, letter)


def test_evidence_keeps_a_letter_from_going_out_again_that_a_person_wanted_resent(book, mail_server):
    (letter,) = letters(book, 1)
    mail_server.play("drop_after_dot")
    delivery(book, mail_server).deliver(limit=1)
    book.outbox.resend(letter, reason="nothing came")
    book.answers.receive(reply(book, letter))
    delivery(book, mail_server).deliver(limit=1)
    assert statuses(book, [letter]) == ["accepted"]
    assert len(mail_server.messages) == 1


def test_an_answer_that_comes_before_the_worker_records_the_dot_is_evidence_too(book, mail_server):
    (letter,) = letters(book, 1)
    (claim,) = book.handover.claim(limit=1)
    book.handover.intend([claim.letter])
    book.answers.receive(reply(book, letter))
    assert statuses(book, [letter]) == ["accepted"]


def test_an_answer_to_a_letter_that_never_left_settles_nothing(book):
    (letter,) = letters(book, 1)
    book.answers.receive(reply(book, letter))
    assert statuses(book, [letter]) == ["queued"]


def test_an_answer_waits_for_nobody_who_sends_something_else(book, sent, make_book):
    """A reply to one letter does not block, and is not blocked by, the claim of another."""
    others = letters(make_book(), 3)
    claims = book.handover.claim(limit=3)
    book.answers.receive(reply(book, sent))
    assert len(book.handover.intend([claim.letter for claim in claims])) == len(others)


def test_a_bounce_within_the_lease_of_a_claim_does_not_set_the_letter_free(book, clock):
    """A letter that is claimed again after a refusal has not been taken by anybody yet."""
    (letter,) = letters(book, 1)
    book.handover.claim(limit=1)
    book.answers.receive(answering(book, letter, "delay"))
    assert statuses(book, [letter]) == ["claimed"]
    clock.advance(LEASE + timedelta(seconds=1))
    book.handover.reap()
    assert statuses(book, [letter]) == ["queued"]
