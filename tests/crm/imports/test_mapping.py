import pytest

from crm.errors import InvalidInput
from crm.imports.mapping import OrganizationField, OrganizationMapping


def test_a_dictionary_is_a_mapping():
    mapping = OrganizationMapping.of({"name": "Company", "name_ar": "الاسم"})
    assert mapping.columns == {OrganizationField.NAME: "Company", OrganizationField.NAME_AR: "الاسم"}
    assert OrganizationMapping.of(mapping) is mapping


@pytest.mark.parametrize("field", ["nmae", "__class__", "id", "created_at", "NAME"])
def test_a_field_that_does_not_exist_is_refused_with_those_that_do(field):
    with pytest.raises(InvalidInput, match=field) as refused:
        OrganizationMapping.of({"name": "Company", field: "X"})
    assert "country" in refused.value.candidates


@pytest.mark.parametrize("mapping", [{}, {"country": "HQ"}])
def test_the_name_has_to_be_mapped(mapping):
    with pytest.raises(InvalidInput, match="no column is given for the name"):
        OrganizationMapping.of(mapping)


@pytest.mark.parametrize(
    ("constants", "why"),
    [({"lei": "x"}, "lei cannot be the same"), ({"country": "KE"}, "as a column and as a constant")],
)
def test_a_constant_has_to_make_sense(constants, why):
    with pytest.raises(ValueError, match=why):
        OrganizationMapping(columns={"name": "Company", "country": "HQ"}, constants=constants)


def test_a_column_that_the_file_lacks_is_refused_with_those_it_has():
    mapping = OrganizationMapping.of({"name": "Company", "country": "Hq"})
    with pytest.raises(InvalidInput) as refused:
        mapping.positions(["Company", "HQ"], file="a.csv")
    assert refused.value.field == "country"
    assert refused.value.candidates == ("Company", "HQ")


def test_two_fields_may_be_read_from_one_column():
    mapping = OrganizationMapping.of({"name": "Company", "website": "Web", "domains": "Web"})
    assert mapping.positions(["Web", "Company"], file="a.csv") == {"name": 1, "website": 0, "domains": 0}


def test_a_mapping_can_be_kept_as_json():
    mapping = OrganizationMapping(columns={"name": "Company"}, constants={"country": "KE"}, separator="|")
    assert OrganizationMapping.model_validate_json(mapping.model_dump_json()) == mapping
