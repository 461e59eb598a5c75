"""It is 24 November 2026. Ghana has paid nothing since 2024, Kenya half a year, Norway all; Dana looks after Ghana."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from support.books import MakeBook, books_on

from crm.clock import SetClock

UNIT = Decimal(318_000)


@pytest.fixture(scope="module")
def union(server):
    with books_on(server) as url:
        make = MakeBook(url, SetClock(datetime(2026, 11, 24, 9, 30, tzinfo=UTC)))
        book = make()
        dana = book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
        for code in ("GHA", "KEN", "NOR"):
            owner = dana if code == "GHA" else None
            name = f"Administration of {code}"
            book.organizations.add(name, kind="administration", country=code, owner=owner)
        for year in (2024, 2025, 2026, 2027):
            book.contributions.assess(year, issued_on=date(year - 1, 9, 15))
        book.dues.pay("KEN", UNIT * 3 / 2, on=date(2024, 3, 1), reference="K", synthetic=True)
        book.dues.pay("NOR", UNIT * 20, on=date(2024, 3, 1), reference="N")
        yield book
        make.close()


def test_each_state_in_arrears_is_a_row_with_what_it_owes_by_year_its_vote_and_what_would_restore_it(union):
    report = union.reports.arrears_of_member_states()
    quarter = UNIT / 4
    keys = ("state", "manager", "contribution", "owed_0", "owed_1", "owed_2", "owed_before", "arrears")
    assert [tuple(row[key] for key in keys) for row in report] == [
        ("Ghana", "Dana Novak", quarter, quarter, quarter, quarter, 0, 3 * quarter),
        ("Kenya", None, UNIT, UNIT, UNIT / 2, 0, 0, UNIT * 3 / 2),
    ]
    ghana, kenya = report
    missing = quarter + Decimal("0.01")
    keys = ("limit", "vote", "lost", "to_pay", "pay_by")
    assert [ghana[key] for key in keys] == [2 * quarter, "no", date(2025, 4, 1), missing, date(2027, 3, 31)]
    # On 1 April 2027 three and a half contributions less one will be overdue.
    assert [kenya[key] for key in keys] == [
        2 * UNIT,
        "yes",
        date(2027, 4, 1),
        UNIT / 2 + Decimal("0.01"),
        date(2027, 3, 31),
    ]
    assert report.denominator.startswith("1 of 194 Member States have no vote; of 191 it is not known")
    assert {key: report.totals[key] for key in ("arrears", "vote")} == {
        "arrears": UNIT * 9 / 4,
        "vote": "1 lost",
    }
    assert not {"contribution", "limit", "to_pay"} & report.totals.keys()  # they add up to nothing
    assert "Constitution No. 169" in report.definition
    assert "unverified" in report.definition


def test_the_overdue_invoices_stand_behind_the_arrears(union):
    report = union.reports.arrears_of_member_states()
    rows = report.rows_behind(("KEN",), "arrears")
    assert [(row["kind"], row["due"], row["open"]) for row in rows] == [
        ("contribution", date(2025, 3, 31), UNIT / 2),
        ("contribution", date(2026, 3, 31), UNIT),
    ]


def test_every_state_a_region_and_another_day_can_be_asked_for(union):
    every = union.reports.arrears_of_member_states(every=True)
    assert len(every) == 194
    votes = {row["code"]: row["vote"] for row in every}
    assert (votes["NOR"], votes["GHA"], votes["FRA"]) == ("yes", "no", "not known")
    assert [row["code"] for row in union.reports.arrears_of_member_states(region="Europe")] == []
    (early,) = union.reports.arrears_of_member_states(on=date(2025, 1, 1))
    assert (early["code"], early["vote"], early["lost"]) == ("GHA", "yes", date(2025, 4, 1))


def test_the_vote_calls_for_the_account_manager_of_the_state(union):
    (need,) = union.attention(owner="dana@accord.example", kinds={"vote"})
    assert need.words == (
        "No vote since 1 April 2025: CHF 79,500.01 paid by 31 March 2027 gives it back (threshold unverified)"
    )
    assert (need.organization.country, need.since_on) == ("GHA", date(2025, 4, 1))
    everybody = {
        need.organization.country: need.words for need in union.attention(on="2027-01-15", kinds="vote")
    }
    assert everybody["KEN"].startswith("Loses its vote on 1 April 2027 unless it pays CHF 159,000.01 by 31")
    assert [need.organization.country for need in union.attention(kinds={"vote"}, on="2026-11-01")] == ["GHA"]


def test_contributions_and_fees_ahead_stand_apart(union):
    acme = union.organizations.add("Acme", country="CH")
    union.terms.join(acme, "sector_member", sector="T", units="1/2", on=date(2026, 1, 1))
    report = union.reports.contributions_forecast(years=3)
    keys = ("year", "states", "units", "contributions", "at_risk", "unsure", "fees", "doubt")
    total, fee, at_risk = 356 * UNIT, Decimal("31800.00"), UNIT * 5 / 4
    assert [tuple(row[key] for key in keys) for row in report] == [
        ("2026", 194, "356", total, at_risk, 0, fee, "derived"),
        ("2027", 194, "356", total, at_risk, 0, fee, "derived"),
        ("2028", 194, "356", total, at_risk, total, fee, "preliminary, unverified"),
    ]
    assert {row["state"] for row in report.rows_behind(("2027",), "at_risk")} == {"Ghana", "Kenya"}
    africa = union.reports.contributions_forecast(years=1, region="Africa")
    assert (africa.rows[0][1], africa.rows[0][-1]) == (44, 0)
    assert union.contributions.assess(2027, dry_run=True).due == total
