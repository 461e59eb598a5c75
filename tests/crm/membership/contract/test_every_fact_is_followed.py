"""Whatever is written about a contract, by whatever way, the spans of standing follow before the transaction ends."""

from datetime import date

import pytest
from sqlalchemy import Select, Table, event, text
from sqlalchemy.sql.visitors import iterate
from support.contracts import FEE, how, kept

from crm.errors import Refused
from crm.membership.contract import contract_facts
from crm.store.records import record_of

READ = sorted(
    {
        part.name
        for query in vars(contract_facts).values()
        if isinstance(query, Select)
        for part in iterate(query)
        if isinstance(part, Table)
    }
)
SAYS = """
SELECT event_object_table, event_manipulation FROM information_schema.triggers
WHERE trigger_name LIKE 'contract\\_changed%'
"""
PAY = """
INSERT INTO payment (id, organization_id, received_on, amount, currency, rate, amount_chf, source, reference, entry, reason,
    recorded_at, recorded_by, synthetic)
SELECT nextval('accord_id'), organization_id, '2027-03-01', amount, currency, 1, amount, 'by hand', number, 1, '', now(), '', false
FROM invoice
"""


def test_every_table_from_which_a_contract_is_read_says_of_whom_it_was_written(engine):
    with engine.connect() as connection:
        says = {tuple(row) for row in connection.execute(text(SAYS))}
    assert {"invoice", "invoice_line", "payment", "plan_instalment", "term"} < set(READ)
    for table in READ:
        assert (table, "INSERT") in says
        if not record_of(table).append_only:
            assert {(table, "UPDATE"), (table, "DELETE")} <= says, table


@pytest.mark.parametrize(
    ("by_hand", "day", "standing"),
    [
        (PAY, date(2027, 10, 2), "good"),
        ("UPDATE repayment_plan SET ended_on = agreed_on", date(2027, 10, 2), "suspended"),
        ("UPDATE exemption SET until_on = '2026-05-31'", date(2026, 6, 1), "arrears"),
        ("DELETE FROM standing", date(2026, 2, 1), None),
        ("DELETE FROM term", date(2027, 1, 2), None),
    ],
)
def test_spans_follow_what_is_written_past_every_verb(book, billed, by_hand, day, standing):
    book.exemptions.grant(billed, since=date(2026, 3, 1), until=date(2026, 12, 31), reason="Council")
    book.standing.record(billed, "arrears", as_of=date(2026, 1, 1), source="finance")
    book.repayment_plans.agree(billed, [(date(2028, 1, 1), FEE)], on=date(2027, 10, 1), reason="Letter")
    before = kept(book)
    with book._store.transaction() as session:
        session.execute(text(by_hand))
    followed = kept(book)
    assert followed != before
    found = how(book, billed, day)
    assert (found and found[0]) == standing
    book.standing.settle()
    assert kept(book) == followed


def test_within_a_group_each_verb_is_followed_and_what_failed_or_was_rehearsed_is_not(book, billed):
    with book.transaction():
        assert how(book, billed) == ("suspended", "suspended")
        book.dues.pay(billed, FEE, on=date(2027, 3, 1), reference="rehearsed", dry_run=True)
        assert how(book, billed) == ("suspended", "suspended")
        with pytest.raises(ZeroDivisionError), book.transaction():
            book.dues.pay(billed, FEE, on=date(2027, 3, 1), reference="failed")
            assert how(book, billed) == ("good", None)
            raise ZeroDivisionError
        assert how(book, billed) == ("suspended", "suspended")
        payment = book.dues.pay(billed, FEE, on=date(2027, 3, 1), reference="paid")
        assert how(book, billed) == ("good", None)
        with pytest.raises(Refused):
            book.dues.reverse(payment, on=date(2028, 3, 1), reason="still to come")
        assert how(book, billed) == ("good", None)
    assert how(book, billed) == ("good", None)
    with book.engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM contract_change")) == 0


def test_what_was_written_before_a_group_that_failed_is_followed_although_the_group_had_followed_it(
    book, billed
):
    with book._store.transaction() as session:
        session.execute(text(PAY))
        with pytest.raises(ZeroDivisionError), book.transaction():
            book.organizations.change(billed, employees=3)
            assert how(book, billed) == ("good", None)
            raise ZeroDivisionError
    assert how(book, billed) == ("good", None)


def test_who_writes_nothing_about_a_contract_asks_nothing(book, billed):
    asked = []

    def note(_connection, _cursor, statement, *_):
        asked.append("contract_change" in statement)

    event.listen(book.engine, "before_cursor_execute", note)
    book.dues.pay(billed, FEE, on=date(2027, 3, 1), reference="paid")
    assert asked.count(True) == 1
    book.organizations.change(billed, employees=3)
    assert asked.count(True) == 1


def test_however_much_a_verb_writes_the_spans_are_worked_out_once(book, acme, at):
    at("2026-09-10")
    book.dues.assess(2026)
    proposal = book.terms.propose_class(acme, sector="T", units=1, on=date(2026, 10, 1))
    deleted = []

    def note(_connection, _cursor, statement, *_):
        if "DELETE FROM standing_span" in statement:
            deleted.append(statement)

    event.listen(book.engine, "before_cursor_execute", note)
    # An event, the terms that follow from it, an invoice and its lines.
    accepted = book.terms.accept(proposal)
    assert (accepted.term.units, len(accepted.invoices)) == (1, 1)
    assert len(deleted) == 1


def test_what_was_changed_by_hand_outside_of_the_program_is_followed_when_all_is_settled(book, billed):
    with book.engine.begin() as connection:
        connection.execute(text(PAY))
    assert how(book, billed) == ("suspended", "suspended")
    book.organizations.change(billed, employees=3)  # nobody pays for it with whatever else he does
    assert how(book, billed) == ("suspended", "suspended")
    book.standing.settle()
    assert how(book, billed) == ("good", None)
