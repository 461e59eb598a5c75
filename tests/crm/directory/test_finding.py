import pytest
from sqlalchemy import insert

from crm.directory.tables import Organization
from crm.errors import NotFound


@pytest.fixture
def acme(book):
    book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    return book.organizations.add(
        "Acme Satellites",
        country="KE",
        segment="satellite",
        owner="Dana Novak",
        domains="acme.example",
        aliases="Orbital Works",
        names={"fr": "Société Acmé"},
    )


def names(found):
    return [row.name for row in found]


@pytest.mark.parametrize("text", ["sat", "ACME", "me sat", "orbital", "societe", "Acmé", "  acme  "])
def test_part_of_any_name_finds_an_organisation_whatever_its_case_and_accents(book, acme, text):
    book.organizations.add("Globex")
    assert names(book.organizations.find(text)) == ["Acme Satellites"]


def test_what_is_a_key_and_part_of_no_name_finds_it_too(book, acme):
    book.organizations.add("Administration of Kenya", kind="administration", country="KE")
    assert names(book.organizations.find("acme.example")) == ["Acme Satellites"]
    assert names(book.organizations.find(str(acme.id))) == ["Acme Satellites"]
    assert names(book.organizations.find("KEN")) == ["Administration of Kenya"]


def test_everything_that_is_named_must_fit(book, acme):
    other = book.organizations.add("Acme Cloud", country="CH", segment="cloud")
    find = book.organizations.find
    assert names(find("acme")) == ["Acme Satellites", "Acme Cloud"]
    assert names(find("acme", country="Switzerland")) == names(find(segment="cloud")) == [other.name]
    assert (
        names(find(owner="dana@accord.example")) == names(find("acme.example", country="KEN")) == [acme.name]
    )
    assert names(find("acme.example", country="CH")) == names(find("acme", segment="towers")) == []
    assert names(find()) == ["Acme Satellites", "Acme Cloud"]


def test_nothing_that_fits_is_nothing_to_iterate_over(book, acme):
    assert names(book.organizations.find("nobody")) == names(book.organizations.find("%")) == []


def test_a_filter_that_means_nothing_is_refused_before_anything_is_read(book):
    with pytest.raises(NotFound, match="Atlantis"):
        book.organizations.find(country="Atlantis")


def test_an_organisation_with_several_fitting_names_stands_there_once_and_a_merged_one_not_at_all(book, acme):
    twin = book.organizations.add("Acme Satellite Services", aliases="Acme Services")
    book.merge(acme, twin, reason="the same company")
    assert names(book.organizations.find("acme")) == ["Acme Satellites"]
    assert names(book.organizations.find("acme services")) == ["Acme Satellites"]


def test_none_is_left_out_however_many_fit_and_no_transaction_stays_open(book):
    numbers = range(1, 2502)
    with book.engine.begin() as connection:
        rows = [
            {
                "id": n,
                "name": f"Acme {n}",
                "kind": "company",
                "synthetic": False,
                "created_at": book.clock.now(),
            }
            for n in numbers
        ]
        connection.execute(insert(Organization), rows)
    found = book.organizations.find()
    assert next(found).id == 1
    assert book.engine.pool.checkedout() == 0
    assert [row.id for row in found] == list(numbers[1:])
