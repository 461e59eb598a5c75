import pytest

from crm.errors import InvalidInput
from workers.demo.output import fresh_output


def test_the_folder_of_an_earlier_demonstration_is_made_anew(tmp_path):
    first = fresh_output(tmp_path / "build" / "demo")
    (first.letters / "001.eml").write_text("old")
    again = fresh_output(tmp_path / "build" / "demo")
    assert list(again.letters.iterdir()) == []
    assert "made up" in again.file("README.txt").read_text()


def test_an_empty_folder_is_taken(tmp_path):
    assert fresh_output(tmp_path).letters.is_dir()


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to my mother.txt").write_text("dear")
    with pytest.raises(InvalidInput, match="no demonstration has made") as refused:
        fresh_output(tmp_path)
    assert refused.value.field == "output"
    assert [path.name for path in tmp_path.rglob("*")] == ["letters", "to my mother.txt"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match=r"file/demo cannot be written"):
        fresh_output(tmp_path / "file" / "demo")
