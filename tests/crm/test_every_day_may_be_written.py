"""Whoever names a day to the book may write it down: "2027-04-01", "14d". What is no day is refused by its argument's name."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from inspect import Parameter, isroutine, signature
from types import UnionType
from typing import Any, NamedTuple, get_args, get_type_hints

import pytest
from support.books import MakeBook, books_on

from crm.clock import SetClock
from crm.errors import InvalidInput

TODAY = date(2026, 11, 26)
STAND_INS = {
    "amount": 1,
    "category": "associate",
    "first_on": TODAY,
    "kind": "meeting",
    "next": "x",
    "on": TODAY,
    "purpose": "campaigns",
    "reason": "x",
    "schedule": (),
    "sector": "T",
    "since": TODAY,
    "units": "1/2",
    "until": TODAY,
    "year": 2026,
}
"""What an argument beside the day is given, where it has to be something; all others are "x"."""


class Day(NamedTuple):
    """An argument that takes a day."""

    verb: str
    call: Any
    argument: str
    kinds: frozenset[Any]


def days_of(book: Any) -> Iterator[Day]:
    """Every argument of the book's public verbs and reads that takes a day."""
    facets = {name: facet for name, facet in vars(book).items() if not name.startswith("_")}
    for name, facet in {"book": book, **facets}.items():
        if not type(facet).__module__.startswith("crm."):
            continue
        for verb in dir(facet):
            call = getattr(facet, verb)
            if isroutine(call) and (not verb.startswith("_") or verb == "__call__"):
                for argument, hint in get_type_hints(call).items():
                    kinds = frozenset(get_args(hint) if isinstance(hint, UnionType) else [hint])
                    if date in kinds and argument != "return":
                        yield Day(f"{name}.{verb}", call, argument, kinds)


@pytest.fixture(scope="module")
def book(server):
    """A book in which "x" means an organisation that applies for membership, a payment and a colleague."""
    with books_on(server) as url:
        make = MakeBook(url, SetClock(datetime(2026, 11, 26, 9, tzinfo=UTC)))
        book = make("x@accord.example")
        book.staff.add("x", email="x@accord.example", office="BDT")
        account = book.organizations.add("x", country="CH")
        book.applications.apply(account, "associate", sector="T", study_group="T-SG13", override="x")
        book.dues.pay(account, 1, on=TODAY, reference="x")
        book.suspension_notices.sent(account, on=TODAY, override="x")
        book.opportunities.add(account, "upgrade", sector="T")
        yield book
        make.close()


def test_every_argument_that_takes_a_day_takes_it_in_writing(book):
    found = [*days_of(book)]
    assert len(found) > 100
    assert [(day.verb, day.argument) for day in found if str not in day.kinds] == []


def test_what_is_no_day_is_refused_by_the_name_of_its_argument(book):
    (ask,) = book.opportunities.open()
    named = {}
    for day in days_of(book):
        own = {"key": ask.id} if day.verb.startswith("opportunities.") else {}
        with pytest.raises(InvalidInput) as refused:
            day.call(**{**beside(day.call), **own, day.argument: "no day"})
        named[day.verb, day.argument] = refused.value.field
    assert {place: field for place, field in named.items() if field != place[1]} == {}


def beside(call: Any) -> dict[str, Any]:
    """What a verb or read has to be given, whatever the day."""
    parameters = signature(call).parameters.values()
    needed = {
        p.name for p in parameters if p.default is Parameter.empty and p.kind is not Parameter.VAR_KEYWORD
    }
    welcome = {"next", "override", "reason", "sector"} & {p.name for p in parameters}
    return {name: STAND_INS.get(name, "x") for name in needed | welcome}
