"""A campaign as it was approved with a run: what the run goes by, whatever has become of the campaign since."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from crm.consent.bases import Purpose
from crm.insight.audience_rules import Rule
from crm.outreach.entry import Entry
from crm.outreach.goal import Goal
from crm.outreach.reasons import Leave
from crm.reference.clearance_rule import Purpose as ClearancePurpose
from crm.reference.languages import Language


class Signature(BaseModel):
    """What stands under a letter whose account has no account manager; the name is the sender's, in the settings.

    Attributes:
        title: the function; stands under an account manager's letter too where the staff list gives none.
        office: the office.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1)
    office: str = Field(min_length=1)


class Approved(BaseModel):
    """The settings of a campaign and the letters that it may send; `campaigns.campaign.Campaign` says what each means.

    Each is stated, and none is left to a default that may be another tomorrow.

    Attributes:
        signals: the names of the rules that speak for an account; `conditions` and `letter_facts` are names, too.
        journey: the steps, which `campaigns.journey.Journey` reads.
        wordings: the hash of each letter that it may send, by "letter/language".
        reviewed_by: who had reviewed each of them when the run was prepared; "" where nobody had.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    purpose: str
    audience: Rule
    signals: tuple[str, ...]
    conditions: tuple[str, ...]
    letter_facts: tuple[str, ...]
    journey: Mapping[str, Any]
    goal: Goal
    exits: tuple[Leave, ...]
    signatures: Mapping[Language, Signature]
    default_language: Language | None
    fallback_language: Language | None
    clearance: ClearancePurpose
    quiet_days: int
    hold_out: Decimal
    readings: tuple[int, ...]
    about: Purpose
    foreign_addresses: bool
    entry: Entry | None
    wordings: Mapping[str, str]
    reviewed_by: Mapping[str, str]

    @property
    def quiet(self) -> timedelta:
        """The quiet period."""
        return timedelta(days=self.quiet_days)
