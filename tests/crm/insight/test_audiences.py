from datetime import date, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import Connection, event, text
from support.associates import MEMBER_SINCE, associate

from crm.errors import Ambiguous, NotFound, StoreError
from crm.insight.audience_rules import (
    AllOf,
    AnyOf,
    HasRole,
    InRegion,
    InSegment,
    InState,
    IsMember,
    IsNotMember,
    Not,
    OfSize,
    StandsIn,
    TookPartWithin,
    TouchedWithin,
)
from crm.insight.audiences import Answer, Audiences, LeftOutBy
from crm.store.time_limits import limited

ASSOCIATE = IsMember(category="associate")
LARGE = OfSize(size="large")
GOOD = AllOf(rules=(ASSOCIATE, LARGE, StandsIn(standings=("good",))))


class Statements:
    """What is sent to the database, with its parameters."""

    def __init__(self, engine):
        self.seen = []
        self._engine = engine

    def __enter__(self):
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self.seen

    def __exit__(self, *_):
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, *arguments):
        self.seen.append((arguments[2], arguments[3]))


@pytest.fixture
def accounts(book):
    associate(book, "Acme")
    associate(book, "Small", size="sme")
    associate(book, "Owing", standing="arrears")
    associate(book, "Small and Owing", size="sme", standing="arrears")
    merged = book.organizations.add("Small Twin")
    book.merge("Small", merged, reason="the same")
    book.organizations.add("Prospect", size="large")


def test_the_first_clause_that_is_not_true_of_an_account_names_the_reason(book, accounts):
    found = book.audiences.count(GOOD)
    assert (found.accounts, found.on) == (1, date(2026, 11, 24))
    assert found.left_out == (
        LeftOutBy("is an Associate", 1),
        LeftOutBy("is a large enterprise", 2),
        LeftOutBy("is in good standing", 1),
    )
    assert str(found).splitlines()[0] == (
        "1 accounts, each of which is an Associate and is a large enterprise and is in good standing, on 2026-11-24"
    )
    assert "2 left out: not one that is a large enterprise" in str(found)
    assert "is a large enterprise" in found._repr_html_()


def test_clauses_that_leave_nobody_out_are_counted_too(book):
    assert book.audiences.count(GOOD).left_out[2] == LeftOutBy("is in good standing", 0)
    assert book.audiences.count(Not(of=ASSOCIATE)).left_out == (LeftOutBy("is not an Associate", 0),)


def test_the_members_are_the_accounts_themselves(book, accounts):
    assert [row.name for row in book.audiences.members(GOOD)] == ["Acme"]
    assert [row.name for row in book.audiences.members(GOOD, on=MEMBER_SINCE)] == []
    assert [row.name for row in book.audiences.members(Not(of=ASSOCIATE))] == ["Prospect"]


def test_counting_is_one_statement_however_large_the_rule_and_the_book(book, accounts):
    def sent(rule):
        with Statements(book.engine) as seen:
            book.audiences.count(rule)
        return [statement for statement, _ in seen if "organization" in statement]

    wide = AnyOf(rules=tuple(InState(states=(f"{n:03}",)) for n in range(150)))
    assert len(sent(GOOD)) == len(sent(AllOf(rules=(GOOD, wide)))) == 1


def test_an_explanation_says_clause_by_clause_why_an_account_is_out(book, accounts):
    rule = AllOf(
        rules=(ASSOCIATE, AnyOf(rules=(LARGE, HasRole(role="donor"))), Not(of=TouchedWithin(days=30)))
    )
    found = book.audiences.explain(rule, "Small")
    assert (found.organization, found.member) == ("Small", False)
    assert found.clauses == (
        Answer(holds=True, words="is an Associate"),
        Answer(
            holds=False,
            words="is not one that is a large enterprise or is a donor",
            parts=(
                Answer(holds=False, words="is not a large enterprise"),
                Answer(holds=False, words="is not a donor"),
            ),
        ),
        Answer(holds=True, words="was not in touch with us within the last 30 days"),
    )
    assert str(found).splitlines() == [
        "Small is not in the audience on 2026-11-24",
        "  yes: is an Associate",
        "  no: is not one that is a large enterprise or is a donor",
        "    no: is not a large enterprise",
        "    no: is not a donor",
        "  yes: was not in touch with us within the last 30 days",
    ]
    assert book.audiences.explain(rule, "Acme").member
    assert "was not in touch" in found._repr_html_()


def test_an_account_is_explained_by_any_key_and_a_merged_one_by_its_keeper(book, accounts):
    small = book.organizations.get("Small")
    assert book.audiences.explain(GOOD, "Small Twin") == book.audiences.explain(GOOD, small.id)
    with pytest.raises(NotFound):
        book.audiences.explain(GOOD, "Nobody")
    book.organizations.add("Acme")
    with pytest.raises(Ambiguous):
        book.audiences.explain(GOOD, "Acme")


