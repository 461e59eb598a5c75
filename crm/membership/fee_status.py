"""Who counts as developed where a fee depends on it: an organisation by its country, and by that of its group.

A subsidiary of a multinational headquartered in a developed country pays the full fee (terms and conditions of
membership). The headquarters are where the head of the corporate group is based; where that is not known, the country of
the organisation alone counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from crm.directory.merged import among
from crm.directory.tables import Organization
from crm.reference.country import Country
from crm.reference.development import Development, developed_on, status_of
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class FeeStatus(Shown):
    """How an organisation counts where a fee depends on it.

    Attributes:
        development: the status.
        headquarters: the name of the developed country where its group is headquartered, where the full fee is due for
            that alone.
    """

    development: Development
    headquarters: str | None = None


def fee_status(country: str | None, headquarters: Country | None, developed: frozenset[str]) -> FeeStatus:
    """The status of an organisation.

    Args:
        country: where it is based; where that is not known, no reduction is given.
        headquarters: where the head of its corporate group is based, if it belongs to one.
        developed: the countries that count as developed.
    """
    own = status_of(country, developed)
    if own is Development.DEVELOPED or headquarters is None or headquarters.code not in developed:
        return FeeStatus(own)
    return FeeStatus(Development.DEVELOPED, headquarters.name())


def fee_statuses(session: Session, organization_ids: Iterable[int], *, on: date) -> Mapping[int, FeeStatus]:
    """The status of each of these organisations on a day; two statements, however many there are."""
    developed = developed_on(session, on)
    head: Any = aliased(Organization, name="head")
    # The seat of a group counts where it is in a developed country; no other is read for each of many accounts.
    seat = (col(Country.code) == head.country) & col(Country.code).in_(developed)
    query: Any = (
        select(col(Organization.id), col(Organization.country), Country)
        .outerjoin(head, head.id == col(Organization.group_id))
        .outerjoin(Country, seat)
        .where(among(col(Organization.id), organization_ids))
    )
    return {
        number: fee_status(country, headquarters, developed)
        for number, country, headquarters in session.execute(query)
    }
