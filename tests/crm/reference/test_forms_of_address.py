import pytest

from crm.reference.forms_of_address import forms_of_address, salutation_of_office
from crm.reference.languages import Language

MINISTERS = [
    "Minister",
    "Minister of Information and Communications Technology",
    "The Minister for Posts",
    "Ministre de l’économie numérique",
    "Ministra de Ciencia y Tecnología",
    "Министр цифрового развития",
    "工业和信息化部部长",
]
OTHERS = [
    "",
    "Adviser to the Minister",
    "Minister Counsellor",
    "Deputy Minister of Communications",
    "Ministre-conseiller",
    "Заместитель министра связи",
    "Viceministro de Comunicaciones",
    "工业和信息化部副部长",
    "Ministry of Communications",
    "Head of standards",
]


@pytest.mark.parametrize("role", MINISTERS)
@pytest.mark.parametrize(
    ("language", "salutation"),
    [
        ("en", "Excellency"),
        ("fr", "Excellence"),
        ("es", "Excelencia"),
        ("ru", "Ваше Превосходительство"),
        ("zh", "尊敬的部长阁下"),
        ("ar", None),
    ],
)
def test_a_minister_is_addressed_by_the_office_in_the_letters_language(role, language, salutation):
    assert salutation_of_office(["Chair", role], Language(language)) == salutation


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("language", Language)
def test_whoever_works_for_a_minister_is_none(role, language):
    assert salutation_of_office([role], language) is None


@pytest.mark.parametrize(
    ("role", "salutation"), [("وزير الاتصالات", "معالي الوزير"), ("وزيرة الاتصالات", "معالي الوزيرة")]
)
def test_arabic_has_two_forms_and_guesses_neither(role, salutation):
    assert salutation_of_office([role], Language.ARABIC) == salutation
    assert salutation_of_office([role], Language.ENGLISH) == "Excellency"


def test_what_no_source_was_read_for_says_so():
    assert {form.certainty for form in forms_of_address()} == {"unverified"}
    assert {form.language for form in forms_of_address()} == set(Language)
