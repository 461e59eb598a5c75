from datetime import timedelta

import pytest
from pydantic import SecretStr
from support.handing_over import transport, wait_until_heard
from support.kill_points import WatchedLine, WatchedTransport
from support.outbox import (
    campaign_letters,
    contact,
    contacts,
    letters,
    looking,
    order,
    queue,
    running,
    staffed,
    statuses,
)
from support.sending import delivery, unheard, watched
from support.smtp_server import FAULTS, RecordingServer

SOON = timedelta(minutes=1)


# What stands in the book after one attempt: the status, how long it waits, its tries, and what the server has kept.
AFTER = {
    "none": ("accepted", None, 1, 1),
    "banner421": ("queued", SOON, 0, 0),
    "mail451": ("queued", SOON, 1, 0),
    "rcpt450": ("queued", SOON, 1, 0),
    "rcpt550": ("failed", None, 1, 0),
    "data451": ("queued", SOON, 1, 0),
    "drop_in_body": ("queued", SOON, 1, 0),
    "dot451": ("queued", SOON, 1, 0),
    "dot554": ("failed", None, 1, 0),
    "dot421": ("queued", SOON, 1, 0),
    "drop_after_dot": ("in_doubt", None, 1, 1),
    "hang_after_dot": ("in_doubt", None, 1, 1),
    "quit_bad": ("accepted", None, 1, 1),
    "quit_drop": ("accepted", None, 1, 1),
}


SUPPRESSED = {"rcpt550"}


class Patient(WatchedLine):
    """Writes the dot once a server that has hung up is seen to have done so."""

    def send_dot(self):
        wait_until_heard(self._line)
        super().send_dot()


class PatientTransport(WatchedTransport):
    def line(self):
        return Patient(self._transport.line(), self._watch)


def test_the_table_has_a_line_for_every_fault():
    assert AFTER.keys() == FAULTS.keys()


@pytest.mark.parametrize("fault", AFTER)
def test_each_fault_of_a_mail_server_leaves_the_letter_as_the_table_says(book, mail_server, clock, fault):
    status, waits, tries, kept = AFTER[fault]
    kind = PatientTransport if fault == "drop_in_body" else WatchedTransport
    way = kind(transport(mail_server.port), unheard)
    for letter, window in zip(letters(book, 2), (1, 8), strict=True):
        mail_server.forget()
        mail_server.play(fault)
        delivery(book, through=way, window=window).deliver(limit=1, ids=[letter.id])
        found = book.outbox.get(letter)
        assert (found.status, found.tries, len(mail_server.messages)) == (status, tries, kept)
        assert found.lease_until is None
        assert bool(book.suppressions.of(letter.to_address)) is (fault in SUPPRESSED)
        if waits is not None:
            assert found.due_at == clock.now() + waits
            assert_it_goes_out_once_when_its_time_has_come(book, mail_server, clock, letter)


def assert_it_goes_out_once_when_its_time_has_come(book, mail_server, clock, letter):
    assert delivery(book, mail_server).deliver(limit=1, ids=[letter.id]).outcomes == {}
    clock.advance(SOON)
    delivery(book, mail_server).deliver(limit=1, ids=[letter.id])
    assert statuses(book, [letter]) == ["accepted"]
    assert len(mail_server.messages) == 1


@pytest.mark.parametrize("window", [1, 3, 8])
def test_a_mixed_batch_ends_as_each_letter_deserves(book, mail_server, window):
    queued = letters(book, 9)
    faults = ["none", "dot451", "rcpt550", "none", "drop_after_dot", "dot554", "mail451", "none", "quit_bad"]
    mail_server.play(*faults)
    done = delivery(book, mail_server, window=window).deliver(limit=20)
    assert statuses(book, queued) == [AFTER[fault][0] for fault in faults]
    assert done.outcomes == {
        "accepted": 4,
        "refused_temp": 2,
        "refused_address": 1,
        "refused_content": 1,
        "in_doubt": 1,
    }
    taken = [recipient for message in mail_server.messages for recipient in message.recipients]
    assert len(taken) == len(set(taken)) == 5


