import json
import re
import subprocess
import sys
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Enum, inspect, text
from sqlalchemy.exc import DBAPIError
from support.books import MakeBook, empty_database

from crm.errors import NotMigrated
from crm.reference.loader import Reference
from crm.store.engine import connect
from crm.store.records import Record
from crm.store.schema import downgrade, ensure_current, migrate, newest, version
from crm.store.store import Store

OURS = "relnamespace = 'public'::regnamespace"
MIGRATE = """
import sys
from crm.store.engine import connect
from crm.store.schema import migrate, version
engine = connect(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
migrate(engine)
print(version(engine))
"""


@pytest.fixture
def empty_url(server):
    with empty_database(server) as url:
        yield url


@pytest.fixture
def empty(empty_url):
    engine = connect(empty_url)
    yield engine
    engine.dispose()


def test_models_and_migrations_agree(engine):
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Record.metadata) == []
        columns = connection.execute(
            text("SELECT table_name, column_name, is_nullable = 'YES' FROM information_schema.columns")
        )
        nullable = {(table, column): null for table, column, null in columns}
    for table in Record.metadata.tables.values():
        for column in table.columns:
            assert nullable[table.name, column.name] is column.nullable, f"{table.name}.{column.name}"


def test_the_database_allows_the_members_of_each_enumeration_and_nothing_else(engine):
    with engine.connect() as connection:
        checks = dict(
            connection.execute(
                text("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c'")
            ).all()
        )
    for table in Record.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, Enum):
                allowed = re.findall("'([^']*)'", checks[f"ck_{table.name}_{column.type.name}"])
                assert sorted(allowed) == sorted(column.type.enums), f"{table.name}.{column.name}"


def test_every_constraint_and_index_bears_a_name_of_ours_that_fits(engine):
    found = inspect(engine)
    kinds = ("pk_", "fk_", "uq_", "ck_", "ix_", "ex_")
    with engine.connect() as connection:
        names = list(
            connection.scalars(
                text(
                    "SELECT conname FROM pg_constraint c JOIN pg_class r ON r.oid = conrelid"
                    f" WHERE {OURS} AND contype <> 'n' AND relname <> 'alembic_version'"
                    " UNION ALL SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class r ON r.oid = indrelid"
                    f" WHERE {OURS} AND relname <> 'alembic_version'"
                )
            )
        )
    assert len(names) > 3 * len(found.get_table_names())
    assert [name for name in names if not name.startswith(kinds) or len(name) >= 63] == []
    said = {c.name for table in Record.metadata.tables.values() for c in (*table.constraints, *table.indexes)}
    assert None not in said
    assert {str(name) for name in said} - set(names) == set()


def test_a_filled_database_goes_down_to_nothing_and_up_again(database_url, engine, clock):
    make = MakeBook(database_url, clock)
    book = make()
    acme = book.organizations.add("Acme", country="KE", segment="satellite", domains=["acme.example"])
    book.people.add("Amina", email="amina@acme.example", at=acme)
    book.terms.join(acme, "associate", sector="T", study_group="T-SG13", on=clock.now().date())
    book.log("call", acme, "Hello", next="call again", due="2w")
    book.close()

    downgrade(engine, to="base")
    assert version(engine) is None
    with engine.connect() as connection:
        relations = f"SELECT relname FROM pg_class r WHERE {OURS} AND relname NOT LIKE 'alembic_version%'"
        assert list(connection.scalars(text(relations))) == []
        functions = "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        assert list(connection.scalars(text(functions))) == []
    migrate(engine)
    Reference(Store(engine, actor="tests", clock=clock)).load()
    again = make()
    assert list(again.organizations) == []
    assert again.organizations.add("Acme", country="KE").country == "KEN"
    make.close()


def test_what_was_recorded_as_a_suspension_is_a_statement_of_standing_and_the_ledger_loses_no_line(
    database_url, engine, clock
):
    make = MakeBook(database_url, clock)
    book = make()
    acme = book.organizations.add("Acme", country="KE")
    book.terms.join(acme, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1))
    downgrade(engine, to="0035")
    former = (
        "INSERT INTO membership_event SELECT (jsonb_populate_record(e, jsonb_build_object('id', nextval('accord_id'),"
        " 'kind', 'suspension', 'effective_on', '2024-10-01', 'reason', 'letter 44'))).* FROM membership_event e"
    )
    with engine.begin() as connection:
        connection.execute(text(former))
    migrate(engine)
    book.standing.settle()
    (said,) = book.standing.statements(acme)
    assert (said.standing, said.as_of, said.synthetic) == ("suspended", date(2024, 10, 1), False)
    assert book.standing.of(acme).standing == "suspended"
    told = [(event.kind, event.reason) for event in book.terms.ledger(acme)]
    assert told == [("join", ""), ("renewal", "Recorded as a suspension: letter 44")]
    downgrade(engine, to="0035")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT kind, reason FROM membership_event ORDER BY id")).all()
        assert rows == [("join", ""), ("suspension", "letter 44")]
        assert connection.scalar(text("SELECT count(*) FROM standing")) == 0
        with pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text("DELETE FROM membership_event"))
    make.close()


