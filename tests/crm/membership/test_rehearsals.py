"""Verbs that decide on money can be rehearsed: the same is said, and nothing is written."""

from datetime import date

import pytest

from crm.membership.recorded import Recorded
from crm.store.records import Record

DAY = date(2027, 1, 1)


@pytest.fixture
def ready(book):
    """Who may join, change, leave, be exempt and begin a membership."""
    for name in ("New", "Associate", "Member", "Applicant", "Union"):
        book.organizations.add(name, country="CH", kind="university" if name == "Applicant" else "company")
    book.terms.join("Associate", "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1))
    book.terms.join("Member", "sector_member", sector="T", units="1", on=date(2020, 1, 1))
    book.exemptions.grant("Union", since=date(2020, 1, 1), until=date(2027, 12, 31), reason="reciprocity")
    book.applications.apply("Applicant", "academia")
    book.applications.forward("Applicant")
    book.applications.approve("Applicant", invoice=False)
    book.contributions.choose("KEN", 2, effective_on=DAY, reason="PP-26")
    return book


VERBS = {
    "join": lambda book, **run: book.terms.join("New", "sector_member", sector="T", on=DAY, **run),
    "further_sector": lambda book, **run: book.terms.further_sector("Member", sector="D", on=DAY, **run),
    "upgrade": lambda book, **run: book.terms.upgrade("Associate", sector="T", on=DAY, **run),
    "downgrade": lambda book, **run: book.terms.downgrade(
        "Member", sector="T", study_group="T-SG13", on=DAY, **run
    ),
    "class_change": lambda book, **run: book.terms.class_change(
        "Member", sector="T", units="2", on=DAY, **run
    ),
    "give_notice": lambda book, **run: book.terms.give_notice(
        "Member", sector="T", received_on=date(2026, 11, 1), reason="no budget", **run
    ),
    "denounce": lambda book, **run: book.terms.denounce(
        "Member", sector="T", on=DAY, reason="no budget", **run
    ),
    "exclude": lambda book, **run: book.terms.exclude(
        "Member", sector="T", on=DAY, reason="arrears", override="decided", **run
    ),
    "grant": lambda book, **run: book.exemptions.grant(
        "Member", since=DAY, until=DAY, reason="reciprocity", **run
    ),
    "withdraw an exemption": lambda book, **run: book.exemptions.withdraw(
        "Union", on=DAY, reason="reviewed", **run
    ),
    "activate": lambda book, **run: book.applications.activate("Applicant", reason="agreed", **run),
    "withdraw a class": lambda book, **run: book.contributions.withdraw(
        "KEN", effective_on=DAY, reason="a mistake", **run
    ),
}


@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_a_rehearsal_says_what_the_verb_will_say_and_writes_nothing(ready, verb):
    before = on_file(ready)
    rehearsed = verb(ready, dry_run=True)
    assert on_file(ready) == before
    written = verb(ready)
    assert on_file(ready) != before
    assert told(rehearsed) == told(written)


def on_file(book):
    accounts = ("New", "Associate", "Member", "Applicant", "Union")
    return [
        *([told(each) for each in book.terms.ledger(name)] for name in accounts),
        *([told(each) for each in book.exemptions.of(name)] for name in accounts),
        *([told(each) for each in book.applications.of(name)] for name in accounts),
        [told(each) for each in book.contributions.recorded("KEN")],
        *([told(each) for each in book.standing.spans(name)] for name in accounts),
    ]


def told(value):
    """What a value says, but for the number that every row takes anew."""
    if isinstance(value, Recorded):
        return told(value.term), value.to_settle
    return value.model_dump(exclude={"id"}) if isinstance(value, Record) else str(value)