def test_an_address_that_does_not_exist_is_suppressed_and_ends_the_journey(book, make_book, mail_server):
    staffed(book)
    to = contact(book)
    run = running(make_book, to)
    campaign_letters(book, run, to)
    mail_server.play("rcpt550")
    delivery(book, mail_server).deliver(limit=1)
    (entry,) = book.suppressions.of(to[1].email)
    assert (entry.scope, entry.reason) == ("all", "bounced")
    (enrolled,) = book.runs.audience(run)
    assert (enrolled.state, enrolled.reason) == ("exited", "bounced")


@pytest.mark.parametrize(
    "fault", ["rcpt:550 5.7.1 Blocked", "dot:550 5.7.515 Access denied", "mail:554 5.7.1 No"]
)
def test_a_refusal_for_policy_holds_the_letter_and_pauses_its_run_and_blames_nobody(
    book, make_book, mail_server, fault
):
    staffed(book)
    people = contacts(book, 1)
    run = running(make_book, *people)
    (letter,) = campaign_letters(book, run, *people)
    mail_server.play(fault)
    delivery(book, mail_server).deliver(limit=1)
    assert statuses(book, [letter]) == ["held"]
    assert book.runs.get(run).status == "paused"
    assert "policy" in book.runs.get(run).note
    assert book.suppressions.of(letter.to_address) == ()
    assert book.runs.audience(run)[0].state == "enrolled"


def test_a_refusal_for_policy_stops_its_own_run_alone(book, make_book, mail_server):
    staffed(book)
    first, second = contact(book), contact(book, "Baraka Mwangi")
    runs = running(make_book, first), running(make_book, second)
    for run, to in zip(runs, (first, second), strict=True):
        campaign_letters(book, run, to)
    by_hand = queue(book, order(book, first, key="by hand"))
    mail_server.play("rcpt:550 5.7.1 Blocked")
    delivery(book, mail_server, window=1).deliver(limit=3)
    assert [book.runs.get(run).status for run in runs] == ["paused", "running"]
    assert statuses(book, [*book.outbox.of(run=runs[1].id), *by_hand]) == ["accepted", "accepted"]
    assert book.outgoing.stopped is None


@pytest.mark.parametrize("end", ["mail:421 4.7.0 Too many messages on this connection", "mail:drop"])
@pytest.mark.parametrize("offers", [("8BITMIME",), ("8BITMIME", "PIPELINING")], ids=["in turns", "pipelined"])
def test_a_connection_that_the_server_ends_between_two_letters_costs_neither(book, offers, end):
    queued = letters(book, 3)
    with RecordingServer(extensions=offers) as server:
        server.play("none", end)
        delivery(book, server, window=1).deliver(limit=3)
        assert statuses(book, queued) == ["accepted"] * 3
        assert [book.outbox.get(letter).tries for letter in queued] == [1, 1, 1]
        assert (server.connections, len(server.messages)) == (2, 3)


def test_a_server_that_ends_a_fresh_connection_as_well_is_asked_again_later(book, mail_server):
    first, second = letters(book, 2)
    mail_server.play("none", "mail:421 4.7.0 Enough", "mail:421 4.7.0 Enough")
    delivery(book, mail_server, window=1).deliver(limit=2)
    assert statuses(book, [first, second]) == ["accepted", "queued"]
    assert (book.outbox.get(second).tries, mail_server.connections) == (1, 2)


@pytest.mark.parametrize(("window", "connections"), [(1, 3), (2, 4), (8, 6)])
def test_a_connection_takes_as_many_letters_as_the_settings_say_and_is_ended_politely(
    book, mail_server, window, connections
):
    queued = letters(book, 6)
    delivery(book, through=transport(mail_server.port, messages=2), window=window).deliver(limit=6)
    assert statuses(book, queued) == ["accepted"] * 6
    assert (mail_server.connections, mail_server.commands.count("QUIT")) == (connections, connections)


