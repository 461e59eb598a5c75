from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event
from support.associates import AS_OF, MEMBER_SINCE, associate

from crm.errors import NotFound, Refused
from crm.reference.opportunity_stages import OpportunityKind


def member(book, name, *sectors, standing="good", punctuality=None, **changes):
    account = book.organizations.add(name, **{"country": "CH", **changes})
    for sector in sectors:
        book.terms.join(account, "sector_member", sector=sector, on=MEMBER_SINCE)
    if standing:
        book.standing.record(account, standing, as_of=AS_OF, source="test", punctuality=punctuality)
    return account


def told(found):
    return [(p.kind.value, p.sector, p.category.value, p.yearly.amount) for p in found]


def upgrade_of(book, key, **kwargs):
    return next(p for p in book.potential.of(key, **kwargs) if p.kind is OpportunityKind.UPGRADE)


@pytest.mark.parametrize(("size", "amount"), [("large", "21200.00"), ("sme", "27825.00")])
def test_an_upgrade_costs_the_new_fee_less_the_old_one(book, size, amount):
    associate(book, "Acme", sector="T", study_group="T-SG13", country="CH", size=size)
    yearly = upgrade_of(book, "Acme").yearly
    assert yearly.amount == yearly.after - yearly.before == Decimal(amount)
    (candidate,) = book.candidates.of("Acme")
    assert candidate.upgrade_fees.difference == yearly.amount  # what a letter may name


@pytest.mark.parametrize(("country", "amount"), [("CH", "7950.00"), ("KE", "3975.00"), (None, "7950.00")])
def test_itu_d_costs_a_sector_member_least_to_add(book, country, amount):
    member(book, "Acme", "T", country=country)
    assert told(book.potential.of("Acme")) == [
        ("further_sector", "R", "sector_member", Decimal(31800)),
        ("further_sector", "D", "sector_member", Decimal(amount)),
    ]


def test_an_associate_could_upgrade_and_be_an_associate_elsewhere(book):
    associate(book, "Acme", country="CH")
    assert sorted(told(book.potential.of("Acme"))) == [
        ("further_sector", "D", "associate", Decimal(3975)),
        ("further_sector", "R", "associate", Decimal(10600)),
        ("upgrade", "T", "sector_member", Decimal(21200)),
    ]


def test_a_sector_member_that_is_an_associate_elsewhere_has_an_upgrade_and_one_sector_left(book):
    acme, _ = associate(book, "Acme", country="CH")
    book.terms.join(acme, "sector_member", sector="R", on=MEMBER_SINCE)
    assert {(p.kind.value, p.sector, p.category.value) for p in book.potential.of(acme)} == {
        ("upgrade", "T", "sector_member"),
        ("further_sector", "D", "sector_member"),
    }


def test_academia_members_of_all_sectors_and_strangers_have_no_potential(book):
    school = book.organizations.add("School", country="CH")
    book.terms.join(school, "academia", on=MEMBER_SINCE)
    member(book, "Everywhere", "R", "T", "D")
    book.organizations.add("Stranger", country="CH")
    assert book.potential.ranked(held=True) == ()
    assert (
        book.potential.of("School") == book.potential.of("Everywhere") == book.potential.of("Stranger") == ()
    )


def test_the_points_of_the_reasons_add_up_to_the_rank(book, clock):
    acme, _ = associate(book, "Acme", country="CH", punctuality="on_time")
    for n in range(3):
        book.participation.record(acme, "T-SG13", "attended", on=date(2026, 3, n + 1))
    book.participation.record(acme, "T-SG17", "asked", on=date(2026, 5, 1))
    book.log("call", acme, "They called", inbound=True, at=clock.now() - timedelta(days=200))
    found = upgrade_of(book, acme)
    assert [(r.reason, r.points) for r in found.speaks] == [
        ("second_study_group", 30),
        ("activity", 15),
        ("size", 10),
        ("engagement", 10),
        ("punctuality", 10),
    ]
    assert found.points == sum(r.points for r in (*found.speaks, *found.against)) == 75
    assert found.speaks[0].words == "asked about T-SG17 on 1 May 2026, besides its own T-SG13"
    assert found.speaks[3].words == "in touch once in the last 12 months, 1 begun by them"
    assert "75 points" in str(found)


def test_several_associates_of_one_corporate_group_speak_for_an_upgrade_of_each(book):
    head = book.organizations.add("Group", country="CH")
    for name in ("North", "South"):
        associate(book, name, parent=head, size="sme")
    associate(book, "Alone", size="sme")
    reasons = {
        name: [r.reason for r in upgrade_of(book, name).speaks] for name in ("North", "South", "Alone")
    }
    assert reasons == {"North": ["associates_in_group"], "South": ["associates_in_group"], "Alone": []}


@pytest.mark.parametrize(("employees", "grown"), [(249, False), (250, True), (None, False)])
def test_an_sme_that_has_outgrown_what_one_is_speaks_for_an_upgrade(book, employees, grown):
    associate(book, "Acme", size="sme", employees=employees)
    assert ("outgrown" in [r.reason for r in upgrade_of(book, "Acme").speaks]) is grown


def test_interest_in_a_sector_speaks_for_that_sector_alone(book):
    acme = member(book, "Acme", "T")
    book.participation.record(acme, "D-SG2", "attended", on=date(2026, 5, 1))
    by_sector = {p.sector: [r.reason for r in p.speaks] for p in book.potential.of(acme)}
    assert by_sector == {"D": ["study_group"], "R": []}
    assert book.potential.of(acme)[0].sector == "D"


