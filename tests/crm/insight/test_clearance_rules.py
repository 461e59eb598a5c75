from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.clearance import ACME, ACME_KENYA, RULES, TODAY, decided, ground, override

from crm.insight.clearance_rules import decide, first_day, rules_for
from crm.insight.grounds import Question, Subject
from crm.reference.clearance_rule import ClearanceReason, Purpose, Reach, Verdict

REASONS = [reason.value for reason in ClearanceReason]


def test_where_nothing_is_on_record_it_is_clear():
    found = decided()
    assert (found.verdict, found.reasons, found.holds, str(found)) == (Verdict.CLEAR, (), (), "clear")


@pytest.mark.parametrize(
    ("reason", "campaign", "contact"),
    [
        ("suppressed", "hold", "caution"),
        ("complaint", "hold", "caution"),
        ("protocol", "hold", "caution"),
        ("reserved", "hold", "hold"),
        ("open_ask", "hold", "hold"),
        ("promise", "hold", "caution"),
        ("recent_contact", "hold", "caution"),
        ("in_campaign", "hold", "caution"),
        ("retention", "caution", "caution"),
    ],
)
def test_each_reason_has_its_verdict_for_each_purpose(reason, campaign, contact):
    assert decided(ground(reason)).verdict == campaign
    assert decided(ground(reason), purpose=Purpose.CONTACT).verdict == contact


def test_every_reason_has_a_rule_for_every_purpose():
    assert {(rule.reason, rule.purpose) for rule in RULES} == {
        (r, p) for r in ClearanceReason for p in Purpose
    }


@pytest.mark.parametrize("reason", REASONS)
def test_what_an_office_did_itself_does_not_hold_it_back_but_facts_about_the_account_do(reason):
    others_only = {"reserved", "open_ask", "promise", "recent_contact"}
    assert (decided(ground(reason, office="BDT")).verdict is Verdict.CLEAR) == (reason in others_only)


def test_for_somebody_of_no_office_every_office_is_another_one():
    assert decided(ground("reserved"), office=None).verdict is Verdict.HOLD
    assert decided(ground("recent_contact", office=None), office=None).verdict is Verdict.HOLD
    assert decided(ground("recent_contact", office=None)).verdict is Verdict.HOLD


@pytest.mark.parametrize(
    ("reason", "days_ago", "counts"),
    [
        ("recent_contact", 0, True),
        ("recent_contact", 29, True),
        ("recent_contact", 30, False),
        ("recent_contact", -3, True),
        ("promise", 179, True),
        ("promise", 180, False),
        ("open_ask", 4000, True),
        ("reserved", 4000, True),
        ("suppressed", None, True),
    ],
)
def test_a_reason_counts_inside_its_window(reason, days_ago, counts):
    assert bool(decided(ground(reason, days_ago=days_ago)).reasons) == counts


@pytest.mark.parametrize(
    ("reason", "counts"),
    [
        ("open_ask", True),
        ("promise", True),
        ("recent_contact", True),
        ("in_campaign", True),
        ("suppressed", False),
        ("complaint", False),
        ("protocol", False),
        ("reserved", False),
        ("retention", False),
    ],
)
def test_what_stands_on_the_file_of_a_subsidiary_counts_where_the_rule_says_so(reason, counts):
    assert bool(decided(ground(reason, subject=ACME_KENYA)).reasons) == counts


def test_another_group_is_another_group():
    stranger = Subject(3, "Other", 3)
    assert decided(ground("open_ask", subject=stranger)).verdict is Verdict.CLEAR


def test_what_stands_on_its_own_file_is_told_once():
    assert len(decided(ground("open_ask")).reasons) == 1


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (ground("recent_contact", days_ago=6, detail="meeting"), "meeting by TSB 6 days ago"),
        (ground("recent_contact", detail="call"), "call by TSB 1 day ago"),
        (ground("recent_contact", days_ago=0, detail="call"), "call by TSB today"),
        (ground("recent_contact", days_ago=-2, detail="event"), "event by TSB in 2 days"),
        (
            ground("recent_contact", detail="call", office=None, subject=ACME_KENYA),
            "call by another office with Acme Kenya 1 day ago",
        ),
        (ground("open_ask", detail="a pledge"), "TSB has an open ask (a pledge)"),
        (ground("open_ask", subject=ACME_KENYA), "TSB has an open ask with Acme Kenya"),
        (ground("promise", detail="the fee table"), "TSB owes it a next step (the fee table)"),
        (ground("reserved", detail="until May: talks"), "TSB has reserved it (until May: talks)"),
        (ground("complaint", detail="too many"), "it has complained (too many)"),
        (ground("suppressed", detail="Amina"), "none of its contacts may be written to (Amina)"),
        (ground("protocol"), "an administration is written to by circular or note"),
        (ground("in_campaign", detail="Upgrade"), "its corporate group is in a campaign (Upgrade)"),
        (ground("retention", detail="arrears"), "it is a case for retention (arrears)"),
    ],
)
def test_every_reason_says_what_stands_against_it(given, words):
    (caveat,) = decided(given).reasons
    assert caveat.words == words
    assert (caveat.reason, caveat.office, caveat.on) == (given.reason, given.office, given.on)
    assert (caveat.detail, caveat.refers_to) == (given.detail, given.refers_to)
    assert caveat.organization == given.subject.name


