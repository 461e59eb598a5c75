"""A subsidiary of a group that is headquartered in a developed country pays the full fee, wherever a fee is worked out."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlmodel import Session

from crm.membership.fee_status import FeeStatus, fee_status, fee_statuses
from crm.reference.country import Country
from crm.reference.development import Development

FULL = "full fee: its group is headquartered in Germany"
GERMANY, KENYA = (
    Country.model_construct(code=code, name_en=name) for code, name in (("DEU", "Germany"), ("KEN", "Kenya"))
)


@pytest.fixture
def group(book):
    """A company in Kenya below one in Kenya, below one in Germany."""
    head = book.organizations.add("Acme", country="DE")
    middle = book.organizations.add("Acme Africa", country="KE", parent=head)
    return head, middle, book.organizations.add("Acme Kenya", country="KE", parent=middle)


@pytest.mark.parametrize(
    ("country", "seat", "status"),
    [
        ("KEN", None, FeeStatus(Development.DEVELOPING)),
        ("KEN", KENYA, FeeStatus(Development.DEVELOPING)),
        ("KEN", GERMANY, FeeStatus(Development.DEVELOPED, "Germany")),
        ("DEU", None, FeeStatus(Development.DEVELOPED)),
        ("DEU", KENYA, FeeStatus(Development.DEVELOPED)),
        ("DEU", GERMANY, FeeStatus(Development.DEVELOPED)),
        (None, KENYA, FeeStatus(Development.DEVELOPED)),
    ],
)
def test_an_organisation_is_developed_by_its_country_or_that_of_its_group(country, seat, status):
    assert fee_status(country, seat, frozenset({"DEU"})) == status


def test_the_dues_of_a_subsidiary_are_those_of_its_group_and_say_so(book, group):
    *_, subsidiary = group
    alone = book.organizations.add("Telco", country="KE")
    for each in (subsidiary, alone):
        book.terms.join(each, "sector_member", sector="D", on=date(2020, 1, 1))
    book.dues.assess(2026)
    (invoice,) = book.dues.invoices(subsidiary)
    (line,) = book.dues.lines(invoice)
    assert (line.amount, line.basis) == (Decimal("7950.00"), f"1/8 of the unit of 63,600.00; {FULL}")
    (invoice,) = book.dues.invoices(alone)
    (line,) = book.dues.lines(invoice)
    assert (line.amount, line.basis) == (Decimal("3975.00"), "1/16 of the unit of 63,600.00")


def test_where_the_fee_is_the_same_for_all_nothing_is_said_of_the_group(book, group):
    *_, subsidiary = group
    book.terms.join(subsidiary, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1))
    book.dues.assess(2026)
    (line,) = book.dues.lines(book.dues.invoices(subsidiary)[0])
    assert FULL not in line.basis


def test_a_subsidiary_that_leaves_its_group_pays_by_its_country(book, group):
    *_, subsidiary = group
    book.terms.join(subsidiary, "sector_member", sector="D", on=date(2020, 1, 1))
    book.organizations.change(subsidiary, parent=None)
    assert book.dues.assess(2026, dry_run=True).amount == Decimal("3975.00")


def test_a_proposal_prices_and_explains_the_full_fee_and_its_lowest_class(book, group):
    *_, subsidiary = group
    book.terms.join(subsidiary, "associate", sector="D", study_group="D-SG1", on=date(2020, 1, 1))
    proposal = book.terms.propose_upgrade(subsidiary, sector="D", on=date(2027, 1, 1))
    assert (proposal.yearly_before, proposal.yearly_after) == (Decimal("3975.00"), Decimal("7950.00"))
    assert [FULL in ground.words for ground in proposal.grounds if ground.about.startswith("fee")] == [
        True,
        True,
    ]


def test_what_can_be_asked_of_a_subsidiary_is_the_full_fee(book, group):
    *_, subsidiary = group
    book.terms.join(subsidiary, "associate", sector="D", study_group="D-SG1", on=date(2020, 1, 1))
    (upgrade,) = [each for each in book.potential.of(subsidiary) if each.sector == "D"]
    assert upgrade.yearly.amount == Decimal("3975.00")
    assert FULL in upgrade.yearly.basis


def test_a_fee_is_looked_up_with_the_seat_of_a_group(book):
    fee = book.fees.of("academia", country="KE", headquarters="DE")
    assert (fee.amount, fee.basis) == (Decimal("3975.00"), f"yearly fee 3,975.00; {FULL}")
    assert book.fees.of("academia", country="KE", headquarters="KE").amount == Decimal("1987.50")


def test_the_status_of_many_is_read_in_two_statements(book, group):
    said = []
    with Session(book.engine) as session:
        event.listen(book.engine, "before_cursor_execute", lambda *heard: said.append(heard[2]))
        found = fee_statuses(session, [each.id for each in group], on=date(2026, 1, 1))
    assert [found[each.id].headquarters for each in group] == [None, "Germany", "Germany"]
    assert len(said) == 2
