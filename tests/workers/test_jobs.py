import mailbox
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from support.associates import associate, staff
from support.inbound_mail import message, sample
from support.outbox import contact, letters, order, queue, statuses
from support.sending import delivery
from support.smtp_server import RecordingServer

from campaigns import desk
from crm.errors import Refused, StoreError, Unreachable
from crm.outreach.entry import Entry
from crm.outreach.runs.entries import Entered
from workers import jobs
from workers.bell import Bell

EVERY = timedelta(seconds=10)
SILENT = Bell(bool)


@pytest.fixture
def inbox(tmp_path):
    return tmp_path / "inbox"


@pytest.fixture
def sent(book):
    to = contact(book)
    (letter,) = queue(book, order(book, to, message_class="marketing"))
    with RecordingServer() as server:
        delivery(book, server).deliver(limit=1)
    return book.outbox.get(letter)


def arrives(inbox: Path, *raws: bytes) -> None:
    """Messages come in as an MTA delivers them."""
    maildir = mailbox.Maildir(str(inbox), create=True)
    for raw in raws:
        maildir.add(raw)


def in_folder(inbox, name):
    return sorted(path.name for path in (inbox / name).iterdir())


def test_replies_bounces_and_refusals_in_the_inbox_have_their_effect(book, inbox, sent):
    to = book.identity.reply(sent.id)
    arrives(
        inbox,
        message("Yes please.\n", To=to),
        message("", To=book.identity.unsubscribe(sent.id)),
        message("I am away.\n", To=to, Auto_Submitted="auto-replied"),
        sample("bounce_no_such_user"),
    )
    counted = jobs.collect(book, inbox)
    assert counted == {"reply": 1, "unsubscribe": 1, "automatic_reply": 1, "bounce": 1}
    assert len(book.interactions.of(sent.organization_id)) == 1
    assert book.suppressions.of(sent.to_address)[0].reason == "unsubscribed"
    assert len(book.answers.of(unmatched=True)) == 1


def test_what_was_taken_in_is_kept_as_it_came_and_marked_as_seen(book, inbox):
    raw = message("Hello.\n\nFrom here on.\n", Subject="=?utf-8?q?Caf=C3=A9?=")
    arrives(inbox, raw)
    jobs.collect(book, inbox)
    assert in_folder(inbox, "new") == []
    (name,) = in_folder(inbox, "cur")
    assert name.endswith(":2,S")
    assert (inbox / "cur" / name).read_bytes() == raw
    assert (
        mailbox.Maildir(str(inbox)).get_message(next(iter(mailbox.Maildir(str(inbox)).keys()))).get_flags()
        == "S"
    )


def test_collecting_again_finds_nothing(book, inbox, sent):
    arrives(inbox, message("Yes.\n", To=book.identity.reply(sent.id)))
    assert jobs.collect(book, inbox) == {"reply": 1}
    assert jobs.collect(book, inbox) == {}
    assert len(book.answers.of()) == 1


def test_an_inbox_that_is_not_there_is_made(book, inbox):
    assert jobs.collect(book, inbox) == {}
    assert {path.name for path in inbox.iterdir()} == {"cur", "new", "tmp"}


def test_what_cannot_be_read_is_set_aside_and_holds_nothing_up(book, inbox, sent):
    arrives(inbox, b"\n", b"x" * (10 * 1024 * 1024 + 1), message("Yes.\n", To=book.identity.reply(sent.id)))
    assert jobs.collect(book, inbox) == {"unreadable": 2, "reply": 1}
    assert len(in_folder(inbox, ".unreadable/new")) == 2
    assert in_folder(inbox, "new") == []
    assert len(mailbox.Maildir(str(inbox)).get_folder("unreadable")) == 2


def test_a_crash_between_the_effect_and_the_move_repeats_harmlessly(book, inbox, sent):
    arrives(inbox, message("Yes.\n", To=book.identity.reply(sent.id)))
    (raw,) = [path.read_bytes() for path in (inbox / "new").iterdir()]
    book.answers.receive(raw)  # taken in, and then the power went
    assert jobs.collect(book, inbox) == {"reply": 1}
    assert len(book.interactions.of(sent.organization_id)) == 1
    assert in_folder(inbox, "new") == []


def receiving(receive):
    """A book of which `collect` needs nothing but this."""
    return SimpleNamespace(answers=SimpleNamespace(receive=receive))


