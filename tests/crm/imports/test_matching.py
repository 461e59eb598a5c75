"""Each table is one book, made of earlier rows, and a row that comes after them."""

import pytest

from crm.imports.accounts import Accounts
from crm.imports.matching import matched
from crm.imports.organization_draft import OrganizationDraft
from crm.imports.verdicts import NoteKind, ProblemKind

LEI_1, LEI_2 = "529900T8BM49AURSDO55", "213800WAVVOPS85N2205"


def draft(row, name="Acme", country="KEN", **values):
    found = OrganizationDraft(row, (name, country or ""), country=country, **values)
    found.call(name)
    return found


def judge_after(known, row):
    accounts = Accounts("registry", 1)
    for number, values in enumerate(known, start=2):
        earlier = draft(number, **values)
        assert is_new(matched(earlier, accounts))
        accounts.expect(earlier, number * 100)
    return matched(draft(99, **row), accounts)


def is_new(found):
    return found.account is None and found.problem is None


@pytest.mark.parametrize(
    ("known", "row"),
    [
        ({}, {}),
        ({}, {"name": "ACME."}),
        ({"country": None}, {"country": None}),
        ({"key": "1"}, {"key": "1"}),
        ({"key": "1", "country": "FRA"}, {"key": "1"}),
        ({"key": "1"}, {}),
        ({}, {"key": "1"}),
        ({"lei": LEI_1, "name": "Other", "country": "FRA"}, {"lei": LEI_1}),
        ({"lei": LEI_1}, {}),
        ({"aliases": ("Acme Ltd",)}, {"name": "acme ltd"}),
        ({"names": {"fr": "Acmé"}}, {"name": "Acme"}),
    ],
)
def test_the_same_organisation_is_matched(known, row):
    found = judge_after([known], row)
    assert found.account.id == 200
    assert found.problem is None


@pytest.mark.parametrize(
    ("known", "row"),
    [
        ({"country": "FRA"}, {}),
        ({"name": "Acme Holding"}, {}),
        ({"key": "1"}, {"key": "2"}),
        ({"lei": LEI_1}, {"lei": LEI_2}),
    ],
)
def test_another_organisation_is_new(known, row):
    assert is_new(judge_after([known], row))


def test_a_namesake_is_pointed_out():
    (note,) = judge_after([{"key": "1"}], {"key": "2"}).notes
    assert note.kind is NoteKind.CHECK
    assert "row 2: Acme (KEN)" in note.text


@pytest.mark.parametrize(
    ("known", "row"),
    [
        ([{"country": None}], {}),
        ([{}], {"country": None}),
        ([{}, {"country": "FRA"}], {"country": None}),
        ([{"key": "1"}, {"key": "2"}], {}),
    ],
)
def test_what_cannot_be_told_is_left_with_the_candidates(known, row):
    problem = judge_after(known, row).problem
    assert problem.kind is ProblemKind.AMBIGUOUS
    assert len(problem.candidates) == len(known)
    assert problem.fix


def test_a_key_and_an_lei_that_contradict_each_other_are_refused():
    known = [{"name": "A", "key": "1"}, {"name": "B", "lei": LEI_1}]
    problem = judge_after(known, {"key": "1", "name": "A", "lei": LEI_1}).problem
    assert problem.field == "lei"
    assert problem.candidates == ("row 2: A (KEN)", "row 3: B (KEN)")


def test_one_key_for_two_names_in_a_file_is_refused():
    problem = judge_after([{"name": "Aperam", "key": "APAM"}], {"key": "APAM"}).problem
    assert problem.kind is ProblemKind.REPEATED
    assert "row 2 for Aperam" in problem.reason


def test_a_row_that_repeats_another_says_which():
    (note,) = judge_after([{}], {}).notes
    assert note.kind is NoteKind.REPEATED
    assert "Row 2" in note.text


def test_a_person_decides_that_a_row_is_none_of_its_namesakes():
    found = judge_after([{"country": None}], {"decided": "new"})
    assert is_new(found)


def test_a_decision_against_the_key_is_refused():
    problem = judge_after([{"key": "1"}], {"key": "1", "decided": "new"}).problem
    assert (problem.field, problem.kind) == ("id", ProblemKind.INVALID)
