from datetime import date, timedelta

import pytest

from crm.errors import NotFound

TODAY = date(2026, 11, 24)


@pytest.fixture
def filled(book):
    book.staff.add("Dana Novak", email="dana@accord.example", office="BDT")
    book.staff.add("Lucía Fernández", email="lucia@accord.example", office="TSB")
    for name, country, owner in (
        ("Savanna", "KE", "dana@accord.example"),
        ("Harbour", "HK", None),
        ("Nowhere", None, None),
    ):
        organization = book.organizations.add(name, country=country, owner=owner, segment="cloud")
        book.roles.give(organization, "prospect", since=date(2025, 5, 1))
    book.organizations.add("No prospect", country="KE")
    return book


def named(report):
    return {row["organization"]: row for row in report}


def test_every_prospect_stands_with_its_owner_under_its_member_state(filled):
    report = filled.reports.prospects()
    assert {n: (r["state"], r["owner"]) for n, r in named(report).items()} == {
        "Savanna": ("Kenya", "Dana Novak"),
        "Harbour": ("China", None),
        "Nowhere": ("Unassigned", None),
    }
    assert [row["state"] for row in report] == ["China", "Kenya", "Unassigned"]
    assert named(report)["Savanna"]["since"] == date(2025, 5, 1)


def test_the_next_step_is_the_open_one_that_is_due_first(filled):
    filled.follow_ups.plan("Savanna", "Some day")
    filled.follow_ups.plan("Savanna", "Later", due="30d")
    filled.follow_ups.plan("Savanna", "Soon", due="2d", owner="lucia@accord.example")
    filled.follow_ups.complete(filled.follow_ups.plan("Savanna", "Done", due="1d"))
    row = named(filled.reports.prospects())["Savanna"]
    assert (row["next_step"], row["due"], row["owed_by"]) == (
        "Soon",
        TODAY + timedelta(days=2),
        "Lucía Fernández",
    )


def test_the_last_contact_is_the_latest_of_any_office_and_never_a_note(filled, clock):
    filled.log("call", "Savanna", "Hello", staff="lucia@accord.example")
    clock.advance(timedelta(days=3))
    filled.log("note", "Savanna", "Thinking")
    row = named(filled.reports.prospects())["Savanna"]
    assert (row["last_contact"], row["last_office"]) == (TODAY, "TSB")
    assert named(filled.reports.prospects())["Harbour"]["last_contact"] is None


def test_state_region_segment_and_owner_narrow_it(filled):
    assert set(named(filled.reports.prospects(state="HK"))) == {"Harbour"}
    assert set(named(filled.reports.prospects(state="China"))) == {"Harbour"}
    assert set(named(filled.reports.prospects(region="africa"))) == {"Savanna"}
    assert set(named(filled.reports.prospects(owner="Dana Novak"))) == {"Savanna"}
    assert len(filled.reports.prospects(segment="satellite")) == 0
    for wrong in ({"state": "Atlantis"}, {"owner": "Nobody"}, {"segment": "none such"}):
        with pytest.raises(NotFound):
            filled.reports.prospects(**wrong)


def test_states_are_named_in_the_language_asked_for(filled):
    assert "Chine" in {row["state"] for row in filled.reports.prospects(language="fr")}


def test_wish_12_who_leaves_a_segment_is_gone_from_the_next_answer_and_who_comes_is_in_it(filled):
    assert named(filled.reports.prospects(segment="cloud")).keys() == {"Savanna", "Harbour", "Nowhere"}
    filled.organizations.change("Savanna", segment="ai")
    filled.roles.end("Harbour", "prospect", on=TODAY - timedelta(days=1), reason="does not want to")
    filled.roles.give(filled.organizations.add("Mahali", country="KE", segment="cloud"), "prospect")
    assert named(filled.reports.prospects(segment="cloud")).keys() == {"Nowhere", "Mahali"}
    assert named(filled.reports.prospects(segment="ai")).keys() == {"Savanna"}