def test_a_message_that_another_worker_took_meanwhile_is_no_failure(book, inbox):
    arrives(inbox, *(message(f"Hello {n}.\n", Message_ID=f"<{n}@acme.example>") for n in range(3)))

    def receive(raw):
        for path in sorted((inbox / "new").iterdir())[1:2]:
            path.unlink()
        return book.answers.receive(raw)

    assert jobs.collect(receiving(receive), inbox) == {"other": 2}


def test_a_database_that_is_away_stops_the_collecting_and_moves_nothing(inbox):
    arrives(inbox, message("Hello.\n"))

    def receive(_raw):
        raise Unreachable("The database does not answer.")

    with pytest.raises(StoreError):
        jobs.collect(receiving(receive), inbox)
    assert len(in_folder(inbox, "new")) == 1


def test_one_message_that_fails_oddly_stays_and_holds_no_other_up(book, inbox, caplog):
    arrives(inbox, message("Odd.\n"), message("Hello.\n", Message_ID="<2@acme.example>"))

    def receive(raw):
        if b"Odd" in raw:
            raise LookupError(raw)
        return book.answers.receive(raw)

    assert jobs.collect(receiving(receive), inbox) == {"failed": 1, "other": 1}
    assert len(in_folder(inbox, "new")) == 1
    assert "could not be taken in" in caplog.text


def test_a_sweep_sees_to_what_died_and_rings_for_what_is_due_in_batches(book, clock):
    queued = letters(book, 7)
    book.handover.claim(limit=3)
    clock.advance(timedelta(hours=1))
    heard = []

    def ring(batch):
        heard.append(batch)
        return True

    counted = jobs.sweep(book, Bell(ring), batch=3)
    assert counted == {"held": 0, "requeued": 3, "in_doubt": 0, "assumed_sent": 0, "due": 7}
    assert [len(batch) for batch in heard] == [3, 3, 1]
    assert Counter(n for batch in heard for n in batch) == {letter.id: 1 for letter in queued}


def test_a_broker_that_does_not_hear_is_asked_once(book):
    letters(book, 5)
    asked = []
    assert jobs.sweep(book, Bell(lambda batch: bool(asked.append(batch))), batch=2)["due"] == 5
    assert len(asked) == 1


def test_a_sweep_rings_for_those_alone_that_no_waiting_ring_is_about(book):
    queued = letters(book, 5)
    heard = []

    def ring(batch):
        heard.extend(batch)
        return True

    jobs.sweep(book, Bell(ring, waiting=lambda: 1), batch=2)
    assert heard == [letter.id for letter in queued[2:]]
    jobs.sweep(book, Bell(pytest.fail, waiting=lambda: 7), batch=2)


def test_a_sweep_without_work_rings_nobody(book):
    assert jobs.sweep(book, Bell(pytest.fail, pytest.fail), batch=100)["due"] == 0
    assert jobs.advance(book, Bell(pytest.fail, pytest.fail), batch=100)["looked_at"] == 0


def test_delivering_counts_what_came_of_it(book):
    queued = letters(book, 3)
    with RecordingServer() as server:
        server.play("none", "rcpt550")
        done = deliver(book, server, [letter.id for letter in queued[:2]])
    assert done == {"outcomes": {"accepted": 1, "refused_address": 1}, "passed_over": 0, "put_back": 0}
    assert statuses(book, queued) == ["accepted", "failed", "queued"]


def test_a_ring_that_comes_twice_hands_nothing_over_twice(book):
    queued = letters(book, 3)
    ids = [letter.id for letter in queued]
    with RecordingServer() as server:
        first, second = (deliver(book, server, ids) for _ in range(2))
        assert len(server.messages) == 3
    assert (first["outcomes"], second["outcomes"]) == ({"accepted": 3}, {})


def test_whoever_answers_the_last_ring_rings_for_what_is_due_by_then(book):
    queued = letters(book, 5)
    heard, ids = [], [letter.id for letter in queued]
    with RecordingServer() as server:
        deliver(book, server, ids[:2], Bell(pytest.fail, waiting=lambda: 1))
        deliver(book, server, ids[2:3], Bell(lambda batch: bool(heard.append(batch))))
    assert heard == [ids[3:]]


def test_whoever_could_hand_over_nothing_rings_nobody(book):
    ids = [letter.id for letter in letters(book, 3)]
    book.outgoing.stop(reason="wrong letter")
    with RecordingServer() as server:
        assert deliver(book, server, ids, Bell(pytest.fail))["outcomes"] == {}


def deliver(book, server, ids, bell=SILENT):
    return jobs.deliver(book, delivery(book, server), bell, ids, batch=200)