@pytest.mark.parametrize(
    "standing", ["on_plan", "arrears", "suspended", "cancelling", "exempt", "application_pending"]
)
def test_who_does_not_stand_well_is_held_and_comes_last(book, standing):
    member(book, "Trouble", "T", standing=standing)
    member(book, "Good", "T")
    assert {p.organization for p in book.potential.ranked()} == {"Good"}
    every = book.potential.ranked(held=True)
    assert [p.organization for p in every] == ["Good", "Good", "Trouble", "Trouble"]
    assert every[-1].held
    assert every[-1].against[0].reason == standing


def test_a_standing_that_nobody_has_stated_counts_against_and_does_not_hold(book):
    member(book, "Acme", "T", standing=None)
    found = book.potential.ranked()[0]
    assert ([r.reason for r in found.against], found.held) == (["standing_unknown"], False)


def test_a_denounced_membership_is_no_place_to_sell(book):
    acme = member(book, "Acme", "T")
    book.terms.denounce(acme, sector="T", on=date(2027, 5, 1), reason="notice")
    found = book.potential.of(acme)[0]
    assert [str(r) for r in found.against] == ["hold: cancelling its membership, as of 24 November 2026"]


def test_what_is_asked_already_or_applied_for_is_held(book):
    acme = member(book, "Acme", "T")
    book.opportunities.add(acme, "further_sector", sector="D")
    assert {p.sector: p.held for p in book.potential.of(acme)} == {"D": True, "R": False}
    book.applications.apply(acme, "sector_member", sector="R", on=date(2026, 11, 2), override="known")
    reasons = {p.sector: [r.reason for r in p.against] for p in book.potential.of(acme)}
    assert {sector: set(found) for sector, found in reasons.items()} == {
        "D": {"asked", "application_pending"},
        "R": {"application_pending"},
    }


def test_a_refusal_counts_against_for_a_year(book, clock):
    acme = member(book, "Acme", "T")
    ask = book.opportunities.add(acme, "further_sector", sector="D")
    book.opportunities.lose(ask, reason="no budget")
    points = {p.sector: p.points for p in book.potential.of(acme)}
    assert points == {"D": -25, "R": 0}
    clock.advance(timedelta(days=365))
    assert {p.points for p in book.potential.of(acme)} == {0}


def test_the_ranking_is_narrowed_by_kind_region_segment_and_number(book):
    associate(book, "Nairobi", country="KE", segment="cloud")
    member(book, "Geneva", "T", country="CH", segment="satellite")
    assert {p.organization for p in book.potential.ranked(region="Africa")} == {"Nairobi"}
    assert {p.organization for p in book.potential.ranked(segment="satellite")} == {"Geneva"}
    assert {p.organization for p in book.potential.ranked(kind="upgrade")} == {"Nairobi"}
    assert len(book.potential.ranked(limit=2)) == 2
    with pytest.raises(NotFound):
        book.potential.ranked(region="Atlantis")


def test_a_clearance_stands_beside_the_rank_and_does_not_change_it(book):
    acme = member(book, "Acme", "T")
    book.reservations.reserve(acme, reason="negotiation", until="2w", office="BR")
    found = book.potential.ranked(clearance=True)[0]
    assert (found.clearance.verdict, found.held) == ("hold", False)
    assert book.potential.ranked()[0].clearance is None
    assert book.potential.of(acme)[0].clearance == found.clearance


def test_it_becomes_an_ask_with_its_amount_and_reasons(book):
    acme, _ = associate(book, "Acme", country="CH", punctuality="on_time")
    ask = book.potential.open(acme, "upgrade", sector="ITU-T", expected="2027-03-01")
    assert (ask.kind, ask.sector, ask.amount, ask.currency) == ("upgrade", "T", Decimal("21200.00"), "CHF")
    assert (ask.source, ask.expected_on) == ("Potential, 20 points", date(2027, 3, 1))
    assert "has paid on time" in book.opportunities.history(ask)[0].note
    with pytest.raises(Refused) as again:
        book.potential.open(acme, "upgrade", sector="T")
    assert again.value.rule == "potential.asked"


def test_what_could_not_be_asked_for_names_what_could(book):
    acme = member(book, "Acme", "T")
    with pytest.raises(NotFound) as missing:
        book.potential.open(acme, "upgrade", sector="T")
    assert missing.value.candidates == ("to join ITU-R", "to join ITU-D")


def test_the_number_of_statements_does_not_grow_with_the_number_of_members(book):
    def statements():
        seen = []
        event.listen(book.engine, "before_cursor_execute", count := lambda *args: seen.append(args[2]))
        book.potential.ranked(held=True)
        event.remove(book.engine, "before_cursor_execute", count)
        return len(seen)

    associate(book, "First")
    statements()
    few = statements()
    for n in range(12):
        member(book, f"Account {n}", "T")
    assert statements() == few < 30


def test_looking_back_only_what_held_then_counts(book, clock):
    acme, _ = associate(book, "Acme", country="CH")
    clock.advance(timedelta(days=30))
    book.participation.record(acme, "T-SG17", "asked", on=date(2026, 12, 20))
    book.log("call", acme, "…", inbound=True, at=datetime(2026, 12, 21, tzinfo=UTC))
    assert upgrade_of(book, acme).points == 50
    assert upgrade_of(book, acme, on=date(2026, 12, 19)).points == 10