@pytest.mark.parametrize("window", [1, 8])
def test_the_intents_of_a_window_are_committed_together_before_any_dot(book, mail_server, window):
    queued = letters(book, 10)
    seen = []

    def look(point):
        if point == "dotting":
            with looking(book) as eye:
                (found,) = eye.execute("SELECT count(*) FROM outbox WHERE status = 'handing_off'").fetchone()
                seen.append(found)

    watched(book, mail_server, look, window=window).deliver(limit=20)
    assert seen == ([1] * 10 if window == 1 else [8] * 8 + [2] * 2)
    assert statuses(book, queued) == ["accepted"] * 10


def test_all_dots_of_a_window_are_written_before_the_first_answer_is_awaited(book, mail_server):
    letters(book, 5)
    passed = []
    watched(book, mail_server, passed.append, window=4).deliver(limit=5)
    order_of_points = [
        point for point in passed if point in {"claim", "body", "intent", "dot", "reply", "outcome"}
    ]
    one = ["body"] * 4 + ["intent"] + ["dot"] * 4 + ["reply"] * 4 + ["outcome"]
    assert order_of_points == ["claim", *one, "body", "intent", "dot", "reply", "outcome"]
    assert mail_server.connections == 4


@pytest.mark.parametrize("window", [1, 8])
def test_no_transaction_is_open_while_smtp_talks(book, mail_server, window):
    letters(book, 10)
    found = []

    def look(point):
        if point in {"staging", "mail", "body", "dotting", "dot", "reading", "reply"}:
            open_ones = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_type = 'client backend'"
            )
            with looking(book) as eye:
                found.append((point, eye.execute(open_ones).fetchone()[0]))

    watched(book, mail_server, look, window=window).deliver(limit=20)
    assert len(found) == 70
    assert {count for _, count in found} == {0}


def test_a_letter_that_cannot_be_put_together_is_held_and_holds_up_nobody(book, mail_server):
    people = contacts(book, 3)
    queued = queue(
        book,
        order(book, people[0]),
        order(book, people[1], facts={"letter": {"subject": "no text"}}),
        order(book, people[2]),
    )
    delivery(book, mail_server).deliver(limit=3)
    assert statuses(book, queued) == ["accepted", "held", "accepted"]
    assert "lacks letter.text" in book.outbox.get(queued[1]).verdict


def test_a_server_without_smtputf8_fails_that_letter_alone(book, mail_server):
    mail_server.extensions = ("8BITMIME",)
    people = contacts(book, 2)
    queued = queue(book, order(book, people[0], to_address="小林@例え.example"), order(book, people[1]))
    delivery(book, mail_server).deliver(limit=2)
    assert statuses(book, queued) == ["failed", "accepted"]
    assert book.suppressions.of("小林@例え.example") == ()


def test_the_ledger_says_how_far_it_came_and_masks_the_address(book, mail_server):
    (letter,) = letters(book, 1)
    mail_server.play(f"rcpt:450 4.2.1 <{letter.to_address}> is busy")
    delivery(book, mail_server).deliver(limit=1)
    last = book.outbox.events(letter)[-1]
    assert (last.what, last.phase, last.code) == ("queued", "rcpt", 450)
    assert "<address>" in last.detail
    assert letter.to_address not in last.detail


def test_a_password_reaches_neither_the_ledger_nor_the_error(book, mail_server):
    mail_server.login = ("accord", "right")
    (letter,) = letters(book, 1)
    way = transport(mail_server.port, username="accord", password=SecretStr("wr0ng-secret"))
    done = delivery(book, through=way).deliver(limit=1)
    assert done.put_back == 1
    assert "secret" not in book.outbox.get(letter).verdict
