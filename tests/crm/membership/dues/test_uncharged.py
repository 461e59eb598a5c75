from datetime import date

import pytest

from crm.membership.dues.uncharged import uncharged, uncharged_states, year_to_invoice


@pytest.mark.parametrize(
    ("today", "year"), [(date(2026, 9, 14), 2026), (date(2026, 9, 15), 2027), (date(2027, 1, 1), 2027)]
)
def test_the_next_year_is_to_be_invoiced_from_15_september_on(book, today, year):
    assert year_to_invoice(book.fees.rules(), today) == year


def test_members_without_an_invoice_are_counted_until_they_are_charged_exempt_or_gone(book, store):
    for name in ("Charged", "Exempt", "Gone"):
        book.organizations.add(name, country="CH")
        book.terms.join(name, "associate", sector="T", study_group="T-SG13", on=date(2020, 1, 1))
    book.terms.denounce("Gone", sector="T", on=date(2026, 7, 1), reason="closed")
    book.exemptions.grant("Exempt", since=date(2026, 1, 1), until=date(2030, 12, 31), reason="reciprocity")

    def left(year):
        with store.reading() as session:
            return uncharged(session, year)

    assert (left(2026), left(2027)) == (2, 1)
    book.dues.assess(2027)
    assert left(2027) == 0
    book.organizations.add("Late", country="CH")
    book.terms.join("Late", "academia", on=date(2026, 11, 1))
    assert left(2027) == 1


def test_a_sector_that_is_not_charged_counts_and_an_account_that_was_merged_does_not(book, store):
    def left():
        with store.reading() as session:
            return uncharged(session, 2027)

    acme, twin = (book.organizations.add(name, country="CH") for name in ("Acme", "Acme AG"))
    book.terms.join(acme, "sector_member", sector="T", on=date(2020, 1, 1))
    book.dues.assess(2027)
    book.merge(twin, acme, reason="same LEI")
    assert left() == 0
    book.terms.further_sector(twin, sector="D", on=date(2026, 12, 1))
    assert left() == 1
    book.dues.assess(2027)
    assert left() == 0
    (first, *_) = book.dues.invoices(twin)
    book.dues.credit(first, reason="wrong class")
    assert left() == 1


def test_member_states_are_missed_once_the_book_invoices_contributions(book, store):
    book.organizations.add("Ministry", kind="administration", country="GHA")
    book.terms.join("Ministry", "sector_member", sector="D", on=date(2020, 1, 1))

    def left(year):
        with store.reading() as session:
            return uncharged(session, year), uncharged_states(session, year)

    assert left(2027) == (1, 0)
    book.contributions.assess(2026)
    assert left(2027) == (1, 1)
    book.contributions.assess(2027)
    # What the State contributes is not the fee of the Sector Member.
    assert left(2027) == (1, 0)