def test_a_clearance_reads_like_a_sentence_with_the_weightiest_reason_first():
    found = decided(
        ground("retention", detail="arrears as of 30 September 2026"),
        ground("recent_contact", days_ago=6, detail="meeting"),
        ground("open_ask", detail="a pledge"),
    )
    assert str(found) == (
        "hold: TSB has an open ask (a pledge), meeting by TSB 6 days ago,"
        " it is a case for retention (arrears as of 30 September 2026)"
    )
    assert [hold.reason for hold in found.holds] == ["open_ask", "recent_contact"]


def test_among_equals_the_latest_comes_first():
    found = decided(*(ground("recent_contact", days_ago=n, detail=f"call {n}") for n in (20, 3, 11)))
    assert [caveat.detail for caveat in found.reasons] == ["call 3", "call 11", "call 20"]


def test_an_overridden_hold_is_a_caution_that_names_who_and_why():
    found = decided(ground("open_ask"), overrides=(override("open_ask"),))
    assert found.verdict is Verdict.CAUTION
    assert found.holds == ()
    assert str(found) == (
        "caution: TSB has an open ask, overridden by dana@accord.example until 25 December 2026"
        " because agreed with the TSB"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"office": "TSB"},
        {"organization_id": 2},
        {"until_on": TODAY - timedelta(days=1)},
        {"since_on": TODAY + timedelta(days=1)},
    ],
)
def test_an_override_counts_for_its_office_account_and_time_alone(changes):
    assert decided(ground("open_ask"), overrides=(override("open_ask", **changes),)).verdict is Verdict.HOLD


def test_a_reason_that_comes_up_after_an_override_holds_again():
    found = decided(ground("open_ask"), ground("complaint"), overrides=(override("open_ask"),))
    assert found.verdict is Verdict.HOLD
    assert [hold.reason for hold in found.holds] == ["complaint"]


@pytest.mark.parametrize("reason", ["suppressed", "in_campaign"])
def test_some_reasons_cannot_be_overridden(reason):
    found = decided(ground(reason), overrides=(override(reason),))
    assert (found.verdict, found.reasons[0].overridden) == (Verdict.HOLD, None)


def test_a_line_taken_out_of_the_rules_no_longer_counts():
    without = [rule for rule in RULES if rule.reason is not ClearanceReason.OPEN_ASK]
    assert decided(ground("open_ask"), rules=without).verdict is Verdict.CLEAR


def test_a_line_that_says_clear_does_not_count_either():
    rule = next(r for r in RULES if (r.reason, r.purpose) == ("reserved", "campaign"))
    lenient = rule.model_copy(update={"verdict": Verdict.CLEAR})
    assert rules_for([lenient], Purpose.CAMPAIGN) == {}


def test_a_rule_without_days_looks_back_to_the_beginning():
    assert first_day(next(r for r in RULES if r.days is None), TODAY) == date.min


@given(
    st.lists(st.tuples(st.sampled_from(REASONS), st.integers(-5, 400), st.booleans()), max_size=12),
    st.sampled_from(list(Purpose)),
)
def test_the_verdict_is_that_of_the_weightiest_reason_and_the_order_of_the_facts_does_not_matter(
    given, purpose
):
    grounds = [
        ground(reason, days_ago=days, subject=ACME if own else ACME_KENYA, refers_to=f"{reason}:{number}")
        for number, (reason, days, own) in enumerate(given)
    ]
    found, turned = decided(*grounds, purpose=purpose), decided(*reversed(grounds), purpose=purpose)
    weights = [caveat.verdict.weight for caveat in found.reasons]
    assert found.verdict.weight == max(weights, default=0)
    assert weights == sorted(weights, reverse=True)
    assert turned.verdict is found.verdict
    assert {c.refers_to for c in turned.reasons} == {c.refers_to for c in found.reasons}


def test_deciding_about_many_is_deciding_about_each():
    grounds = [ground("open_ask", subject=ACME_KENYA), ground("complaint")]
    question = Question("BDT", Purpose.CAMPAIGN, TODAY)
    rules = rules_for(RULES, Purpose.CAMPAIGN)
    found = decide([ACME, ACME_KENYA], grounds, rules=rules, overrides=[], question=question)
    assert found == {
        1: decided(*grounds),
        2: decided(*grounds, subject=ACME_KENYA),
    }
    assert [rule.reach for rule in RULES if rule.reason is ClearanceReason.OPEN_ASK] == [Reach.GROUP] * 2
