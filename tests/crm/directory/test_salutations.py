import pytest

from crm.directory.salutations import salutation_for
from crm.directory.tables import OrganizationKind
from crm.errors import InvalidInput
from crm.reference.languages import Language

ADMINISTRATION, COMPANY = OrganizationKind.ADMINISTRATION, OrganizationKind.COMPANY
MINISTER = "Minister of Communications"


@pytest.mark.parametrize(
    ("recorded", "reads", "role", "kind", "language", "salutation"),
    [
        ("Dear Professor Haddad", "en", "", COMPANY, "en", "Dear Professor Haddad"),
        ("Dear Professor Haddad", None, "", COMPANY, "en", "Dear Professor Haddad"),
        ("Monsieur le Ministre", "fr", MINISTER, ADMINISTRATION, "fr", "Monsieur le Ministre"),
        ("Monsieur le Ministre", "fr", MINISTER, ADMINISTRATION, "en", "Excellency"),
        (None, "en", MINISTER, ADMINISTRATION, "en", "Excellency"),
        (None, "en", MINISTER, COMPANY, "en", None),
        (None, "en", "Head of standards", ADMINISTRATION, "en", None),
        ("Monsieur le Directeur", "fr", "", COMPANY, "en", None),
    ],
)
def test_a_letter_addresses_its_reader_as_recorded_else_by_office(
    recorded, reads, role, kind, language, salutation
):
    found = salutation_for(
        recorded, reads=reads and Language(reads), roles=[role], kind=kind, language=Language(language)
    )
    assert found == ({"salutation": salutation} if salutation else {})


@pytest.mark.parametrize("written", ["Excellency", " Excellency, ", "Excellency:", "Excellency，"])
def test_a_salutation_is_recorded_without_what_the_letter_puts_after_it(book, written):
    person = book.people.add("Amina Odhiambo", salutation=written)
    assert person.salutation == "Excellency"
    assert book.people.change(person, salutation="").salutation is None


@pytest.mark.parametrize("written", ["Dear \u202egpj.exe", "x" * 121, ","])
def test_what_is_no_salutation_is_refused(book, written):
    with pytest.raises(InvalidInput) as refused:
        book.people.add("Amina Odhiambo", salutation=written)
    assert refused.value.field == "salutation"
