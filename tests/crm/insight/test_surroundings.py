"""What stands around a candidate: its group, its State, its segment, and the Sectors of its own memberships."""

from datetime import date

from support.associates import associate

TODAY = date(2026, 11, 24)
SINCE = date(2020, 1, 1)


def member(book, name, sector, **changes):
    account = book.organizations.add(name, **{"country": "KE", **changes})
    book.terms.join(account, "sector_member", sector=sector, on=SINCE)
    return account


def seen(book, account):
    return book.candidates.of(account, on=TODAY)[0]


def test_an_associate_of_one_sector_and_member_of_another_is_known_as_both(book):
    account, _ = associate(book, "Acme", sector="D", study_group="D-SG2")
    book.terms.join(account, "sector_member", sector="T", on=SINCE)
    assert (seen(book, account).sectors, seen(book, account).associate_in) == (frozenset("T"), frozenset("D"))


def test_the_memberships_of_a_corporate_group_are_counted_by_sector(book):
    head = member(book, "Head", "T")
    first, second = member(book, "First", "R", parent=head), member(book, "Second", "R", parent=head)
    book.terms.join(second, "sector_member", sector="T", on=SINCE)
    associate(book, "Third", parent=head, sector="D", study_group="D-SG2")
    member(book, "Stranger", "R")
    assert seen(book, first).group_sectors == seen(book, head).group_sectors == {"R": 2, "T": 2}
    assert seen(book, second).sectors == frozenset("RT")


def test_a_membership_that_is_over_counts_for_neither_group_nor_state(book):
    gone = member(book, "Gone", "T", country="UG")
    book.terms.denounce(gone, sector="T", on=date(2025, 1, 1), reason="left")
    later = seen(book, gone)
    assert (later.group_sectors, later.state_without_member) == ({}, True)


def test_a_state_has_a_member_where_a_territory_that_it_answers_for_has_one(book):
    there = book.organizations.add("In Aruba", country="ABW")
    assert seen(book, there).state_without_member
    member(book, "Dutch", "T", country="NL")
    assert not seen(book, there).state_without_member


def test_an_account_without_a_country_is_in_no_state(book):
    assert not seen(book, book.organizations.add("Somewhere")).state_without_member


def test_what_concerns_its_segment_comes_with_a_candidate(book):
    satellite = book.organizations.add("Orbits", country="KE", segment="satellite")
    assert [concern.study_group for concern in seen(book, satellite).concerns] == ["R-SG4", "T-SG13", "D-SG1"]
    assert seen(book, book.organizations.add("Plain", country="KE")).concerns == ()
