from datetime import date

import pytest
from support.reference_facts import shipped_facts

from crm.errors import Ambiguous, NotFound
from crm.reference.study_groups import StudyGroups, study_group_in


def groups_on(day, sector):
    return [g.number for g in shipped_facts("study_groups.csv") if g.sector == sector and g.exists_on(day)]


@pytest.mark.parametrize(
    ("sector", "day", "numbers"),
    [
        ("T", date(2026, 11, 23), [2, 3, 5, 11, 12, 13, 15, 17, 20, 21]),
        ("T", date(2023, 6, 1), [2, 3, 5, 9, 11, 12, 13, 15, 16, 17, 20]),
        ("R", date(2026, 11, 23), [1, 3, 4, 5, 6, 7]),
        ("D", date(2026, 11, 23), [1, 2]),
    ],
)
def test_the_study_groups_depend_on_the_day(sector, day, numbers):
    assert groups_on(day, sector) == numbers


@pytest.mark.parametrize(
    "key",
    ["T-SG13", "t-sg13", "ITU-T SG13", "ITU-T SG 13", "SG13", "SG-13", "ITU-T Study Group 13", " TSG13 "],
)
def test_any_way_to_write_it_finds_the_group(key):
    assert study_group_in(shipped_facts("study_groups.csv"), key).code == "T-SG13"


def test_a_number_of_several_sectors_is_ambiguous():
    with pytest.raises(Ambiguous) as raised:
        study_group_in(shipped_facts("study_groups.csv"), "SG5")

    assert [candidate.split()[0] for candidate in raised.value.candidates] == ["R-SG5", "T-SG5"]


def test_a_discontinued_group_is_found_and_names_its_end_and_successor():
    group = study_group_in(shipped_facts("study_groups.csv"), "T-SG16")

    assert group.succeeded_by == "T-SG21"
    assert "until 2025-01-01, then T-SG21" in str(group)


@pytest.mark.parametrize("key", ["T-SG99", "Study", "", "SG", "X-SG1", "SG13; drop", "SG" + "9" * 500])
def test_an_unknown_group_raises_with_those_there_are(key):
    with pytest.raises(NotFound) as raised:
        study_group_in(shipped_facts("study_groups.csv"), key)

    assert raised.value.candidates


def test_study_groups_are_listed_as_of_a_day(store):
    groups = StudyGroups(store)

    assert [group.number for group in groups.on(date(2026, 11, 23), sector="D")] == [1, 2]
    assert len(groups.on(date(2026, 11, 23))) == 18
    assert groups.get("SG16").valid_to == date(2025, 1, 1)
