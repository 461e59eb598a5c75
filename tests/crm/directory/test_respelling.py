import shutil
from importlib.resources import as_file, files

import pytest
from sqlalchemy import text
from support.imports import COLUMNS, csv_file

from crm.store.schema import downgrade, migrate


@pytest.fixture
def folder(tmp_path):
    with as_file(files("crm.reference").joinpath("data")) as data:
        return shutil.copytree(data, tmp_path / "data")


@pytest.fixture
def bare(engine):
    """The bare names in the book, and whether each has keys."""

    def bare():
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT bare, keys <> '{}' FROM organization_name ORDER BY id"))
            return [tuple(row) for row in rows]

    return bare


def test_a_longer_list_of_legal_forms_respells_every_name(book, make_book, bare, folder):
    book.organizations.add("Acme Telecom Kompanija", country="KE")
    book.imports.organizations(csv_file(["Zenith Kompanija", "KE"]), COLUMNS, source_name="fair")
    assert bare() == [("acme telecom kompanija", True), ("zenith kompanija", True)]

    forms = folder / "legal_forms.csv"
    forms.write_text(forms.read_text("utf-8") + "Kompanija,end,false,XX,made up,unverified,\n", "utf-8")
    before = len(book.trail.latest(limit=100))
    book.reference.load(folder=folder)

    assert bare() == [("acme telecom", True), ("zenith", True)]
    assert len(book.trail.latest(limit=100)) == before + 1  # the load itself
    assert book.organizations.add("Luna Kompanija", country="KE")
    assert bare()[-1] == ("luna", True)


def test_another_load_leaves_the_names_alone(book, bare, engine, folder):
    book.organizations.add("Acme Ltd", country="KE")
    with engine.begin() as connection:
        connection.execute(text("UPDATE organization_name SET bare = 'as it was'"))
    offices = folder / "offices.csv"
    offices.write_text(offices.read_text("utf-8").replace("General Secretariat", "Secretariat", 1), "utf-8")
    book.reference.load(folder=folder)
    assert bare() == [("as it was", True)]


def test_a_book_from_before_the_list_is_respelled_when_it_is_loaded(book, make_book, bare, engine):
    book.organizations.add("Acme Telecom Ltd", country="KE")
    downgrade(engine, to="0003")
    migrate(engine)
    assert bare() == [("acme telecom ltd", False)]
    make_book().reference.load()
    assert bare() == [("acme telecom", True)]
