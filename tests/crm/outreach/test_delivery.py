import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain, repeat
from threading import Event

import pytest
from pydantic import SecretStr
from support.handing_over import transport, wait_until_heard
from support.kill_points import WatchedHandover, WatchedLine, WatchedTransport
from support.outbox import (
    LEASE,
    campaign_letters,
    contact,
    contacts,
    delivery,
    letters,
    looking,
    order,
    queue,
    running,
    staffed,
    statuses,
    told,
)
from support.smtp_server import FAULTS

from crm.errors import StoreError
from crm.mail.smtp import SmtpFailure

LAPSED = LEASE + timedelta(seconds=1)
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


def unheard(_point):
    """A watch that does nothing."""


def watched(book, mail_server, watch, **more):
    """A delivery with somebody watching every point of it."""
    way = WatchedTransport(transport(mail_server.port), watch)
    return delivery(book, through=way, handover=WatchedHandover(book.handover, watch), **more)


def at(point, act):
    """A watch that acts once, when a point is passed for the first time."""
    done = Event()

    def watch(passed):
        if passed == point and not done.is_set():
            done.set()
            act()

    return watch


def nobody_listens():
    """A transport to a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return transport(listener.getsockname()[1])


def test_the_table_has_a_line_for_every_fault():
    assert AFTER.keys() == FAULTS.keys()


@pytest.mark.parametrize("window", [1, 8])
@pytest.mark.parametrize("fault", AFTER)
def test_each_fault_of_a_mail_server_leaves_the_letter_as_the_table_says(
    book, mail_server, clock, fault, window
):
    status, waits, tries, kept = AFTER[fault]
    (letter,) = letters(book, 1)
    mail_server.play(fault)
    kind = PatientTransport if fault == "drop_in_body" else WatchedTransport
    way = kind(transport(mail_server.port), unheard)
    delivery(book, through=way, window=window).deliver(limit=10)

    found = book.outbox.get(letter)
    assert (found.status, found.tries, len(mail_server.messages)) == (status, tries, kept)
    assert found.lease_until is None
    if waits is not None:
        assert found.due_at == clock.now() + waits
    assert bool(book.suppressions.of(letter.to_address)) is (fault in SUPPRESSED)


@pytest.mark.parametrize("fault", [fault for fault, after in AFTER.items() if after[0] == "queued"])
def test_what_was_put_off_goes_out_once_when_its_time_has_come(book, mail_server, clock, fault):
    (letter,) = letters(book, 1)
    mail_server.play(fault)
    kind = PatientTransport if fault == "drop_in_body" else WatchedTransport
    through = delivery(book, through=kind(transport(mail_server.port), unheard))
    through.deliver(limit=10)
    assert through.deliver(limit=10).outcomes == {}
    clock.advance(SOON)
    delivery(book, mail_server).deliver(limit=10)
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
                " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
            with looking(book) as eye:
                found.append((point, eye.execute(open_ones).fetchone()[0]))

    watched(book, mail_server, look, window=window).deliver(limit=20)
    assert len(found) == 70
    assert {count for _, count in found} == {0}


OBSTACLES = {
    "unsubscribed": ("stopped", "must not be written to"),
    "bounced": ("stopped", "must not be written to"),
    "answered": ("stopped", "left the journey: answered"),
    "cancelled": ("stopped", "cancelled"),
    "paused": ("queued", "paused"),
    "written to by another campaign": ("queued", "another campaign wrote"),
}


@pytest.mark.parametrize("point", ["claim", "mail", "body"])
@pytest.mark.parametrize("obstacle", OBSTACLES)
def test_what_comes_up_between_the_claim_and_the_intent_keeps_the_letter_back(
    book, make_book, mail_server, obstacle, point
):
    staffed(book)
    to = contact(book)
    run = running(make_book, to)
    (letter,) = campaign_letters(book, run, to)
    other = make_book()
    acts = {
        "unsubscribed": lambda: other.suppressions.add(letter.to_address),
        "bounced": lambda: other.suppressions.add(letter.to_address, scope="all", reason="bounced"),
        "answered": lambda: other.answers.receive(
            f"From: a@acme.example\r\nTo: {book.identity.reply(letter.id)}\r\n\r\nYes please.\r\n".encode()
        ),
        "cancelled": lambda: other.runs.cancel(run, reason="a wrong figure"),
        "paused": lambda: other.runs.pause(run, reason="a wrong figure"),
        "written to by another campaign": lambda: wrote_lately(other, letter),
    }
    done = watched(book, mail_server, at(point, acts[obstacle])).deliver(limit=1)
    status, why = OBSTACLES[obstacle]
    kept = book.outbox.get(letter)
    assert (kept.status, kept.tries, kept.attempts, done.passed_over) == (
        status,
        1 if status == "stopped" else 0,
        0,
        1,
    )
    assert why in kept.verdict
    mail_server.wait_until_abandoned(1)
    assert mail_server.messages == ()
    assert told(book, letter)[-1] == status


def wrote_lately(book, letter):
    """Another campaign's letter to the same person is accepted."""
    account, person = book.organizations.get(letter.organization_id), book.people.get(letter.person_id)
    values = {"key": "other", "message_class": "marketing"}
    (other,) = queue(book, order(book, (account, person), **values))
    (claim,) = book.handover.claim(limit=1, ids=[other.id])
    book.handover.intend([claim.letter])


