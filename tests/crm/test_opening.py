import subprocess
import sys
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from sqlalchemy import inspect
from support.books import SECRET, empty_database, settings_for_tests
from support.server_processes import fresh_folder, processes_in

import crm
from crm.clock import SetClock
from crm.config import StatedSettings
from crm.errors import ConfigurationError, NotMigrated, Unreachable
from crm.opening import keys_of
from crm.store.engine import connect
from crm.store.postgres import open_server
from crm.store.schema import migrate

DANA = "dana@accord.example"
OPEN = """
import sys
import crm
from crm.config import StatedSettings
settings = StatedSettings(data_folder=sys.argv[1], actor="dana@accord.example")
print("ready", flush=True)
sys.stdin.readline()
with crm.open(settings=settings) as book:
    print(len(book.countries.member_states()), len(list(book.offices)), book.identity.keys.current.hex())
print(*({"numpy", "scipy", "sklearn", "pandas", "threadpoolctl"} & sys.modules.keys()))
"""


def stopped_half_way(folder, name):
    """A book that was migrated, and its program killed before the facts were loaded."""
    with open_server(folder) as server:
        server.ensure_database(name)
        engine = connect(server.url(name))
        migrate(engine)
        engine.dispose()


def test_a_new_book_that_several_open_at_once_is_made_ready_by_the_first():
    with fresh_folder() as folder:
        command = [sys.executable, "-c", OPEN, str(folder)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        processes = [subprocess.Popen(command, **pipes) for _ in range(3)]
        assert {process.stdout.readline() for process in processes} == {"ready\n"}
        for process in processes:
            process.stdin.write("\n")
            process.stdin.flush()
        seen = {process.communicate(timeout=120)[0] for process in processes}
        assert len(seen) == 1
        told, heavy, _ = seen.pop().split("\n")
        assert told.startswith("194 ")
        assert heavy == "", "whoever opens a book waits for no library that it may not need"

        def settings(**more):
            return StatedSettings(data_folder=folder, **more)

        with (
            crm.open(DANA, settings=settings()) as book,
            crm.open(DANA, settings=settings(book="rehearsal")) as other,
        ):
            assert [entry.verb for entry in book.trail.latest()] == ["reference.loaded"]
            book.organizations.add("Acme")
            assert list(other.organizations) == []
            assert len(other.countries.member_states()) == 194
            stopped_half_way(folder, "halfway")
            with crm.open(DANA, settings=settings(book="halfway")) as filled:
                assert len(filled.countries.member_states()) == 194
            with pytest.raises(ConfigurationError):
                crm.open(DANA, settings=settings(secret_key="short"))
            assert processes_in(folder / "postgres")
        assert not processes_in(folder / "postgres")


def test_a_configured_database_is_never_changed_by_opening_it(server):
    with empty_database(server) as url:
        with pytest.raises(NotMigrated, match="crm migrate"):
            crm.open(DANA, settings=settings_for_tests(database_url=url))
        engine = connect(url)
        assert inspect(engine).get_table_names() == []
        engine.dispose()


def test_a_book_on_a_configured_database_opens_for_its_actor_by_its_clock(database_url):
    clock = SetClock(datetime(2027, 1, 1, tzinfo=UTC))
    with crm.open(settings=settings_for_tests(database_url=database_url, actor=DANA), clock=clock) as book:
        assert (book.actor, book.clock.now(), repr(book)) == (DANA, clock.now(), f"<Book of {DANA}>")
        assert book.organizations.add("Acme").created_at == clock.now()
    with crm.open(
        "eve@accord.example", settings=settings_for_tests(database_url=database_url, actor=DANA)
    ) as book:
        assert book.actor == "eve@accord.example"


@pytest.mark.parametrize("actor", ["", " "])
def test_somebody_has_to_open_the_book(database_url, actor):
    with pytest.raises(ConfigurationError, match="Nobody says who you are") as caught:
        crm.open(actor, settings=settings_for_tests(database_url=database_url))
    assert caught.value.field == "CRM_ACTOR"


def test_an_address_where_nobody_answers_is_told_without_its_password():
    url = "postgresql://accord:hunter2@127.0.0.1:1/accord"
    with pytest.raises(Unreachable) as caught:
        crm.open(DANA, settings=settings_for_tests(database_url=url))
    assert "hunter2" not in str(caught.value) + str(caught.value.__cause__)


def test_a_configured_database_needs_a_configured_key(tmp_path):
    url = "postgresql://accord@127.0.0.1:1/accord"
    with pytest.raises(ConfigurationError) as caught:
        keys_of(settings_for_tests(database_url=url, secret_key=None, data_folder=tmp_path))
    assert caught.value.field == "CRM_SECRET_KEY"
    assert list(tmp_path.iterdir()) == []


def test_keys_are_the_configured_ones_or_those_of_the_data_folder(tmp_path):
    former = SecretStr("x" * 32)
    configured = keys_of(settings_for_tests(former_keys=[former]))
    assert configured.all == (
        keys_of(settings_for_tests()).current,
        keys_of(settings_for_tests(secret_key=former)).current,
    )
    own = keys_of(StatedSettings(data_folder=tmp_path))
    assert own == keys_of(StatedSettings(data_folder=tmp_path))
    assert own != keys_of(StatedSettings(data_folder=tmp_path, secret_key=SECRET))
