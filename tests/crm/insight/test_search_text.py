"""Words stand beside every text that is looked for, and go with it."""

import re

import pytest
from sqlalchemy import inspect, text

from crm.errors import InvalidInput
from crm.insight.search_sources import TEXTS
from crm.insight.search_text import searched_kinds, texts_of
from crm.store.records import Record

NOT_LOOKED_FOR = {
    "absence": "why a colleague is away is for those alone who plan by it",
    "import_row": "what a file said is read in its batch; what came of it is looked for",
    "position": "what somebody does is shown with them",
    "run": "a campaign is found by its name",
    "delivery": "what a mail server said",
    "people_apart": "why two people are not one is shown with the pair",
    "person": "people are found by their names and addresses",
    "outbox": "a letter says to whom it goes; its wording is shared by many",
    "answer": "a reply becomes an interaction, whose summary is looked for",
    "letter_draft": "a letter that has not been sent",
}
"""Tables whose personal texts `book.search` does not look through, each with the reason."""

BESIDE = {
    "reason",
    "resumed_because",
    "undone_because",
    "withdrawn_because",
    "ended_because",
    "override",
    "source",
    "document",
    "evidence",
    "wording",
    "agreed_by",
}
"""Why something was done and whence it is known: shown with it, and not what anybody looks for."""


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme", country="KE")


def words(book):
    with book.engine.connect() as connection:
        rows = connection.execute(text("SELECT record, record_id, words::text FROM search_text"))
        return {(record, number): found for record, number, found in rows}


def test_every_text_about_somebody_is_looked_for_or_says_why_not():
    forgotten = {
        f"{table.name}.{column.name}"
        for table in Record.metadata.tables.values()
        for column in table.columns
        if str(column.type) == "VARCHAR"
        if column.info.get("personal") and not column.info.get("searched")
        if table.name not in NOT_LOOKED_FOR and column.name not in BESIDE
    }
    assert any(column.info.get("personal") for column in Record.metadata.tables["person"].columns)
    assert forgotten == set(), "Say `prose(personal=True)`, or why it is not looked for."


def test_every_kind_that_has_a_text_is_looked_through():
    assert {texts.record for texts in TEXTS} == set(searched_kinds())
    for kind in searched_kinds():
        (key,) = inspect(kind).primary_key
        assert key.type.python_type is int


def test_the_database_itself_forgets_the_words_of_a_text_that_changes_or_goes(book):
    with book.engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname = 'forget_words'"
            )
        )
        watched = {
            table: set(re.split(", ", re.search(r"UPDATE OF (.*) ON ", definition)[1]))
            for table, definition in rows
        }
    assert watched == {str(kind.__tablename__): set(texts_of(kind)) for kind in searched_kinds()}


def test_a_verb_writes_the_words_of_what_it_writes_in_its_own_transaction(book, acme):
    met = book.log("meeting", acme, "Wants access", next="send it", due="2w")
    assert words(book) == {
        ("interaction", met.id): "'access':2 'wants':1",
        ("follow_up", met.next.id): "'it':2 'send':1",
    }
    book.follow_ups.complete(met.next, outcome="by post")
    assert words(book)["follow_up", met.next.id] == "'by':4 'it':2 'post':5 'send':1"
    with pytest.raises(InvalidInput), book.transaction():
        book.log("call", acme, "never happened")
        raise InvalidInput("undo")
    assert len(words(book)) == 2


@pytest.mark.parametrize(
    "statement", ["UPDATE interaction SET summary = ''", "DELETE FROM interaction"], ids=["erased", "deleted"]
)
def test_words_never_outlive_their_text(book, acme, statement):
    book.log("meeting", acme, "About Amina")
    with book.engine.begin() as connection:
        connection.execute(text(statement))
    assert words(book) == {}
    assert book.search.rebuild() == (1 if statement.startswith("UPDATE") else 0)
    assert "amina" not in str(words(book))


def test_a_change_that_leaves_the_text_alone_leaves_the_words_alone(book, acme):
    met = book.log("meeting", acme, "Wants access")
    before = words(book)
    book.merge(book.organizations.add("Keeper"), acme, reason="same")
    assert words(book) == before
    assert book.search("access")[0].refers_to == f"interaction:{met.id}"
