from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import event
from support.associates import MEMBER_SINCE, associate, staff

from crm.errors import NotFound
from crm.insight.audience_rules import IsMember, Not
from crm.insight.candidate import Contact, Departure, TookPart, Touch
from crm.reference.languages import Language

ASSOCIATES = IsMember(category="associate")


def only(book, **kwargs):
    (found,) = book.candidates.matching(ASSOCIATES, **kwargs)
    return found


def test_an_associate_is_a_candidate_with_everything_that_the_rooms_know_of_it(book):
    staff(book, "dana@accord.example")
    head = book.organizations.add("Acme Group", country="CH")
    acme, amina = associate(book, "Acme", parent=head, owner="dana@accord.example", punctuality="on_time")
    book.participation.record(acme, "T-SG17", "asked", on=date(2026, 5, 1))
    book.log("meeting", acme, "Met", office="BDT", at=datetime(2026, 6, 1, tzinfo=UTC))
    found = only(book)
    assert (found.organization_id, found.name, found.group_id, found.country) == (
        acme.id,
        "Acme",
        head.id,
        "KEN",
    )
    assert (found.size, found.owner_id, found.synthetic) == (
        "large",
        book.staff.get("dana@accord.example").id,
        False,
    )
    assert (found.category, found.coverage, found.study_group) == ("associate", "T", "T-SG13")
    assert (found.own_groups, found.member_since_on) == (frozenset({"T-SG13"}), MEMBER_SINCE)
    assert (found.standing, found.standing_as_of, found.punctuality) == ("good", date(2026, 9, 30), "on_time")
    assert found.participation == (TookPart("T-SG17", "asked", date(2026, 5, 1)),)
    address = "contact@acme.example"
    assert found.contacts == (
        Contact(amina.id, "Contact of Acme", address, Language.ENGLISH, suppressed=False, country="KEN"),
    )
    assert found.last_touch == Touch(datetime(2026, 6, 1, tzinfo=UTC), "meeting", "BDT")


def test_an_account_of_which_little_is_known_is_a_candidate_all_the_same(book):
    account = book.organizations.add("Bare")
    book.terms.join(account, "associate", sector="R", study_group="R-SG4", on=MEMBER_SINCE)
    found = only(book)
    assert (found.standing, found.standing_as_of, found.punctuality, found.last_touch) == (
        None,
        None,
        None,
        None,
    )
    assert (found.country, found.owner_id, found.contacts, found.participation) == (None, None, (), ())
    assert found.group_id == account.id


def test_only_associates_with_a_running_membership_are_candidates(book):
    for name, category, extra in [("Full", "sector_member", {"sector": "T"}), ("School", "academia", {})]:
        book.terms.join(book.organizations.add(name), category, on=MEMBER_SINCE, **extra)
    book.organizations.add("Prospect")
    left, _ = associate(book, "Left")
    book.terms.denounce(left, sector="T", on=date(2026, 11, 24), reason="notice")
    grown, _ = associate(book, "Grown")
    book.terms.upgrade(grown, sector="T", on=date(2027, 1, 1))
    assert [c.name for c in book.candidates.matching(ASSOCIATES)] == ["Grown"]
    assert [c.name for c in book.candidates.matching(ASSOCIATES, on=date(2026, 11, 23))] == ["Left", "Grown"]
    assert book.candidates.matching(ASSOCIATES, on=date(2027, 1, 1)) == ()
    assert book.candidates.matching(ASSOCIATES, on=date(2019, 12, 31)) == ()


def test_an_associate_of_two_sectors_stands_there_once_for_each(book):
    acme, _ = associate(book, "Acme")
    book.terms.join(acme, "associate", sector="R", study_group="R-SG4", on=MEMBER_SINCE)
    assert [(c.organization_id, c.coverage) for c in book.candidates.of(acme)] == [
        (acme.id, "R"),
        (acme.id, "T"),
    ]


def test_the_latest_statement_of_the_standing_by_the_day_counts(book):
    acme, _ = associate(book, "Acme")
    book.standing.record(acme, "arrears", as_of=date(2026, 10, 31), source="finance", punctuality="unpaid")
    book.standing.record(acme, "suspended", as_of=date(2026, 12, 31), source="finance")
    assert (only(book).standing, only(book).standing_as_of) == ("arrears", date(2026, 10, 31))
    assert only(book, on=date(2026, 10, 30)).standing == "good"


