"""Two ledgers become one, and each can be read alone again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from support.locks import blocked
from support.merging import BECAUSE
from support.outbox import looking, staffed

from crm.errors import Refused


@pytest.fixture
def acme(book):
    staffed(book)
    return book.organizations.add("Acme Satellites", country="KE", domains=["acme.example"])


@pytest.fixture
def twin(book, acme):
    return book.organizations.add("Acme Sat Ltd", country="KE", domains=["acme.example", "acmesat.example"])


def join(book, account, on, **more):
    return book.terms.join(account, "associate", sector="T", study_group="T-SG13", on=on, **more)


def test_the_ledgers_are_read_together_and_the_terms_go_over(book, acme, twin):
    join(book, twin, date(2010, 1, 1))
    book.terms.denounce(twin, sector="T", on=date(2015, 1, 1), reason="new name")
    join(book, acme, date(2015, 1, 1))
    merge = book.merge(acme, twin, **BECAUSE)
    assert [(t.since_on.year, t.until_on and t.until_on.year) for t in book.terms.of(acme)] == [
        (2010, 2014),
        (2015, None),
    ]
    assert {e.organization_id for e in book.terms.ledger(twin)} == {acme.id, twin.id}
    book.unmerge(merge, reason="no")
    assert [len(book.terms.of(account)) for account in (acme, twin)] == [1, 1]


def test_two_memberships_in_one_sector_at_once_are_refused_with_both_named(book, acme, twin):
    join(book, acme, date(2018, 1, 1))
    book.terms.join(twin, "sector_member", sector="T", on=date(2012, 1, 1))
    with pytest.raises(Refused) as refused:
        book.merge(acme, twin, **BECAUSE)
    assert refused.value.rule == "merges.terms"
    assert "associate in T from 1 January 2018 on" in refused.value.message
    assert "sector member in T from 1 January 2012 on" in refused.value.message
    assert f'book.terms.denounce({twin.id}, sector="T", on=date(2012, 1, 1)' in refused.value.hint
    assert book.organizations.get(twin.id).id == twin.id


def test_the_refusal_of_two_memberships_says_what_helps(book, acme, twin):
    join(book, acme, date(2010, 1, 1))
    join(book, twin, date(2012, 1, 1))
    assert book.terms.denounce(twin.id, sector="T", on=date(2012, 1, 1), reason="recorded twice").term is None
    book.merge(acme, twin, **BECAUSE)
    assert [(t.since_on.year, t.until_on) for t in book.terms.of(acme)] == [(2010, None)]


def test_academia_stands_against_a_membership_in_any_sector(book, acme, twin):
    book.terms.join(acme, "academia", on=date(2018, 1, 1))
    join(book, twin, date(2012, 1, 1))
    with pytest.raises(Refused, match="academia in RTD"):
        book.merge(acme, twin, **BECAUSE)


def test_a_membership_goes_on_at_the_keeper_and_then_cannot_be_told_apart_again(book, acme, twin):
    join(book, twin, date(2012, 1, 1))
    merge = book.merge(acme, twin, **BECAUSE)
    book.terms.upgrade(twin.id, sector="T", on=date(2026, 1, 1), reason="wants a vote")
    assert [t.category for t in book.terms.of(acme)] == ["associate", "sector_member"]
    with pytest.raises(Refused, match="cannot be told apart") as refused:
        book.unmerge(merge, reason="no")
    assert refused.value.rule == "merges.ledger"
    assert book.organizations.get(twin.id).id == acme.id


def test_an_event_recorded_while_a_merge_goes_on_lands_in_the_ledger_of_the_keeper(
    make_book, book, acme, twin
):
    with ThreadPoolExecutor(1) as threads, looking(book) as eye:
        with book.transaction():
            book.merge(acme, twin, **BECAUSE)
            joined = threads.submit(join, make_book(), twin.id, date(2020, 1, 1))
            blocked(eye, 1)
        assert joined.result(timeout=60).organization_id == acme.id
    assert [t.since_on for t in book.terms.of(acme)] == [date(2020, 1, 1)]
