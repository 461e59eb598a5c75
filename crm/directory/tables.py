"""The tables of organisations: what one is, what it is called, and where its mail comes from."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Index, UniqueConstraint, func
from sqlmodel import Field, col

from crm.directory.merged import among
from crm.errors import AlreadyExists, InvalidInput
from crm.store.columns import INNER, at_field, choice, id_field, ref, trigram_index
from crm.store.records import Record
from crm.store.violations import means


class OrganizationKind(StrEnum):
    """What kind of body an organisation is."""

    COMPANY = "company"
    UNIVERSITY = "university"
    RESEARCH = "research"
    ADMINISTRATION = "administration"
    INTERNATIONAL = "international"
    REGIONAL = "regional"
    ASSOCIATION = "association"
    FOUNDATION = "foundation"
    OTHER = "other"


class Size(StrEnum):
    """Small and medium-sized enterprise, or larger; membership fees may differ."""

    SME = "sme"
    LARGE = "large"


class NameKind(StrEnum):
    """Which of an organisation's names it is."""

    LEGAL = "legal"
    DISPLAY = "display"
    ALIAS = "alias"


class Organization(Record, table=True):
    """An account. Whether it is a member, a prospect or a donor is told by its terms and roles, not here.

    Attributes:
        name: the legal name.
        country: where it is based, ISO 3166 alpha-3, a Member State or a territory; empty when not known.
        segment: its part of the digital ecosystem.
        parent_id: the organisation that it is a subsidiary or branch of.
        group_id: the head of its corporate group; empty for a head.
        lei: Legal Entity Identifier (ISO 17442).
        owner_id: the account manager.
        tier: how closely we keep in touch; empty where the default tier counts.
        synthetic: made up for a demonstration or test, and marked so wherever it shows.
        merged_into_id: the organisation that it turned out to be; who asks for this one is led there.
    """

    __tablename__ = "organization"
    __table_args__ = (
        UniqueConstraint("lei", name="uq_organization_lei"),
        Index("ix_organization_country_segment", "country", "segment"),
        # Every report says how much of it is made up; in a real book that is next to nothing.
        Index("ix_organization_synthetic", "id", postgresql_where="synthetic"),
    )
    changed_by: ClassVar[str] = "book.organizations.change"

    id: int = id_field()
    name: str
    kind: OrganizationKind = choice(OrganizationKind, name="kind", default=OrganizationKind.COMPANY)
    country: str | None = Field(default=None, foreign_key="country.code")
    segment: str | None = Field(default=None, foreign_key="segment.slug", index=True)
    size: Size | None = choice(Size, name="size", default=None, nullable=True)
    employees: int | None = Field(default=None, ge=0)
    parent_id: int | None = ref("organization.id", optional=True)
    group_id: int | None = ref("organization.id", optional=True, sa_column_kwargs=INNER)
    lei: str | None = None
    website: str | None = None
    owner_id: int | None = ref("staff.id", optional=True)
    tier: str | None = Field(default=None, foreign_key="tier.slug")
    source: str | None = None
    synthetic: bool = False
    merged_into_id: int | None = ref("organization.id", optional=True)
    created_at: datetime = at_field(sa_column_kwargs=INNER)


class OrganizationName(Record, table=True):
    """One name of an organisation.

    Attributes:
        normal: the form under which it is found.
        bare: the form in which it is compared with others: without its legal form.
        keys: what it has in common with names that may mean the same organisation; see `crm.directory.name_keys`.
        language: the language of the name, ISO 639-1; empty where it has none.
    """

    __tablename__ = "organization_name"
    __table_args__ = (
        UniqueConstraint(
            "organization_id",
            "name",
            "kind",
            "language",
            name="uq_organization_name",
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_organization_name_normal", "normal"),
        trigram_index("ix_organization_name_trigram", "normal"),
        # Without a list of entries to be sorted in later: an import looks names up between writing them, and reading
        # through that list would take ten times as long as all the rest.
        Index(
            "ix_organization_name_keys",
            "keys",
            postgresql_using="gin",
            postgresql_with={"fastupdate": "off"},
        ),
    )
    changed_by: ClassVar[str] = "book.organizations.change"
    derived: ClassVar[frozenset[str]] = frozenset({"bare", "keys"})

    id: int = id_field()
    organization_id: int = ref("organization.id")
    name: str
    normal: str = Field(sa_column_kwargs=INNER)
    bare: str
    keys: list[int] = Field(sa_type=ARRAY(BigInteger))
    kind: NameKind = choice(NameKind, name="kind", default=NameKind.ALIAS)
    language: str | None = None


class OrganizationDomain(Record, table=True):
    """An internet domain that an organisation writes from; subsidiaries may share one."""

    __tablename__ = "organization_domain"
    changed_by: ClassVar[str] = "book.organizations.change"

    organization_id: int = ref("organization.id", primary_key=True, index=False)
    domain: str = Field(primary_key=True, index=True)


means("uq_organization_lei", AlreadyExists, "Another organisation has this LEI.", field="lei")
means("uq_organization_name", AlreadyExists, "The organisation has this name already.", field="names")
means(
    "fk_organization_segment",
    InvalidInput,
    "There is no such segment.",
    field="segment",
    hint="See book.segments.",
)


def corporate_group() -> ColumnElement[int]:
    """The head of an organisation's corporate group, itself where it has none; for queries."""
    return func.coalesce(col(Organization.group_id), col(Organization.id), type_=BigInteger)


def of_groups(heads: Iterable[int]) -> ColumnElement[bool]:
    """Whether an organisation belongs to one of these corporate groups, by the ids of their heads; for queries.

    The same as to look for `corporate_group` among them, said so that an index finds the few among a million.
    """
    every = list(heads)
    is_head = col(Organization.group_id).is_(None) & among(col(Organization.id), every)
    return is_head | among(col(Organization.group_id), every)
