import resource
from contextlib import contextmanager

import pytest
from support.sample_report import sample_report

from crm.errors import InvalidInput
from crm.reports.forms.file import written


@contextmanager
def room_for(size):
    """No file may grow beyond so many bytes: what a full disk looks like."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_without_a_path_the_text_comes_back():
    assert written("naïve", None) == "naïve"


def test_with_a_path_the_path_comes_back_and_the_file_is_utf_8(tmp_path):
    path = written("naïve\r\n", str(tmp_path / "a.csv"))
    assert path == tmp_path / "a.csv"
    assert path.read_bytes() == "naïve\r\n".encode()


def test_a_full_disk_leaves_the_former_file_whole_and_nothing_else(tmp_path):
    path = written("former", tmp_path / "a.json")
    with room_for(100), pytest.raises(InvalidInput, match="cannot be written"):
        written("x" * 1000, path)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["former"]


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(InvalidInput) as refusal:
        sample_report().to_html(tmp_path / "missing" / "a.html")
    assert refusal.value.field == "path"
    assert "missing" in refusal.value.value


def test_a_file_kept_private_stays_private(tmp_path):
    path = tmp_path / "a.html"
    path.touch(mode=0o600)
    written("new", path)
    assert path.stat().st_mode & 0o777 == 0o600
