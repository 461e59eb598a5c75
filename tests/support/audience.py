"""Rules of audiences, for properties: leaves over a handful of values, and small trees of them."""

from hypothesis import strategies as st

from crm.directory.roles import RoleKind
from crm.directory.tables import OrganizationKind, Size
from crm.engagement.interactions import InteractionKind
from crm.engagement.participation import ParticipationKind
from crm.insight.audience_rules import (
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
    Rule,
    StandsIn,
    TermEndsWithin,
    TermStartedWithin,
    TookPartWithin,
    TouchedWithin,
)
from crm.membership.contract.standing import Standing
from crm.membership.terms import ENDING
from crm.reference.categories import Category
from crm.reference.opportunity_stages import OpportunityKind

SEGMENTS = ("cloud", "fintech")
STATES = ("KEN", "FRA", "FJI")
ASKS = (OpportunityKind.FIRST_MEMBERSHIP, OpportunityKind.CONTRIBUTION)
GROUPS = ("T-SG13", "T-SG17")

_days = st.sampled_from((0, 1, 30, 90, 400))
_categories = st.none() | st.sampled_from(Category)
_sectors = st.none() | st.sampled_from("RTD")


def _some(values: object) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(st.sampled_from(values), min_size=1, max_size=2).map(tuple)


leaves: st.SearchStrategy[Rule] = st.one_of(
    st.builds(IsMember, category=_categories, sector=_sectors),
    st.builds(IsNotMember, sector=_sectors),
    st.builds(FormerMember, ended_by=_some(sorted(ENDING)), within_days=st.none() | _days),
    st.builds(TermEndsWithin, days=_days, category=_categories, sector=_sectors),
    st.builds(TermStartedWithin, days=_days, category=_categories, sector=_sectors),
    st.builds(HasRole, role=st.sampled_from(RoleKind)),
    st.builds(OfKind, kinds=_some([OrganizationKind.COMPANY, OrganizationKind.UNIVERSITY])),
    st.builds(OfSize, size=st.sampled_from(Size)),
    st.builds(InSegment, segments=_some(SEGMENTS)),
    st.builds(InRegion, regions=_some(("africa", "europe", "asia-pacific"))),
    st.builds(InState, states=_some(STATES)),
    st.just(InStateWithoutSectorMember()),
    st.builds(TouchedWithin, days=_days, kind=st.none() | st.sampled_from(InteractionKind)),
    st.builds(HasOpenOpportunity, kind=st.none() | st.sampled_from(ASKS)),
    st.builds(StandsIn, standings=_some(Standing)),
    st.builds(
        TookPartWithin,
        days=_days,
        study_group=st.none() | st.sampled_from(GROUPS),
        kinds=_some(ParticipationKind),
    ),
)

rules: st.SearchStrategy[Rule] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(AllOf, rules=st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, rules=st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, of=inner),
    ),
    max_leaves=5,
)
