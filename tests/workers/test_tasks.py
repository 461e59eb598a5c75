import ast
import base64
import json
from pathlib import Path

import pytest
from support.outbox import letters
from support.server_processes import processes_in
from support.worker_processes import workshop

import workers
from workers.app import make_app
from workers.queues import Queue
from workers.runtime import Runtime
from workers.schedule import ENTRIES, beat_schedule

FOLDER = Path(workers.__file__).parent
SOURCES = sorted(FOLDER.rglob("*.py"))
FOR_EVER = 1e9  # a slot of thirty years does not end between two calls


@pytest.fixture
def shop(database_url):
    with workshop(database_url, batch=4) as shop:
        yield shop


@pytest.fixture
def app(shop):
    """The application of a worker, in this process."""
    runtime = Runtime(shop.known)
    runtime.start()
    app = make_app(runtime)
    yield app
    app.close()
    runtime.book().close()


def own(app):
    return {name for name in app.tasks if not name.startswith("celery.")}


def doors():
    """What is done behind each door: the expressions in the table of scheduled jobs, and the one for a ring."""
    tree = ast.parse((FOLDER / "tasks.py").read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda) and node.args.args:
            if node.args.args[0].arg == "runtime":
                yield node.body
        elif isinstance(node, ast.FunctionDef) and node.name == "deliver":
            (done,) = node.body
            yield done.value


def test_a_task_is_a_door_and_no_room():
    found = [ast.unparse(done) for done in doors()]
    assert len(found) == len(ENTRIES) + 1
    assert all(done.startswith("jobs.") for done in found), found


def test_nothing_waits_in_the_broker():
    """What waits in a broker is lost with it, or repeated; waits are rows with a due date."""
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                given = {keyword.arg for keyword in node.keywords}
                assert not given & {"eta", "countdown", "retry_backoff"}, f"{source.name}:{node.lineno}"
            if isinstance(node, ast.Attribute):
                assert node.attr not in {"apply_async", "delay", "retry"}, f"{source.name}:{node.lineno}"


def test_the_schedule_rings_for_tasks_that_there_are_on_queues_that_are_served(app):
    assert {entry.job for entry in ENTRIES} < own(app)
    assert own(app) == {entry.job for entry in ENTRIES} | {"outbox.deliver"}
    assert {entry.queue for entry in ENTRIES} | {Queue.SEND} == set(Queue)
    assert {queue.name for queue in app.conf.task_queues} == {queue.value for queue in Queue}
    assert all(entry.why for entry in ENTRIES)


def test_a_ring_that_nobody_answers_in_time_expires(app):
    for entry in ENTRIES:
        row = beat_schedule(10)[entry.job]
        assert row["args"] == [entry.seconds(10)]
        assert row["schedule"] == row["options"]["expires"] == entry.every * 10
        assert row["options"]["queue"] == entry.queue.value
    assert app.conf.beat_schedule.keys() == {entry.job for entry in ENTRIES}


SETTINGS = {
    "task_acks_late": False,
    "task_reject_on_worker_lost": False,
    "task_ignore_result": True,
    "result_backend": None,
    "task_serializer": "json",
    "accept_content": ["json"],
    "worker_prefetch_multiplier": 1,
    "worker_cancel_long_running_tasks_on_connection_loss": False,
    "task_publish_retry": False,
    "task_create_missing_queues": False,
    "broker_connection_retry_on_startup": True,
    "enable_utc": True,
    "timezone": "UTC",
}


def test_the_broker_is_a_doorbell_by_its_settings(app):
    assert {name: app.conf[name] for name in SETTINGS} == SETTINGS


def test_the_time_limits_stand_in_the_order_in_which_they_must(app):
    """The answer to a dot may take 600 s (RFC 5321 4.5.3.2.6); the broker delivers nothing a second time."""
    broker = app.conf.broker_transport_options
    assert 600 < app.conf.task_soft_time_limit < app.conf.task_time_limit
    assert broker["ack_emulation"] is False
    assert broker["socket_timeout"] <= 5
    assert broker["socket_connect_timeout"] <= 5
    assert broker["retry_on_timeout"] is False
    assert broker["global_keyprefix"].startswith("crm:")
    assert app.conf.beat_max_loop_interval <= 5


def rings(shop):
    """What lies in the broker: the arguments of each ring, and the whole of it as text."""
    with shop.redis() as client:
        found = []
        for key in client.scan_iter("*"):
            if client.type(key) == b"list":
                for ring in map(json.loads, client.lrange(key, 0, -1)):
                    body = base64.b64decode(ring["body"])
                    found.append(
                        (ring["headers"]["task"], json.loads(body)[0], json.dumps(ring) + body.decode())
                    )
        return found


def test_rings_carry_numbers_in_batches_and_neither_addresses_nor_words(shop, app):
    queued = letters(shop.book, 10)
    app.tasks["outbox.sweep"](10.0)
    found = rings(shop)
    assert {task for task, _, _ in found} == {"outbox.deliver"}
    batches = [ids for _, (ids,), _ in found]
    assert sorted(map(len, batches)) == [2, 4, 4]
    assert {number for ids in batches for number in ids} == {letter.id for letter in queued}
    for _, _, everything in found:
        assert "acme.example" not in everything
        assert "Dear" not in everything


def test_a_door_lets_through_to_its_job_and_the_slot_is_taken_once(shop, app):
    letters(shop.book, 3)
    assert app.tasks["outbox.sweep"](FOR_EVER)["due"] == 3
    assert app.tasks["outbox.sweep"](FOR_EVER) is None
    assert app.tasks["answers.collect"](FOR_EVER) == {}
    assert app.tasks["answers.fetch"](FOR_EVER) == {}
    assert app.tasks["runs.advance"](FOR_EVER)["looked_at"] == 0
    assert app.tasks["retention.look"](86400.0)["due answers_raw"] == 0
    assert app.tasks["reminders.draft"](86400.0) == {"drafted": 0, "withdrawn": 0}
    assert len(shop.book.job_slots.latest()) == 6


def test_letters_are_handed_over_by_their_numbers(shop, app):
    queued = letters(shop.book, 3)
    done = app.tasks["outbox.deliver"]([queued[0].id, queued[2].id, 10**12])
    assert done["outcomes"] == {"accepted": 2}
    assert [letter.status for letter in map(shop.book.outbox.get, queued)] == [
        "accepted",
        "queued",
        "accepted",
    ]
    assert json.loads(json.dumps(done)) == done


def test_a_broker_that_does_not_hear_fails_no_sweep(shop, app):
    letters(shop.book, 3)
    (server,) = processes_in(shop.folder / "valkey")
    server.kill()
    server.wait(60)
    assert app.tasks["outbox.sweep"](10.0)["due"] == 3
    assert len(shop.book.handover.due()) == 3
