"""Whom a run goes to: frozen, counted, and the same from the approval to the launch."""

import pytest
from sqlalchemy import text
from support.approved import content
from support.associates import associate
from support.runs import approve, approved, enrolled, left_out, order

from crm.errors import AlreadyExists, Refused
from crm.outreach.runs.audience import hash_of_audience, hash_of_content, rows_of


@pytest.mark.parametrize("twice", ["account", "person"])
def test_wish_13_no_account_and_no_person_is_enrolled_twice_in_a_run(book, acme, orbit, twice):
    other = enrolled(acme[0], orbit[1]) if twice == "account" else enrolled(orbit[0], acme[1])
    with pytest.raises(AlreadyExists):
        book.runs.prepare(order(enrolled(*acme), other))
    assert book.runs.of() == ()


def test_the_person_of_an_account_that_is_left_out_may_be_enrolled_for_another(book, acme, orbit):
    out = left_out(orbit[0], "group_enrolled")
    assert book.runs.prepare(order(enrolled(*acme), out)).id


def test_wish_13_the_audience_is_frozen_and_counted_before_anything_is_sent(book, colleague, acme):
    run = book.runs.prepare(order(enrolled(*acme)))
    associate(book, "Later")
    assert [row.organization_id for row in book.runs.audience(run)] == [acme[0].id]
    assert book.outbox.of() == ()
    approve(colleague, run)
    book.runs.launch(run, content_hash=run.content_hash)
    assert [waiting.organization_id for waiting in book.runs.due(limit=10)] == [acme[0].id]


@pytest.mark.parametrize(
    ("tampering", "rule"),
    [
        ("UPDATE enrolment SET arm = 'hold_out'", "runs.audience"),
        ("UPDATE enrolment SET facts = jsonb_set(facts, '{letter,person,name}', '\"Eve\"')", "runs.audience"),
        ("UPDATE enrolment SET reason = 'exempt' WHERE state = 'left_out'", "runs.audience"),
        ("UPDATE enrolment SET state = 'exited' WHERE state = 'enrolled'", "runs.count"),
        ("DELETE FROM enrolment WHERE state = 'enrolled'", "runs.count"),
        ("DELETE FROM enrolment WHERE state = 'left_out'", "runs.audience"),
    ],
)
def test_wish_13_a_launch_to_another_audience_than_was_approved_is_refused(
    book, colleague, acme, orbit, tampering, rule
):
    run = approved(book, colleague, enrolled(*acme), left_out(orbit[0], "arrears"))
    with book.engine.begin() as connection:
        assert connection.execute(text(tampering)).rowcount
    with pytest.raises(Refused) as refused:
        book.runs.launch(run, content_hash=run.content_hash)
    assert refused.value.rule == rule
    assert book.runs.due(limit=10) == ()


def test_an_approval_is_bound_to_all_that_is_said_and_not_to_who_has_reviewed_it():
    reviewed = content(reviewed_by={"letter/en": "D. Keller, 2026-11-20"})
    assert hash_of_content(reviewed) == hash_of_content(content()) != hash_of_content(content(quiet_days=15))


def test_hashes_do_not_depend_on_the_order_of_keys_or_rows(acme, orbit):
    here, there = content(wordings={"a": "1", "b": "2"}), content(wordings={"b": "2", "a": "1"})
    assert hash_of_content(here) == hash_of_content(there) != hash_of_content(content())
    one, other = enrolled(*acme), enrolled(*orbit)
    both, reversed_, alone = (hash_of_audience(rows_of(rows)) for rows in ([one, other], [other, one], [one]))
    assert both == reversed_ != alone
