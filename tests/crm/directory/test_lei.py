import pytest

from crm.directory.lei import looks_like_lei, valid_lei
from crm.errors import InvalidInput

LEI = "529900T8BM49AURSDO55"


@pytest.mark.parametrize("text", [LEI, LEI.lower(), " 5299 00T8 BM49 AURS DO55 "])
def test_an_lei_is_written_in_capitals_without_gaps(text):
    assert valid_lei(text) == LEI


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("529900T8BM49AURSDO56", "check digits"),
        ("529900T8BM94AURSDO55", "check digits"),
        ("529900T8BM49AURSDO5", "twenty"),
        ("529900T8BM49AURSDO-5", "twenty"),
        ("", "twenty"),
    ],
)
def test_a_wrong_lei_is_refused_with_what_to_look_for(text, hint):
    with pytest.raises(InvalidInput, match="is not an LEI") as caught:
        valid_lei(text)
    assert (caught.value.field, caught.value.value) == ("lei", text)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        (LEI, True),
        ("529900T8BM49AURSDO56", True),
        (LEI[:-1], False),
        ("A very long name, Ltd", False),
        ("Ж" * 18 + "55", False),
        ("x" * 20, False),
    ],
)
def test_a_key_is_taken_for_an_lei_by_its_shape(text, looks):
    assert looks_like_lei(text) is looks
