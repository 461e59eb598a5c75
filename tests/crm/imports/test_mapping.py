import pytest

from crm.errors import InvalidInput
from crm.imports.mapping import ImportMapping
from crm.imports.organizations import ORGANIZATIONS


def test_a_dictionary_is_a_mapping():
    mapping = ImportMapping.of({"name": "Company", "name_ar": "الاسم"}, ORGANIZATIONS)
    assert mapping.columns == {"name": "Company", "name_ar": "الاسم"}
    assert ImportMapping.of(mapping, ORGANIZATIONS) is mapping


@pytest.mark.parametrize("field", ["nmae", "__class__", "merged_into_id", "created_at", "NAME"])
def test_a_field_that_does_not_exist_is_refused_with_those_that_do(field):
    with pytest.raises(InvalidInput, match=field) as refused:
        ImportMapping.of({"name": "Company", field: "X"}, ORGANIZATIONS)
    assert "country" in refused.value.candidates


@pytest.mark.parametrize("mapping", [{}, {"country": "HQ"}])
def test_the_name_has_to_be_mapped(mapping):
    with pytest.raises(InvalidInput, match="no column is given for the name"):
        ImportMapping.of(mapping, ORGANIZATIONS)


@pytest.mark.parametrize(
    ("constants", "why"),
    [({"lei": "x"}, "lei cannot be the same"), ({"country": "KE"}, "as a column and as a constant")],
)
def test_a_constant_has_to_make_sense(constants, why):
    columns = {"name": "Company", "country": "HQ"}
    with pytest.raises(InvalidInput, match=why):
        ImportMapping.of({"columns": columns, "constants": constants}, ORGANIZATIONS)


def test_a_column_that_the_file_lacks_is_refused_with_those_it_has():
    mapping = ImportMapping.of({"name": "Company", "country": "Hq"}, ORGANIZATIONS)
    with pytest.raises(InvalidInput) as refused:
        mapping.positions(["Company", "HQ"], file="a.csv")
    assert refused.value.field == "country"
    assert refused.value.candidates == ("Company", "HQ")


def test_two_fields_may_be_read_from_one_column():
    mapping = ImportMapping.of({"name": "Company", "website": "Web", "domains": "Web"}, ORGANIZATIONS)
    assert mapping.positions(["Web", "Company"], file="a.csv") == {"name": 1, "website": 0, "domains": 0}


def test_a_mapping_can_be_kept_as_json():
    mapping = ImportMapping(columns={"name": "Company"}, constants={"country": "KE"}, separator="|")
    assert ImportMapping.model_validate_json(mapping.model_dump_json()) == mapping
