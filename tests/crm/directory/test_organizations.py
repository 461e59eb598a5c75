from concurrent.futures import ThreadPoolExecutor, wait

import pytest
from sqlalchemy import insert
from sqlmodel import Session, select

from crm.directory.tables import (
    NameKind,
    Organization,
    OrganizationKind,
    Size,
    corporate_group,
    of_groups,
)
from crm.errors import AccordError, AlreadyExists, InvalidInput, NotFound

LEI = "529900T8BM49AURSDO55"


def known_as(book, key):
    return [(name.kind.value, name.language, name.name) for name in book.organizations.names(key)]


def test_an_organisation_is_written_down_as_it_is_understood(book):
    dana = book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    parent = book.organizations.add("Acme Group", kind="association")
    acme = book.organizations.add(
        " Acme\tSatellites ",
        country="Кения",
        segment="Satellite",
        size="SME",
        kind="Company",
        lei=LEI.lower(),
        parent="acme group",
        owner="Dana Novak",
        employees=40,
        source="a fair",
    )
    assert (acme.name, acme.country, acme.segment, acme.size) == (
        "Acme Satellites",
        "KEN",
        "satellite",
        Size.SME,
    )
    assert (acme.kind, acme.lei, acme.owner_id) == (OrganizationKind.COMPANY, LEI, dana.id)
    assert (acme.parent_id, acme.group_id) == (parent.id, parent.id)
    assert (acme.created_at, acme.synthetic, acme.employees) == (book.clock.now(), False, 40)
    changed = book.organizations.change(acme, owner=None, country=None, segment=None, lei=None, parent=None)
    empty = (
        changed.owner_id,
        changed.country,
        changed.segment,
        changed.lei,
        changed.parent_id,
        changed.group_id,
    )
    assert empty == (None,) * 6


@pytest.mark.parametrize(
    ("fields", "kind", "field"),
    [
        ({"colour": "red"}, InvalidInput, "colour"),
        ({"country": "Atlantis"}, NotFound, "country"),
        ({"segment": "no such"}, NotFound, "segment"),
        ({"kind": "shop"}, InvalidInput, "kind"),
        ({"owner": "nobody@accord.example"}, NotFound, "staff"),
        ({"parent": "nobody"}, NotFound, "organization"),
        ({"lei": LEI[:-1]}, InvalidInput, "lei"),
        ({"domains": ["not a domain"]}, InvalidInput, "domains"),
        ({"names": {"french": "Acmé"}}, InvalidInput, "names"),
        ({"names": {"fr": " "}}, InvalidInput, "names"),
        ({"aliases": [""]}, InvalidInput, "aliases"),
        ({"employees": -1}, InvalidInput, "employees"),
    ],
)
def test_a_value_that_is_not_what_it_should_be_is_named(book, fields, kind, field):
    with pytest.raises(AccordError) as caught:
        book.organizations.add("Acme", **fields)
    assert (type(caught.value), caught.value.field) == (kind, field)
    assert list(book.organizations) == []
    acme = book.organizations.add("Acme")
    with pytest.raises(kind):
        book.organizations.change(acme, **fields)
    assert book.organizations.get(acme) == acme


def test_an_unknown_field_is_answered_with_the_known_ones(book):
    with pytest.raises(InvalidInput, match="has no field 'staff'") as caught:
        book.organizations.add("Acme", staff=3)
    assert {"employees", "website", "lei"} <= set(caught.value.candidates)


def test_one_text_is_one_alias_and_one_domain(book):
    acme = book.organizations.add("Acme", aliases="ASI", domains="acme.example")
    book.organizations.change(acme, aliases="Acme Sat", domains="https://www.acme.example/home")
    assert known_as(book, acme) == [
        ("legal", None, "Acme"),
        ("alias", None, "ASI"),
        ("alias", None, "Acme Sat"),
    ]
    assert book.organizations.get("acme.example").id == acme.id


