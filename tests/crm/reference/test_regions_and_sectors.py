import pytest

from crm.errors import NotFound
from crm.reference.categories import Categories, Category
from crm.reference.regions import Regions
from crm.reference.sectors import Sectors


def test_regions_and_sectors_are_found_by_any_name(store):
    assert [region.slug for region in Regions(store)][:2] == ["africa", "americas"]
    assert Regions(store).get("الدول العربية").slug == "arab-states"
    assert [sector.code for sector in Sectors(store)] == ["R", "T", "D"]
    assert {
        Sectors(store).get(key).code
        for key in ("T", "ITU-T", "tsb", "Secteur de la normalisation des télécommunications")
    } == {"T"}
    with pytest.raises(NotFound) as raised:
        Regions(store).get("Atlantis")
    assert "africa" in raised.value.candidates


def test_categories_are_found_by_key_and_name(store):
    assert [row.category for row in Categories(store)] == list(Category)
    assert Categories(store).get("Sector Member").category is Category.SECTOR_MEMBER
    assert Categories(store).get("associate").study_groups == "one"
    assert Categories(store).get("academia").one_for_all_sectors
