import pytest
from support.what_if import member

from crm.errors import InvalidInput
from crm.membership.what_if.changes import changed_member
from crm.membership.what_if.member_changes import CategoryChange, EligibilityChange
from crm.membership.what_if.members import Who

UPPER = {"development": "developing", "income": "upper-middle"}


@pytest.mark.parametrize(
    ("who", "meant", "others"),
    [
        (Who(), member(), None),
        (Who(category="associate"), member(), member("sector_member")),
        (Who(sector="T"), member(), member(sector="R")),
        (Who(size="sme"), member(size="sme"), member()),
        (Who(income="upper-middle"), member(income="upper-middle"), member(income="low")),
        (Who(ldc=False), member(), member(ldc=True)),
        (Who(region="africa"), member(region="africa"), member()),
        (
            Who(development="developing", ldc=True),
            member(development="developing", ldc=True),
            member(ldc=True),
        ),
    ],
)
def test_those_are_meant_to_whom_everything_applies(who, meant, others):
    assert who.means(meant)
    assert others is None or not who.means(others)


@pytest.mark.parametrize(
    ("before", "change", "after"),
    [
        (member(**UPPER), EligibilityChange("developing", granted=False), member(income="upper-middle")),
        (
            member(**UPPER),
            EligibilityChange("developing", granted=False, who=Who(income="low")),
            member(**UPPER),
        ),
        (member(), EligibilityChange("developing", granted=True), member(development="developing")),
        (member(size="sme"), EligibilityChange("sme", granted=False), member()),
        (member(size="large"), EligibilityChange("sme", granted=False), member(size="large")),
        (member(size="large"), EligibilityChange("sme", granted=True), member(size="sme")),
        (member(exempt=True), EligibilityChange("exemption", granted=False), member()),
        (member(), EligibilityChange("reduced_class", granted=True), member(reduced=True)),
        (
            member(sector="D"),
            CategoryChange(Who(category="associate", sector="D"), "sector_member"),
            member("sector_member", "D"),
        ),
        (member(), CategoryChange(Who(category="associate", sector="D"), "sector_member"), member()),
        (member("sector_member", units="2"), CategoryChange(Who(), "associate"), member()),
        (member("academia", "RTD"), CategoryChange(Who(), "associate"), member("academia", "RTD")),
    ],
)
def test_a_change_gives_another_membership(before, change, after):
    assert changed_member(before, [change]) == after


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda: Who(category="donor"), "category"),
        (lambda: Who(sector="X"), "sector"),
        (lambda: Who(income="middling"), "income"),
        (lambda: CategoryChange(Who(), "donor"), "to"),
        (lambda: CategoryChange(Who(), "academia"), "to"),
        (lambda: CategoryChange(Who(category="academia"), "associate"), "category"),
        (lambda: EligibilityChange("age", granted=True), "reduction"),
    ],
)
def test_what_cannot_be_is_refused_by_the_name_of_its_field(make, field):
    with pytest.raises(InvalidInput) as refused:
        make()
    assert refused.value.field == field


def test_changes_say_themselves_in_words():
    change = EligibilityChange("developing", granted=False, who=Who(income="upper-middle", ldc=False))
    assert str(change) == "developing no longer for income upper-middle, ldc no"
    assert str(EligibilityChange("sme", granted=True)) == "sme granted to all"
    moved = CategoryChange(Who(category="associate", sector="D"), "sector_member")
    assert str(moved) == "category associate, sector D become sector member"
