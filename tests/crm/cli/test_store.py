"""`crm migrate` and `crm reference load`, on an empty database as in production."""

import pytest
from support.books import empty_database
from support.crm_command import Crm

from crm.cli.failures import ExitCode


@pytest.fixture
def empty(server, clock, tmp_path):
    with empty_database(server) as url:
        yield Crm(url, clock, tmp_path)


def test_an_empty_database_is_not_touched_by_opening_it(empty):
    said = empty("org", "find")
    assert said.exit_code == ExitCode.STORE
    assert "crm migrate" in said.stderr


def test_a_database_is_migrated_and_filled_by_two_commands_that_need_no_actor(empty):
    migrated = empty.json("migrate", CRM_ACTOR="", CRM_SECRET_KEY="")
    assert (migrated["before"], migrated["after"]) == (None, migrated["newest"])
    loaded = empty.json("reference", "load", CRM_ACTOR="")
    assert {table["file"]: table["added"] for table in loaded["tables"]}["offices.csv"] > 0
    assert empty.json("history")[0]["actor"] == "setup"


def test_a_second_time_changes_nothing(crm):
    assert "already" in crm("migrate").stdout
    assert "0 rows were written" in crm("reference", "load").stdout
    assert "0 rows would be written" in crm("reference", "load", "--dry-run").stdout
