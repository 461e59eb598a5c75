"""Each rule can look at one of its subjects alone, as an approval does, and says of it what it says among all."""

from datetime import date

import pytest
from support.outbox import staffed
from support.reminding import account

from crm.outreach.reminders.kinds import RULES
from crm.store.store import Store

SEEN_ON = date(2027, 4, 14)


@pytest.fixture
def busy(book):
    """Two accounts and more of everything that there is to be reminded of."""
    staffed(book)
    accounts = [account(book, name, country="CH")[0] for name in ("Acme", "Orbit", "Extra")]
    for each, sector in zip((*accounts, accounts[2]), "TTRD", strict=True):
        book.terms.join(each, "sector_member", sector=sector, on=date(2025, 1, 1))
    book.dues.assess(2027, issued_on=date(2026, 9, 15))
    book.terms.give_notice(accounts[0], sector="T", received_on=date(2026, 11, 20), reason="budget")
    book.terms.give_notice(accounts[2], sector="R", received_on=date(2026, 11, 20), reason="budget")
    book.terms.give_notice(accounts[2], sector="D", received_on=date(2026, 11, 20), reason="budget")
    for name in ("First", "Second"):
        applicant, _ = account(book, name, country="CH")
        book.applications.forward(
            book.applications.apply(
                applicant, "associate", sector="T", study_group="SG13", override="checked"
            )
        )
    for year in ("provisional", "definitive"):
        book.rounds.open(
            year,
            circular=f"CL-{year}",
            period="2028-2031",
            kind=year,
            deadline=date(2027, 4, 30),
            on=date(2026, 11, 9),
        )
        book.rounds.ask(year, ["KE", "UG"], on=date(2026, 11, 9))
    return book


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_looks_at_one_subject_alone(busy, rule):
    with Store(busy.engine, actor="test", clock=busy.clock).reading() as session:
        every = rule.matters(session, SEEN_ON)
        assert len(every) > 1
        for matter in every:
            number = matter.subject.split(":")[1]
            assert rule.matter(session, SEEN_ON, matter.subject) == matter
            near = rule.find(session, SEEN_ON, matter.subject)
            assert {each.subject.split(":")[1] for each in near} == {number}
        assert rule.matter(session, SEEN_ON, "nothing:0") is None


def test_a_suspension_is_looked_at_alone_by_its_account(busy):
    arrears, day = next(rule for rule in RULES if rule.name == "arrears"), date(2027, 9, 27)
    with Store(busy.engine, actor="test", clock=busy.clock).reading() as session:
        every = [matter for matter in arrears.matters(session, day) if matter.step == "suspended"]
        assert every
        for matter in every:
            assert matter.subject == f"suspension:{matter.organization_id}:2027-09-27"
            assert list(arrears.find(session, day, matter.subject)) == [matter]


def test_an_invoice_of_an_account_that_was_merged_is_found_under_its_keeper(busy):
    arrears = next(rule for rule in RULES if rule.name == "arrears")
    (invoice,) = busy.dues.invoices("Extra")
    busy.dues.pay("Acme", 31800, on=date(2026, 11, 20), reference="R1")
    busy.merge("Acme", "Extra", reason="the same company")
    with Store(busy.engine, actor="test", clock=busy.clock).reading() as session:
        found = arrears.matter(session, SEEN_ON, f"invoice:{invoice.id}")
        assert found is not None
        assert found in arrears.matters(session, SEEN_ON)
