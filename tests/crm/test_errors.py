import copy
import pickle

import pytest

from crm import errors
from crm.errors import AccordError, AlreadyExists, Ambiguous, InvalidInput, NotFound, ReadOnly, Refused

CODES = {
    "AccordError": "error",
    "NotFound": "not_found",
    "AlreadyExists": "already_exists",
    "Ambiguous": "ambiguous",
    "InvalidInput": "invalid_input",
    "Refused": "refused",
    "ReadOnly": "read_only",
    "StoreError": "store",
    "Unreachable": "unreachable",
    "NotMigrated": "not_migrated",
    "MailError": "mail",
    "TemplateError": "template",
    "ConfigurationError": "configuration",
}
KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
DETAILS = {
    "subject": "Acme",
    "field": "lei",
    "value": ("x", 1),
    "row": 7,
    "hint": "Look again.",
    "candidates": ("one", "two"),
}


def test_the_codes_are_stable_and_every_error_stands_in_one_tree():
    assert {kind.__name__: kind.code for kind in KINDS} == CODES
    assert all(issubclass(kind, AccordError) for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_survives_pickling_with_all_its_details(kind):
    further = {"rule": "lei.known"} if kind is Refused else {}
    error = kind("No.", **DETAILS, **further)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is kind
        assert (twin.message, str(twin), twin.details()) == (error.message, str(error), DETAILS | further)
        assert (twin.args, twin.code) == (("No.",), kind.code)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NotFound("No Acme."), "No Acme."),
        (NotFound("No Acme.", hint="Add it."), "No Acme. Add it."),
        (Ambiguous("Two.", candidates=["1 A", "2 B"]), "Two. Candidates: 1 A; 2 B."),
        (Ambiguous("Two.", candidates=["1", "2"], hint="Use the id."), "Two. Candidates: 1; 2. Use the id."),
        (InvalidInput("Bad.", field="lei", value="secret", row=3), "Bad."),
    ],
)
def test_an_error_says_what_was_wrong_then_what_might_be_meant_then_how_to_mend_it(error, said):
    assert str(error) == said


def test_a_refusal_names_its_rule():
    assert Refused("No.", rule="follow_ups.once").details()["rule"] == "follow_ups.once"


def test_assigning_to_a_record_is_also_an_attribute_error():
    assert issubclass(ReadOnly, AttributeError)


def test_what_is_not_said_is_none():
    assert set(AlreadyExists("There.").details().values()) == {None, ()}


def test_candidates_that_take_time_are_found_when_somebody_looks():
    asked = []
    error = NotFound("No Acme.", candidates=lambda: asked.append(1) or ["1 Acne"])
    assert asked == []
    assert (error.candidates, str(error)) == (("1 Acne",), "No Acme. Candidates: 1 Acne.")
    assert pickle.loads(pickle.dumps(error)).candidates == ("1 Acne",)
    assert asked == [1]