def test_correspondence_is_no_campaign_but_an_address_that_bounces_gets_nothing(book, mail_server):
    people = contacts(book, 2)
    unsubscribed, bounced = queue(book, *(order(book, to) for to in people))
    book.suppressions.add(unsubscribed.to_address)
    book.suppressions.add(bounced.to_address, scope="all", reason="bounced")
    delivery(book, mail_server).deliver(limit=2)
    assert statuses(book, [unsubscribed, bounced]) == ["accepted", "stopped"]


def test_one_letter_that_is_kept_back_leaves_the_others_of_its_window_alone(book, mail_server):
    queued = letters(book, 4, message_class="marketing")
    act = at("body", lambda: book.suppressions.add(queued[1].to_address))
    watched(book, mail_server, act, window=4).deliver(limit=4)
    assert statuses(book, queued) == ["accepted", "stopped", "accepted", "accepted"]
    mail_server.wait_until_abandoned(1)
    assert len(mail_server.messages) == 3


def test_a_paused_run_goes_on_where_it_stood(book, make_book, mail_server):
    staffed(book)
    people = contact(book), contact(book, "Baraka Mwangi")
    run = running(make_book, *people)
    queued = campaign_letters(book, run, *people)
    book.runs.pause(run, reason="a question")
    assert delivery(book, mail_server).deliver(limit=5).outcomes == {}
    assert statuses(book, queued) == ["queued"] * 2
    book.runs.resume(run)
    delivery(book, mail_server).deliver(limit=5)
    assert statuses(book, queued) == ["accepted"] * 2


def test_a_mail_server_that_is_down_costs_no_tries(book, clock):
    queued = letters(book, 5)
    done = delivery(book, through=nobody_listens(), window=2).deliver(limit=5)
    assert (done.put_back, done.outcomes) == (5, {})
    for letter in queued:
        kept = book.outbox.get(letter)
        assert (kept.status, kept.tries, kept.due_at) == ("queued", 0, clock.now() + SOON)
        assert "does not answer (connect)" in kept.verdict


def test_a_mail_server_that_goes_away_in_the_middle_leaves_each_letter_with_what_is_known(book, mail_server):
    queued = letters(book, 6)
    ways = chain([transport(mail_server.port)], repeat(nobody_listens()))

    class Dying:
        def line(self):
            return next(ways).line()

    mail_server.play("none", "dot421")
    delivery(book, through=Dying(), window=1).deliver(limit=6)
    assert statuses(book, queued) == ["accepted", *["queued"] * 5]
    assert [book.outbox.get(letter).tries for letter in queued] == [1, 1, 0, 0, 0, 0]


def test_a_server_that_grants_fewer_connections_than_a_window_has_takes_them_all_the_same(book, mail_server):
    queued = letters(book, 7)
    open_lines = []

    class Narrow:
        def line(self):
            if sum(line.ready or line._line._state == "waiting for the dot" for line in open_lines) >= 3:
                raise SmtpFailure("Too many connections.", phase="banner", reply_code=421)
            open_lines.append(WatchedLine(transport(mail_server.port).line(), unheard))
            return open_lines[-1]

    delivery(book, through=Narrow(), window=5).deliver(limit=7)
    assert statuses(book, queued) == ["accepted"] * 7
    assert mail_server.connections == 3


def test_a_refusal_is_recorded_although_the_server_goes_away_after_it(book, mail_server):
    bad, *others = letters(book, 3)
    ways = chain([transport(mail_server.port)], repeat(nobody_listens()))

    class Dying:
        def line(self):
            return next(ways).line()

    mail_server.play("rcpt:421 4.3.2 Closing")
    delivery(book, through=Dying(), window=3).deliver(limit=3)
    assert [book.outbox.get(letter).tries for letter in (bad, *others)] == [1, 0, 0]


def test_an_answer_is_recorded_although_the_database_was_away_when_it_came(book, mail_server):
    (letter,) = letters(book, 1)
    waits = []

    def cut():
        with looking(book) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    class Cut(WatchedHandover):
        """The connection goes in the middle of the recording, twice."""

        def settle(self, attempts):
            if len(waits) < 2:
                with self._handover._store.changing("letters.settled") as change:
                    change.session.connection().exec_driver_sql("SELECT 1")
                    cut()
                    return self._handover._settle(change, attempts[0])
            return super().settle(attempts)

    through = delivery(book, mail_server, handover=Cut(book.handover, unheard), pause=waits.append)
    done = through.deliver(limit=1)
    assert waits == [0.1, 0.3]
    assert done.outcomes == {"accepted": 1}
    assert statuses(book, [letter]) == ["accepted"]
    assert told(book, letter) == ["queued", "handing_off", "accepted"]
    assert len(mail_server.messages) == 1


