import subprocess
import sys

import pytest
from pydantic import SecretStr

from crm.errors import ConfigurationError
from crm.keyring import KeyRing, key_ring, own_key

ONE, OTHER = SecretStr("a" * 32), SecretStr("b" * 32)
MAKE_KEY = """
import sys
from pathlib import Path
from crm.keyring import own_key
print("ready", flush=True)
sys.stdin.readline()
print(own_key(Path(sys.argv[1])).get_secret_value())
"""


def test_a_former_key_is_recognised_and_the_current_one_signs():
    ring = key_ring(ONE, (OTHER,))
    assert ring.all == (ring.current, *ring.former)
    assert ring.current == key_ring(ONE).current
    assert ring.former == (key_ring(OTHER).current,)
    assert ring.current != ring.former[0]


@pytest.mark.parametrize(
    ("current", "former", "variable"),
    [
        (SecretStr("short-and-secret"), (), "CRM_SECRET_KEY"),
        (ONE, (OTHER, SecretStr("short-and-secret")), "CRM_FORMER_KEYS"),
    ],
)
def test_a_key_that_could_be_guessed_is_refused_without_repeating_it(current, former, variable):
    with pytest.raises(ConfigurationError) as caught:
        key_ring(current, former)
    assert caught.value.field == variable
    assert variable in str(caught.value)
    assert "short-and-secret" not in repr(caught.value.details()) + str(caught.value)


def test_a_key_ring_does_not_show_its_keys():
    assert "sssss" not in repr(KeyRing(b"sssss")) + str(KeyRing(b"sssss"))


def test_a_key_of_ones_own_is_made_once_and_readable_by_its_owner_alone(tmp_path):
    folder = tmp_path / "accord"
    key = own_key(folder)
    assert len(key.get_secret_value()) >= 32
    assert own_key(folder) == key
    assert own_key(tmp_path / "another") != key
    assert [path.name for path in folder.iterdir()] == ["secret.key"]
    assert (folder / "secret.key").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_processes_that_start_at_once_get_the_same_key(tmp_path):
    command = [sys.executable, "-c", MAKE_KEY, str(tmp_path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(3)]
    assert {process.stdout.readline() for process in processes} == {"ready\n"}
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    keys = {process.communicate(timeout=60)[0] for process in processes}
    assert keys == {own_key(tmp_path).get_secret_value() + "\n"}
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
