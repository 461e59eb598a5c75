import shutil
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import as_file, files

import pytest
from sqlmodel import delete, select

from crm.errors import InvalidInput, NotFound
from crm.reference.countries import Countries
from crm.reference.country import Country
from crm.reference.loader import FILES, Reference
from crm.reference.segment import Segment
from crm.reference.segments import Segments
from crm.reference.study_groups import StudyGroups
from crm.store.trail import TrailChange, TrailEntry


@pytest.fixture
def store(store):
    """A store without any facts."""
    with store.transaction() as session:
        for kind in reversed(list(FILES.values())):
            session.execute(delete(kind))
    return store


@pytest.fixture
def folder(tmp_path):
    with as_file(files("crm.reference").joinpath("data")) as data:
        return shutil.copytree(data, tmp_path / "data")


def edit(folder, file, before, after):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def without_line(folder, file, start):
    path = folder / file
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(start)]
    assert len(kept) == len(lines) - 1
    path.write_text("".join(kept), encoding="utf-8")


def test_a_second_load_changes_nothing(store):
    first = Reference(store).load()
    second = Reference(store).load()

    assert first.touched == sum(table.added for table in first.tables) > 1000
    assert second.touched == 0
    assert [table.unchanged for table in second.tables] == [table.added for table in first.tables]


def test_a_dry_run_says_the_same_and_writes_nothing(store):
    dry = Reference(store).load(dry_run=True)

    with store.reading() as session:
        assert session.exec(select(Country)).first() is None
    assert Reference(store).load().tables == dry.tables


def test_every_file_has_its_entry_in_the_report(store):
    assert {table.file for table in Reference(store).load(dry_run=True).tables} == set(FILES)


def test_a_changed_line_changes_its_row_only(store, folder):
    Reference(store).load()
    edit(folder, "study_groups.csv", "Spectrum management", "Management of the spectrum")

    report = Reference(store).load(folder=folder)

    assert report.touched == report["study_groups.csv"].changed == 1
    assert StudyGroups(store).get("R-SG1").title == "Management of the spectrum"


def test_a_line_that_is_gone_is_retired_and_can_come_back(store, folder):
    Reference(store).load()
    without_line(folder, "segments.csv", "quantum,")
    without_line(folder, "sector_concerns.csv", "quantum,")

    assert Reference(store).load(folder=folder)["segments.csv"].retired == 1
    assert Reference(store).load(folder=folder).touched == 0
    with pytest.raises(NotFound):
        Segments(store).get("quantum")
    with store.reading() as session:
        assert session.get(Segment, "quantum").retired_on == store.now().date()

    assert Reference(store).load()["segments.csv"].changed == 1
    assert Segments(store).get("quantum").retired_on is None


@pytest.mark.parametrize(
    ("file", "before", "after", "field"),
    [
        ("countries.csv", ",africa,unverified,NAM,", ",afrika,unverified,NAM,", "region"),
        ("countries.csv", ",africa,unverified,NAM,", ",africa,unverified,NAMIBIA,", "member_state"),
        ("country_groups.csv", "LDC-AFG,AFG,LDC,,,", "LDC-AFG,AFG,LDC,31.12.1971,,", "valid_from"),
        ("study_groups.csv", "2025-01-01,T-SG21,", "2025-01-01,T-SG99,", "succeeded_by"),
    ],
)
def test_a_wrong_value_is_named_and_nothing_is_written(store, folder, file, before, after, field):
    edit(folder, file, before, after)

    with pytest.raises(InvalidInput) as raised:
        Reference(store).load(folder=folder)

    assert (raised.value.subject, raised.value.field) == (file, field)
    assert raised.value.row > 1
    with store.reading() as session:
        assert session.exec(select(Country)).first() is None


def test_a_key_that_stands_twice_is_refused(store, folder):
    edit(folder, "regions.csv", "europe,6", "africa,6")

    with pytest.raises(InvalidInput, match="africa stands twice"):
        Reference(store).load(folder=folder)


def test_a_country_cannot_be_in_a_group_twice_at_once(store, folder):
    edit(folder, "country_groups.csv", "LDC-AFG,", "LDC-AFG-1,")
    with (folder / "country_groups.csv").open("a", encoding="utf-8") as file:
        file.write("LDC-AFG-2,AFG,LDC,2020-01-01,,UN,verified,\n")

    with pytest.raises(InvalidInput, match="LDC-AFG-2 overlaps LDC-AFG-1"):
        Reference(store).load(folder=folder)


def test_what_concerns_a_segment_is_a_study_group_of_the_sector_that_is_named(store, folder):
    edit(folder, "sector_concerns.csv", "cloud,T,T-SG13", "cloud,T,D-SG1")

    with pytest.raises(InvalidInput, match="another Sector") as raised:
        Reference(store).load(folder=folder)

    assert raised.value.field == "study_group"


def test_two_who_load_at_once_take_turns(store):
    with ThreadPoolExecutor(2) as pool:
        loads = [pool.submit(Reference(store).load) for _ in range(2)]

    assert sorted(bool(load.result().touched) for load in loads) == [False, True]


def test_a_load_is_one_entry_of_the_trail_and_names_what_changed(store, folder):
    Reference(store).load()
    edit(folder, "country_groups.csv", "LDC-AFG,AFG,LDC,,,", "LDC-AFG,AFG,LDC,1971-11-18,,")
    Reference(store).load(folder=folder)
    Reference(store).load(folder=folder)

    with store.reading() as session:
        entries = session.exec(select(TrailEntry).order_by(TrailEntry.id.desc()).limit(2)).all()
        change = session.exec(select(TrailChange).where(TrailChange.entry_id == entries[0].id)).one()
        changes_of_the_first = session.exec(
            select(TrailChange).where(TrailChange.entry_id == entries[1].id)
        ).all()
    assert [entry.verb for entry in entries] == ["reference.loaded"] * 2
    assert len(changes_of_the_first) > 400
    assert (change.record, change.before, change.after) == (
        "country_group:LDC-AFG",
        {"valid_from": None},
        {"valid_from": "1971-11-18"},
    )


def test_a_country_looked_up_before_the_load_is_found_after_it(store):
    countries = Countries(store)
    with pytest.raises(NotFound):
        countries.get("KEN")

    Reference(store).load()

    assert countries.get("KEN").name("fr") == "Kenya"
