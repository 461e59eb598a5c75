"""A proposal as a pure function of what is asked and of the facts."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.proposals import SCHEDULE, T, ask, facts, member

from crm.errors import InvalidInput, NotFound, Refused
from crm.membership.contract.contract_tables import Exemption
from crm.membership.dues.unused_months import PostedLine
from crm.membership.pricing import Holding, month_end, price
from crm.membership.proposals.proposal import PARTS
from crm.membership.proposals.working_out import work_out
from crm.membership.terms import Coverage, EventKind, LedgerEvent
from crm.reference.categories import Category
from crm.reference.change_rules import ApprovalNeed
from crm.reference.development import Development
from crm.reference.facts import Certainty

SECTOR_MEMBER, ASSOCIATE = Category.SECTOR_MEMBER, Category.ASSOCIATE
HALF = Fraction(1, 2)
FULL = member(SECTOR_MEMBER, HALF)


def invoiced(event, year=2027, *, development=Development.DEVELOPED):
    """The invoice of a whole year for the term that an event opened."""
    held = Holding(event.coverage, event.category, event.units, development)
    (line,) = price(SCHEDULE, held, since_on=date(year, 1, 1), until_on=date(year, 12, 31))
    return PostedLine(
        number=f"{year}-000001",
        since_on=line.since_on,
        until_on=line.until_on,
        amount=line.amount,
        rule=line.rule,
        coverage=event.coverage,
        category=event.category,
        event_id=event.id,
    )


@pytest.mark.parametrize(
    ("change", "ledger", "wish", "to_invoice", "to_credit"),
    [
        # DOMAIN 1.4: ITU-T 10,600 to 31,800 a year; nine months of twelve.
        ("upgrade", member(), {}, "23850.00", "7950.00"),
        ("upgrade", member(), {"units": Fraction(1)}, "47700.00", "7950.00"),
        ("class_change", FULL, {"units": Fraction(1)}, "47700.00", "23850.00"),
        ("class_change", member(SECTOR_MEMBER, Fraction(1)), {"units": HALF}, "23850.00", "47700.00"),
        ("downgrade", FULL, {}, "7950.00", "23850.00"),
    ],
)
def test_the_months_that_are_left_are_charged_anew_and_what_was_charged_for_them_is_given_back(
    change, ledger, wish, to_invoice, to_credit
):
    known = facts([ledger], change, posted=(invoiced(ledger),))
    proposal = work_out(ask(change, **wish), known)
    assert (proposal.to_invoice, proposal.to_credit) == (Decimal(to_invoice), Decimal(to_credit))
    assert proposal.net == Decimal(to_invoice) - Decimal(to_credit)
    assert [(line.since_on, line.until_on, line.months) for line in proposal.lines] == 2 * [
        (date(2027, 4, 1), date(2027, 12, 31), 9)
    ]


@pytest.mark.parametrize(
    ("development", "units", "amount"),
    # DOMAIN 1.4: the cheapest further Sector, 7,950 a year, or 3,975 for a developing country.
    [
        (Development.DEVELOPED, Fraction(1, 8), "7950.00"),
        (Development.DEVELOPING, Fraction(1, 16), "3975.00"),
    ],
)
def test_a_further_sector_costs_its_whole_price_and_gives_nothing_back(development, units, amount):
    known = facts([FULL], "further_sector", development, posted=(invoiced(FULL),))
    wish = ask("further_sector", units, date(2027, 1, 1), Coverage.DEVELOPMENT)
    proposal = work_out(wish, replace(known, posted=()))
    assert (proposal.before, proposal.yearly_before, proposal.rights_before) == (
        "no member in ITU-D",
        None,
        None,
    )
    assert (proposal.to_invoice, proposal.to_credit) == (Decimal(amount), Decimal("0.00"))
    assert proposal.approval.need is ApprovalNeed.REQUIRED
    assert proposal.warnings == ()


def test_what_was_never_charged_is_not_given_back_and_that_is_said():
    proposal = work_out(ask(), facts())
    assert (proposal.to_invoice, proposal.to_credit, proposal.net) == (
        Decimal("23850.00"),
        Decimal("0.00"),
        Decimal("23850.00"),
    )
    assert "nothing is given back" in proposal.warnings[0]


def test_a_year_that_is_invoiced_already_is_settled_to_its_end():
    posted = (invoiced(member(), 2027), invoiced(member(), 2028))
    proposal = work_out(ask(on=date(2027, 12, 1)), facts(posted=posted))
    assert [(line.since_on.year, line.months, line.amount) for line in proposal.lines] == [
        (2027, 1, Decimal("-883.33")),
        (2028, 12, Decimal("-10600.00")),
        (2027, 1, Decimal("2650.00")),
        (2028, 12, Decimal("31800.00")),
    ]
    further = work_out(
        ask("further_sector", HALF, date(2027, 12, 1), Coverage.RADIO),
        facts(change="further_sector", assessed_to=2028),
    )
    assert further.to_invoice == Decimal("34450.00")


def test_a_membership_that_has_been_denounced_is_charged_to_its_end():
    end = LedgerEvent(2, EventKind.DENUNCIATION, T, ASSOCIATE, None, date(2027, 7, 1), 1)
    proposal = work_out(ask(), facts([member(), end], posted=(invoiced(member()),)))
    assert (proposal.to_invoice, proposal.to_credit) == (Decimal("7950.00"), Decimal("2650.00"))
    assert "ends on 30 June 2027" in proposal.warnings[0]


def exempt(since, until):
    return (Exemption(since_on=since, until_on=until, reason="Council"),)


def test_an_exempt_body_pays_nothing_and_that_is_said():
    proposal = work_out(ask(), facts(exempt=exempt(date(2020, 1, 1), date(2030, 12, 31))))
    assert (proposal.lines, proposal.yearly_before, proposal.yearly_after) == ((), 0, 0)
    assert proposal.warnings == (
        "The account is exempt from 1 January 2020 to 31 December 2030, and pays nothing for these months.",
    )


@pytest.mark.parametrize(
    ("since", "until", "charged", "yearly"),
    [
        # Nine months are left of 2027, and all of 2028, at 31,800 a year.
        (date(2020, 1, 1), date(2027, 12, 31), ["31800.00"], 31800),
        (date(2028, 1, 1), date(2030, 12, 31), ["23850.00"], 31800),
        (date(2027, 4, 2), date(2027, 8, 31), ["2650.00", "10600.00", "31800.00"], 31800),
        (date(2020, 1, 1), date(2028, 3, 31), ["23850.00"], 0),
        (date(2029, 1, 1), date(2030, 12, 31), ["23850.00", "31800.00"], 31800),
    ],
    ids=["the year", "the next one", "in summer", "for a year", "beyond what is invoiced"],
)
def test_the_months_in_which_the_account_is_exempt_are_given_back_and_not_charged(
    since, until, charged, yearly
):
    posted = (invoiced(member(), 2027), invoiced(member(), 2028))
    proposal = work_out(ask(), facts(exempt=exempt(since, until), posted=posted))
    assert [str(line.amount) for line in proposal.lines if line.amount > 0] == charged
    assert proposal.to_credit == Decimal("18550.00")
    assert proposal.yearly_after == yearly
    assert len(proposal.warnings) == (since.year < 2029)


def test_what_speaks_against_it_is_warned_of():
    known = facts(against=("Only for Associates.",), posted=(invoiced(member()),))
    assert work_out(ask(), known).warnings == ("Only for Associates.",)


def test_rights_and_rules_are_told_with_their_source_and_certainty():
    proposal = work_out(ask(), facts(posted=(invoiced(member()),)))
    assert "one selected study group" in proposal.rights_before
    assert "any or all study groups" in proposal.rights_after
    told = {ground.about: ground for ground in proposal.grounds}
    assert list(told) == ["rights now", "rights then", "fee now", "fee then", "approval", "effect", "credit"]
    assert all(ground.source for ground in proposal.grounds)
    assert told["fee then"].source == "fee tables, sector-member-T, unit-sector_member-2024"
    assert told["approval"].certainty is told["credit"].certainty is Certainty.UNVERIFIED
    assert proposal.approval.need is ApprovalNeed.UNSTATED


@pytest.mark.parametrize(
    ("change", "ledger", "rule"),
    [
        ("upgrade", [FULL], "terms.upgrade"),
        ("class_change", [member()], "terms.class_change"),
        ("class_change", [FULL], "terms.class_change"),  # to the class that it is in
        ("downgrade", [member()], "terms.downgrade"),
        ("further_sector", [member()], "terms.no_overlap"),
        ("upgrade", [member(on=date(2027, 4, 2))], "terms.event_fits"),
    ],
)
def test_what_the_ledger_does_not_allow_is_refused_before_it_is_shown(change, ledger, rule):
    with pytest.raises(Refused) as refused:
        work_out(ask(change), facts(ledger, change))
    assert refused.value.rule == rule


def test_what_a_later_event_does_not_allow_is_refused():
    later = LedgerEvent(2, EventKind.UPGRADE, T, SECTOR_MEMBER, None, date(2027, 6, 1), 1, units=HALF)
    with pytest.raises(Refused, match="only an Associate can be upgraded"):
        work_out(ask(), facts([member(), later]))


@pytest.mark.parametrize(
    ("development", "coverage", "units", "rule"),
    [
        (Development.DEVELOPED, T, Fraction(1, 4), "proposals.lowest_class"),
        (Development.DEVELOPING, T, Fraction(1, 32), "proposals.lowest_class"),
        (Development.DEVELOPED, Coverage.DEVELOPMENT, Fraction(1, 16), "proposals.lowest_class"),
        (Development.DEVELOPING, Coverage.DEVELOPMENT, Fraction(1, 32), "proposals.lowest_class"),
        (Development.DEVELOPING, T, Fraction(1, 4), "proposals.reduced_class"),
    ],
)
def test_a_class_below_the_lowest_is_refused(development, coverage, units, rule):
    held = member(SECTOR_MEMBER, Fraction(1), coverage)
    with pytest.raises(Refused) as refused:
        work_out(ask("class_change", units, coverage=coverage), facts([held], "class_change", development))
    assert (refused.value.rule, refused.value.field) == (rule, "units")
    assert "itu.int" in refused.value.hint


@pytest.mark.parametrize(
    ("coverage", "development", "units"),
    [
        (T, Development.DEVELOPED, HALF),
        (Coverage.DEVELOPMENT, Development.DEVELOPED, Fraction(1, 8)),
        (Coverage.DEVELOPMENT, Development.DEVELOPING, Fraction(1, 16)),
    ],
)
def test_the_lowest_class_itself_is_open_to_everybody(coverage, development, units):
    held = member(SECTOR_MEMBER, Fraction(1), coverage)
    wish = ask("class_change", units, coverage=coverage)
    proposal = work_out(wish, facts([held], "class_change", development, posted=(invoiced(held),)))
    assert proposal.warnings == ()


@pytest.mark.parametrize(
    ("change", "held"), [("upgrade", member()), ("class_change", member(SECTOR_MEMBER, Fraction(1, 8)))]
)
def test_a_reduced_class_is_warned_of_where_its_conditions_may_hold(change, held):
    known = facts([held], change, Development.DEVELOPING, posted=(invoiced(held),))
    proposal = work_out(ask(change, Fraction(1, 4)), known)
    (warning,) = proposal.warnings
    assert "per-capita income below USD 2,000" in warning
    assert proposal.grounds[-1].about == "reduced class"


@pytest.mark.parametrize(("group", "units"), [("T-SG1", HALF), (None, HALF)])
def test_category_study_group_and_class_go_together(group, units):
    odd = replace(ask("downgrade"), study_group=group, units=units)
    with pytest.raises(InvalidInput):
        work_out(odd, facts([FULL], "downgrade"))


def test_a_day_for_which_no_fee_is_stated_is_refused():
    with pytest.raises(NotFound):
        work_out(ask(on=date(2001, 4, 1)), facts([member(on=date(2000, 1, 1))]))


# The fingerprint

CHANGED = {
    "request": lambda known, wish: (known, replace(wish, organization_id=2)),
    "ledger": lambda known, wish: (
        replace(
            known,
            ledger=(
                *known.ledger,
                LedgerEvent(9, EventKind.RENEWAL, T, ASSOCIATE, None, date(2026, 1, 1), 1),
            ),
        ),
        wish,
    ),
    "fees": lambda known, wish: (
        replace(known, holding=replace(known.holding, size="sme")),
        wish,
    ),
    "invoices": lambda known, wish: (replace(known, posted=()), wish),
    "balance": lambda known, wish: (replace(known, balance=Decimal("0.01")), wish),
    "rules": lambda known, wish: (
        replace(known, approver="the administration of Kenya (none on file)"),
        wish,
    ),
}


@pytest.mark.parametrize("part", PARTS)
def test_the_fingerprint_names_what_has_changed(part):
    known, wish = facts(posted=(invoiced(member()),)), ask()
    shown = work_out(wish, known)
    now = work_out(*reversed(CHANGED[part](known, wish)))
    assert part in now.changed_since(shown.fingerprint)
    with pytest.raises(Refused, match=f"the {part}.* changed"):
        now.refuse_unless_same(shown.fingerprint)


@pytest.mark.parametrize("part", ["ledger", "invoices", "balance", "rules"])
def test_the_fingerprint_names_nothing_else(part):
    known, wish = facts(posted=(invoiced(member()),)), ask()
    now = work_out(*reversed(CHANGED[part](known, wish)))
    assert now.changed_since(work_out(wish, known).fingerprint) == (part,)


def test_the_same_facts_in_another_order_give_the_same_proposal():
    renewal = LedgerEvent(9, EventKind.RENEWAL, T, ASSOCIATE, None, date(2026, 1, 1), 1)
    one = facts([member(), renewal], posted=(invoiced(member()),))
    shown = work_out(ask(), one)
    assert work_out(ask(), replace(one, ledger=tuple(reversed(one.ledger)))) == shown
    assert shown.changed_since(shown.fingerprint.upper()) == ()


def test_what_is_no_fingerprint_is_refused_as_such():
    with pytest.raises(InvalidInput, match="'yes' is no fingerprint"):
        work_out(ask(), facts()).refuse_unless_same("yes")


# Whatever is changed to whatever

CLASSES = st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(3, 2), Fraction(5), Fraction(3)])
FROM = st.one_of(st.none(), CLASSES)
MONTHS = st.dates(date(2026, 1, 1), date(2030, 12, 1)).map(lambda day: day.replace(day=1))


def changes(held, units):
    """Every change that a member can be offered."""
    if held is None:
        return [("upgrade", units)]
    return [("downgrade", None)] + [("class_change", units)] * (units != held)


@given(
    FROM,
    CLASSES,
    MONTHS,
    st.lists(st.integers(2026, 2031), unique=True, max_size=3),
    st.sampled_from(Development),
    st.sampled_from([Coverage.RADIO, T]),
    st.sampled_from(["sme", "large", None]),
)
def test_wish_5_credit_and_charge_are_the_price_of_the_months_that_are_left(
    held, units, on, years, development, coverage, size
):
    """Wish 5: what is given back and what is charged beyond it are together the price of the remaining months."""
    joined = member(SECTOR_MEMBER if held else ASSOCIATE, held, coverage)
    posted = tuple(invoiced(joined, year, development=development) for year in years)
    for change, wished in changes(held, units):
        known = facts([joined], change, development, posted=posted)
        known = replace(known, holding=replace(known.holding, size=size))
        wish = ask(change, wished, on, coverage)
        proposal = work_out(wish, known)
        until = date(max([on.year, *years]), 12, 31)
        then = Holding(coverage, wish.category, wish.units, development, size)
        left = sum(line.amount for line in price(SCHEDULE, then, since_on=on, until_on=until))
        assert proposal.to_credit + proposal.net == proposal.to_invoice == left
        assert sum(line.amount for line in proposal.lines) == proposal.net
        charged = [line for line in proposal.lines if line.amount > 0]
        months = 12 * (until.year - on.year) + 13 - on.month
        assert sum(line.months for line in charged) == months
        assert all(one.until_on + timedelta(days=1) == other.since_on for one, other in pairwise(charged))
        # Never both a credit and a free extension: what is given back was charged, for the same months.
        assert proposal.to_credit <= sum(line.amount for line in posted)
        assert all(
            on <= line.since_on and line.until_on == month_end(line.until_on) for line in proposal.lines
        )


def test_a_proposal_says_in_a_sentence_what_it_is():
    assert str(work_out(ask(), facts())) == (
        "Acme: Associate in ITU-T, T-SG1 becomes Sector Member in ITU-T, 1/2 unit on 1 April 2027; to invoice 23,850.00,"
        " to credit 0.00, net 23,850.00 CHF"
    )
