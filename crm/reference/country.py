"""The tables of States and territories, of their names and of the groups they belong to."""

from datetime import date
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import model_validator
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import Field

from crm.reference.facts import Certainty, Fact, NamedFact, certainty
from crm.reference.spans import holds_on
from crm.reference.spelling import plain
from crm.store.columns import choice


class IncomeGroup(StrEnum):
    """The income group of an economy, as the World Bank classifies it every 1 July."""

    LOW = "low"
    LOWER_MIDDLE = "lower-middle"
    UPPER_MIDDLE = "upper-middle"
    HIGH = "high"


class GroupKind(StrEnum):
    """A group of the United Nations that gives its members special treatment."""

    LDC = "LDC"
    LLDC = "LLDC"
    SIDS = "SIDS"


class AliasKind(StrEnum):
    """What another name is: a name of the country, or of a part of it that addresses end with."""

    NAME = "name"
    SUBDIVISION = "subdivision"


class Country(NamedFact, table=True):
    """A Member State, or a territory with the State that answers for it.

    Attributes:
        code: ISO 3166-1 alpha-3.
        alpha2: ISO 3166-1 alpha-2; "NA" is Namibia.
        m49: the numerical code of the United Nations (M49), equal to ISO 3166-1 numeric.
        region: the ITU development region; a territory is reported with the region of its State.
        member_state: the State whose administration answers for it: itself for a Member State, None for unassigned.
        income_group_on: the first day of the World Bank year that the income group belongs to.
    """

    __table_args__ = (
        UniqueConstraint("alpha2", name="uq_country_alpha2"),
        UniqueConstraint("m49", name="uq_country_m49"),
        Index("ix_country_member_state", "member_state"),
        # Deferred, so that a file may name a territory before its State.
        ForeignKeyConstraint(["member_state"], ["country.code"], deferrable=True, initially="DEFERRED"),
    )

    code: str = Field(primary_key=True, min_length=3, max_length=3, regex="^[A-Z]{3}$")
    alpha2: str = Field(min_length=2, max_length=2, regex="^[A-Z]{2}$")
    m49: int | None = Field(default=None, ge=1, le=999)
    m49_region_code: int | None = None
    m49_region: str | None = None
    m49_subregion_code: int | None = None
    m49_subregion: str | None = None
    region: str | None = Field(default=None, foreign_key="region.slug", index=True)
    region_certainty: Certainty | None = certainty("region_certainty", default=None, nullable=True)
    member_state: str | None = None
    member_state_source: str
    member_state_certainty: Certainty = certainty("member_state_certainty")
    income_group: IncomeGroup | None = choice(IncomeGroup, name="income_group", default=None, nullable=True)
    income_group_on: date | None = None
    certainty: Certainty = certainty()

    @property
    def is_member_state(self) -> bool:
        """Whether it is one of the Member States of the Union."""
        return self.member_state == self.code

    def __str__(self) -> str:
        return f"{self.name_en} ({self.code})"


class CountryAlias(Fact, table=True):
    """Another spelling under which a country is found. One spelling may mean several: it is ambiguous then.

    Attributes:
        plain: the spelling as it is compared (`crm.reference.spelling.plain`).
        country: the country it means, or that the subdivision lies in.
        alias: the spelling as people write it.
    """

    __tablename__ = "country_alias"
    # A look-up aid of more than a thousand lines that no decision rests on: the load itself is on the trail.
    trailed: ClassVar[bool] = False
    not_in_file: ClassVar[frozenset[str]] = frozenset({"retired_on", "plain"})

    plain: str = Field(primary_key=True, min_length=1)
    country: str = Field(primary_key=True, foreign_key="country.code")
    alias: str
    kind: AliasKind = choice(AliasKind, name="kind")
    certainty: Certainty = certainty()

    @model_validator(mode="before")
    @classmethod
    def _compared_as_plain(cls, values: Any) -> Any:
        return (
            {"plain": plain(values["alias"]), **values}
            if isinstance(values, dict) and values.get("alias")
            else values
        )


class CountryGroup(Fact, table=True):
    """A stretch of time in which a country belongs to a group.

    Attributes:
        valid_from: the first day; None when no source states it.
        valid_to: the first day on which it no longer belongs; None when no end is known.
    """

    __tablename__ = "country_group"
    __table_args__ = (
        CheckConstraint("valid_to > valid_from", name="order"),
        Index("ix_country_group_country", "country", "kind"),
    )

    key: str = Field(primary_key=True)
    country: str = Field(foreign_key="country.code")
    kind: GroupKind = choice(GroupKind, name="kind")
    valid_from: date | None = None
    valid_to: date | None = None
    certainty: Certainty = certainty()

    def covers(self, day: date) -> bool:
        """Whether it holds on a day; an unknown start counts as always."""
        return holds_on(self, day)
