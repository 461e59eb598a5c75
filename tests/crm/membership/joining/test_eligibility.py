"""What speaks against an application: a table of wishes."""

from dataclasses import replace

import pytest

from crm.directory.tables import OrganizationKind, Size
from crm.errors import Refused
from crm.membership.joining.eligibility import Wish, refuse_unless_overridden, warnings
from crm.reference.categories import Category
from crm.reference.eligibility_rules import EligibilityReason, EligibilityRule
from crm.reference.facts import Certainty

RULES = [
    EligibilityRule(reason=reason, words=f"{reason}.", source="terms", certainty=Certainty.UNVERIFIED)
    for reason in EligibilityReason
]
FINE = Wish(
    category=Category.ASSOCIATE,
    study_group="T-SG13",
    kind=OrganizationKind.COMPANY,
    size=Size.SME,
    legal_entity=True,
    at_home=True,
)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"study_group": None}, ["no_study_group"]),
        ({"group_exists": False}, ["no_such_group"]),
        ({"legal_entity": False}, ["no_legal_entity"]),
        ({"reduced_class": True}, ["reduced_class"]),
        ({"at_home": False, "legal_entity": False}, ["no_legal_entity", "elsewhere"]),
        ({"category": Category.SECTOR_MEMBER, "study_group": None}, ["small_enterprise"]),
        ({"category": Category.SECTOR_MEMBER, "study_group": None, "size": Size.LARGE}, []),
        ({"category": Category.SECTOR_MEMBER, "study_group": None, "size": None}, []),
        ({"category": Category.ACADEMIA, "study_group": None}, ["no_academia"]),
        ({"category": Category.ACADEMIA, "study_group": None, "kind": OrganizationKind.UNIVERSITY}, []),
        ({"category": Category.ACADEMIA, "study_group": None, "kind": OrganizationKind.RESEARCH}, []),
    ],
)
def test_what_speaks_against_an_application(changes, expected):
    assert [warning.reason for warning in warnings(replace(FINE, **changes), RULES)] == expected


def test_a_rule_that_is_taken_out_of_the_file_is_not_looked_at():
    wish = replace(FINE, legal_entity=False, at_home=False)
    rules = [rule for rule in RULES if rule.reason is not EligibilityReason.ELSEWHERE]
    assert [warning.reason for warning in warnings(wish, rules)] == ["no_legal_entity"]


def test_a_warning_is_overridden_with_a_reason_alone_and_says_what_is_unverified():
    found = list(warnings(replace(FINE, legal_entity=False), RULES))
    with pytest.raises(Refused, match=r"no_legal_entity\. \(unverified\)") as refused:
        refuse_unless_overridden(found, "  ")
    assert refused.value.rule == "applications.eligible"
    refuse_unless_overridden(found, "Its articles are on file.")
    refuse_unless_overridden([], "")
