import logging
import pickle
import signal
from contextlib import ExitStack
from datetime import date, datetime

import pytest
from sqlalchemy import text

from crm.directory.tables import Organization
from crm.errors import AlreadyExists, InvalidInput, NotFound, Refused, StoreError, Unreachable
from crm.store.engine import connect
from crm.store.schema import version
from crm.store.violations import _MEANINGS

LEI = "529900T8BM49AURSDO55"
ON = date(2026, 1, 1)


def refused(book, statement, kind):
    with pytest.raises(kind) as caught, book._store.transaction() as session:
        session.execute(text(statement))
    assert type(caught.value) is kind
    return caught.value


def test_what_fails_while_control_c_is_being_heeded_is_control_c(book):
    with pytest.raises(KeyboardInterrupt), book._store.transaction() as session:
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            session.execute(text("SELECT * FROM no_such_table"))


def test_what_the_database_refuses_is_told_in_our_words(book):
    acme = book.organizations.add("Acme", lei=LEI)
    for sector in ("R", "T"):
        book.terms.join(acme, "sector_member", sector=sector, on=ON)
    book.suppressions.add("amina@acme.example")

    with pytest.raises(AlreadyExists, match="Another organisation has this LEI") as caught:
        book.organizations.add("Twin", lei=LEI)
    assert caught.value.field == "lei"

    twice = refused(book, "UPDATE country SET alpha2 = 'KE' WHERE code = 'UGA'", AlreadyExists)
    assert (twice.subject, twice.field) == ("country", "uq_country_alpha2")
    nobody = refused(book, "UPDATE organization SET owner_id = 1", InvalidInput)
    assert (nobody.subject, nobody.field) == ("organization", "fk_organization_owner_id")
    assert "not in the book" in nobody.message
    segment = refused(book, "UPDATE organization SET segment = 'x'", InvalidInput)
    assert (segment.field, segment.hint) == ("segment", "See book.segments.")
    kind = refused(book, "UPDATE organization SET kind = 'x'", InvalidInput)
    assert (kind.field, kind.message) == ("ck_organization_kind", "A value is not allowed here.")
    nameless = refused(book, "UPDATE organization SET name = NULL", InvalidInput)
    assert (nameless.field, nameless.message) == ("name", "A value is missing.")
    order = refused(book, "UPDATE term SET until_on = '2020-01-01'", InvalidInput)
    assert order.field == "ck_term_order"
    overlap = refused(book, "UPDATE term SET coverage = 'T'", Refused)
    assert "overlap" in overlap.message
    ledger = refused(book, "DELETE FROM membership_event", Refused)
    assert (ledger.rule, ledger.message) == (
        "database",
        "The membership_event is append-only: lines are added, never changed or deleted.",
    )
    assert refused(book, "SELECT 1 / 0", InvalidInput).value == "division by zero"
    assert '"no_such_table" does not exist' in str(refused(book, "SELECT * FROM no_such_table", StoreError))


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"employees": "many"}, "employees"),
        ({"employees": 10**12}, None),
        ({"kind": "shop"}, "kind"),
        ({"size": "tiny"}, "size"),
        ({"website": "a\0b"}, None),
        ({"source": 7}, "source"),
    ],
)
def test_a_value_that_cannot_be_stored_is_invalid_input(book, fields, field):
    with pytest.raises(InvalidInput) as caught:
        book.organizations.add("Acme", **fields)
    assert caught.value.field == field
    with pytest.raises(NotFound):
        book.organizations.get("Acme")


def test_a_naive_time_is_refused_by_the_column_itself(store):
    with (
        pytest.raises(InvalidInput, match="has no time zone"),
        store.changing("organization.added") as change,
    ):
        change.add(Organization(name="Acme", created_at=datetime(2026, 1, 1)))  # noqa: DTZ001 - the point


def test_a_connection_that_breaks_is_told_and_the_book_goes_on(book):
    cut = refused(book, "SELECT pg_terminate_backend(pg_backend_pid())", Unreachable)
    assert cut.hint == "See `crm doctor`."
    assert book.organizations.add("Acme").id


def test_a_server_that_lets_nobody_in_is_quoted(database_url):
    engine = connect(database_url.replace("/t_", "/no_such_"))
    with pytest.raises(Unreachable, match=r'It says: database "no_such_\w+" does not exist\.'):
        version(engine)


def test_when_all_connections_are_in_use_one_is_asked_to_wait(book, monkeypatch):
    with ExitStack() as held:
        patience = held.enter_context(monkeypatch.context())
        patience.setattr(book.engine.pool, "_timeout", 0.01)
        for _ in range(book.engine.pool.size() + book.engine.pool._max_overflow):
            held.enter_context(book.engine.connect())
        with pytest.raises(StoreError, match="All connections to the database are in use"):
            list(book.organizations)


def test_the_errors_text_holds_no_values(book):
    book.people.add("Amina", email="amina@acme.example")
    with pytest.raises(AlreadyExists) as caught:
        book.people.add("Other", email="amina@acme.example")
    assert caught.value.field == "email"
    cause = str(caught.value.__cause__)
    assert cause.startswith("UniqueViolation: duplicate key value violates")
    assert "uq_person_email" in cause
    assert "amina" not in cause


def test_a_traceback_in_a_log_holds_no_values(book, caplog):
    address, other = "amina@acme.example", "Benedict"
    book.people.add("Amina", email=address)
    try:
        book.people.add(other, email=address)
    except AlreadyExists:
        logging.getLogger("test").exception("a job failed")
    assert "Traceback" in caplog.text
    assert "uq_person_email" in caplog.text
    assert address not in caplog.text
    assert other not in caplog.text


def test_an_error_that_crosses_to_another_process_holds_no_values(book):
    book.people.add("Amina", email="amina@acme.example")
    with pytest.raises(AlreadyExists) as caught:
        book.people.add("Other", email="amina@acme.example")
    there = pickle.loads(pickle.dumps(caught.value))
    assert "amina" not in repr(there.details())
    assert there.__cause__ is None


def test_every_constraint_that_has_a_meaning_exists(engine):
    with engine.connect() as connection:
        names = "SELECT conname FROM pg_constraint UNION SELECT indexrelid::regclass::text FROM pg_index"
        known = set(connection.scalars(text(names)))
    assert _MEANINGS.keys() - known == set()