def test_names_stand_by_kind_and_language_and_a_former_legal_name_stays_an_alias(book):
    acme = book.organizations.add("Acme", names={"fr": "Acmé", "ar": "أكمي", "EN": "Acme", "es": "Acme"})
    displayed = [
        ("display", "ar", "أكمي"),
        ("display", "en", "Acme"),
        ("display", "es", "Acme"),
        ("display", "fr", "Acmé"),
    ]
    assert known_as(book, acme) == [("legal", None, "Acme"), *displayed]
    book.organizations.change(acme, name="Zenith", aliases=["Acme", "Zen"], names={"fr": "Acmé"})
    former = [("alias", None, "Acme"), ("alias", None, "Zen")]
    assert known_as(book, acme) == [("legal", None, "Zenith"), *displayed, *former]
    for name in ("Acme", "Zenith", "Acme"):  # there and back
        assert book.organizations.change(acme, name=name).name == name
    legal = [name for name in book.organizations.names(acme) if name.kind is NameKind.LEGAL]
    assert [name.name for name in legal] == ["Acme"]
    assert known_as(book, acme).count(("alias", None, "Zenith")) == 1
    assert {book.organizations.get(name).id for name in ("acme", "ZENITH", "zen", "أكمي")} == {acme.id}


def test_a_corporate_group_follows_its_members_when_one_moves(book):
    a, b, c, d = (book.organizations.add(name) for name in "ABCD")
    for child, parent in ((b, a), (c, b), (d, c)):
        book.organizations.change(child, parent=parent)
    assert [o.id for o in book.organizations.group(d)] == [a.id, b.id, c.id, d.id]
    other = book.organizations.add("Other")
    book.organizations.change("C", parent="Other", reason="Sold.")
    assert [o.name for o in book.organizations.group("D")] == ["Other", "C", "D"]
    assert [o.name for o in book.organizations.group("B")] == ["A", "B"]
    book.organizations.change("C", parent=None)
    assert [o.name for o in book.organizations.group("D")] == ["C", "D"]
    assert [o.name for o in book.organizations.group(other)] == ["Other"]
    assert book.organizations.add("E", parent="D").group_id == c.id


def test_the_accounts_of_corporate_groups_are_those_whose_head_is_among_them(book):
    head, alone, other = (book.organizations.add(name) for name in ("Head", "Alone", "Other"))
    child = book.organizations.add("Child", parent=head)
    grandchild = book.organizations.add("Grandchild", parent=child)
    with Session(book.engine) as session:
        for heads in ([head.id], [alone.id, head.id], [child.id], [], [other.id]):
            of_them = session.exec(select(Organization.id).where(of_groups(heads))).all()
            by_head = session.exec(select(Organization.id).where(corporate_group().in_(heads))).all()
            assert sorted(of_them) == sorted(by_head)
        theirs = session.exec(select(Organization.id).where(of_groups([head.id])))
        assert set(theirs) == {head.id, child.id, grandchild.id}


def test_an_organisation_never_belongs_to_itself_at_any_depth(book):
    ids = [book.organizations.add("A").id]
    for name in "BCDE":
        ids.append(book.organizations.add(name, parent=ids[-1]).id)
    for below in "ABE":
        with pytest.raises(InvalidInput, match=f"{below} .* belongs to .* A .* itself") as caught:
            book.organizations.change("A", parent=below)
        assert caught.value.field == "parent"
    book.organizations.change("E", parent="A")  # the other way is open
    assert book.organizations.get("A").parent_id is None


def test_two_moves_at_once_cannot_close_a_circle(book):
    book.organizations.add("A")
    book.organizations.add("B")
    with ThreadPoolExecutor(1) as pool:
        with book.transaction():
            book.organizations.change("A", parent="B")
            other = pool.submit(book.organizations.change, "B", parent="A")
            wait([other], timeout=0.3)
            assert not other.done()
        with pytest.raises(InvalidInput, match="itself"):
            other.result(timeout=60)
    assert [o.name for o in book.organizations.group("A")] == ["B", "A"]


def test_all_organisations_are_listed_however_many(book):
    rows = [
        {"id": n, "name": f"N{n}", "kind": "company", "synthetic": True, "created_at": book.clock.now()}
        for n in range(10**6, 10**6 + 2500)
    ]
    with book.engine.begin() as connection:
        connection.execute(insert(Organization), rows)
    assert [organization.id for organization in book.organizations] == [row["id"] for row in rows]


def test_an_lei_names_one_organisation(book):
    book.organizations.add("Acme", lei=LEI)
    other = book.organizations.add("Other")
    for attempt in (
        lambda: book.organizations.add("Third", lei=LEI),
        lambda: book.organizations.change(other, lei=LEI),
    ):
        with pytest.raises(AlreadyExists) as caught:
            attempt()
        assert caught.value.field == "lei"
