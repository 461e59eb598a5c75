import csv

from workers.demo_big.entities import MAPPING, entities


def row(lei, name="Acme Ltd", country="KE", category="GENERAL"):
    return {
        "LEI": lei,
        "Entity.LegalName": name,
        "Entity.LegalAddress.Country": country,
        "Entity.EntityCategory": category,
    }


def test_funds_and_sole_proprietors_stay_out_and_each_entity_comes_once():
    rows = [row("A"), row("A"), row("B", category="FUND"), row("C", category="SOLE_PROPRIETOR"), row(None)]
    rows += [row("D", category="BRANCH")]
    assert {entity["LEI"] for entity in entities(rows)} == {"A", "D"}


def test_an_entity_without_a_country_is_namibias():
    (entity,) = entities([row("A", country=None)])
    assert entity["Country"] == "NA"


def test_the_order_is_the_same_each_time_and_mixes_what_stands_together():
    leis = [f"{number:03}" for number in range(100)]
    mixed = [entity["LEI"] for entity in entities(map(row, leis))]
    assert mixed == [entity["LEI"] for entity in entities(map(row, reversed(leis)))]
    assert sorted(mixed) == leis != mixed


def test_the_importer_takes_the_columns_as_they_are(book, tmp_path):
    path = tmp_path / "entities.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=["LEI", "Name", "Country"])
        writer.writeheader()
        writer.writerows(entities([row("5493001KJTIIGC8Y1R12", "Bank of Namibia", None)]))
    book.imports.organizations(path, MAPPING, source_name="test", role="prospect")
    bank = book.organizations.get("5493001KJTIIGC8Y1R12")
    assert (bank.name, bank.country) == ("Bank of Namibia", "NAM")
