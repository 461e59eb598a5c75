from pathlib import Path

import pytest
from sqlalchemy import make_url
from support.postgres_servers import asked, opened
from support.server_processes import fresh_folder, made, mode

from crm.errors import ConfigurationError


@pytest.fixture
def folder():
    with fresh_folder() as path:
        yield path


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
