"""What is approved with a run, without a campaign in the catalogue: plain defaults, keyword overrides."""

from decimal import Decimal
from typing import Any

from crm.consent.bases import Purpose
from crm.insight.audience_rules import IsMember
from crm.outreach.approved import Approved, Signature
from crm.outreach.goal import Goal
from crm.outreach.reasons import Leave
from crm.reference.clearance_rule import Purpose as ClearancePurpose
from crm.reference.languages import Language


def content(**changes: Any) -> Approved:
    """A campaign that writes a letter and calls."""
    values: dict[str, Any] = {
        "name": "test",
        "title": "A test",
        "purpose": "Tries what a run does.",
        "audience": IsMember(),
        "signals": (),
        "conditions": (),
        "letter_facts": (),
        "journey": {"steps": ["letter", "call"]},
        "goal": Goal.UPGRADED,
        "exits": (Leave.GOAL_REACHED, Leave.ANSWERED),
        "signatures": {Language.ENGLISH: Signature(title="Membership", office="General Secretariat")},
        "default_language": Language.ENGLISH,
        "fallback_language": None,
        "clearance": ClearancePurpose.CAMPAIGN,
        "quiet_days": 14,
        "hold_out": Decimal("0.1"),
        "readings": (60, 180),
        "about": Purpose.CAMPAIGNS,
        "foreign_addresses": False,
        "entry": None,
        "wordings": {},
        "reviewed_by": {},
    }
    return Approved(**{**values, **changes})