WORDS = """
SELECT 'event' AS place, kind AS word FROM membership_event UNION SELECT 'term', opened_by FROM term
UNION SELECT 'ask', kind FROM opportunity UNION SELECT 'stage', kind FROM opportunity_stage
UNION SELECT 'weight', kind FROM potential_weight UNION SELECT 'rule', change FROM change_rule
UNION SELECT 'audience', content #>> '{audience,kind}' FROM run UNION SELECT 'goal', content ->> 'goal' FROM run
UNION SELECT 'report', filters::text FROM subscription
"""
RUN = """
INSERT INTO run (id, campaign, title, status, content, content_hash, audience_hash, author, prepared_at, note, synthetic)
VALUES (nextval('accord_id'), 'own', 'Own', 'running', :content, '', '', 'dana', now(), '', true)
"""
FORMER = {
    **dict.fromkeys(("event", "term", "rule"), "cross_sell"),
    **dict.fromkeys(("ask", "stage", "weight", "audience"), "another_sector"),
    "goal": "further_sector",
}


def test_a_further_sector_is_called_so_wherever_it_was_stored_under_another_name(database_url, engine, clock):
    def words():
        with engine.connect() as connection:
            return sorted(map(tuple, connection.execute(text(WORDS))))

    make = MakeBook(database_url, clock)
    book = make()
    dana = book.staff.add("Dana", email=book.actor, office="BDT")
    acme = book.organizations.add("Acme", country="KE")
    book.terms.join(acme, "sector_member", sector="T", on=date(2020, 1, 1))
    book.terms.further_sector(acme, sector="D", on=date(2021, 1, 1))
    book.opportunities.add(acme, "further_sector", sector="R")
    book.rounds.open("Next", circular="CL-25/36", period="2028-2031", deadline=date(2099, 12, 31))
    book.subscriptions.add(dana, "potential", kind="further_sector")
    book.subscriptions.add(dana, "contribution-round", round="Next")
    audience = {"rule": "has_open_opportunity", "kind": "further_sector"}
    with engine.begin() as connection:
        connection.execute(
            text(RUN), {"content": json.dumps({"goal": "further_sector", "audience": audience})}
        )
    now = words()
    assert {place for place, word in now if word == "further_sector"} == FORMER.keys()

    downgrade(engine, to="0035")
    reports = {("report", '{"kind": "another_sector"}'), ("report", '{"round_name": "Next"}')}
    others = {(place, word) for place, word in now if word != "further_sector" and place != "report"}
    assert {*words()} == others | FORMER.items() | reports

    migrate(engine)
    assert words() == now
    make.close()


def test_what_was_given_back_before_names_its_invoice_where_that_is_known(database_url, engine, clock):
    def named():
        with engine.connect() as connection:
            lines = "SELECT id, credits_id FROM invoice_line WHERE amount < 0 ORDER BY id"
            return [tuple(row) for row in connection.execute(text(lines))]

    make = MakeBook(database_url, clock)
    book = make()
    acme = book.organizations.add("Acme Ltd", country="CH")
    for sector in ("T", "R"):
        book.terms.join(acme, "sector_member", sector=sector, on=date(2020, 1, 1))
    book.dues.assess(2026, issued_on=date(2025, 9, 15))
    book.dues.charge_interest(acme)
    book.dues.pay(acme, 63600, on=date(2026, 3, 1), reference="found")
    book.dues.charge_interest(acme)
    book.dues.credit("2026-000001", since=date(2026, 12, 1), reason="agreed")
    beta = book.organizations.add("Beta Ltd", country="CH")
    applied = book.applications.apply(beta, "sector_member", sector="D", on="2026-11-02")
    book.applications.forward(applied, on="2026-11-03")
    book.applications.approve(applied, on="2026-11-04")
    book.applications.withdraw(applied, reason="too dear")
    now, kept = named(), book.standing.spans(acme)
    assert [credited is None for _, credited in now] == [False] * 4

    downgrade(engine, to="0043")
    migrate(engine)
    assert named() == now
    book.standing.settle()
    assert book.standing.spans(acme) == kept
    make.close()


def test_processes_that_migrate_at_once_take_turns(empty_url, empty):
    command = [sys.executable, "-c", MIGRATE, empty_url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen(command, **pipes) for _ in range(2)]
    assert {process.stdout.readline() for process in processes} == {"ready\n"}
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    assert {process.communicate(timeout=60)[0] for process in processes} == {f"{newest()}\n"}
    assert [process.returncode for process in processes] == [0, 0]
    ensure_current(empty)


def test_a_database_at_another_version_is_refused(empty):
    with pytest.raises(
        NotMigrated, match=f"at version none, this program needs {newest()}. Run `crm migrate`"
    ):
        ensure_current(empty)
    migrate(empty)
    ensure_current(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NotMigrated, match="at version 9999, this program needs"):
        ensure_current(empty)
    with pytest.raises(NotMigrated, match="at version 9999, which this program does not know") as caught:
        migrate(empty)
    assert "newer" in caught.value.hint


def test_a_migration_that_fails_leaves_nothing(empty):
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE wording (name text)"))  # in the way
    with pytest.raises(Exception, match="could not do this"):
        migrate(empty)
    assert version(empty) is None
    assert inspect(empty).get_table_names() == ["wording"]
