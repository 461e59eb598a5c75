from datetime import date
from itertools import product

import pytest

from crm.consent.bases import Purpose
from crm.consent.permission import NOTHING, Recorded, permission, recorded_for
from crm.reference.consent_rules import Basis, ConsentRule, ConsentRules, Relation
from crm.reference.csvfile import facts, shipped

DAY = date(2026, 11, 24)
RULES = ConsentRules(facts(ConsentRule, shipped("consent_rules.csv")))
CONSENT = Recorded(frozenset({Basis.CONSENT}))
INTEREST = Recorded(frozenset({Basis.LEGITIMATE_INTEREST}))
CONTRACT = Recorded(frozenset({Basis.CONTRACT}))
OBJECTED = Recorded(objected_on=date(2026, 11, 1))
OWED = Recorded(frozenset({Basis.CONTRACT}), date(2026, 11, 1))


def asked(recorded=NOTHING, relation=Relation.MEMBER, country="KEN", purpose=Purpose.CAMPAIGNS, rules=RULES):
    return permission(purpose, recorded, relation=relation, country=country, rules=rules, on=DAY)


@pytest.mark.parametrize(
    ("relation", "country", "recorded", "allowed"),
    [
        # A member is an existing relation everywhere, and nobody needs to record it.
        *((Relation.MEMBER, country, NOTHING, True) for country in ("KEN", "CHE", "DEU", "GBR", None)),
        (Relation.ADMINISTRATION, "KEN", NOTHING, True),
        # A prospect needs consent, but where a country's rule lets a legitimate interest suffice.
        *((Relation.PROSPECT, country, NOTHING, False) for country in ("KEN", "CHE", "DEU", "GBR", None)),
        *((Relation.PROSPECT, country, CONSENT, True) for country in ("KEN", "CHE", "DEU", "GBR", None)),
        (Relation.PROSPECT, "GBR", INTEREST, True),
        *((Relation.PROSPECT, country, INTEREST, False) for country in ("KEN", "CHE", "DEU", None)),
        # A contract is no reason to write about something else.
        (Relation.PROSPECT, "GBR", CONTRACT, False),
        # Whoever has objected is not written to, member or not.
        *((relation, "KEN", OBJECTED, False) for relation in Relation),
        (Relation.MEMBER, "KEN", OWED, False),
    ],
)
def test_which_ground_suffices_where(relation, country, recorded, allowed):
    assert asked(recorded, relation, country).allowed is allowed


@pytest.mark.parametrize(
    ("purpose", "relation", "recorded", "allowed"),
    [
        # An existing relation speaks for the membership and what is like it, and for nothing else.
        (Purpose.DONOR, Relation.MEMBER, NOTHING, False),
        (Purpose.EVENT, Relation.MEMBER, NOTHING, False),
        (Purpose.DONOR, Relation.MEMBER, CONSENT, True),
        (Purpose.EVENT, Relation.PROSPECT, CONSENT, True),
        # What a membership needs is told whatever else somebody has refused, while a contract stands.
        (Purpose.MEMBERSHIP, Relation.MEMBER, NOTHING, True),
        (Purpose.MEMBERSHIP, Relation.MEMBER, OWED, True),
        (Purpose.MEMBERSHIP, Relation.MEMBER, OBJECTED, False),
        (Purpose.MEMBERSHIP, Relation.PROSPECT, INTEREST, True),
        (Purpose.MEMBERSHIP, Relation.PROSPECT, NOTHING, False),
    ],
)
def test_what_it_is_about_makes_a_difference(purpose, relation, recorded, allowed):
    assert asked(recorded, relation, purpose=purpose).allowed is allowed


def test_the_words_name_the_ground_or_what_is_missing_and_what_nobody_has_verified():
    assert asked().words == "existing relation"
    assert asked(relation=Relation.PROSPECT).words == "consent needed for a prospect in KEN (unverified)"
    assert asked(relation=Relation.PROSPECT, country="CHE").words == "consent needed for a prospect in CHE"
    assert asked(relation=Relation.PROSPECT, country=None).words.endswith(
        "in an unknown country (unverified)"
    )
    assert asked(OBJECTED).words == "agreement withdrawn on 1 November 2026"


def test_without_any_rule_nobody_is_written_to():
    for relation, recorded in product(Relation, (NOTHING, CONSENT, INTEREST)):
        assert not asked(recorded, relation, rules=ConsentRules()).allowed


def test_a_country_goes_by_its_own_lines_and_a_line_holds_from_day_to_day():
    def line(country, basis, **days):
        values = {"relation": "prospect", "source": "test", "certainty": "verified"}
        return ConsentRule.model_validate({"country": country, "basis": basis, **values, **days})

    rules = ConsentRules(
        [
            line("other", "consent"),
            line("KEN", "legitimate_interest", valid_from=date(2026, 1, 1), valid_to=date(2026, 12, 1)),
        ]
    )
    for day, basis in (
        (date(2025, 12, 31), "consent"),
        (DAY, "legitimate_interest"),
        (date(2026, 12, 1), "consent"),
    ):
        assert [rule.basis for rule in rules.sufficient("KEN", Relation.PROSPECT, day)] == [basis]
    assert [rule.basis for rule in rules.sufficient("UGA", Relation.PROSPECT, DAY)] == ["consent"]


@pytest.fixture
def amina(book):
    return book.people.add("Amina", email="amina@acme.example")


def on_record(book, person, day=DAY):
    with book._store.reading() as session:
        return recorded_for(session, [person.id], day)


def test_nothing_on_record_is_nothing(book, amina):
    assert on_record(book, amina) == {}


def test_a_withdrawal_ends_what_stood_before_it_until_they_agree_anew(book, amina):
    book.bases.record(amina, "event", "consent", source="fair", evidence="form", on=date(2026, 1, 1))
    book.bases.withdraw(amina, "event", reason="she called", on=date(2026, 6, 1))
    key = (amina.id, Purpose.EVENT)
    assert on_record(book, amina, date(2026, 5, 31))[key] == CONSENT
    assert on_record(book, amina)[key] == Recorded(objected_on=date(2026, 6, 1))
    book.bases.record(amina, "event", "consent", source="fair", evidence="form 2", on=date(2026, 7, 1))
    assert on_record(book, amina)[key] == CONSENT


def test_a_ground_from_before_an_objection_does_not_outlive_it_but_a_contract_does(book, amina):
    book.bases.record(amina, "membership", "contract", source="accession", on=date(2026, 1, 1))
    book.bases.record(amina, "membership", "consent", source="fair", evidence="form", on=date(2026, 1, 1))
    book.bases.withdraw(amina, "membership", reason="she called", on=date(2026, 6, 1))
    book.bases.record(amina, "membership", "public_task", source="an old list", on=date(2026, 2, 1))
    found = on_record(book, amina)[amina.id, Purpose.MEMBERSHIP]
    assert found == Recorded(frozenset({Basis.CONTRACT}), date(2026, 6, 1))
