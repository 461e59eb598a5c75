"""It is 26 April 2027. Acme pays its dues of 2026 by a plan, and has paid a part of those of 2027."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from support.books import MakeBook, books_on

from crm.clock import SetClock
from crm.errors import InvalidInput

NEW_YEAR = date(2026, 1, 1)


@pytest.fixture(scope="module")
def books(server):
    with books_on(server) as url:
        clock = SetClock(datetime(2026, 7, 9, 12, tzinfo=UTC))
        make = MakeBook(url, clock)
        book = make()
        acme = book.organizations.add("Acme", country="CH")
        book.terms.join(acme, "sector_member", sector="T", units="1/2", on=date(2020, 1, 1))
        book.terms.join(acme, "associate", sector="R", study_group="R-SG4", on=date(2026, 7, 1))
        book.dues.assess(2025, issued_on=date(2024, 9, 15))
        book.dues.assess(2026, issued_on=date(2025, 9, 15))
        book.dues.pay(acme, 31800, on=date(2025, 3, 10), reference="UBS-1")
        agreed = {"on": date(2026, 7, 9), "reason": "Letter"}
        schedule = book.repayment_plans.even(acme, on=agreed["on"], first_on=date(2026, 10, 31), count=2)
        book.repayment_plans.agree(acme, schedule, **agreed)
        book.dues.assess(2027, issued_on=clock.at.date())
        clock.at = datetime(2027, 4, 26, 9, tzinfo=UTC)
        book.dues.pay(acme, "18550", on=date(2026, 10, 30), reference="UBS-2")
        book.dues.pay(acme, "10000", on=date(2027, 4, 20), reference="UBS-3")
        yield book
        make.close()


def text_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.to_html().partition("</style>")[2]))


def test_the_period_goes_from_an_opening_to_a_closing_balance_and_each_line_says_what_it_is_for(books):
    page = books.reports.statement_page("Acme", since=NEW_YEAR)
    assert page.opening == Decimal(31800) + 5300
    assert [(line.reference, line.what) for line in page.movements] == [
        ("2027-000001", "Associate in ITU-R, 2027"),
        ("2027-000001", "Sector Member in ITU-T, 1/2 unit, 2027"),
        ("UBS-2", "Payment"),
        ("UBS-3", "Payment"),
    ]
    moved = sum(line.charged - line.paid for line in page.movements)
    assert page.opening + moved == page.statement.balance
    assert books.reports.statement_page("Acme").since == date(2027, 1, 1)


def test_what_is_open_says_since_when_and_what_a_plan_covers_is_paid_by_its_instalments(books):
    statement = books.dues.statement("Acme")
    older, newer = statement.open_items
    assert (older.on_plan, older.days_overdue, older.open) == (True, 0, Decimal(18550))
    assert (newer.on_plan, newer.days_overdue, newer.open) == (False, 26, Decimal(32400))
    assert newer.what == ("Associate in ITU-R, 2027", "Sector Member in ITU-T, 1/2 unit, 2027")
    assert [(part.by, part.amount, part.instalment) for part in statement.to_pay] == [
        (None, Decimal(32400), False),
        (date(2027, 10, 31), Decimal(18550), True),
    ]
    assert sum(part.amount for part in statement.to_pay) == statement.balance


def test_what_is_not_due_yet_is_to_be_paid_by_its_day_and_who_owes_nothing_is_told_so(books):
    before = books.dues.statement("Acme", on=date(2027, 3, 1))
    assert [part.by for part in before.to_pay] == [date(2027, 3, 31), date(2027, 10, 31)]
    page = books.reports.statement_page("Acme", since=date(2025, 1, 1), on=date(2025, 3, 10))
    assert "There is nothing to pay." in text_of(page)


def test_the_member_sees_none_of_our_own_marks(books):
    text = text_of(books.reports.statement_page("Acme", since=NEW_YEAR))
    assert "International Telecommunication Union" in text
    assert "Repayment plan of 9 July 2026" in text
    assert not re.search("unverified|Denominator|Filters|made up", text, re.IGNORECASE)
    assert "unverified" in str(books.reports.statement("Acme"))


def test_it_is_written_in_the_six_languages_and_needs_a_period(books):
    arabic = books.reports.statement_page("Acme", language="ar")
    assert '<html lang="ar" dir="rtl">' in arabic.to_html()
    assert 'lang="ar" dir="rtl"' in arabic._repr_html_()
    assert "<html" not in arabic._repr_html_()  # a notebook has one
    assert "Relevé de compte" in text_of(books.reports.statement_page("Acme", language="fr"))
    with pytest.raises(InvalidInput, match="period"):
        books.reports.statement_page("Acme", since=date(2028, 1, 1))


def test_what_may_have_to_be_scrolled_on_a_narrow_screen_can_be_reached_by_the_keyboard(books):
    page = books.reports.statement_page("Acme", since=NEW_YEAR).to_html()
    sections = [part.partition(">")[0] for part in page.split("<section ") if "<thead" in part]
    assert len(sections) == 3
    assert all('tabindex="0"' in section for section in sections)
