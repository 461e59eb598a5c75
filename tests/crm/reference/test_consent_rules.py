from crm.reference.consent_rules import ELSEWHERE, Basis, ConsentRule, Relation
from crm.reference.country import Country
from crm.reference.csvfile import facts, shipped
from crm.reference.facts import Certainty

LINES = facts(ConsentRule, shipped("consent_rules.csv"))


def test_every_relation_has_lines_for_countries_without_any_of_their_own():
    assert {line.relation for line in LINES if line.country == ELSEWHERE} == set(Relation)


def test_what_holds_elsewhere_is_unverified_and_stricter_than_no_rule_of_a_country():
    for relation in Relation:
        elsewhere = {line.basis for line in LINES if (line.country, line.relation) == (ELSEWHERE, relation)}
        assert Basis.LEGITIMATE_INTEREST not in elsewhere
    assert {line.certainty for line in LINES if line.country == ELSEWHERE} == {Certainty.UNVERIFIED}


def test_every_line_is_about_a_country_there_is():
    known = {row.code for row in facts(Country, shipped("countries.csv"))} | {ELSEWHERE}
    assert {line.country for line in LINES} <= known


def test_nothing_but_consent_speaks_for_a_prospect_in_switzerland():
    swiss = [line for line in LINES if (line.country, line.relation) == ("CHE", Relation.PROSPECT)]
    assert [(line.basis, line.certainty) for line in swiss] == [(Basis.CONSENT, Certainty.VERIFIED)]


def test_a_load_makes_the_next_question_read_the_rules_again(book, tmp_path):
    who = book.people.add(
        "Amina", email="amina@acme.example", at=book.organizations.add("Acme", country="CH")
    )
    assert [found.allowed for found in book.permissions.of(who)] == [False]
    for file in shipped("").iterdir():
        if file.name.endswith(".csv"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    rules = (tmp_path / "consent_rules.csv").read_text("utf-8")
    (tmp_path / "consent_rules.csv").write_text(
        rules.replace("CHE,prospect,consent", "CHE,prospect,existing_relation")
    )
    book.bases.record(who, "campaigns", "existing_relation", source="a former member")
    assert [found.allowed for found in book.permissions.of(who)] == [False]
    book.reference.load(folder=tmp_path)
    assert [found.allowed for found in book.permissions.of(who)] == [True]
    book.reference.load()