def test_contacts_come_focal_points_first_and_only_those_with_an_address_and_a_position(book):
    acme, focal = associate(book, "Acme")
    long = book.people.add("Long Serving", email="long@acme.example", at=acme, since=date(2010, 1, 1))
    new = book.people.add("New", email="new@acme.example", at=acme, since=date(2025, 1, 1))
    book.people.add("No Address", at=acme)
    gone = book.people.add("Gone", email="gone@acme.example", at=acme, since=date(2011, 1, 1))
    book.people.leave(gone, acme, on=date(2026, 11, 23))
    book.people.join(new, acme, role="a second position")
    assert [c.person_id for c in only(book).contacts] == [focal.id, long.id, new.id]


def test_wish_18_somebody_with_positions_at_two_accounts_is_a_contact_of_both(book):
    acme, amina = associate(book, "Acme")
    other, _ = associate(book, "Other")
    book.people.join(amina, other, focal_point=True, since=date(2015, 1, 1))
    contacts = {
        c.organization_id: [p.person_id for p in c.contacts] for c in book.candidates.matching(ASSOCIATES)
    }
    assert contacts[acme.id] == [amina.id]
    assert amina.id in contacts[other.id]


@pytest.mark.parametrize("scope", ["campaigns", "all"])
def test_a_refused_address_is_marked_whatever_the_scope_and_the_spelling(book, scope):
    _, amina = associate(book, "Acme")
    book.people.change(amina, email="Amina@ACME.example")
    book.suppressions.add("amina@acme.example", scope=scope)
    assert [c.suppressed for c in only(book).contacts] == [True]
    assert [c.address for c in only(book).contacts] == ["Amina@ACME.example"]


def test_a_note_to_the_file_is_no_touch_and_the_latest_of_any_office_counts(book):
    acme, _ = associate(book, "Acme")
    for kind, office, day in [
        ("call", "TSB", 3),
        ("meeting", "RO-AFR", 9),
        ("call", "BR", 5),
        ("note", "TSB", 12),
    ]:
        book.log(kind, acme, "…", office=office, at=datetime(2026, 11, day, tzinfo=UTC))
    assert only(book).last_touch == Touch(datetime(2026, 11, 9, tzinfo=UTC), "meeting", "RO-AFR")


def test_what_took_over_the_work_of_its_study_group_is_its_own_too(book):
    associate(book, "Acme", study_group="T-SG16")
    assert only(book).own_groups == {"T-SG16", "T-SG21"}


def test_participation_is_remembered_for_three_years_the_newest_first(book, clock):
    acme, _ = associate(book, "Acme")
    today = clock.now().date()
    for days in (10, 1095, 1096, -1):
        book.participation.record(acme, "T-SG13", "attended", on=today - timedelta(days=days))
    assert [(today - part.on).days for part in only(book).participation] == [10, 1095]


def test_what_is_made_up_is_marked(book):
    associate(book, "Real")
    associate(book, "Made Up", synthetic=True)
    assert [c.synthetic for c in book.candidates.matching(ASSOCIATES)] == [False, True]


def test_one_account_is_looked_at_alone_by_any_key(book):
    acme, _ = associate(book, "Acme")
    associate(book, "Other")
    assert book.candidates.of("Acme") == book.candidates.of(acme.id) == book.candidates.of(acme)
    assert [c.organization_id for c in book.candidates.of("Acme")] == [acme.id]
    with pytest.raises(NotFound):
        book.candidates.of("Nobody")


def test_an_account_without_a_membership_is_a_candidate_once_without_one(book):
    university = book.organizations.add("University", kind="university", country="PF", segment="cloud")
    (found,) = book.candidates.of(university)
    assert (found.kind, found.country, found.region) == ("university", "PYF", "europe")
    assert (found.term_id, found.category, found.coverage, found.member_since_on) == (None, None, None, None)
    assert (found.study_group, found.own_groups, found.sectors) == (None, frozenset(), frozenset())
    assert (found.synthetic, found.in_good_standing) == (False, True)
    book.standing.record(university, "application_pending", as_of=date(2026, 11, 1), source="test")
    assert not book.candidates.of(university)[0].in_good_standing


