"""The command as a whole: its groups, its global options, and how an error ends it."""

import json

import pytest
from support.crm_command import DANA
from typer.main import get_command
from typer.testing import CliRunner

from crm.cli import app
from crm.cli.failures import ExitCode, exit_code, in_commands
from crm.errors import AccordError, NotFound, NotMigrated, Refused, Unreachable


def leaves(command, path=()):
    for name in command.commands:
        found = command.commands[name]
        if hasattr(found, "commands"):
            yield from leaves(found, (*path, name))
        else:
            yield (*path, name), found


COMMANDS = dict(leaves(get_command(app)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_says_what_it_does_and_what_each_option_means(path):
    shown = CliRunner().invoke(app, [*path, "--help"])
    assert shown.exit_code == 0
    assert COMMANDS[path].help
    assert [param.name for param in COMMANDS[path].params if param.help == ""] == []


def test_the_upper_layers_bring_their_commands():
    assert "worker" in get_command(app).list_commands(None)
    assert "Run a worker" in CliRunner().invoke(app, ["worker", "start", "--help"]).stdout


def test_a_command_without_an_actor_says_how_to_name_one(crm):
    said = crm("org", "find", CRM_ACTOR="")
    assert said.exit_code == ExitCode.CONFIGURATION
    assert "CRM_ACTOR" in said.stderr
    assert said.stdout == ""


def test_the_actor_of_the_option_is_the_one_on_the_trail(crm):
    crm.json("--actor", "lee@accord.example", "org", "add", "Acme")
    assert crm.json("history", "Acme")[0]["actor"] == "lee@accord.example"


def test_the_actor_of_one_call_is_forgotten_by_the_next(crm):
    crm.json("--actor", "lee@accord.example", "org", "add", "Acme")
    crm.json("org", "change", "Acme", "--website", "https://acme.example")
    assert [entry["actor"] for entry in crm.json("history", "Acme")] == ["lee@accord.example", DANA]


def test_json_may_be_asked_for_anywhere_on_the_line(crm, acme):
    assert (
        json.loads(crm("org", "show", acme["id"], "--json").stdout)["organization"]["name"]
        == "Acme Satellites"
    )


def test_after_two_dashes_json_is_a_word_like_any_other(crm, acme):
    logged = crm("log", "note", "--", acme["id"], "--json")
    assert "--json" in logged.stdout


def test_an_error_is_one_sentence_on_standard_error(crm):
    said = crm("org", "show", "Nobody & Co")
    assert said.exit_code == ExitCode.NOT_FOUND
    assert said.stdout == ""
    assert said.stderr == "No organisation answers to Nobody & Co. Add it with `crm org add`.\n"


def test_an_error_for_programs_is_one_object_on_standard_error(crm):
    said = crm("--json", "org", "show", "Nobody & Co")
    error = json.loads(said.stderr)["error"]
    assert (error["code"], error["field"], error["value"]) == ("not_found", "organization", "Nobody & Co")
    assert "crm org add" in error["hint"]
    assert said.stdout == ""


def test_an_ambiguous_key_lists_its_candidates(crm):
    first, second = (
        crm.json("org", "add", "Acme", "--country", "KE"),
        crm.json("org", "add", "Acme", "--country", "FR"),
    )
    said = crm("org", "show", "acme")
    assert said.exit_code == ExitCode.AMBIGUOUS
    assert f"{first['id']} Acme (KEN)" in said.stderr
    assert f"{second['id']} Acme (FRA)" in said.stderr


def test_what_is_wrong_cannot_steer_the_terminal(crm):
    said = crm("org", "show", "\x1b[31mred\n")
    assert "\x1b" not in said.stderr
    assert said.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (("org", "add", "Acme", "--country", "Atlantis"), ExitCode.NOT_FOUND),
        (("org", "add", "Acme", "--lei", "123"), ExitCode.INVALID_INPUT),
        (("org", "add", " "), ExitCode.INVALID_INPUT),
        (("org", "add", "Acme", "--name-in", "ar"), ExitCode.INVALID_INPUT),
        (("org", "change", "Acme"), ExitCode.INVALID_INPUT),
        (("person", "add", "Amina", "--email", "nowhere"), ExitCode.INVALID_INPUT),
        (("report", "prospects-by-state", "--on", "someday"), ExitCode.INVALID_INPUT),
        (("log", "call", "Acme", "hello", "--at", "2026-11-20T10:00"), ExitCode.INVALID_INPUT),
        (("mail", "show", "99999999"), ExitCode.NOT_FOUND),
        (("letter", "show", "99999999"), ExitCode.NOT_FOUND),
        (("history", "99999999"), ExitCode.NOT_FOUND),
        (("import", "organizations", "nowhere.csv", "--map", "name=Company"), ExitCode.NOT_FOUND),
        (("log", "chat", "Acme", "hello"), 2),
        (("orgs",), 2),
    ],
)
def test_bad_input_ends_with_its_exit_code_and_one_line_of_reason(crm, args, code):
    said = crm(*args)
    assert said.exit_code == code
    assert said.stderr.strip()
    assert "Traceback" not in said.output


@pytest.mark.parametrize(
    ("error", "code"),
    [(AccordError, 1), (NotFound, 3), (Refused, 6), (Unreachable, 7), (NotMigrated, 7)],
)
def test_an_error_has_the_exit_code_of_its_nearest_branch(error, code):
    assert exit_code(error("…")) == code


@pytest.mark.parametrize(
    ("hint", "told"),
    [
        ("Add it with book.organizations.add.", "Add it with `crm org add`."),
        ('Add one: book.people.change(12, email="…").', "Add one: crm person change 12 --email …."),
        ('Say what is due: next="…".', "Say what is due: --next …."),
        ("Name the reader: to=….", "Name the reader: --to …."),
        ("Use the id.", "Use the id."),
    ],
)
def test_hints_name_commands_instead_of_python(hint, told):
    assert in_commands(hint) == told


def test_a_setting_that_makes_no_sense_is_named_without_its_value(crm):
    said = crm("org", "find", CRM_WINDOW="hunter2-hunter2")
    assert said.exit_code == ExitCode.CONFIGURATION
    assert "CRM_WINDOW" in said.stderr


def test_an_address_that_is_none_is_not_repeated(crm):
    said = crm("org", "find", CRM_DATABASE_URL="mysql://root:hunter2-hunter2@db/x")
    assert said.exit_code == ExitCode.CONFIGURATION
    assert "postgresql://" in said.stderr


def test_without_the_secret_key_a_configured_database_is_not_opened(crm):
    said = crm("org", "find", CRM_SECRET_KEY="")
    assert said.exit_code == ExitCode.CONFIGURATION
    assert said.stderr.startswith("CRM_SECRET_KEY: The secret key is missing.")
