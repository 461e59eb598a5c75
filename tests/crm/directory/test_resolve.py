import pytest

from crm.errors import Ambiguous, InvalidInput, NotFound

LEI = "529900T8BM49AURSDO55"


@pytest.fixture
def acme(book):
    names = {"ar": "شركة أكمي", "zh": "阿克米", "ru": "Акмэ", "fr": "Société Acmé"}
    domains = ["acme.example", "https://www.acme-sat.example/home"]
    acme = book.organizations.add(
        "Acme Satellites, Inc.", country="KE", lei=LEI, domains=domains, names=names, aliases=["ASI", "360"]
    )
    book.organizations.add("Kenya's administration", country="KE", kind="administration")
    return acme


def test_any_reasonable_key_finds_an_organisation(book, acme):
    administration = book.organizations.get("Kenya's administration")
    keys = [
        acme,
        acme.id,
        str(acme.id),
        f" {acme.id} ",
        "Acme Satellites, Inc.",
        "ACME  SATELLITES INC",
        "asi",
    ]
    keys += ["شركة اكمي", "阿克米", "АКМЭ", "societe acme", "360", LEI, f" {LEI.lower()}"]
    keys += [
        "acme.example",
        "ACME.example",
        "https://acme-sat.example",
        "www.acme.example/about",
        "x@acme.example",
    ]
    for key in keys:
        assert book.organizations.get(key).id == acme.id, key
    for key in ("KE", "ken", "kenyas administration"):
        assert book.organizations.get(key).id == administration.id, key


def test_what_nothing_answers_to_is_told_with_names_that_look_alike(book, acme):
    found = {
        "Acme Satelites Inc": f"{acme.id} Acme Satellites, Inc. (KEN)",
        "Societe Akme": f"{acme.id} Acme Satellites, Inc. (KEN)",
    }
    for key, candidate in found.items():
        with pytest.raises(NotFound) as caught:
            book.organizations.get(key)
        assert caught.value.candidates == (candidate,), key
        assert (caught.value.field, caught.value.value) == ("organization", key)
    keys = [
        "",
        "?!",
        "Unheard-of",
        "nowhere.example",
        "x@nowhere.example",
        "FR",
        "QQ",
        10**30,
        -1,
        "0",
        str(10**30),
    ]
    for key in [*keys, "254900OPPU84GM83MG36"]:  # a good LEI of somebody else
        with pytest.raises(NotFound) as caught:
            book.organizations.get(key)
        assert caught.value.candidates == ()
        assert caught.value.hint == "Add it with book.organizations.add."


def test_names_that_look_alike_are_found_in_other_scripts(book):
    book.organizations.add("Ростелеком", country="RU")
    book.organizations.add("الاتحاد الدولي للاتصالات", country="CH")
    for key in ("Ростелекомм", "الاتحاد الدولى للاتصالات"):
        with pytest.raises(NotFound) as caught:
            book.organizations.get(key)
        assert len(caught.value.candidates) == 1, key


@pytest.mark.parametrize(
    ("key", "field"), [(LEI[:-1] + "6", "lei"), ("amina@", "email"), ("a b@acme.example", "email")]
)
def test_a_key_that_looks_like_an_lei_or_an_address_but_is_wrong_says_so(book, acme, key, field):
    with pytest.raises(InvalidInput) as caught:
        book.organizations.get(key)
    assert caught.value.field == field


def test_what_several_answer_to_lists_them(book):
    twins = [
        book.organizations.add("Orion", country=c, domains=["orion.example"]) for c in ("KE", "FR", None)
    ]
    labels = tuple(f"{twin.id} Orion ({twin.country or 'no country'})" for twin in twins)
    for key in ("orion", "orion.example", "x@orion.example"):
        with pytest.raises(Ambiguous) as caught:
            book.organizations.get(key)
        assert caught.value.candidates == labels
        assert caught.value.hint == "Use the id."
        assert str(caught.value).startswith("3 organisations answer to")
    many = [book.organizations.add("Many") for _ in range(8)]
    with pytest.raises(Ambiguous, match="8 organisations") as caught:
        book.organizations.get("Many")
    assert len(caught.value.candidates) == 6 < len(many)


def test_a_name_comes_before_what_else_a_key_might_mean(book):
    company = book.organizations.add("BT", country="GB")
    administration = book.organizations.add("Bhutan", country="BT", kind="administration")
    book.organizations.add("Somebody", domains=["lonely.example"])
    shop = book.organizations.add("lonely.example")
    assert book.organizations.get("BT").id == company.id
    assert book.organizations.get("BTN").id == administration.id
    assert book.organizations.get("lonely.example").id == shop.id
