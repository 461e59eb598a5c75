"""What a rule can ask of an account besides its memberships, one clause each.

A clause is true or not true of an account on a day; what nobody has stated makes none of them true. "Within the last 30
days" counts the day itself and the thirty before it, in UTC.
"""

from typing import Literal, Self

from pydantic import Field, model_validator

from crm.directory.roles import RoleKind
from crm.directory.tables import OrganizationKind, Size
from crm.engagement.interactions import InteractionKind
from crm.engagement.participation import ParticipationKind
from crm.errors import InvalidInput
from crm.insight.audience_clause import Clause, Days, Key, either
from crm.membership.contract.standing import Standing
from crm.reference.opportunity_stages import OpportunityKind

_MOST = 500

_KINDS = {
    OrganizationKind.COMPANY: "a company",
    OrganizationKind.UNIVERSITY: "a university",
    OrganizationKind.RESEARCH: "a research body",
    OrganizationKind.ADMINISTRATION: "an administration",
    OrganizationKind.INTERNATIONAL: "an international organisation",
    OrganizationKind.REGIONAL: "a regional organisation",
    OrganizationKind.ASSOCIATION: "an association",
    OrganizationKind.FOUNDATION: "a foundation",
    OrganizationKind.OTHER: "of another kind",
}
_TOUCHES = {
    InteractionKind.CALL: "a call",
    InteractionKind.MEETING: "a meeting",
    InteractionKind.EMAIL: "an e-mail",
    InteractionKind.EVENT: "an event",
    InteractionKind.NOTE: "a note to the file",
}
_STANDS = {
    Standing.GOOD: "in good standing",
    Standing.ON_PLAN: "paying by a repayment plan",
    Standing.ARREARS: "in arrears",
    Standing.SUSPENDED: "suspended",
    Standing.CANCELLING: "cancelling its membership",
    Standing.EXEMPT: "exempt from contributions",
    Standing.APPLICATION_PENDING: "waiting for an answer to its application",
}


class HasRole(Clause):
    """The account is marked as a prospect or a donor."""

    rule: Literal["has_role"] = "has_role"
    role: RoleKind

    @property
    def words(self) -> str:
        """E.g. "is a prospect"."""
        return f"is a {self.role}"


class OfKind(Clause):
    """The account is a body of one of these kinds."""

    rule: Literal["of_kind"] = "of_kind"
    kinds: tuple[OrganizationKind, ...] = Field(min_length=1, max_length=_MOST)

    @property
    def words(self) -> str:
        """E.g. "is a company or a university"."""
        return f"is {either(_KINDS[kind] for kind in self.kinds)}"


class OfSize(Clause):
    """The account is an enterprise of this size."""

    rule: Literal["of_size"] = "of_size"
    size: Size

    @property
    def words(self) -> str:
        """E.g. "is a large enterprise"."""
        return "is a large enterprise" if self.size is Size.LARGE else "is a small or medium-sized enterprise"


class InSegment(Clause):
    """The account belongs to a segment of the digital ecosystem: one of these, or one that is under-represented.

    Attributes:
        segments: their slugs.
        under_represented: whether it is any segment that is under-represented in the development region of the account,
            as the report `segments-under-represented` counts it.
    """

    rule: Literal["in_segment"] = "in_segment"
    segments: tuple[Key, ...] = Field(default=(), max_length=_MOST)
    under_represented: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        if bool(self.segments) is self.under_represented:
            raise InvalidInput(
                "A clause about segments names some, or asks for those that are under-represented.",
                field="segments",
                value=self.segments,
            )
        return self

    @property
    def words(self) -> str:
        """E.g. "is in the segment cloud or fintech"."""
        if self.under_represented:
            return "is in a segment that is under-represented in its region"
        return f"is in the segment {either(self.segments)}"


class InRegion(Clause):
    """The account is based in one of these development regions; a territory counts in the region of its State.

    Attributes:
        regions: their slugs.
    """

    rule: Literal["in_region"] = "in_region"
    regions: tuple[Key, ...] = Field(min_length=1, max_length=_MOST)

    @property
    def words(self) -> str:
        """E.g. "is in the region africa or arab-states"."""
        return f"is in the region {either(self.regions)}"


class InState(Clause):
    """The account is based in one of these Member States or in a territory that one of them answers for.

    Attributes:
        states: their ISO 3166 alpha-3 codes.
    """

    rule: Literal["in_state"] = "in_state"
    states: tuple[Key, ...] = Field(min_length=1, max_length=_MOST)

    @property
    def words(self) -> str:
        """E.g. "is based in KEN or UGA"."""
        return f"is based in {either(self.states)}"


class InStateWithoutSectorMember(Clause):
    """The account is based in a Member State in which, territories included, nobody is a Sector Member of any Sector."""

    rule: Literal["in_state_without_sector_member"] = "in_state_without_sector_member"

    @property
    def words(self) -> str:
        """As the class says."""
        return "is based in a Member State without any Sector Member"


class TouchedWithin(Clause):
    """The account and an office of ours have lately been in touch.

    Attributes:
        kind: only by an interaction of this kind; by any but a note to the file where none is given.
    """

    rule: Literal["touched_within"] = "touched_within"
    days: Days
    kind: InteractionKind | None = None

    @property
    def words(self) -> str:
        """E.g. "had a meeting with us within the last 30 days"."""
        what = f"had {_TOUCHES[self.kind]} with us" if self.kind else "was in touch with us"
        return f"{what} within the last {self.days} days"


class HasOpenOpportunity(Clause):
    """The account is being asked for something.

    Attributes:
        kind: only for this.
    """

    rule: Literal["has_open_opportunity"] = "has_open_opportunity"
    kind: OpportunityKind | None = None

    @property
    def words(self) -> str:
        """E.g. "has an open opportunity (upgrade)"."""
        kind = f" ({self.kind.replace('_', ' ')})" if self.kind else ""
        return f"has an open opportunity{kind}"


class StandsIn(Clause):
    """The account stands so by the latest statement; one of which nobody has said how it stands is none."""

    rule: Literal["stands_in"] = "stands_in"
    standings: tuple[Standing, ...] = Field(min_length=1, max_length=_MOST)

    @property
    def words(self) -> str:
        """E.g. "is in good standing"."""
        return f"is {either(_STANDS[standing] for standing in self.standings)}"


class TookPartWithin(Clause):
    """The account has lately taken part in the study groups.

    Attributes:
        study_group: only in this one, e.g. "T-SG13".
        kinds: in one of these ways; to have asked about a group is no part taken unless it is named.
    """

    rule: Literal["took_part_within"] = "took_part_within"
    days: Days
    study_group: Key | None = None
    kinds: tuple[ParticipationKind, ...] = Field(
        default=(ParticipationKind.ATTENDED, ParticipationKind.CONTRIBUTED, ParticipationKind.RAPPORTEUR),
        min_length=1,
        max_length=_MOST,
    )

    @property
    def words(self) -> str:
        """E.g. "took part in T-SG13 within the last 365 days"."""
        usual = self.kinds == type(self).model_fields["kinds"].default
        how = "" if usual else f" ({either(self.kinds)})"
        return f"took part in {self.study_group or 'a study group'}{how} within the last {self.days} days"
