from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain, repeat

import pytest
from pydantic import SecretStr
from sqlalchemy import event
from support.handing_over import transport
from support.kill_points import WatchedHandover, WatchedLine
from support.locks import blocked
from support.outbox import (
    LAPSED,
    letters,
    looking,
    statuses,
    told,
)
from support.sending import at, delivery, nobody_listens, unheard, watched
from support.smtp_server import RecordingServer

from crm.errors import StoreError
from crm.mail.line import Timeouts
from crm.mail.smtp import SmtpFailure

SOON = timedelta(minutes=1)
LATER = timedelta(minutes=15)


def assert_all_wait(book, queued, until, why):
    for letter in queued:
        kept = book.outbox.get(letter)
        assert (kept.status, kept.tries, kept.due_at) == ("queued", 0, until)
        assert why in kept.verdict


def test_a_mail_server_that_is_down_costs_no_tries(book, clock):
    queued = letters(book, 5)
    done = delivery(book, through=nobody_listens(), window=2).deliver(limit=5)
    assert (done.put_back, done.outcomes) == (5, {})
    assert_all_wait(book, queued, clock.now() + SOON, "No mail server answers at 127.0.0.1:")


def test_a_mail_server_that_asks_for_a_moment_is_asked_again_soon(book, mail_server, clock):
    queued = letters(book, 2)
    mail_server.play("banner421")
    delivery(book, mail_server).deliver(limit=2)
    assert_all_wait(book, queued, clock.now() + SOON, "answered 421 4.3.2 at banner")


def test_a_mail_server_that_does_not_let_us_in_is_asked_less_often_and_quoted_by_its_code(
    book, mail_server, clock
):
    queued = letters(book, 2)
    mail_server.play("banner:554 5.7.1 Blocked for 192.0.2.1")
    delivery(book, mail_server).deliver(limit=2)
    assert_all_wait(book, queued, clock.now() + LATER, "The mail server answered 554 5.7.1 at banner.")
    clock.advance(LATER)
    delivery(book, mail_server).deliver(limit=2)
    assert statuses(book, queued) == ["accepted"] * 2


def test_a_wrong_password_is_said_and_nothing_of_it_kept(book, clock):
    queued = letters(book, 1)
    with RecordingServer(login=("accord", "another")) as server:
        wrong = transport(server.port, username="accord", password=SecretStr("hunter2"))
        delivery(book, through=wrong).deliver(limit=1)
    assert_all_wait(book, queued, clock.now() + LATER, "The mail server answered 535 5.7.8 at auth.")


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
    waits, cuts = [], []

    def cut():
        with looking(book) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def cut_in_the_middle_of_recording(_connection, _cursor, statement, *_):
        if statement.startswith("\nWITH became AS") and len(cuts) < 2:
            cuts.append(statement)
            cut()

    event.listen(book.engine, "before_cursor_execute", cut_in_the_middle_of_recording)
    done = delivery(book, mail_server, pause=waits.append).deliver(limit=1)
    assert len(cuts) == 2
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


def test_a_database_that_dies_while_an_intent_is_being_committed_lets_no_dot_be_written(
    book, mail_server, clock
):
    queued = letters(book, 2)
    with (
        ThreadPoolExecutor(1) as pool,
        looking(book) as eye,
        looking(book) as other,
        other.transaction(),
    ):
        other.execute("SELECT 1 FROM person WHERE id = ANY(%s) FOR UPDATE", [[x.person_id for x in queued]])
        sending = pool.submit(delivery(book, mail_server).deliver, limit=2)
        blocked(eye, 1)
        eye.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        with pytest.raises(StoreError):
            sending.result(60)
    mail_server.wait_until_abandoned(2)
    assert statuses(book, queued) == ["claimed"] * 2
    clock.advance(LAPSED)
    book.handover.reap()
    delivery(book, mail_server).deliver(limit=2)
    assert statuses(book, queued) == ["accepted"] * 2
    assert len(mail_server.messages) == 2


# A server that is slower than our patience: at which stage, and what is known then.
SLOW = {"mail": "queued", "rcpt": "queued", "data": "queued", "dot": "in_doubt"}


@pytest.mark.parametrize("stage", SLOW)
def test_a_server_that_is_too_slow_before_the_dot_is_asked_again_and_after_it_leaves_doubt(
    book, mail_server, clock, stage
):
    (letter,) = letters(book, 1)
    mail_server.play(f"{stage}:late 2")
    impatient = transport(mail_server.port, timeouts=Timeouts(connect=5, command=0.2, final=0.2, quit=0.2))
    delivery(book, through=impatient).deliver(limit=1)
    assert statuses(book, [letter]) == [SLOW[stage]]
    clock.advance(LAPSED)
    book.handover.reap()
    delivery(book, mail_server).deliver(limit=1)
    assert len(mail_server.wait_for(1)) == 1
    assert statuses(book, [letter]) == ["in_doubt" if stage == "dot" else "accepted"]


def test_a_server_that_is_slow_within_our_patience_makes_no_difference(book, mail_server):
    queued = letters(book, 4)
    mail_server.play("mail:late 0.1", "rcpt:late 0.1", "data:late 0.1", "dot:late 0.1")
    delivery(book, mail_server, window=2).deliver(limit=4)
    assert statuses(book, queued) == ["accepted"] * 4


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


def test_a_worker_that_wakes_after_a_person_had_its_letter_sent_again_makes_the_copy_that_was_asked_for(
    book, make_book, mail_server, clock
):
    (letter,) = letters(book, 1)

    def meanwhile():
        clock.advance(LAPSED)
        other = make_book()
        other.handover.reap()
        other.outbox.resend(letter, reason="they have asked where it is")
        delivery(other, mail_server).deliver(limit=1)

    watched(book, mail_server, at("intent", meanwhile)).deliver(limit=1)
    first, second = (str(message.message["Message-ID"]) for message in mail_server.messages)
    kept = book.outbox.get(letter)
    assert first == second == kept.message_id
    assert (kept.status, kept.may_duplicate) == ("accepted", True)


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
