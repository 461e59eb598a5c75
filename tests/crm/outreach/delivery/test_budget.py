from datetime import timedelta

import pytest
from support.outbox import campaign_letters, contact, letters, look_at, running, staffed, statuses, told
from support.sending import delivery

from crm.mail.failures import Outcome, Verdict
from crm.outreach.delivery.handover import Attempt

_SECOND = timedelta(seconds=1)
REFUSED = Verdict(Outcome.REFUSED_CONTENT, "refused")
ACCEPTED = Verdict(Outcome.ACCEPTED, "taken")
LATER = Verdict(Outcome.REFUSED_TEMP, "come back later")


@pytest.fixture
def office(make_book):
    """A book in which one failure in five letters is too many."""
    book = make_book(failure_share=0.2, failure_span=5, complaint_share=0.1)
    staffed(book)
    return book


def under_way(book, make_book, count):
    people = [contact(book, f"Person {number}") for number in range(count)]
    run = running(make_book, *people)
    return run, campaign_letters(book, run, *people)


def came_to(book, verdicts):
    """A worker hands over as many letters as there are verdicts, and records them."""
    claims = book.handover.claim(limit=len(verdicts))
    book.handover.intend([claim.letter for claim in claims])
    attempts = [
        Attempt(claim.letter, verdict, "reply") for claim, verdict in zip(claims, verdicts, strict=True)
    ]
    book.handover.settle(attempts)


