from datetime import date
from itertools import groupby

import pytest
from support.reference_facts import shipped_facts

from crm.errors import NotFound
from crm.reference.facts import Certainty
from crm.reference.languages import Language

TODAY = date(2026, 11, 26)


def test_each_sector_names_one_subject_of_a_segment_at_the_most(book):
    for segment in book.segments:
        sectors = [concern.sector for concern in book.sector_concerns.of(segment, on=TODAY)]
        assert sectors == [letter for letter in "RTD" if letter in sectors]


def test_every_segment_is_concerned_by_the_work_of_a_sector(book):
    assert not [segment.slug for segment in book.segments if not book.sector_concerns.of(segment, on=TODAY)]


def test_what_concerns_satellite_companies_is_said_in_six_languages(book):
    radio, *_ = book.sector_concerns.of("Satellite and NewSpace", on=TODAY)
    assert (radio.sector, radio.study_group) == ("R", "R-SG4")
    assert radio.words[Language.ENGLISH] == "satellite services and the spectrum that they use"
    assert set(radio.words) == set(Language)
    assert len(set(radio.words.values())) == len(Language)


def test_no_source_states_whom_it_concerns_and_that_shows(book):
    concerns = book.sector_concerns.of("cloud", on=TODAY)
    assert {concern.certainty for concern in concerns} == {Certainty.UNVERIFIED}
    assert "unverified" in str(concerns[0])


def test_a_study_group_that_does_not_exist_on_the_day_concerns_nobody(book):
    assert [c.study_group for c in book.sector_concerns.of("gaming", on=date(2024, 12, 31))] == []
    assert [c.study_group for c in book.sector_concerns.of("gaming", on=date(2025, 1, 1))] == ["T-SG21"]


def test_a_segment_that_is_not_there_is_refused(book):
    with pytest.raises(NotFound):
        book.sector_concerns.of("clouds above")


def test_every_study_group_of_today_has_its_subject():
    groups = {group.code for group in shipped_facts("study_groups.csv") if group.exists_on(TODAY)}
    assert {subject.study_group for subject in shipped_facts("study_group_subjects.csv")} == groups


def test_a_subject_reads_on_after_a_colon():
    for subject in shipped_facts("study_group_subjects.csv"):
        for name in subject.names():
            assert name == name.strip()
            assert not name.endswith((".", "。", ":"))
            assert not name[0].isupper() or not name[0].isascii()


def test_the_lines_of_a_segment_stand_together():
    segments = [line.segment for line in shipped_facts("sector_concerns.csv")]
    assert len(list(groupby(segments))) == len(set(segments))
