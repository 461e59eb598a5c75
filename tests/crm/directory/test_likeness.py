import pytest
from sqlalchemy import event, text

from crm.directory.likeness import RULES, Wanted, likely
from crm.directory.names import bare_name
from crm.directory.tables import OrganizationName
from crm.reference.legal_forms import legal_forms_of

LEI, OTHER_LEI = "5493001KJTIIGC8Y1R12", "529900T8BM49AURSDO55"


@pytest.fixture
def look(book, store):
    """What one wanted organisation is like, as names with scores."""

    def look(name, country="KEN", **more):
        with store.reading() as session:
            found = likely(session, [Wanted(7, name, country, **more)])
        assert set(found) <= {7}
        return {one.name: one.score for one in found.get(7, ())}

    return look


def test_a_name_is_found_without_its_legal_form_with_a_slip_and_in_another_order(book, look):
    book.organizations.add("Acme Satellites Ltd", country="KE")
    book.organizations.add("Acme Satellites SA", country="UG")
    for name in ("ACME SATELLITES P.J.S.C.", "Satellites Acme", "Acme Sattelites", "Acme Setellites"):
        assert set(look(name)) == {"Acme Satellites Ltd"}
    assert look("Acme Satellites", None) == {"Acme Satellites Ltd": 0.56, "Acme Satellites SA": 0.56}
    assert look("Zenith Satellites") == {}


def test_aliases_and_display_names_count(book, look):
    book.organizations.add(
        "Gazprom Neft PJSC", country="RU", aliases=["Sibneft"], names={"ru": "Газпром нефть"}
    )
    assert look("ПАО «Газпром нефть»", "RUS") == {"Gazprom Neft PJSC": 0.8}
    assert look("SIBNEFT OAO", "RUS") == {"Gazprom Neft PJSC": 0.8}


def test_the_lei_settles_it_and_another_one_speaks_against(book, look):
    book.organizations.add("Acme Ltd", country="KE", lei=LEI)
    assert look("Something Else", "UGA", lei=LEI) == {"Acme Ltd": 1.0}
    assert look("Acme", lei=OTHER_LEI) == {}
    assert look("Acme", lei=None) == {"Acme Ltd": 0.8}


def test_a_domain_of_its_own_counts_and_one_of_a_mailbox_provider_does_not(book, look):
    book.organizations.add("Acme Ltd", country="KE", domains=["acme.example", "gmail.com"])
    assert look("Acme Holdings", domains=("acme.example", "gmail.com")) == {"Acme Ltd": 0.5}
    assert look("Acme Holdings", domains=("gmail.com",)) == {}
    assert look("Acme", domains=("acme.example",)) == {"Acme Ltd": 0.9}
    assert look("Acme", domains=('a","b}',)) == {"Acme Ltd": 0.8}


def test_an_organisation_that_was_merged_leads_to_its_keeper_alone(book, look):
    keeper = book.organizations.add("Acme Ltd", country="KE")
    book.merge(keeper, book.organizations.add("Acme Limited", country="KE"), reason="the same")
    assert look("Acme GmbH") == {"Acme Ltd": 0.8}


def test_the_likeliest_come_first_and_no_more_than_asked_for(book, store):
    for number in range(4):
        book.organizations.add(f"Acme {'Ltd ' * number}", country="KE")
    sure = book.organizations.add("Acme AG", country="KE", domains=["acme.example"])
    with store.reading() as session:
        found = likely(session, [Wanted(1, "Acme", "KEN", ("acme.example",))], most=3)[1]
    assert found[0].organization_id == sure.id
    assert len(found) == 3
    assert {one.rules for one in found} == {RULES}


def test_a_whole_batch_takes_one_statement(book, store, engine):
    book.organizations.add("Acme Ltd", country="KE")
    said = []
    event.listen(engine, "before_cursor_execute", lambda *call: said.append(call[2]))
    with store.reading() as session:
        legal_forms_of(session)
        said.clear()
        found = likely(session, [Wanted(ref, "Acme", "KEN") for ref in range(500)])
        assert likely(session, []) == {}
    assert len(found) == 500
    assert len(said) == 1


def test_what_is_compared_is_stored_beside_every_name_and_left_out_of_trail_and_answers(book, store):
    acme = book.organizations.add("Acme Telecom Co., Ltd.", country="KE")
    with store.reading() as session:
        stored = session.execute(text("SELECT bare, keys FROM organization_name")).one()
        assert stored.bare == bare_name("Acme Telecom Co., Ltd.", legal_forms_of(session)) == "acme telecom"
    assert stored.keys
    trailed = [change for change in book.trail.about(acme) if change.record.startswith("organization_name")]
    assert trailed
    assert not any(OrganizationName.derived & change.after.keys() for change in trailed)
    assert "keys" not in repr(book.organizations.names(acme)[0])
