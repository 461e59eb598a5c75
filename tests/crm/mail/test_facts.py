from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

import pytest
from markupsafe import Markup

from crm.errors import TemplateError
from crm.mail.facts import fact, frozen


class Kind(StrEnum):
    CALL = "call"


class Row:
    name = "Amina"


def test_facts_are_copied_so_that_later_changes_do_not_reach_the_letter():
    codes = ["SG13"]
    facts = {"person": {"name": "Amina"}, "codes": codes}
    copy = frozen(facts)
    codes.append("SG17")
    assert copy == {"person": {"name": "Amina"}, "codes": ("SG13",)}


@pytest.mark.parametrize("value", ["Amina", 3, True, Decimal("10600.50"), date(2026, 12, 1)])
def test_plain_values_stay_what_they_are(value):
    copy = frozen({"value": value})["value"]
    assert copy == value
    assert type(copy) is type(value)


def test_any_mapping_becomes_a_plain_one():
    assert type(frozen(MappingProxyType({"a": MappingProxyType({"b": "c"})}))["a"]) is dict


@pytest.mark.parametrize("value", [Markup("<b>x</b>"), Kind.CALL])
def test_marked_and_enumerated_text_becomes_plain_text(value):
    copy = frozen({"value": value})["value"]
    assert type(copy) is str
    assert copy == str(value)


@pytest.mark.parametrize(
    "value",
    [
        None,
        1.5,
        b"x",
        Row(),
        Row,
        object(),
        {1, 2},
        print,
        datetime(2026, 12, 1, tzinfo=UTC),
        Decimal("NaN"),
        Decimal("Infinity"),
    ],
    ids=lambda value: f"{type(value).__name__}-{str(value)[:3]}",
)
def test_anything_else_is_refused_by_name(value):
    with pytest.raises(TemplateError) as refusal:
        frozen({"person": {"name": value}})
    assert refusal.value.field == "person.name"


@pytest.mark.parametrize(
    "facts",
    [
        {"text": "x" * 20_001},
        {"list": ["x"] * 201},
        {str(number): 1 for number in range(201)},
        {"a": {"b": {"c": {"d": {"e": 1}}}}},
        {"a": {1: "x"}},
    ],
    ids=["text", "list", "mapping", "levels", "key"],
)
def test_more_than_a_letter_can_hold_is_refused(facts):
    with pytest.raises(TemplateError):
        frozen(facts)


def test_only_a_mapping_holds_facts():
    with pytest.raises(TemplateError):
        frozen([("a", 1)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Amina \u202eadnO", "Amina adnO"),
        ("\u2067Amina\u2069", "Amina"),
        ("a\x00b\x1bc\x7fd\x85e", "abcd\ne"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\tb", "a\tb"),
        ("half \ud83d", "half "),
        ("أمينة الخطيب \u200fx", "أمينة الخطيب \u200fx"),
        ("\u2068Acme\u2069", "\u2068Acme\u2069"),
        ("\u2068Acme", "\u2068Acme\u2069"),
        ("Acme\u2069 Ltd\u2069", "Acme Ltd"),
        ("\u2068a\nb\u2069", "\u2068a\u2069\nb"),
    ],
    ids=ascii,
)
def test_what_steers_the_display_of_others_is_taken_out(given, kept):
    assert frozen({"text": given})["text"] == kept


@pytest.mark.parametrize(
    ("path", "value"), [("a.b", 1), ("a", {"b": 1}), ("a.c", None), ("x.y.z", None), ("a.b.c", None)]
)
def test_a_fact_is_found_by_its_dotted_name(path, value):
    assert fact({"a": {"b": 1}}, path) == value
