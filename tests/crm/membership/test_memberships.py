"""Changes of a membership: further Sectors, a lower category, another class, exclusion."""

from datetime import date
from fractions import Fraction

import pytest

from crm.errors import Ambiguous, InvalidInput, NotFound, Refused
from crm.membership.terms import EventKind

FIRST = date(2010, 1, 1)
LATER = date(2012, 1, 1)


@pytest.fixture
def acme(book):
    return book.organizations.add("Acme Satellites", country="KE")


@pytest.fixture
def member(book, acme):
    book.terms.join(acme, "sector_member", sector="T", units="1/2", on=FIRST, synthetic=True)
    return acme


def told(book, account):
    return [(t.opened_by, t.category, t.coverage, t.units, t.since_on.year) for t in book.terms.of(account)]


def test_a_class_is_an_exact_fraction_in_the_ledger_and_in_the_term(book, acme):
    term = book.terms.join(acme, "sector_member", sector="R", units="1 1/2", on=FIRST)
    (event,) = book.terms.ledger(acme)
    assert (term.units, event.units) == (Fraction(3, 2), Fraction(3, 2))


def test_another_class_opens_a_term_and_ends_the_one_before(book, member):
    book.terms.class_change(member, sector="T", units=1, on=LATER)
    assert told(book, member) == [
        ("join", "sector_member", "T", Fraction(1, 2), 2010),
        ("class_change", "sector_member", "T", Fraction(1), 2012),
    ]
    assert book.terms.of(member)[0].ended_by is EventKind.CLASS_CHANGE


def test_a_member_becomes_an_associate_and_a_full_member_again(book, member):
    lower = book.terms.downgrade(member, sector="T", study_group="SG13", on=LATER).term
    book.terms.upgrade(member, sector="T", units="1/2", on=date(2014, 1, 1))
    assert (lower.study_group, lower.units) == ("T-SG13", None)
    assert [(kind, units) for kind, _, _, units, _ in told(book, member)] == [
        ("join", Fraction(1, 2)),
        ("downgrade", None),
        ("upgrade", Fraction(1, 2)),
    ]


def test_a_further_sector_is_a_membership_of_its_own(book, member):
    book.terms.further_sector(member, sector="D", units="1/8", on=LATER)
    book.terms.further_sector(member, sector="R", category="associate", study_group="R-SG4", on=LATER)
    assert [(kind, sector, units) for kind, _, sector, units, _ in told(book, member)] == [
        ("join", "T", Fraction(1, 2)),
        ("further_sector", "D", Fraction(1, 8)),
        ("further_sector", "R", None),
    ]


def test_what_changes_a_made_up_membership_is_made_up(book, member):
    assert book.terms.class_change(member, sector="T", units=1, on=LATER).term.synthetic


def test_who_is_a_member_of_nothing_joins(book, acme):
    with pytest.raises(Refused, match="is a member of no Sector on 2012-01-01") as refused:
        book.terms.further_sector(acme, sector="D", on=LATER)
    assert refused.value.rule == "terms.further_sector"
    assert book.terms.ledger(acme) == ()


def test_an_exclusion_ends_the_membership(book, member):
    said = {"sector": "T", "override": "decided by the Council"}
    ended = book.terms.exclude(member, on=LATER, reason="not paid after the suspension", **said).term
    assert (ended.until_on, ended.ended_by) == (date(2011, 12, 31), EventKind.EXCLUSION)
    with pytest.raises(NotFound, match="is not a member in ITU-T on 2013-01-01"):
        book.terms.exclude(member, on=date(2013, 1, 1), reason="twice", **said)


def test_who_is_no_member_there_is_told_what_it_is(book, member):
    book.terms.further_sector(member, sector="R", category="associate", study_group="R-SG4", on=LATER)
    day = date(2013, 1, 1)
    with pytest.raises(NotFound, match="is not a member in ITU-D on 2013-01-01, when that takes") as wrong:
        book.terms.denounce(member, sector="D", on=day, reason="no budget")
    assert wrong.value.candidates == ("sector member in ITU-T", "associate in ITU-R")
    with pytest.raises(NotFound, match="is not a member in ITU-D on 2013-01-01") as wrong:
        book.terms.upgrade(member, sector="D", on=day)
    assert wrong.value.candidates == ("sector member in ITU-T", "associate in ITU-R")
    with pytest.raises(Ambiguous, match="holds 2 memberships on 2013-01-01") as unsaid:
        book.terms.denounce(member, on=day, reason="no budget")
    assert unsaid.value.candidates == wrong.value.candidates
    stranger = book.organizations.add("Stranger", country="CH")
    with pytest.raises(NotFound, match="Stranger is not a member on 2013"):
        book.terms.denounce(stranger, on=day, reason="no budget")


def test_the_only_membership_is_meant_where_no_sector_is_named(book, member):
    ended = book.terms.denounce(member, on=LATER, reason="no budget").term
    assert (ended.coverage, ended.until_on) == ("T", date(2011, 12, 31))


def test_academia_is_told_no_way_that_there_is_not(book, acme):
    book.terms.join(acme, "academia", on=FIRST)
    with pytest.raises(Refused, match="academia in all Sectors since 2010") as refused:
        book.terms.further_sector(acme, sector="D", on=LATER)
    assert "upgrade" not in refused.value.hint
    with pytest.raises(NotFound, match="is not a member in ITU-T") as wrong:
        book.terms.propose_upgrade(acme, sector="T", on=date(2026, 11, 1))
    assert wrong.value.candidates == ("academia in all Sectors",)


