import pytest

from crm.errors import AlreadyExists, InvalidInput, NotFound
from crm.reference.loader import Reference
from crm.reference.segments import Segments


def test_a_segment_edited_in_the_book_is_left_alone_by_a_load(store):
    segments = Segments(store)
    segments.add("Underwater cables", keywords=["submarine cable"])
    segments.rename("cloud", "Clouds")
    segments.retire("Gaming and extended reality")

    report = Reference(store).load()

    assert (report.touched, report["segments.csv"].kept) == (0, 3)
    assert segments.get("cloud").name == "Clouds"
    assert segments.match("Submarine cable laying")[0].segment.slug == "underwater-cables"
    with pytest.raises(NotFound):
        segments.get("gaming")


@pytest.mark.parametrize(
    ("name", "error"), [("Cloud and data centre", AlreadyExists), ("云", InvalidInput), (" ", InvalidInput)]
)
def test_a_segment_that_cannot_be_added_says_why(store, name, error):
    with pytest.raises(error):
        Segments(store).add(name)


def test_a_segment_cannot_take_the_name_of_another(store):
    with pytest.raises(AlreadyExists):
        Segments(store).rename("cloud", "quantum TECHNOLOGIES")