@pytest.fixture
def slot(book):
    def slot(work=dict, *, holder="one", by=book):
        return jobs.in_slot(by, "outbox.sweep", every=EVERY, holder=holder, work=work)

    return slot


def test_a_job_runs_once_a_slot(slot, clock):
    assert slot(lambda: {"due": 1}) == {"due": 1}
    assert slot(pytest.fail) is None
    clock.advance(EVERY)
    assert slot(lambda: {"due": 2}) == {"due": 2}


def test_slots_begin_at_full_multiples_whoever_asks_and_when(slot, book, clock):
    clock.at = datetime(2027, 3, 28, 1, 0, 9, 999_999, tzinfo=UTC)  # the hour that London's spring leaves out
    slot()
    (found,) = book.job_slots.latest()
    assert found.slot_at == datetime(2027, 3, 28, 1, 0, 0, tzinfo=UTC)
    clock.advance(timedelta(microseconds=1))
    assert slot() == {}


def test_what_a_job_did_and_how_it_failed_stays_to_be_seen(slot, book, clock):
    def refused():
        raise Refused("The run was cancelled.")

    slot(lambda: {"due": 4})
    assert book.job_slots.latest()[0].summary == {"due": 4}
    clock.advance(EVERY)
    with pytest.raises(Refused):
        slot(refused)
    found = book.job_slots.latest()[0]
    assert (found.summary, found.finished_at) == ({"error": "The run was cancelled."}, clock.now())


def test_an_unforeseen_failure_is_named_without_its_words_and_frees_the_next_slot(slot, book, clock):
    def failing():
        raise LookupError("secret")

    with pytest.raises(LookupError):
        slot(failing)
    assert book.job_slots.latest()[0].summary == {"error": "LookupError"}
    clock.advance(EVERY)
    assert slot(lambda: {"due": 0}) == {"due": 0}


def test_a_holder_that_died_delays_its_job_by_six_slots(slot, book, clock):
    book.job_slots.take("outbox.sweep", slot_at=clock.now(), holder="dead", lasting=EVERY * 6)
    clock.advance(EVERY * 6)
    assert slot(pytest.fail) is None
    clock.advance(EVERY)
    assert slot(lambda: {"due": 1}) == {"due": 1}


def test_a_clock_that_jumps_back_costs_time_and_nothing_else(slot, clock):
    slot()
    clock.advance(-timedelta(hours=2))
    assert slot(pytest.fail) is None
    clock.advance(timedelta(hours=2) + EVERY)
    assert slot(lambda: {"due": 1}) == {"due": 1}


def test_what_has_been_kept_for_long_enough_is_looked_at_and_left_to_a_person(book, inbox, sent, clock):
    arrives(inbox, message("Yes.\n", To=book.identity.reply(sent.id)))
    jobs.collect(book, inbox)
    clock.advance(timedelta(days=400))
    done = jobs.keep_no_longer(book)
    assert done["due answers_raw"] == 1
    assert not any(name.startswith("cleared") for name in done)
    assert book.answers.of()[0].raw


def test_a_daily_job_that_is_rung_for_all_day_runs_once_a_day(book, clock):
    ran = []
    for _ in range(48):
        jobs.in_slot(
            book, "daily", every=timedelta(days=1), holder="me", work=lambda: ran.append(clock.now()) or {}
        )
        clock.advance(timedelta(hours=1))
    assert [at.day for at in ran] == [24, 25, 26]


def test_a_daily_job_whose_worker_died_is_done_the_next_day(book, clock):
    day = timedelta(days=1)
    assert book.job_slots.take("daily", slot_at=clock.now(), holder="dead", lasting=timedelta(hours=1))
    clock.advance(day)
    assert jobs.in_slot(book, "daily", every=day, holder="me", work=dict) == {}


def test_a_campaign_of_the_catalogue_stands_open_with_an_entry_of_its_version(book, make_book):
    staff(book, "dana@accord.example", "joao@accord.example")
    associate(book, "Acme")
    version = desk.prepare(book, "associate_upgrade", entry=Entry(ceiling=1, every_hours=24))
    assert "at most 1 in 30 days: all are looked at every 24 hours; each once." in str(version)
    desk.approve(make_book("joao@accord.example"), version.id, count=1)
    desk.launch(book, version.id)
    assert jobs.take_in(book) == {"entered": 1, "awaiting": 0, "passed_over": 0}
    associate(book, "Beta")
    assert desk.enter(book, version.id, "Beta") == Entered(awaiting=1)