def test_an_answer_that_cannot_be_recorded_at_all_leaves_the_letter_in_doubt(book, mail_server, clock):
    (letter,) = letters(book, 1)
    waits = []

    class Away(WatchedHandover):
        def settle(self, _attempts):
            raise StoreError("The database does not answer.")

    through = delivery(book, mail_server, handover=Away(book.handover, unheard), pause=waits.append)
    with pytest.raises(StoreError):
        through.deliver(limit=1)
    assert len(waits) == 6
    clock.advance(LAPSED)
    book.handover.reap()
    delivery(book, mail_server).deliver(limit=1)
    assert statuses(book, [letter]) == ["in_doubt"]
    assert len(mail_server.messages) == 1


def test_a_database_that_goes_away_before_the_intent_lets_no_dot_be_written(book, mail_server, clock):
    queued = letters(book, 3)

    class Away(WatchedHandover):
        def intend(self, _letters):
            raise StoreError("The database does not answer.")

    with pytest.raises(StoreError):
        delivery(book, mail_server, handover=Away(book.handover, unheard)).deliver(limit=3)
    mail_server.wait_until_abandoned(3)
    assert mail_server.messages == ()
    clock.advance(LAPSED)
    book.handover.reap()
    delivery(book, mail_server).deliver(limit=3)
    assert statuses(book, queued) == ["accepted"] * 3
    assert len(mail_server.messages) == 3


def frozen_past_the_lease(book, make_book, mail_server, clock, point):
    """A worker stands still at a point until its lease is over and another has done the work, then goes on."""

    def meanwhile():
        clock.advance(LAPSED)
        other = make_book()
        other.handover.reap()
        delivery(other, mail_server).deliver(limit=5)

    return watched(book, mail_server, at(point, meanwhile)).deliver(limit=5)


@pytest.mark.parametrize("point", ["claim", "mail", "body"])
def test_a_worker_that_froze_before_the_intent_finds_its_claim_gone(
    book, make_book, mail_server, clock, point
):
    queued = letters(book, 2)
    done = frozen_past_the_lease(book, make_book, mail_server, clock, point)
    assert done.passed_over == 2
    assert statuses(book, queued) == ["accepted"] * 2
    assert len(mail_server.messages) == 2


@pytest.mark.parametrize("point", ["intent", "dotting", "dot", "reply"])
def test_a_worker_that_froze_after_the_intent_still_settles_it(book, make_book, mail_server, clock, point):
    queued = letters(book, 2)
    frozen_past_the_lease(book, make_book, mail_server, clock, point)
    assert statuses(book, queued) == ["accepted"] * 2
    assert told(book, queued[0]) == ["queued", "handing_off", "in_doubt", "accepted"]
    assert len(mail_server.messages) == 2


def test_several_workers_at_once_send_every_letter_once(book, make_book, mail_server):
    queued = letters(book, 60)
    books = [make_book() for _ in range(4)]

    def work(other):
        through = delivery(other, mail_server, window=5)
        while through.deliver(limit=10).outcomes:
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, books))
    assert statuses(book, queued) == ["accepted"] * 60
    taken = [message.recipients[0] for message in mail_server.messages]
    assert sorted(taken) == sorted(letter.to_address for letter in queued)


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


def test_a_worker_that_has_had_enough_finishes_its_window_and_gives_the_rest_back_at_once(
    book, mail_server, clock
):
    queued = letters(book, 6)
    asked = []

    def enough():
        asked.append(True)
        return len(asked) > 2

    done = delivery(book, mail_server, window=2, enough=enough).deliver(limit=6)
    assert (done.outcomes, done.put_back) == ({"accepted": 4}, 2)
    assert statuses(book, queued) == ["accepted"] * 4 + ["queued"] * 2
    assert [(book.outbox.get(letter).tries, book.outbox.get(letter).due_at) for letter in queued[4:]] == [
        (0, clock.now())
    ] * 2


def test_a_time_limit_while_answers_are_awaited_takes_nothing_back_that_is_known(book, mail_server):
    queued = letters(book, 3)
    answers = []

    def limit(point):
        if point == "reading":
            answers.append(point)
            if len(answers) == 3:
                raise TimeoutError("the task has taken too long")

    with pytest.raises(TimeoutError):
        watched(book, mail_server, limit, window=3).deliver(limit=3)
    assert statuses(book, queued) == ["accepted", "accepted", "handing_off"]