@pytest.mark.parametrize("verb", ["give_notice", "denounce", "exclude"])
def test_nobody_leaves_without_a_reason(book, member, verb):
    day = {"received_on" if verb == "give_notice" else "on": LATER}
    with pytest.raises(InvalidInput) as refused:
        getattr(book.terms, verb)(member, sector="T", reason=" ", **day)
    assert refused.value.field == "reason"


def test_a_study_group_that_does_not_exist_on_the_day_wants_a_reason(book, acme):
    group = {"sector": "T", "study_group": "SG9"}
    with pytest.raises(Refused, match="T-SG9 existed until 2025-01-01; T-SG21 took over its work") as refused:
        book.terms.join(acme, "associate", on=date(2026, 1, 1), **group)
    assert (refused.value.field, *refused.value.candidates) == ("study_group", "T-SG21")
    with pytest.raises(Refused, match="exists from 2025-01-01 on only"):
        book.terms.join(acme, "associate", sector="T", study_group="SG21", on=date(2020, 1, 1))
    said = "its letter names it still"
    assert (
        book.terms.join(acme, "associate", on=date(2026, 1, 1), reason=said, **group).study_group == "T-SG9"
    )
    beta = book.organizations.add("Beta", country="CH")
    assert book.terms.join(beta, "associate", on=date(2024, 12, 31), **group).study_group == "T-SG9"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda terms: terms.downgrade("Beta", sector="T", study_group="SG13", on=LATER), "terms.downgrade"),
        (lambda terms: terms.class_change("Beta", sector="T", units=1, on=LATER), "terms.class_change"),
    ],
)
def test_only_a_sector_member_is_downgraded_or_chooses_a_class(book, change, rule):
    book.organizations.add("Beta")
    book.terms.join("Beta", "associate", sector="T", study_group="SG13", on=FIRST)
    with pytest.raises(Refused) as refused:
        change(book.terms)
    assert refused.value.rule == rule
    assert len(book.terms.ledger("Beta")) == 1


def test_a_change_to_the_same_class_is_none(book, member):
    with pytest.raises(Refused, match="in that class already") as refused:
        book.terms.class_change(member, sector="T", units="0.5", on=LATER)
    assert refused.value.rule == "terms.class_change"


@pytest.mark.parametrize(
    ("category", "sector", "group", "units"),
    [("associate", "T", "T-SG13", "1/2"), ("academia", None, None, 1), ("sector_member", "T", None, "no")],
)
def test_only_a_sector_member_has_a_class(book, acme, category, sector, group, units):
    with pytest.raises(InvalidInput) as refused:
        book.terms.join(acme, category, sector=sector, study_group=group, units=units, on=FIRST)
    assert refused.value.field == "units"


@pytest.mark.parametrize("group", [None, "R-SG4"])
def test_who_becomes_an_associate_selects_a_study_group_of_the_sector(book, member, group):
    with pytest.raises(InvalidInput) as refused:
        book.terms.downgrade(member, sector="T", study_group=group, on=LATER)
    assert refused.value.field == "study_group"


@pytest.mark.parametrize("units", ["5/7", "0.7", "1 1/4", "1/64"])
def test_what_is_no_class_is_refused_by_the_ledger_and_proposed_to_nobody(book, member, units):
    for choose in (book.terms.class_change, book.terms.propose_class):
        with pytest.raises(InvalidInput, match="no class of a Sector Member") as refused:
            choose(member, sector="T", units=units, on=LATER)
        assert refused.value.field == "units"
    with pytest.raises(InvalidInput, match="no class of a Sector Member"):
        book.fees.of("sector_member", sector="T", units=units)


def test_a_class_below_the_lowest_of_the_sector_needs_a_reason(book, member):
    for choose in (
        lambda **why: book.terms.class_change(member, sector="T", units="1/4", on=LATER, **why).term,
        lambda **why: book.terms.further_sector(member, sector="R", units="1/16", on=LATER, **why),
        lambda **why: book.terms.join(member, "sector_member", sector="D", units="1/32", on=LATER, **why),
    ):
        with pytest.raises(Refused, match="The lowest class in ITU-") as refused:
            choose()
        assert (refused.value.rule, refused.value.field) == ("proposals.lowest_class", "units")
        assert "`reason`" in refused.value.hint
        assert choose(reason="Resolution 170, decided case by case").units < Fraction(1, 2)


def test_the_lowest_class_that_is_open_is_that_of_the_group(book):
    head = book.organizations.add("Acme", country="DE")
    subsidiary = book.organizations.add("Acme Kenya", country="KE", parent=head)
    with pytest.raises(Refused, match="for a group headquartered in Germany is 1/8"):
        book.terms.join(subsidiary, "sector_member", sector="D", units="1/16", on=FIRST)


def test_of_a_day_of_which_the_tables_say_nothing_every_class_is_taken_down(book, acme):
    assert book.terms.join(acme, "sector_member", sector="T", units="1/16", on=date(1998, 1, 1)).units == (
        Fraction(1, 16)
    )