def test_a_candidate_knows_every_sector_in_which_the_account_is_a_full_member(book):
    acme, _ = associate(book, "Acme")
    book.terms.join(acme, "sector_member", sector="D", on=MEMBER_SINCE)
    school = book.organizations.add("School")
    book.terms.join(school, "academia", on=MEMBER_SINCE)
    assert [(c.coverage, c.sectors) for c in book.candidates.of(acme)] == [("D", {"D"}), ("T", {"D"})]
    assert [c.sectors for c in book.candidates.of(school)] == [{"R", "T", "D"}]


def test_only_the_memberships_that_a_rule_is_about_are_looked_at(book):
    acme, _ = associate(book, "Acme")
    book.terms.join(acme, "sector_member", sector="D", on=MEMBER_SINCE)
    assert [c.coverage for c in book.candidates.matching(ASSOCIATES)] == ["T"]
    assert [c.coverage for c in book.candidates.of(acme, about=ASSOCIATES)] == ["T"]
    assert [c.coverage for c in book.candidates.among([acme.id], about=IsMember(sector="D"))] == ["D"]
    assert [c.coverage for c in book.candidates.matching(Not(of=IsMember(sector="R")))] == ["D", "T"]
    assert [c.coverage for c in book.candidates.of(acme, about=IsMember(category="academia"))] == [None]


def test_a_contact_is_known_with_roles_seniority_and_time_zone(book):
    acme, amina = associate(book, "Acme")
    book.people.change(amina, time_zone="Africa/Nairobi")
    book.people.join(amina, acme, role="Managing Director", since=date(2020, 1, 1))
    book.people.join(amina, acme, role="Delegate", focal_point=True, since=date(2022, 1, 1))
    (found,) = only(book).contacts
    assert (found.roles, found.role, found.senior) == (("Delegate", "Managing Director"), "Delegate", True)
    assert (found.time_zone, found.country) == ("Africa/Nairobi", "KEN")


def test_several_accounts_are_looked_at_together(book):
    accounts = [associate(book, f"Account {n}")[0] for n in range(3)]
    stranger = book.organizations.add("No Member")
    found = book.candidates.among([accounts[2].id, stranger.id, accounts[0].id])
    assert [c.organization_id for c in found] == [accounts[0].id, accounts[2].id, stranger.id]
    assert book.candidates.among([]) == ()


def test_the_number_of_statements_does_not_grow_with_the_number_of_accounts(book):
    def statements() -> int:
        seen: list[str] = []
        event.listen(book.engine, "before_cursor_execute", count := lambda *args: seen.append(args[2]))
        book.candidates.matching(ASSOCIATES)
        event.remove(book.engine, "before_cursor_execute", count)
        return len(seen)

    associate(book, "First")
    few = statements()
    for n in range(12):
        associate(book, f"Account {n}")
    assert statements() == few <= 20


def test_reading_changes_nothing(book):
    associate(book, "Acme")
    assert book.candidates.matching(ASSOCIATES) == book.candidates.matching(ASSOCIATES)


def test_an_associate_is_known_with_what_it_pays_and_would_pay_as_a_sector_member(book):
    associate(book, "Acme")
    fees = only(book).upgrade_fees
    assert (fees.associate.amount, fees.sector_member.amount) == (10600, 31800)
    assert not fees.are_sure  # what Associates pay today is on file from memory
    orbit = book.organizations.add("Orbit", country="CH")
    book.terms.join(orbit, "sector_member", sector="T", on=MEMBER_SINCE)
    (member,) = book.candidates.of(orbit)
    assert member.upgrade_fees is None


def test_who_has_left_is_known_with_the_last_membership_and_how_it_ended(book):
    orbit = book.organizations.add("Orbit", country="CH")
    for sector in "TD":
        book.terms.join(orbit, "sector_member", sector=sector, on=MEMBER_SINCE)
    book.terms.denounce(orbit, sector="T", on=date(2024, 1, 1), reason="over")
    book.terms.exclude(orbit, sector="D", on=date(2025, 7, 1), reason="over", override="By decision.")
    (gone,) = book.candidates.of(orbit)
    assert gone.left == Departure("sector_member", "D", date(2025, 6, 30), "exclusion")
    (then,) = book.candidates.of(orbit, on=date(2025, 6, 30))
    assert then.left is None
