"""How accounts enter a standing campaign, one by one: on a schedule, by what happens to them, or by hand."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from crm.outreach.occurrences import Occurrence


class Entry(BaseModel):
    """Who may enter a standing campaign when, and how many.

    Attributes:
        ceiling: so many may enter in each period; those beyond it await an approval.
        period_days: how long a period is, counted back from the present.
        every_hours: how often everybody whom the campaign is about is looked at; None: only by occurrence or by hand.
        on: what lets an account enter as soon as it happens.
        again_after_days: after so many days since its journey ended an account may enter again; None: never.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ceiling: int = Field(ge=1)
    period_days: int = Field(default=30, ge=1, le=366)
    every_hours: Annotated[int, Field(ge=1, le=24 * 366)] | None = 24
    on: tuple[Occurrence, ...] = ()
    again_after_days: Annotated[int, Field(ge=1)] | None = None
