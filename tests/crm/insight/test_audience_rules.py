import json
from datetime import date

import pytest
from hypothesis import given
from pydantic import ValidationError
from support.audience import rules

from crm.errors import InvalidInput
from crm.insight.audience_rules import (
    MOST_CLAUSES,
    MOST_DEEP,
    AllOf,
    AnyOf,
    FormerMember,
    HasOpenOpportunity,
    HasRole,
    InRegion,
    InSegment,
    InState,
    InStateWithoutSectorMember,
    IsMember,
    IsNotMember,
    Not,
    OfKind,
    OfSize,
    StandsIn,
    TermEndsWithin,
    TermStartedWithin,
    TookPartWithin,
    TouchedWithin,
    clauses_of,
    rule_of,
)

ASSOCIATE = IsMember(category="associate")


@pytest.mark.parametrize(
    ("rule", "words", "denied"),
    [
        (IsMember(), "is a member", "is not a member"),
        (
            IsMember(category="associate", sector="T"),
            "is an Associate of ITU-T",
            "is not an Associate of ITU-T",
        ),
        (
            IsMember(category="academia", since=date(2020, 1, 1), until=date(2021, 1, 1)),
            "is Academia since 1 January 2020 or later and since 1 January 2021 or earlier",
            "is not Academia since 1 January 2020 or later and since 1 January 2021 or earlier",
        ),
        (IsNotMember(sector="D"), "is no member of ITU-D", "is a member of ITU-D"),
        (FormerMember(), "is a former member by denunciation or exclusion", None),
        (
            FormerMember(ended_by=("exclusion",), within_days=365),
            "is a former member by exclusion within the last 365 days",
            None,
        ),
        (HasRole(role="prospect"), "is a prospect", "is not a prospect"),
        (OfKind(kinds=("company", "association")), "is a company or an association", None),
        (OfSize(size="sme"), "is a small or medium-sized enterprise", None),
        (InSegment(segments=("cloud", "ai", "iot")), "is in the segment cloud, ai or iot", None),
        (InSegment(under_represented=True), "is in a segment that is under-represented in its region", None),
        (InRegion(regions=("africa",)), "is in the region africa", None),
        (InState(states=("KEN", "KEN", "UGA")), "is based in KEN or UGA", None),
        (InStateWithoutSectorMember(), "is based in a Member State without any Sector Member", None),
        (
            TermEndsWithin(days=90, category="sector_member"),
            "has a membership as Sector Member that ends within 90 days",
            "does not have a membership as Sector Member that ends within 90 days",
        ),
        (TermStartedWithin(days=30), "has a membership that began within the last 30 days", None),
        (
            TouchedWithin(days=30),
            "was in touch with us within the last 30 days",
            "was not in touch with us within the last 30 days",
        ),
        (
            TouchedWithin(days=30, kind="meeting"),
            "had a meeting with us within the last 30 days",
            "did not have a meeting with us within the last 30 days",
        ),
        (HasOpenOpportunity(kind="further_sector"), "has an open opportunity (further sector)", None),
        (StandsIn(standings=("good", "arrears")), "is in good standing or in arrears", None),
        (
            TookPartWithin(days=365, study_group="T-SG13"),
            "took part in T-SG13 within the last 365 days",
            "did not take part in T-SG13 within the last 365 days",
        ),
        (
            TookPartWithin(days=365, kinds=("asked",)),
            "took part in a study group (asked) within the last 365 days",
            "did not take part in a study group (asked) within the last 365 days",
        ),
        (
            AllOf(rules=(ASSOCIATE, AnyOf(rules=(OfSize(size="large"), InState(states=("KEN",)))))),
            "is an Associate and (is a large enterprise or is based in KEN)",
            "is not one that is an Associate and (is a large enterprise or is based in KEN)",
        ),
        (Not(of=ASSOCIATE), "is not an Associate", "is an Associate"),
    ],
)
def test_a_rule_says_itself_in_words(rule, words, denied):
    assert rule.words == str(rule) == words
    assert rule.denied == (denied or words.replace("is ", "is not ", 1).replace("has ", "does not have ", 1))


@given(rules)
def test_a_rule_is_plain_json_and_comes_back_as_it_was(rule):
    assert rule_of(json.loads(json.dumps(rule.model_dump(mode="json")))) == rule


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"rule": "is_member", "category": "' OR ''='"}, "is_member.category"),
        ({"rule": "former_member", "ended_by": ["upgrade"]}, "former_member.ended_by.0"),
        ({"rule": "is_member", "sector": "RTD"}, "is_member.sector"),
        ({"rule": "pg_sleep(10)"}, "rule"),
        ({"rule": "in_segment"}, "segments"),
        ({"rule": "in_segment", "segments": ["cloud"], "under_represented": True}, "segments"),
        ({"rule": "in_segment", "segments": ["clo\0ud"]}, "in_segment.segments.0"),
        ({"rule": "in_segment", "segments": ["\ud800"]}, "in_segment.segments.0"),
        ({"rule": "in_segment", "segments": ["x" * 101]}, "in_segment.segments.0"),
        ({"rule": "in_state", "states": ["KEN"] * 501}, "in_state.states"),
        ({"rule": "in_region", "regions": []}, "in_region.regions"),
        ({"rule": "touched_within", "days": -1}, "touched_within.days"),
        ({"rule": "touched_within", "days": 10**9}, "touched_within.days"),
        ({"rule": "all_of", "rules": []}, "all_of.rules"),
        ({"rule": "is_member", "sql": "1=1"}, "is_member.sql"),
        ("1=1; DROP TABLE organization", "rule"),
        (None, "rule"),
        ([], "rule"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_place(document, field):
    with pytest.raises(InvalidInput) as refused:
        rule_of(document)
    assert refused.value.field == field


def nested(depth):
    rule = {"rule": "is_member"}
    for _ in range(depth):
        rule = {"rule": "any_of", "rules": [rule]}
    return rule


@pytest.mark.parametrize("depth", [MOST_DEEP, 10_000])
def test_a_rule_that_is_nested_too_deep_is_refused_and_crashes_nothing(depth):
    with pytest.raises(InvalidInput, match=f"at most {MOST_DEEP} deep") as refused:
        rule_of(nested(depth))
    assert "side by side" in refused.value.hint


def test_the_bounds_hold_for_rules_put_together_by_hand_too():
    rule = ASSOCIATE
    for _ in range(MOST_DEEP - 1):
        rule = Not(of=rule)
    with pytest.raises(InvalidInput, match="deep"):
        AllOf(rules=(rule,))
    assert rule_of(nested(MOST_DEEP - 1))


@pytest.mark.parametrize("many", [MOST_CLAUSES, 10_000])
def test_a_rule_of_too_many_clauses_is_refused(many):
    with pytest.raises(InvalidInput, match=r"at most .* clauses|deep"):
        rule_of({"rule": "any_of", "rules": [{"rule": "is_member"}] * many})
    with pytest.raises(InvalidInput, match="clauses"):
        AnyOf(rules=(ASSOCIATE,) * many)
    assert AnyOf(rules=(ASSOCIATE,) * (MOST_CLAUSES - 1))


def test_a_rule_cannot_be_changed():
    with pytest.raises(ValidationError):
        ASSOCIATE.category = "academia"


def test_the_clauses_that_must_hold_are_those_of_an_all_of():
    both = (ASSOCIATE, OfSize(size="large"))
    assert clauses_of(AllOf(rules=both)) == both
    assert clauses_of(AnyOf(rules=both)) == (AnyOf(rules=both),)
