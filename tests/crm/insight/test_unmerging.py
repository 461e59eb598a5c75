"""A merge can be undone long afterwards: chains, groups, and what was changed since."""

import pytest
from sqlmodel import select
from support.merging import BECAUSE, everything
from support.outbox import MANAGER, staffed

from crm.errors import NotFound, Refused
from crm.store.records import record_of


@pytest.fixture
def acme(book):
    staffed(book)
    return book.organizations.add("Acme Satellites", country="KE", domains=["acme.example"])


@pytest.fixture
def twin(book, acme):
    return book.organizations.add("Acme Sat Ltd", country="KE", domains=["acme.example", "acmesat.example"])


def test_what_was_changed_since_is_reported_and_not_overwritten(book, acme, twin):
    book.staff.add("Eve Moll", email="eve@accord.example", office="BR")
    third = book.organizations.add("Third")
    branch = book.organizations.add("Branch", parent=twin)
    domain = book.organizations.change(twin, owner=MANAGER)
    assert domain.owner_id is not None
    merge = book.merge(acme, twin, **BECAUSE)
    book.organizations.change(branch, parent=third)
    book.organizations.change(acme, owner="eve@accord.example")
    undone = book.unmerge(merge, reason="no")
    assert {(row.record, row.field) for row in undone.left} == {
        (f"organization:{branch.id}", "parent_id"),
        (f"organization:{acme.id}", "owner_id"),
    }
    assert all("changed since" in row.why for row in undone.left)
    assert book.organizations.get(branch.id).parent_id == third.id
    assert book.staff.get(book.organizations.get(acme.id).owner_id).email == "eve@accord.example"


def test_an_edit_that_leaves_the_account_alone_does_not_keep_a_row(book, acme, twin):
    step = book.follow_ups.plan(twin, "call")
    merge = book.merge(acme, twin, **BECAUSE)
    book.follow_ups.complete(step)
    assert book.unmerge(merge, reason="no").left == ()
    (row,) = [h for h in book.timeline(twin, kinds=["follow_up"]) if h.title.startswith("Done")]
    assert row.organization_id == twin.id


def test_a_row_that_is_gone_is_reported(book, acme, twin):
    merge = book.merge(acme, twin, **BECAUSE)
    with book._store.changing("test") as change:
        domain = [
            row
            for row in change.session.exec(select(record_of("organization_domain")))
            if "sat" in row.domain
        ]
        change.session.delete(domain[0])
    (left,) = book.unmerge(merge, reason="no").left
    assert left.why == "it is no longer there"


def test_what_came_since_stays_with_the_keeper(book, acme, twin):
    merge = book.merge(acme, twin, **BECAUSE)
    met = book.log("note", twin, "after the merge")
    book.unmerge(merge, reason="no")
    assert [row.id for row in book.interactions.of(acme)] == [met.id]
    assert book.interactions.of(twin) == ()


def test_a_merge_is_undone_once(book, acme, twin):
    merge = book.merge(acme, twin, **BECAUSE)
    book.unmerge(merge, reason="no")
    with pytest.raises(Refused, match="was undone on 24 November 2026 by dana"):
        book.unmerge(merge.id, reason="no")
    assert book.merges.get(merge).undone_at is not None
    with pytest.raises(NotFound):
        book.unmerge(1, reason="no")


def test_the_two_can_be_merged_again_the_other_way_round(book, acme, twin):
    book.unmerge(book.merge(acme, twin, **BECAUSE), reason="no")
    book.merge(twin, acme, **BECAUSE)
    assert book.organizations.get("Acme Satellites").id == twin.id
    assert [merge.duplicate_id for merge in book.merges.of(twin)] == [acme.id, twin.id]


def test_a_chain_leads_to_its_end_and_is_undone_from_there(book, acme, twin):
    third = book.organizations.add("Acme Holdings")
    met = book.log("note", twin, "hello")
    before = everything(book)
    first = book.merge(acme, twin, **BECAUSE)
    second = book.merge(third, acme, **BECAUSE)
    assert book.organizations.get(twin.id).id == third.id
    assert [row.id for row in book.interactions.of(third)] == [met.id]
    with pytest.raises(Refused, match="has itself been merged") as refused:
        book.unmerge(first, reason="no")
    assert f"book.unmerge({second.id}" in str(refused.value)
    book.unmerge(second, reason="no")
    book.unmerge(first, reason="no")
    assert everything(book) == before


@pytest.mark.parametrize("order_of_undoing", [(0, 1), (1, 0)])
def test_two_merges_into_one_keeper_are_undone_in_either_order(book, acme, twin, order_of_undoing):
    third = book.organizations.add("Acme Holdings", segment="cloud")
    for account in (twin, third):
        book.log("note", account, account.name)
    before = everything(book)
    merges = [book.merge(acme, twin, **BECAUSE), book.merge(acme, third, **BECAUSE)]
    for number in order_of_undoing:
        assert book.unmerge(merges[number], reason="no").left == ()
    assert everything(book) == before


def test_a_duplicate_that_leads_elsewhere_already_is_refused_by_its_id(book, acme, twin):
    third = book.organizations.add("Acme Holdings")
    book.merge(acme, twin, **BECAUSE)
    for key in (twin, twin.id, str(twin.id)):
        with pytest.raises(Refused, match=f"was merged into {acme.id} before"):
            book.merge(third, key, **BECAUSE)
    with pytest.raises(Refused, match="the same organization already"):
        book.merge(acme, "Acme Sat Ltd", **BECAUSE)
    assert book.merge(twin, third, **BECAUSE).keeper_id == acme.id


def test_subsidiaries_come_under_the_keeper_and_into_its_group(book, acme, twin):
    head = book.organizations.add("Head")
    book.organizations.change(acme, parent=head)
    branch = book.organizations.add("Branch", parent=twin)
    leaf = book.organizations.add("Leaf", parent=branch)
    before = everything(book)
    merge = book.merge(acme, twin, **BECAUSE)
    assert [book.organizations.get(row.id).group_id for row in (branch, leaf)] == [head.id, head.id]
    book.unmerge(merge, reason="no")
    assert everything(book) == before


def test_a_subsidiary_merges_into_its_parent_and_not_the_other_way_round(book, acme):
    branch = book.organizations.add("Branch", parent=acme)
    leaf = book.organizations.add("Leaf", parent=branch)
    for below in (branch, leaf):
        with pytest.raises(Refused, match="below itself"):
            book.merge(below, acme, **BECAUSE)
    book.merge(acme, branch, **BECAUSE)
    assert book.organizations.get(leaf.id).parent_id == acme.id
    assert [row.id for row in book.organizations.group(leaf)] == [acme.id, leaf.id]


def test_an_undoing_that_would_close_a_circle_is_refused(book, acme, twin):
    head = book.organizations.add("Head")
    book.organizations.change(twin, parent=head)
    branch = book.organizations.add("Branch", parent=twin)
    merge = book.merge(acme, twin, **BECAUSE)
    book.organizations.change(head, parent=branch)
    with pytest.raises(Refused, match="below itself"):
        book.unmerge(merge, reason="no")
    book.organizations.change(head, parent=None)
    assert book.unmerge(merge, reason="no").left == ()
