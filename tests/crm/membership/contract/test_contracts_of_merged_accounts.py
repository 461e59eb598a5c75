"""What is on file about the contracts of two accounts that were made one."""

from datetime import date

import pytest
from support.contracts import FEE, how

from crm.membership.contract.standing import Standing


@pytest.fixture
def twins(book, at):
    """Two accounts that are one: each was invoiced for 2027, and has agreed on a plan, a notice and an exemption alike."""
    found = []
    for name, sector in (("Gamma", "T"), ("Gamma AG", "R")):
        gamma = book.organizations.add(name, country="CH")
        book.terms.join(gamma, "sector_member", sector=sector, units="1/2", on=date(2020, 1, 1))
        found.append(gamma)
    at("2026-09-10")
    book.dues.assess(2027)
    at("2027-10-01")
    for gamma in found:
        book.repayment_plans.agree(gamma, [(date(2027, 12, 31), FEE)], on=date(2027, 10, 1), reason="Letter")
        book.suspension_notices.sent(gamma, on=date(2027, 9, 28))
        book.postponements.grant(
            gamma, "exclusion", on=date(2027, 9, 30), until=date(2028, 6, 1), reason="Talks"
        )
        book.exemptions.grant(gamma, since=date(2028, 1, 1), until=date(2028, 12, 31), reason=gamma.name)
    return found


def contract(book, key):
    """What is on file beside the ledger of an account."""
    return (
        [plan.id for plan in book.repayment_plans.of(key)],
        [notice.id for notice in book.suspension_notices.of(key)],
        [put_off.id for put_off in book.postponements.of(key)],
        [exemption.id for exemption in book.exemptions.of(key)],
    )


def test_what_two_accounts_agreed_on_one_day_is_all_on_file_with_the_keeper(book, twins):
    keeper, duplicate = twins
    apart = contract(book, keeper), contract(book, duplicate)
    merged = book.merge(keeper, duplicate, reason="same LEI")
    assert contract(book, keeper) == tuple(map(list.__add__, *apart))
    former, present = book.repayment_plans.of(keeper)
    assert (former.over_on, present.over_on) == (date(2027, 10, 1), date(2028, 1, 1))
    assert former.how == "another plan took its place on 1 October 2027"
    book.unmerge(merged, reason="they are two")
    assert (contract(book, keeper), contract(book, duplicate)) == apart


def test_the_plans_of_a_keeper_are_ended_and_agreed_on_anew_the_latest_first(book, twins, at):
    keeper, duplicate = twins
    book.merge(keeper, duplicate, reason="same LEI")
    first, second = book.repayment_plans.of(keeper)
    assert [
        book.repayment_plans.end(keeper, on=date(2027, 10, 2), reason="One plan for both").id for _ in twins
    ] == [second.id, first.id]
    at("2027-10-03")
    anew = book.repayment_plans.agree(
        keeper, [(date(2028, 3, 31), 2 * FEE)], on=date(2027, 10, 3), reason="One plan for both"
    )
    assert (anew.amount, anew.over_on) == (2 * FEE, date(2028, 4, 1))
    assert how(book, keeper, date(2027, 10, 3)) == (Standing.ON_PLAN, "on_plan")


def test_a_notice_and_an_exemption_of_a_duplicate_are_received_and_withdrawn_by_its_keeper(book, twins, at):
    keeper, duplicate = twins
    merged = book.merge(keeper, duplicate, reason="same LEI")
    later = book.suspension_notices.of(keeper)[-1]
    assert book.suspension_notices.received(keeper, on=date(2027, 10, 1)).id == later.id
    assert [row.name for row in book.dues.assess(2028, dry_run=True).exempt] == ["Gamma", "Gamma"]
    book.exemptions.withdraw(keeper, on=date(2028, 1, 1), reason="No international body")
    at("2028-01-02")
    assert book.exemptions.running() == ()
    book.unmerge(merged, reason="they are two")
    for gamma in twins:
        (exemption,) = book.exemptions.of(gamma)
        assert (exemption.until_on, exemption.granted_until_on) == (date(2028, 1, 1), date(2028, 12, 31))


def test_an_exemption_that_stays_with_a_duplicate_counts_for_its_keeper(book, at):
    keeper, duplicate = (book.organizations.add(name, country="CH") for name in ("Delta", "Delta AG"))
    book.terms.join(keeper, "sector_member", sector="T", units="1/2", on=date(2020, 1, 1))
    for body, until in ((keeper, date(2027, 6, 30)), (duplicate, date(2028, 12, 31))):
        book.exemptions.grant(body, since=date(2027, 1, 1), until=until, reason=body.name)
    book.merge(keeper, duplicate, reason="same LEI")
    at("2027-09-10")
    (exempt,) = book.dues.assess(2028, dry_run=True).exempt
    assert (exempt.organization_id, exempt.reason) == (keeper.id, "Delta AG")
    proposal = book.terms.propose_class(keeper, sector="T", units=1, on=date(2027, 10, 1))
    assert proposal.yearly_after == 0