def give_others_rows(connection: Connection, table: str, accounts: int = 3000) -> None:
    """Copy a row of the table to many accounts until the transaction ends: of few rows a plan says nothing."""
    connection.exec_driver_sql(
        "SET LOCAL session_replication_role = replica"
    )  # their accounts are not needed
    connection.exec_driver_sql(
        f"INSERT INTO {table} SELECT copied.* FROM {table} AS one, generate_series(1, {accounts}) AS n,"
        " jsonb_populate_record(one, jsonb_build_object('id', 900000 + n, 'organization_id', 900000 + n)) AS copied"
        f" WHERE one.ctid = (SELECT min(ctid) FROM {table})"
    )
    connection.exec_driver_sql(f"ANALYZE {table}")


def test_an_explanation_looks_at_the_account_alone(book, accounts):
    rule = AllOf(
        rules=(
            GOOD,
            IsNotMember(sector="R"),
            HasRole(role="donor"),
            TouchedWithin(days=30),
            TookPartWithin(days=30),
            InRegion(regions=("africa",)),
        )
    )
    acme = book.organizations.get("Acme")
    book.roles.give(acme, "donor")
    book.interactions.log("meeting", acme, "About SG13")
    book.participation.record(acme, "T-SG13", "attended", on=date(2026, 9, 8))
    with Statements(book.engine) as seen:
        book.audiences.explain(rule, acme)
    asking = [(sql, given) for sql, given in seen if "organization" in sql]
    tables = ("term", "role", "interaction", "participation", "standing_span")
    with book.engine.connect() as connection:
        for table in tables:
            give_others_rows(connection, table)
        # A table of four rows would be read at once; and of an index, read for a bitmap, a plan does not name the table.
        connection.exec_driver_sql("SET enable_seqscan = off; SET enable_bitmapscan = off")
        plans = [connection.exec_driver_sql(f"EXPLAIN {sql}", given).scalars().all() for sql, given in asking]
    reads = [
        (line.split(" on ")[1].split()[0], condition)
        for plan in plans
        for line, condition in pairwise(plan)
        if " on " in line and " on country" not in line and " on ix_country" not in line
    ]
    assert {table for table, _ in reads} >= {"organization", *tables}
    for table, condition in reads:
        own = f"(id = '{acme.id}'" if table == "organization" else "organization_id = organization.id"
        assert own in condition, (table, condition)


def test_an_evaluation_that_takes_too_long_is_stopped(book, store, accounts):
    impatient = Audiences(store, longest=timedelta(milliseconds=200))
    with book.engine.begin() as other:
        other.execute(text("LOCK TABLE term IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(StoreError, match="took longer than it may"):
            impatient.count(GOOD)
        with pytest.raises(StoreError, match="took longer than it may"):
            impatient.members(GOOD)
    assert impatient.count(GOOD).accounts == 1


def test_the_limit_ends_with_the_evaluation(store, accounts):
    def limit(session):
        return session.connection().exec_driver_sql("SHOW statement_timeout").scalar_one()

    with store.transaction() as session:
        usual = limit(session)
        Audiences(store, longest=timedelta(seconds=7)).count(GOOD)
        assert limit(session) == usual
        with limited(session, timedelta(seconds=7)):
            assert limit(session) == "7s" != usual


def test_an_under_represented_segment_is_the_one_that_the_report_names(book):
    for segment, members, others in [("cloud", 0, 6), ("fintech", 5, 1), ("quantum", 0, 4)]:
        for n in range(members + others):
            row = book.organizations.add(f"{segment} {n}", country="KE", segment=segment)
            if n < members:
                book.terms.join(row, "sector_member", sector="T", on=MEMBER_SINCE)
    book.organizations.add("cloud abroad", country="FR", segment="cloud")
    book.organizations.add("nowhere", segment="cloud")
    rule = InSegment(under_represented=True)
    assert {row.name for row in book.audiences.members(rule)} == {f"cloud {n}" for n in range(6)}
    book.populations.state(
        "quantum", region="africa", organizations=50, source="a study", as_of=date(2026, 1, 1)
    )
    assert {row.segment for row in book.audiences.members(rule)} == {"cloud", "quantum"}
    assert {row.segment for row in book.audiences.members(rule, on=date(2025, 12, 31))} == {"cloud"}
    named = [row for row in book.reports.segments_under_represented().rows if "under-represented" in row]
    behind = {(row[0], row[1]) for row in named}
    names = {segment.slug: segment.name for segment in book.segments}
    assert behind == {("Africa", names["cloud"]), ("Africa", names["quantum"])}