def bounce(book, letter):
    raw = (
        f"From: mailer-daemon@mx.example\r\nTo: {book.identity.bounces(letter.id)}\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nNo such mailbox.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {letter.to_address}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    assert book.answers.receive(raw.encode()).kind == "bounce"


def test_letters_that_come_back_by_mail_count_as_failed(office, make_book):
    run, sent = under_way(office, make_book, 5)
    came_to(office, [ACCEPTED] * 5)
    bounce(office, sent[0])
    assert office.runs.get(run).status == "running"  # one in five may fail
    bounce(office, sent[1])
    paused = office.runs.get(run)
    assert (paused.status, "2 of its latest 5 letters failed" in paused.note) == ("paused", True)


def test_what_comes_back_is_counted_whenever_it_does_and_what_is_refused_at_once_only_as_failed(
    office, make_book, mail_server
):
    run, sent = under_way(office, make_book, 3)
    mail_server.play("rcpt:550 5.1.1 No such user")
    delivery(office, mail_server, window=1).deliver(limit=3)
    office.runs.cancel(run, reason="enough")
    for letter in sent[1:]:
        bounce(office, letter)
    found = office.outcomes.of(run).arm("treatment")
    assert (found.letters, found.bounced) == ({"failed": 1, "accepted": 2}, 2)


def complain(book, letter):
    to = book.identity.bounces(letter.id)
    raw = (
        f"From: fbl@provider.example\r\nTo: {to}\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nA report.\r\n"
        "--b\r\nContent-Type: message/feedback-report\r\n\r\n"
        "Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {letter.message_id}\r\n\r\nhello\r\n--b--\r\n"
    )
    assert book.answers.receive(raw.encode()).kind == "complaint"


@pytest.mark.parametrize(
    ("verdicts", "status"),
    [
        ([ACCEPTED] * 6, "running"),
        ([REFUSED] + [ACCEPTED] * 5, "running"),  # one in five may fail
        ([REFUSED, REFUSED], "paused"),
        ([REFUSED, ACCEPTED, ACCEPTED, ACCEPTED, REFUSED], "paused"),
        ([LATER] * 6, "running"),  # a server that asks to come back later has refused nothing
    ],
)
def test_a_run_pauses_itself_when_too_many_of_its_latest_letters_fail(office, make_book, verdicts, status):
    run, _ = under_way(office, make_book, 8)
    came_to(office, verdicts)
    assert office.runs.get(run).status == status


def test_letters_that_cannot_be_put_together_are_failures_too_and_all_are_decided_about_at_once(
    office, make_book, mail_server
):
    run, queued = under_way(office, make_book, 6)
    with office.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE outbox SET facts = '{}'")
    for _ in range(2):  # what a worker has claimed it puts together; nothing is claimed after that
        delivery(office, mail_server).deliver(limit=2)
    paused = office.runs.get(run)
    assert (paused.status, "2 of its latest 2 letters failed" in paused.note) == ("paused", True)
    assert sorted(statuses(office, queued)) == ["held"] * 2 + ["queued"] * 4
    assert mail_server.messages == ()

    assert office.outbox.resend_all(run=run.id, reason="the facts are mended") == 2
    assert statuses(office, queued) == ["queued"] * 6
    assert told(office, queued[0]) == ["queued", "held", "resend decided"]


def test_what_failed_before_the_latest_letters_is_forgotten(office, make_book, clock):
    run, _ = under_way(office, make_book, 8)
    for verdict in (REFUSED, *[ACCEPTED] * 5, REFUSED):
        clock.advance(_SECOND)
        came_to(office, [verdict])
    assert office.runs.get(run).status == "running"


def test_the_note_says_what_happened_and_what_is_allowed(office, make_book):
    run, _ = under_way(office, make_book, 8)
    came_to(office, [REFUSED, ACCEPTED, REFUSED])
    paused = office.runs.get(run)
    assert paused.note == "Paused itself: 2 of its latest 3 letters failed (at most 20.0% of 5 may)."


def test_once_somebody_lets_it_go_on_it_is_counted_anew(office, make_book, clock):
    run, _ = under_way(office, make_book, 8)
    came_to(office, [REFUSED, REFUSED])
    clock.advance(_SECOND)
    office.runs.resume(run, reason="the addresses were mended")
    look_at(office, run, in_days=1)
    clock.advance(_SECOND)
    came_to(office, [REFUSED])
    assert office.runs.get(run).status == "running"
    clock.advance(_SECOND)
    came_to(office, [REFUSED])
    assert office.runs.get(run).status == "paused"


def test_the_failures_of_another_run_are_no_concern_of_this_one(office, make_book):
    run, _ = under_way(office, make_book, 3)
    baraka = contact(office, "Baraka Mwangi")
    other = running(make_book, baraka, campaign="another")
    campaign_letters(office, other, baraka)
    came_to(office, [REFUSED, ACCEPTED, ACCEPTED, REFUSED])
    assert {office.runs.get(run).status, office.runs.get(other).status} == {"running"}


def test_letters_that_belong_to_no_run_pause_nothing(office):
    letters(office, 4)
    came_to(office, [REFUSED] * 4)
    assert office.runs.of() == ()


def test_one_complaint_is_no_share_and_the_second_pauses_the_run(office, make_book):
    run, queued = under_way(office, make_book, 8)
    came_to(office, [ACCEPTED] * 8)
    complain(office, queued[0])
    assert office.runs.get(run).status == "running"
    complain(office, queued[1])
    paused = office.runs.get(run)
    assert paused.status == "paused"
    assert paused.note == "Paused itself: 2 of its 8 letters were marked as unwanted (at most 10.0% may)."


def test_a_second_message_about_one_letter_is_one_complaint(office, make_book):
    run, queued = under_way(office, make_book, 4)
    came_to(office, [ACCEPTED] * 4)
    complain(office, queued[0])
    raw = f"From: fbl@provider.example\r\nTo: {office.identity.bounces(queued[0].id)}\r\n\r\nagain\r\n"
    office.answers.receive(raw.encode())
    assert office.runs.get(run).status == "running"


def test_in_a_large_run_a_few_complaints_are_within_the_budget(office, make_book):
    run, queued = under_way(office, make_book, 20)
    came_to(office, [ACCEPTED] * 20)
    for letter in queued[:2]:
        complain(office, letter)
    assert office.runs.get(run).status == "running"
    complain(office, queued[2])
    assert office.runs.get(run).status == "paused"
