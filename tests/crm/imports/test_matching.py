"""Each table is one book, made of earlier rows, and a row that comes after them."""

import pytest

from crm.imports.accounts import Accounts
from crm.imports.draft import Draft
from crm.imports.matching import judged
from crm.imports.verdicts import NoteKind, ProblemKind

LEI_1, LEI_2 = "529900T8BM49AURSDO55", "213800WAVVOPS85N2205"


def draft(row, name="Acme", country="KEN", **values):
    found = Draft(row, (name, country or ""), country=country, **values)
    found.call(name)
    return found


def judge_after(known, row):
    accounts = Accounts("registry")
    for number, values in enumerate(known, start=2):
        earlier = draft(number, **values)
        assert judged(earlier, accounts).is_new
        accounts.expect(earlier, organization_id=number * 100)
    return judged(draft(99, **row), accounts)


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
    assert found.match.id == 200
    assert found.problems == ()


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
    assert judge_after([known], row).is_new


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
def test_what_cannot_be_told_is_refused_with_the_candidates(known, row):
    (problem,) = judge_after(known, row).problems
    assert problem.kind is ProblemKind.AMBIGUOUS
    assert len(problem.candidates) == len(known)
    assert problem.fix


def test_a_key_and_an_lei_that_contradict_each_other_are_refused():
    known = [{"name": "A", "key": "1"}, {"name": "B", "lei": LEI_1}]
    (problem,) = judge_after(known, {"key": "1", "name": "A", "lei": LEI_1}).problems
    assert problem.field == "lei"
    assert problem.candidates == ("row 2: A (KEN)", "row 3: B (KEN)")


def test_one_key_for_two_names_in_a_file_is_refused():
    (problem,) = judge_after([{"name": "Aperam", "key": "APAM"}], {"key": "APAM"}).problems
    assert problem.kind is ProblemKind.REPEATED
    assert "row 2 for Aperam" in problem.reason


def test_what_differs_is_noted_and_stays():
    found = judge_after([{"employees": 300, "segment": "cloud"}], {"employees": 400})
    kinds = {note.kind: note.text for note in found.notes}
    assert "400" in kinds[NoteKind.DIFFERS]
    assert "Row 2" in kinds[NoteKind.REPEATED]
    assert not any(note.field == "segment" for note in found.notes)


def test_a_row_with_problems_is_not_matched():
    accounts = Accounts("registry")
    accounts.expect(draft(2), organization_id=1)
    broken = draft(3)
    broken.problems.append(judge_after([{"country": None}], {}).problems[0])
    assert judged(broken, accounts).match is None


def test_what_was_not_written_is_forgotten():
    accounts = Accounts("registry")
    first = draft(2, key="1", lei=LEI_1, aliases=("Acme Ltd",))
    accounts.forget(first, accounts.expect(first, organization_id=7))
    assert judged(draft(3, key=None, lei=LEI_1), accounts).is_new
    assert judged(draft(4, name="Acme Ltd"), accounts).is_new
