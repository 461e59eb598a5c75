import threading

import pytest
from sqlalchemy import text

from crm.errors import AlreadyExists, InvalidInput, NotFound, StoreError
from crm.store.store import Store
from crm.store.violations import DriverRefused

LEI = "529900T8BM49AURSDO55"


def names(book):
    return [organization.name for organization in book.organizations]


def verbs(book):
    return [entry.verb for entry in reversed(book.trail.latest())]


def counts(book):
    with book.engine.connect() as connection:
        tables = ("organization", "organization_name", "organization_domain", "trail_change", "trail_entry")
        return [connection.scalar(text(f"SELECT count(*) FROM {table}")) for table in tables]


def left_open(book):
    """How many sessions of this database are in a transaction; asked from outside of all of them."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in%'"
    )
    with book.engine.connect() as connection:
        return connection.scalar(text(query))


def test_a_verb_is_one_transaction_and_one_entry_of_the_trail(book):
    book.organizations.add("Acme", country="KE", domains=["acme.example"], aliases=["ACME Ltd"])
    assert verbs(book) == ["organization.added"]
    book.organizations.change("Acme", employees=3)
    assert verbs(book) == ["organization.added", "organization.changed"]
    assert left_open(book) == 0
    assert book.engine.pool.checkedout() == 0


def test_a_verb_that_fails_leaves_nothing_and_one_that_changes_nothing_no_entry(book):
    book.organizations.add("Acme", lei=LEI, employees=3)
    before = counts(book)
    with pytest.raises(AlreadyExists):
        book.organizations.add("Twin", lei=LEI)
    with pytest.raises(InvalidInput):  # after the row and its names were written
        book.organizations.add("Other", aliases=["Fine"], domains=["fine.example", "not a domain"])
    book.organizations.change("Acme", employees=3, country=None)
    assert book.suppressions.lift("nobody@acme.example", reason="they asked") == 0
    assert counts(book) == before
    assert left_open(book) == 0


def test_in_a_group_a_failed_verb_undoes_itself_and_not_its_neighbours(book):
    with book.transaction():
        book.organizations.add("First", lei=LEI)
        with pytest.raises(AlreadyExists):
            book.organizations.add("Failed", lei=LEI)
        with pytest.raises(NotFound):
            book.organizations.get("Failed")
        with pytest.raises(StoreError), book._store.reading() as session:
            session.execute(text("SELECT 1 FROM no_such_table"))
        book.organizations.add("Last", parent="First")
        assert names(book) == ["First", "Last"]
    assert names(book) == ["First", "Last"]
    assert verbs(book) == ["organization.added", "organization.added"]
    assert left_open(book) == 0


def test_a_group_that_fails_undoes_all_of_it_and_its_trail(book):
    before = counts(book)
    with pytest.raises(ZeroDivisionError), book.transaction():
        book.organizations.add("First")
        with book.transaction():
            book.organizations.add("Second")
        raise ZeroDivisionError
    assert counts(book) == before
    assert book.organizations.add("Third").id  # and the book goes on


def test_a_group_within_a_group_fails_alone(book):
    with book.transaction():
        book.organizations.add("First")
        with pytest.raises(ZeroDivisionError), book.transaction():
            book.organizations.add("Second")
            raise ZeroDivisionError
    assert names(book) == ["First"]


def test_one_verb_inside_another_is_a_mistake_of_the_programmer(store):
    with (
        pytest.raises(RuntimeError, match=r"inner\.verb: one verb cannot call another"),
        store.changing("outer.verb"),
        store.changing("inner.verb"),
    ):
        pytest.fail("the inner verb ran")
    with store.changing("outer.verb"):
        pass  # and the failure is forgotten


def test_a_read_can_change_nothing_at_the_database_either(book):
    with (
        pytest.raises(StoreError) as caught,
        book._store.reading() as session,
    ):
        session.execute(text("UPDATE organization SET name = 'x'"))
    assert isinstance(caught.value.__cause__, DriverRefused)
    assert "read-only" in str(caught.value.__cause__)
    book.organizations.add("Acme")  # the next user of the connection may write again
    assert names(book) == ["Acme"]


def test_threads_share_a_store_but_no_session(book):
    inside, seen = threading.Event(), threading.Event()
    found: list[list[str]] = []

    def look() -> None:
        inside.wait(60)
        found.append(names(book))
        book.organizations.add("Theirs")
        seen.set()

    thread = threading.Thread(target=look)
    thread.start()
    with pytest.raises(ZeroDivisionError), book.transaction():
        book.organizations.add("Ours")
        inside.set()
        assert seen.wait(60)
        raise ZeroDivisionError
    thread.join()
    assert found == [[]]
    assert names(book) == ["Theirs"]


def test_a_store_acts_under_the_name_of_its_actor_at_the_time_of_its_clock(store, clock):
    with store.changing("something.done", reason="why not") as change:
        assert (change.actor, change.now) == ("dana@accord.example", clock.now())
    assert Store(store.engine, actor="x", clock=clock).now() == clock.now()
