"""What has been kept for long enough goes, by rules that are data."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from support.outbox import staffed

from crm.errors import ConfigurationError, NotFound, Refused
from crm.privacy.keeping import keepings
from crm.reference.csvfile import facts, shipped
from crm.reference.retention_rules import RetentionAction, RetentionRule
from crm.store.columns import ERASED

RULES = {rule.slug: rule for rule in facts(RetentionRule, shipped("retention_rules.csv"))}
YEARS = timedelta(days=365 * 11)


@pytest.fixture
def set_rule(book):
    """Change a rule as its file would."""

    def change(slug, **values):
        said = ", ".join(f"{name} = :{name}" for name in values)
        with book.engine.begin() as connection:
            connection.execute(text(f"UPDATE retention_rule SET {said} WHERE slug = '{slug}'"), values)

    yield change
    with book.engine.begin() as connection:
        connection.execute(text("DELETE FROM retention_rule"))
    book.reference.load()


def due(book, **more):
    return {line.rule: line.rows for line in book.retention.preview(**more).rules if line.rows}


def test_every_rule_of_the_file_is_about_something_and_says_what_can_be_done(clock):
    known = keepings(clock.now().date())
    assert RULES.keys() == known.keys()
    assert {slug: rule.action for slug, rule in RULES.items()} == {s: k.action for s, k in known.items()}


def test_nothing_is_automatic_and_nothing_certain_as_long_as_nobody_has_said_so():
    assert [slug for slug, rule in RULES.items() if rule.automatic] == []
    assert {rule.certainty for rule in RULES.values()} == {"unverified"}


def test_a_young_book_has_nothing_due(book, lived):
    report = book.retention.preview()
    assert (report.count, report.applied) == (0, False)
    assert [line.rule for line in report.rules] == list(RULES)


def test_each_rule_clears_its_own_and_leaves_the_rest(book, lived, clock, amina, acme):
    sent, _ = lived
    clock.advance(timedelta(days=400))
    assert due(book) == {"answers_raw": 2, "drafts_discarded": 1, "import_rows_cells": 1}
    report = book.retention.apply(confirm=4)
    assert (report.applied, report.count) == (True, 4)
    assert due(book) == {}
    assert {row.raw for row in book.answers.of()} == {b""}
    assert any("Yes please" in row.text for row in book.answers.of())
    assert [row.verdict for row in book.imports.report(next(iter(book.imports))).rows] == ["refuse"]
    assert book.outbox.shown(sent).subject
    assert book.people.get(amina).email == "amina@acme.example"


def test_after_many_years_letters_summaries_and_former_values_go_too(book, lived, clock, amina, acme):
    sent, queued = lived
    clock.advance(YEARS)
    people = due(book, rule="people_without_position")
    assert people == {}  # their positions go on
    counts = due(book)
    assert counts["letter_facts"] == 1
    assert counts["interactions"] == 3
    book.retention.apply(confirm=sum(counts.values()))
    assert {row.summary for row in book.interactions.of(acme)} == {ERASED}
    with pytest.raises(Refused, match="has been erased"):
        book.outbox.shown(sent)
    assert book.outbox.shown(queued).subject  # it has not gone out yet
    assert all(line.erased or "name" not in line.after for line in book.history(amina))
    assert book.people.get(amina).name == "Amina Odhiambo"


def test_people_who_hold_no_position_and_whom_nobody_met_are_erased(book, clock):
    staffed(book)
    acme = book.organizations.add("Acme", country="KE")
    gone, met, here = (
        book.people.add(name, email=f"{name}@acme.example", at=acme) for name in ("Gone", "Met", "Here")
    )
    today = clock.now().date()
    for person in (gone, met):
        book.people.leave(person, acme, on=today)
    clock.advance(timedelta(days=1000))
    book.log("call", acme, "Still in touch", people=[met])
    clock.advance(timedelta(days=200))
    assert due(book, rule="people_without_position") == {"people_without_position": 1}
    book.retention.apply(confirm=1, rule="people_without_position")
    with pytest.raises(NotFound, match="was erased"):
        book.people.get(gone.id)
    assert {book.people.get(person).name for person in (met, here)} == {"Met", "Here"}
    assert book.suppressions.of("gone@acme.example") == ()


def test_the_count_of_the_preview_has_to_be_named(book, lived, clock):
    clock.advance(timedelta(days=400))
    with pytest.raises(Refused, match="it comes to 4 rows, and 3 were named") as caught:
        book.retention.apply(confirm=3)
    assert caught.value.rule == "retention.confirm"
    assert sum(due(book).values()) == 4


def test_each_batch_leaves_an_entry_on_the_trail(book, lived, clock, monkeypatch):
    monkeypatch.setattr("crm.privacy.retention._BATCH", 1)
    clock.advance(timedelta(days=400))
    book.retention.apply(confirm=2, rule="answers_raw")
    entries = [entry for entry in book.trail.latest() if entry.verb == "retention.applied"]
    assert [entry.subject for entry in entries] == ["retention_rule:answers_raw"] * 2
    assert entries[0].reason == "Received messages as they arrived: kept for long enough"


def test_rules_are_data(book, lived, clock, set_rule):
    clock.advance(timedelta(days=400))
    set_rule("answers_raw", keep_days=500)
    set_rule("drafts_discarded", retired_on=clock.now().date())
    assert due(book) == {"import_rows_cells": 1}
    set_rule("import_rows_cells", action=RetentionAction.REMOVE.value)
    with pytest.raises(ConfigurationError, match="says remove; what can be done there is blank"):
        book.retention.preview()


def test_only_what_is_marked_as_automatic_is_cleared_without_anybody(book, lived, clock, set_rule):
    clock.advance(timedelta(days=400))
    assert book.retention.apply_automatic().rules == ()
    set_rule("answers_raw", automatic=True)
    assert [(line.rule, line.rows) for line in book.retention.apply_automatic().rules] == [("answers_raw", 2)]
    assert due(book) == {"drafts_discarded": 1, "import_rows_cells": 1}


def test_a_rule_that_there_is_not_is_told_with_those_there_are(book):
    with pytest.raises(NotFound) as caught:
        book.retention.preview(rule="everything")
    assert caught.value.candidates == tuple(RULES)


def test_it_prints_a_line_a_rule(book, lived, clock):
    clock.advance(timedelta(days=400))
    page = str(book.retention.preview())
    assert page.startswith("4 rows have been kept for long enough as of 29 December 2027.")
    assert "      2  Received messages as they arrived: older than 29 December 2026 (blank)" in page
    assert "4 rows were cleared" in str(book.retention.apply(confirm=4))
