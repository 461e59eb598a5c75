"""The whole demonstration as a process of its own, with a worker, a beat, a mail server and servers of its own."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager

import pytest
from support.server_processes import REPOSITORY, fresh_folder, processes_in

import crm
from crm.consent.suppressions import Scope, SuppressionReason
from crm.mail.answers import AnswerKind
from crm.outreach.outbox_tables import MessageStatus
from crm.outreach.run_tables import Arm
from workers.demo.mail_server import read_letter
from workers.demo.output import Output
from workers.demo.stage import demo_settings

# A demonstration that heeded any of these could not come to its end.
PRODUCTION = {
    "CRM_DATABASE_URL": "postgresql://crm:secret@db.production.invalid/crm",
    "CRM_BROKER_URL": "redis://broker.production.invalid",
    "CRM_SMTP_HOST": "mail.production.invalid",
    "CRM_SMTP_PORT": "1",
    "CRM_SMTP_TLS": "implicit",
    "CRM_SECRET_KEY": "too short",
    "CRM_BOOK": "accord",
    "CRM_INBOX": "/nowhere/inbox",
    "CRM_TICK_SECONDS": "3600",
}


def demonstration(place, *, output="out"):
    """A demonstration that has begun, in a folder where something else is called workers."""
    (place / "workers").mkdir(exist_ok=True)
    (place / "workers/__init__.py").write_text("raise SystemExit('these are not ours')")
    search = os.pathsep.join([str(REPOSITORY), *filter(None, [os.environ.get("PYTHONPATH")])])
    arguments = ["demo", "--companies=120", "--data-folder", str(place / "accord")]
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "workers", *arguments, "--output", str(place / output)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=place,
        env={**os.environ, **PRODUCTION, "PYTHONPATH": search, "PYTHONUNBUFFERED": "1"},
        start_new_session=True,
    )


def told_until(process, words):
    """What it tells up to the line with these words."""
    told = []
    for line in process.stdout:
        told.append(line)
        if words in line:
            return "".join(told)
    pytest.fail("".join(told))


@contextmanager
def opened(place):
    settings = demo_settings(data_folder=place / "accord", smtp_port=1, inbox=place / "inbox")
    with crm.open("dana.novak@accord.example", settings=settings) as book:
        yield book


@pytest.fixture(scope="module")
def place():
    with fresh_folder() as folder:
        yield folder.parent


@pytest.fixture(scope="module")
def played(place):
    """What a demonstration told; one before it, on a machine where nothing had been made yet, was killed in the middle."""
    with demonstration(place) as killed:
        told_until(killed, "Starting both, and sending")
        killed.kill()
    with demonstration(place) as process:  # begins while the worker of the other one is ending
        told, _ = process.communicate(timeout=600)
    assert process.returncode == 0, told
    assert not processes_in(place), told
    return told


@pytest.fixture
def output(played, place):
    return Output(place / "out")


def test_after_one_that_was_killed_it_tells_every_scene_and_says_what_was_made(played):
    for number in range(1, 15):
        assert f"\n{number}. " in played
    for words in (
        "no prospect at all",
        "keep 17, go down 2, silent 175",
        "No process is left behind",
        "No letter has left",
    ):
        assert words in " ".join(played.split())
    assert "Too early to tell" in played  # the first reading is months away
    assert "Stopping what was started" not in played


def test_every_letter_is_on_disk_once_and_readable_with_the_standard_library(output, place):
    letters = [read_letter(path) for path in output.letters.iterdir()]
    assert all(count == 1 for count in Counter(letter["Message-ID"] for letter in letters).values())
    for letter in letters:
        assert not letter.defects
        assert letter["To"].addresses[0].domain.endswith(".example")
        assert letter.get_body(("plain",)).get_content().strip()
        assert "<html" in letter.get_body(("html",)).get_content()
    with opened(place) as book:
        sent = book.outbox.of(status=MessageStatus.ACCEPTED)
        assert {letter.message_id for letter in sent} == {letter["Message-ID"] for letter in letters}
        assert len(sent) == len(book.outbox.of())


def test_a_reply_a_bounce_and_an_unsubscribe_had_their_effects(output, place):
    assert [path.name for path in sorted(output.answers.iterdir())] == [
        "1-reply.eml",
        "2-bounce.eml",
        "3-unsubscribe.eml",
    ]
    with opened(place) as book:
        answers = {answer.kind: answer for answer in book.answers.of()}
        assert set(answers) == {AnswerKind.REPLY, AnswerKind.BOUNCE, AnswerKind.UNSUBSCRIBE}
        reply = book.interactions.get(answers[AnswerKind.REPLY].interaction_id)
        assert reply.interaction.inbound
        assert reply.next.done_at is not None
        for kind, scope, reason in (
            (AnswerKind.BOUNCE, Scope.ALL, SuppressionReason.BOUNCED),
            (AnswerKind.UNSUBSCRIBE, Scope.CAMPAIGNS, SuppressionReason.UNSUBSCRIBED),
        ):
            address = book.outbox.get(answers[kind].outbox_id).to_address
            (entry,) = book.suppressions.of(address)
            assert (entry.scope, entry.reason) == (scope, reason)
        (run,) = book.runs.of("associate_upgrade")
        exits = book.outcomes.of(run).arm(Arm.TREATMENT).exits
        assert exits == {"answered": 1, "bounced": 1, "unsubscribed": 1}


def test_the_letter_back_stands_in_the_thread_and_tells_no_reminder_of_ours(output, place):
    back = read_letter(max(output.letters.iterdir()))
    with opened(place) as book:
        (reply,) = [answer for answer in book.answers.of() if answer.kind is AnswerKind.REPLY]
        assert back["In-Reply-To"] == reply.message_id
        assert back["References"].split() == [book.outbox.get(reply.outbox_id).message_id, reply.message_id]
    assert "Answer the reply" not in back.get_body(("plain",)).get_content()


def test_the_report_is_there_in_every_form(output):
    page = output.file("prospects-by-state.html").read_text(encoding="utf-8")
    assert page.count("<tr") > 194
    assert "Synthetic demonstration data" in page
    rows = json.loads(output.file("prospects-by-state.json").read_text(encoding="utf-8"))["rows"]
    assert len(rows) == 195
    assert output.file("prospects-by-state.csv").exists()


def test_everything_made_up_is_marked(played, place):
    with opened(place) as book:
        members = [account for account in book.organizations if book.terms.of(account)]
        assert len(members) > 50
        assert all(term.synthetic for account in members for term in book.terms.of(account))
        assert all(part.synthetic for account in members for part in book.participation.of(account))
        assert all(book.standing.of(m) is None or book.standing.of(m).synthetic for m in members)
        assert all(person.synthetic for account in members for person in book.people.at(account))
        assert all(run.synthetic for run in book.runs.of())
        assert all("demonstration" in staff.title for staff in book.staff)


def test_interrupted_it_stops_what_it_has_started():
    with fresh_folder() as folder, demonstration(folder.parent) as process:
        told_until(process, "Synthetic members")
        os.killpg(process.pid, signal.SIGINT)
        told, _ = process.communicate(timeout=120)
        assert process.returncode == 130, told
        assert "Everything that was started has been stopped" in told
        assert not processes_in(folder.parent)


def test_a_folder_of_somebody_elses_is_refused_in_a_sentence(place):
    mine = place / "mine" / "letter.txt"
    mine.parent.mkdir()
    mine.touch()
    with demonstration(place, output="mine") as process:
        told, _ = process.communicate(timeout=120)
    assert process.returncode not in (0, 1)
    assert "no demonstration has made" in told.replace("\n", " ")
    assert "Traceback" not in told
    assert mine.exists()
