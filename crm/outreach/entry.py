"""How accounts enter a standing campaign, one by one: on a schedule, by what happens to them, or by hand."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Occurrence(StrEnum):
    """Something that happens to an account; what counts is when it was recorded.

    Attributes:
        STANDING_RECORDED: a source said how it stands, or it stands otherwise by its invoices and payments: from a day
            that has come, or since the day of a payment that has been entered.
    """

    TERM_STARTED = "term_started"
    MEMBERSHIP_DENOUNCED = "membership_denounced"
    INTERACTION_LOGGED = "interaction_logged"
    STANDING_RECORDED = "standing_recorded"
    OPPORTUNITY_LOST = "opportunity_lost"


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

    @property
    def words(self) -> str:
        """The same in a sentence, for whoever approves it."""
        looks = f"all are looked at every {self.every_hours} hours" if self.every_hours else ""
        happens = f"on {', '.join(one.value.replace('_', ' ') for one in self.on)}" if self.on else ""
        when = " and ".join(filter(None, (looks, happens))) or "by hand"
        again = f"again {self.again_after_days} days after the last time" if self.again_after_days else "once"
        return f"Accounts enter one by one, at most {self.ceiling} in {self.period_days} days: {when}; each {again}."
