"""Runs that paused themselves and letters that wait for a decision are told to their authors."""

from datetime import timedelta

import pytest
from support.outbox import (
    APPROVER,
    LEASE,
    MANAGER,
    campaign_letters,
    contact,
    letters,
    running,
    staffed,
)
from support.sending import delivery

from crm.outreach.stuck_mail import letters_in_words, stuck_mail

BLOCKED = "rcpt:550 5.7.1 Blocked"


@pytest.fixture
def run(book, make_book):
    """A run of Dana's with two letters that are due."""
    staffed(book)
    people = contact(book), contact(book, "Baraka Mwangi")
    run = running(make_book, *people)
    campaign_letters(book, run, *people)
    return run


def needs(book, **whose):
    return [(need.reason.value, need.refers_to, need.words) for need in book.attention(**whose)]


def stuck(book):
    with book._store.reading() as session:
        found = stuck_mail(session)
        return found.letters, [run.id for run in found.halted]


def test_the_author_of_a_run_that_paused_itself_is_told_why_until_it_goes_on(book, run, mail_server, clock):
    mail_server.play(BLOCKED)
    delivery(book, mail_server, window=1).deliver(limit=2)
    clock.advance(timedelta(days=2))
    why = "Refused by a mail server's policy: Refused for what we are or how we send (rcpt 550 5.7.1)."
    told = f"{run.title} (run {run.id}) paused itself 2 days ago: {why}; 1 letter held"
    assert needs(book, owner=MANAGER) == [("halted", f"run:{run.id}", told)]
    assert needs(book, owner=APPROVER) == []
    assert stuck(book) == ("1 letter held", [run.id])

    book.runs.resume(run)
    assert needs(book, owner=MANAGER) == [
        ("halted", f"run:{run.id}", f"{run.title} (run {run.id}) waits for a decision; 1 letter held")
    ]
    book.outbox.give_up(*book.outbox.of(status="held"), reason="not worth it")
    assert (needs(book, owner=MANAGER), stuck(book)) == ([], ("", []))


def test_a_run_that_a_person_paused_is_nobodys_need(book, run):
    book.runs.pause(run, reason="the figures are looked at once more")
    assert (needs(book), stuck(book)) == ([], ("", []))
    book.runs.resume(run)
    book.runs.pause(run, reason="A fact could not be read.", by_itself=True)
    ((reason, _, words),) = needs(book)
    assert (reason, "today: A fact could not be read." in words) == ("halted", True)
    book.runs.cancel(run, reason="enough")
    assert (needs(book), stuck(book)) == ([], ("", []))


def test_doubt_that_time_settles_waits_for_nobody(book, run, clock):
    claims = book.handover.claim(limit=2)
    book.handover.intend([claim.letter for claim in claims])
    clock.advance(LEASE + timedelta(seconds=1))
    assert book.handover.reap()["in_doubt"] == 2
    assert (needs(book), stuck(book)) == ([], ("", []))


def test_the_author_of_a_letter_by_hand_is_told_that_it_was_refused_or_is_in_doubt(book, mail_server, clock):
    staffed(book)
    account, person = contact(book, owner=MANAGER)
    for said in ("Asked for fees", "Asked for a table"):
        book.letters.approve(book.letters.draft(book.log("call", account, said, people=[person])))
    mail_server.play(BLOCKED, "drop_after_dot")
    delivery(book, mail_server, window=1).deliver(limit=2)
    found = [need for need in book.attention(owner=MANAGER) if need.reason == "undecided"]
    assert sorted(need.words.partition(": ")[0] for need in found) == [
        "Letter to Amina Odhiambo is held",
        "Letter to Amina Odhiambo is in doubt",
    ]
    assert stuck(book) == ("1 letter held, 1 in doubt", [])
    assert book.attention(owner=APPROVER) == ()


def test_letters_of_nobodys_are_counted_all_the_same(book, mail_server):
    letters(book, 1)
    mail_server.play(BLOCKED)
    delivery(book, mail_server).deliver(limit=1)
    assert (needs(book), stuck(book)) == ([], ("1 letter held", []))


@pytest.mark.parametrize(
    ("held", "in_doubt", "words"),
    [(0, 0, ""), (1, 0, "1 letter held"), (3, 1, "3 letters held, 1 in doubt"), (0, 2, "2 letters in doubt")],
)
def test_letters_are_counted_in_words(held, in_doubt, words):
    assert letters_in_words(held, in_doubt) == words
