"""All that is held on one person, for them to read."""

import json

import pytest
from sqlmodel.sql.sqltypes import AutoString
from support.traces import found_in

from crm.errors import NotFound
from crm.privacy.about import table_of
from crm.store.columns import is_inner, is_personal
from crm.store.records import Record, record_of


def rows(data, name):
    return next((section.rows for section in data.sections if section.name == name), ())


def test_everything_about_a_person_is_in_it_with_what_each_table_is_for(book, lived, amina, acme):
    data = book.people.export("amina@acme.example")
    assert data.person_id == amina.id
    names = {section.name for section in data.sections}
    assert names >= {
        "person",
        "position",
        "outbox",
        "answer",
        "letter_draft",
        "enrolment",
        "contact_basis",
        "letters",
        "with_others.interaction",
        "named_in",
        "trail",
    }
    assert [row["name"] for row in rows(data, "person")] == ["Amina Odhiambo", "Amina Achieng Odhiambo"]
    assert {row["role"] for row in rows(data, "position")} == {"Amina heads regulation", ""}
    assert all(section.meaning.endswith(".") for section in data.sections)


def leaves(value):
    """Every text in a document."""
    if isinstance(value, dict | list):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from leaves(entry)
    elif isinstance(value, str):
        yield value


def test_every_text_that_speaks_of_the_person_is_in_it(book, lived, amina):
    told = set(leaves(json.loads(book.people.export(amina).to_json())))
    texts = {
        f"{table.name}.{column.name}"
        for table in Record.metadata.tables.values()
        for column in table.columns
        if is_personal(column) and not is_inner(column) and isinstance(column.type, AutoString)
    }
    spoken = [found.partition(": ") for found in found_in(book.engine, "amina@acme.example", "odhiambo")]
    assert len({column for column, _, _ in spoken if column in texts}) > 8
    assert [column for column, _, value in spoken if column in texts and value not in told] == []


def test_letters_are_shown_as_they_went_out(book, lived, amina):
    sent, _ = lived
    data = book.people.export(amina)
    (letter,) = [row for row in rows(data, "letters") if row["id"] == sent.id]
    shown = book.outbox.shown(sent)
    assert (letter["subject"], letter["text"]) == (shown.subject, shown.text)


def test_refusals_are_told_by_address(book, amina):
    book.suppressions.add("amina@acme.example")
    assert rows(book.people.export(amina), "suppression") == (
        {
            "address": "amina@acme.example",
            "scope": "campaigns",
            "reason": "asked",
            "excepted": [],
            "since": "2026-11-24T09:30:00+00:00",
        },
    )


def test_it_prints_as_a_page_and_goes_to_files_that_nobody_else_reads(book, lived, amina, tmp_path):
    data = book.people.export(amina)
    page = data.to_text(tmp_path / "amina.txt").read_text()
    assert page == str(data)
    assert page.startswith(
        f"What is held on Amina Odhiambo (number {amina.id}) as of 24 November 2026 09:30 UTC"
    )
    assert "person: A contact." in page
    assert json.loads(data.to_json(tmp_path / "amina.json").read_text())["person"] == amina.id
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("amina.txt", "amina.json")] == [0o600] * 2


def test_texts_about_others_are_marked_to_be_read_first(book, lived, amina):
    data = book.people.export(amina)
    (section,) = [section for section in data.sections if section.name == "with_others.interaction"]
    assert "a colleague reads them" in section.meaning
    assert any("Ben agreed" in row["summary"] for row in section.rows)
    assert any("invoice" in row["text"] for row in rows(data, "named_in") if isinstance(row["text"], str))


def test_nothing_is_held_on_somebody_erased(book, lived, amina):
    count = book.people.erase(amina, reason="asked", dry_run=True).count
    book.people.erase(amina, reason="asked", confirm=count)
    with pytest.raises(NotFound):
        book.people.export(amina.id)


def test_every_table_says_what_it_is_for():
    for table in Record.metadata.tables:
        kind = record_of(table)
        assert kind.__doc__ != Record.__doc__, table
        assert table_of(kind).name == table
