import os
import signal
import subprocess
from contextlib import ExitStack

import pytest
from support.postgres_servers import OPEN, USE, asked, opened, pid, runs
from support.server_processes import Program, fresh_folder


@pytest.fixture
def folder():
    with fresh_folder() as path:
        yield path


@pytest.fixture(scope="module")
def cluster():
    with fresh_folder() as path:
        opened(path).close()
        yield path


@pytest.fixture
def used(cluster):
    yield cluster
    assert not runs(cluster)


def test_processes_that_start_it_at_once_share_one_server_until_the_last_is_done(folder):
    with ExitStack() as stack:
        users = [stack.enter_context(Program(USE, folder)) for _ in range(3)]
        assert [user.line() for user in users] == ["open"] * 3
        first = pid(folder)
        assert [users[0].end(), users[1].end()] == [0, 0]
        assert pid(folder) == first
        assert users[2].end() == 0
    assert not runs(folder)


def test_a_killed_user_blocks_nobody_and_the_next_one_cleans_up(used):
    with Program(USE, used) as user:
        assert user.line() == "open"
        user.process.kill()
        user.process.wait()
    assert runs(used)
    opened(used).close()
    assert not runs(used)


def test_closing_in_one_place_leaves_the_server_to_the_other_places_of_a_process(used):
    with opened(used) as one:
        with opened(used) as other:
            assert asked(other, "SELECT 1") == [(1,)]
        other.close()
        assert asked(one, "SELECT 1") == [(1,)]
    assert not runs(used)


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


def test_a_program_that_a_user_executes_does_not_keep_the_server(used):
    server = opened(used)
    with subprocess.Popen(["sleep", "20"], close_fds=False) as sleeper:
        server.close()
        assert not runs(used)
        sleeper.kill()


def test_an_interrupt_at_the_terminal_ends_its_user_and_not_the_server(used):
    with Program(USE, used) as starter:
        assert starter.line() == "open"
        with opened(used) as server:
            os.killpg(starter.process.pid, signal.SIGINT)
            starter.process.communicate(timeout=60)
            assert asked(server, "SELECT 1") == [(1,)]
    assert not runs(used)
