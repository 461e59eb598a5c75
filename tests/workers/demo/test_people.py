import re
import unicodedata

import pytest

from crm.directory.addresses import parse_email
from crm.reference.languages import Language
from workers.demo.people import made_up_person, place_of

CROWD = [
    made_up_person(f"Company {n}", place=f"company-{n}", number=m) for n in range(2000) for m in range(2)
]


def test_every_address_is_under_a_reserved_name_and_fit_for_mail():
    addresses = [person.email for person in CROWD if person.email]
    assert len(set(addresses)) > 3000
    for address in set(addresses):
        assert re.fullmatch(r"[a-z.-]+@company-\d+\.example", address)
        assert parse_email(address).canonical == address


def test_some_have_no_address_and_some_no_known_language():
    assert 0 < sum(person.email is None for person in CROWD) < 400
    assert 0 < sum(person.language is None for person in CROWD) < 400


def test_every_language_of_the_union_is_spoken():
    assert {person.language for person in CROWD} == {*Language, None}


@pytest.mark.parametrize("script", ["ARABIC", "CYRILLIC", "LATIN", "CJK"])
def test_names_come_in_several_scripts(script):
    assert any(script in unicodedata.name(person.name[0]) for person in CROWD)


def test_the_same_person_is_made_up_every_time():
    assert made_up_person("Nokia", place="nokia") == made_up_person("Nokia", place="nokia")
    assert made_up_person("Nokia", place="nokia") != made_up_person("Nokia", place="nokia", number=1)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("Société Générale", "societe-generale"),
        ("1&1", "1-1"),
        ("日本電信電話", "company"),
        ("A" * 100, "a" * 40),
        ("—AT&T Inc.—", "at-t-inc"),
    ],
)
def test_a_name_becomes_a_domain_label(name, place):
    assert place_of(name) == place
