from datetime import date, timedelta

import pytest
from support.outbox import contact, order, queue
from support.reporting import assert_figures_open_to_their_rows

from crm.errors import InvalidInput, NotFound
from crm.outreach.outbox_tables import MessageStatus

TODAY = date(2026, 11, 24)


@pytest.fixture
def filled(book):
    """Accounts of two colleagues and one of nobody, touched so many days ago."""
    book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    book.staff.add("Lucía Fernández", email="lucia@accord.example", office="TSB")
    for name, owner, country, tier, days in (
        ("In touch", "dana", "KE", None, 90),
        ("Cooling", "dana", "KE", None, 100),
        ("Cold", "dana", "FR", None, 200),
        ("Key", "lucia", "FR", "key", 35),
        ("Light", "lucia", "FR", "light", 150),
        ("Member", None, "KE", None, 300),
        ("Nobody's", None, "KE", None, 300),
    ):
        book.organizations.add(name, country=country, tier=tier, owner=owner and f"{owner}@accord.example")
        book.log("meeting", name, "Hello", at=book.clock.now() - timedelta(days=days))
    book.terms.join("Member", "sector_member", sector="T", on=date(2020, 1, 1))
    return book


def row_of(report, account):
    return next(row for row in report if row["account"] == account)


def test_wish_16_it_shows_whom_we_are_losing_by_their_manager(filled):
    report = filled.reports.going_cold()
    assert [(row["owner"], row["account"], row["days"], row["over"]) for row in report] == [
        ("Dana Novak (BDT)", "Cold", 200, 110),
        ("Dana Novak (BDT)", "Cooling", 100, 10),
        ("Lucía Fernández (TSB)", "Key", 35, 5),
        ("No account manager", "Member", 300, 210),
    ]
    assert {group.name: (group.totals["going_cold"], group.totals["cold"]) for group in report.groups} == {
        "Dana Novak (BDT)": (1, 1),
        "Lucía Fernández (TSB)": (1, 0),
        "No account manager": (0, 1),
    }
    assert report.denominator.endswith("6 in number.")


def test_the_last_touch_is_told_with_its_kind_and_office(filled):
    row = row_of(filled.reports.going_cold(), "Cold")
    assert (row["last"], row["what"], row["by"]) == (TODAY - timedelta(days=200), "meeting", "BDT")
    filled.log("note", "Cold", "Somebody should call")
    assert row_of(filled.reports.going_cold(), "Cold")["what"] == "meeting"
    filled.log("call", "Cold", "Called")
    assert "Cold" not in [row["account"] for row in filled.reports.going_cold()]


def test_a_letter_that_went_out_is_a_touch(filled, clock):
    account, person = contact(filled, owner="dana@accord.example")
    (letter,) = queue(filled, order(filled, (account, person)))
    with filled._store.changing("letter.handed") as change:
        sent = change.session.get(type(letter), letter.id)
        sent.amend({"status": MessageStatus.ACCEPTED, "handed_at": change.now})
    clock.advance(timedelta(days=91))
    row = row_of(filled.reports.going_cold(owner="dana@accord.example"), account.name)
    assert (row["last"], row["what"], row["days"]) == (TODAY, "letter", 91)


def test_the_default_tier_is_marked_and_said(filled):
    report = filled.reports.going_cold()
    assert row_of(report, "Cold")["tier"] == "Standard (default)"
    assert row_of(report, "Key")["tier"] == "Key account"
    (note,) = report.notes
    assert note.startswith(
        "3 of these accounts have no tier of their own; the default one counts (Standard: 90"
    )


def test_what_was_never_touched_is_there_from_the_day_it_came(filled, clock):
    filled.organizations.add("New", owner="dana@accord.example", synthetic=True)
    clock.advance(timedelta(days=91))
    report = filled.reports.going_cold(owner="Dana Novak")
    row = row_of(report, "New")
    assert (row["last"], row["what"], row["days"]) == (None, "never", 91)
    assert report.notes[0] == "Synthetic demonstration data: 1 of the records counted here are made up."


def test_every_figure_opens_to_its_rows(filled):
    report = filled.reports.going_cold()
    assert_figures_open_to_their_rows(report)
    (touch,) = report.rows_behind(row_of(report, "Cold"), "cold")
    assert (touch["account"], touch["on"], touch["what"]) == ("Cold", TODAY - timedelta(days=200), "meeting")
    assert touch["record"].startswith("interaction:")
    assert len(report.rows_behind(str(row_of(report, "Cold")["id"]), "cold")) == 1


def test_filters_narrow_the_list_and_are_said(filled):
    def accounts(**filters):
        return [row["account"] for row in filled.reports.going_cold(**filters)]

    assert accounts(owner="lucia@accord.example") == accounts(office="TSB") == ["Key"]
    assert accounts(office="BDT", region="Africa") == ["Cooling"]
    assert accounts(office="BDT", owner="Lucía Fernández") == []
    report = filled.reports.going_cold(office="BDT", region="africa")
    assert dict(report.filters) == {"office": "BDT", "region": "Africa"}
    for wrong in ({"owner": "Nobody"}, {"office": "XYZ"}, {"region": "Atlantis"}):
        with pytest.raises(NotFound):
            filled.reports.going_cold(**wrong)


def test_it_can_be_grouped_by_region_instead(filled):
    report = filled.reports.going_cold(by="region")
    assert [(group.name, len(group.rows)) for group in report.groups] == [("Africa", 2), ("Europe", 2)]
    assert row_of(report, "Cold")["owner"] == "Dana Novak (BDT)"
    assert "<svg" in report.to_html()
    with pytest.raises(InvalidInput) as caught:
        filled.reports.going_cold(by="mood")
    assert caught.value.candidates == ("owner", "region")


def test_another_day_may_be_asked_about(filled):
    earlier = filled.reports.going_cold(on=TODAY - timedelta(days=90))
    assert [(row["account"], row["days"]) for row in earlier] == [("Cold", 110), ("Member", 210)]


def test_wish_14_a_report_without_a_day_is_about_the_day_where_one_works(filled, clock):
    clock.at = clock.at.replace(hour=23, minute=30)  # half past midnight in Geneva
    assert filled.reports.going_cold().on == TODAY + timedelta(days=1)
    assert filled.reports.prospects_by_state().on == TODAY + timedelta(days=1)
