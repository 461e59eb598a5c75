"""`crm doctor`: finds what is broken, mends nothing, gives no secret away."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from support.books import settings_for_tests
from support.crm_command import DANA, PASSWORD
from support.outbox import contact, running, staffed
from support.smtp_server import RecordingServer

from crm.checks import Check
from crm.cli.doctor import safely
from crm.clock import SystemClock
from crm.errors import MailError
from workers.checks import workers

DOWN = f"postgresql://accord:{PASSWORD}@127.0.0.1:1/nowhere"


@pytest.fixture
def looked_at(crm):
    """What the doctor finds, by name, everywhere or in some places; no broker or mail server runs unless a test brings one."""

    def look(*only, **variables):
        given = {"CRM_BROKER_URL": f"redis://:{PASSWORD}@127.0.0.1:1/0", "CRM_SMTP_PORT": "1", **variables}
        said = crm("doctor", "--json", *(part for place in only for part in ("--only", place)), **given)
        found = json.loads(said.stdout)
        assert said.exit_code == (0 if found["healthy"] else 1)
        assert found["healthy"] == all(check["ok"] is not False for check in found["checks"])
        return {check["name"]: check for check in found["checks"]}

    return look


def broken(found):
    return {name for name, check in found.items() if check["ok"] is False}


def test_everything_that_is_needed_is_found_to_work(crm, acme):
    # The data folder holds no broker yet: the one that comes with Accord starts for the question, and stops.
    with RecordingServer() as server:
        said = crm("doctor", CRM_SMTP_PORT=str(server.port))
    assert said.exit_code == 0, said.output
    for found in (
        "PostgreSQL",
        "At version",
        "You are on the staff as Dana Reyes.",
        "answers (TLS: none)",
        "Valkey",
    ):
        assert found in said.stdout


def test_a_mail_server_and_a_broker_that_do_not_answer_are_broken_and_nothing_else(looked_at):
    found = looked_at()
    assert broken(found) == {"mail server", "broker"}
    assert "CRM_SMTP_HOST" in found["mail server"]["hint"]


def test_letters_that_would_travel_in_the_clear_are_pointed_out(looked_at):
    with RecordingServer() as server:
        elsewhere = {"CRM_SMTP_HOST": "0.0.0.0", "CRM_SMTP_PORT": str(server.port)}
        asked = looked_at(**elsewhere)["mail server"]
        stated = looked_at(**elsewhere, CRM_SMTP_TLS="none")["mail server"]
    assert (asked["ok"], "tls" in asked["detail"]) == (False, True)
    assert (stated["ok"], "in the clear" in stated["hint"]) == (None, True)


def test_a_wrong_password_of_the_mail_server_is_found_and_not_shown(looked_at):
    with RecordingServer(login=("accord", "another password")) as server:
        found = looked_at(
            "mail server",
            CRM_SMTP_PORT=str(server.port),
            CRM_SMTP_USERNAME="accord",
            CRM_SMTP_PASSWORD=PASSWORD,
        )
    assert found["mail server"]["ok"] is False
    assert "auth" in found["mail server"]["detail"]


def test_a_database_that_is_down_leaves_the_rest_to_be_looked_at(looked_at):
    found = looked_at(CRM_DATABASE_URL=DOWN)
    assert {"database", "workers"} <= broken(found)
    assert found["templates"]["ok"]
    assert found["mail gate"]["ok"]


def test_a_database_that_is_behind_names_the_command(looked_at, server):
    found = looked_at("database", CRM_DATABASE_URL=server.url("postgres"))
    assert found["migrations"]["hint"] == "Run `crm migrate`."


def test_a_secret_key_that_is_missing_or_too_short_is_broken(looked_at):
    assert "secret key" in broken(looked_at("secret key", CRM_SECRET_KEY=""))
    assert "secret key" in broken(looked_at("secret key", CRM_SECRET_KEY="short"))


def test_a_setting_that_makes_no_sense_ends_the_examination_without_its_value(looked_at):
    found = looked_at(CRM_SMTP_PORT=PASSWORD)
    assert broken(found) == set(found) == {"settings"}
    assert "CRM_SMTP_PORT" in found["settings"]["detail"]


def test_placeholders_and_an_unnamed_actor_are_told_but_not_broken(looked_at):
    found = looked_at(CRM_ACTOR="", CRM_SENDER_ADDRESS="membership@accord.example")
    assert [found[name]["ok"] for name in ("actor", "sender", "inbox")] == [None, None, None]


def test_somebody_who_is_not_on_the_staff_is_told_so(looked_at):
    assert "crm staff add" in looked_at("database")["staff"]["hint"]


def test_an_inbox_that_is_no_folder_is_broken(looked_at, tmp_path):
    (tmp_path / "file").touch()
    assert "inbox" in broken(looked_at("inbox", CRM_INBOX=str(tmp_path / "file")))


def test_what_the_scheduled_jobs_last_did_is_told(looked_at, make_book):
    book = make_book(clock=SystemClock())
    now = datetime.now(UTC)  # noqa: TID251 - the doctor asks the machine's clock
    for job, slot_at, summary in (
        ("outbox.sweep", now, {"due": 3}),
        ("runs.advance", now - timedelta(hours=2), {}),
        ("answers.collect", now, {"error": "The inbox cannot be read."}),
    ):
        book.job_slots.take(job, slot_at=slot_at, holder="host:1", lasting=timedelta(minutes=5))
        book.job_slots.finish(job, holder="host:1", summary=summary)
    found = looked_at("workers")
    assert found["job outbox.sweep"]["ok"]
    assert "due 3" in found["job outbox.sweep"]["detail"]
    assert found["job runs.advance"]["ok"] is None
    assert "crm worker beat" in found["job runs.advance"]["hint"]
    assert "job answers.collect" in broken(found)


def test_jobs_that_never_ran_are_told_but_not_broken(database_url):
    settings = settings_for_tests(database_url=database_url)
    assert {check.ok for check in workers(settings)} == {None}


@pytest.mark.parametrize("error", [MailError("It is down."), ValueError(f"{PASSWORD} is wrong")])
def test_a_check_that_fails_is_a_finding_and_says_no_more_than_it_may(error):
    def examine(_settings):
        yield Check("first", ok=True, detail="fine")
        raise error

    first, second = safely("thing", examine, settings_for_tests())
    assert (first.name, second.name, second.ok) == ("first", "thing", False)
    assert PASSWORD not in second.detail


def test_the_table_for_people_marks_what_is_broken(crm):
    said = crm("doctor", CRM_BROKER_URL="redis://127.0.0.1:1/0", CRM_SMTP_PORT="1")
    assert said.exit_code == 1
    assert "broken  mail server" in said.stdout
    assert DANA in said.stdout


def test_one_thing_can_be_looked_at_alone_as_a_health_check_does(crm):
    said = crm("doctor", "--only", "database", CRM_BROKER_URL="redis://127.0.0.1:1/0", CRM_SMTP_PORT="1")
    assert said.exit_code == 0
    assert "PostgreSQL" in said.stdout
    assert "mail server" not in said.stdout


def test_a_check_that_there_is_not_lists_those_there_are(crm):
    said = crm("doctor", "--only", "weather")
    assert said.exit_code == 3
    assert "database" in said.stderr


def test_a_stop_of_all_mail_is_nothing_broken_and_is_told(looked_at, crm, acme):
    assert looked_at("database")["outgoing mail"]["ok"] is True
    crm("mail", "stop", "--reason", "a wrong figure")
    told = looked_at("database")["outgoing mail"]
    assert told["ok"] is None
    assert "a wrong figure" in told["detail"]


def test_mail_that_waits_for_a_person_is_told_with_the_run_that_paused_itself(looked_at, book, make_book):
    assert looked_at()["outbox"]["ok"] is True
    staffed(book)
    run = running(make_book, contact(book))
    book.runs.pause(run, reason="Refused by a mail server's policy.", by_itself=True)
    told = looked_at()["outbox"]
    assert told["ok"] is None
    assert f"Run {run.id} paused itself on " in told["detail"]
    assert told["detail"].endswith(": Refused by a mail server's policy.")
