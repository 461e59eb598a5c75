"""Plain facts for the rules of a clearance, with deterministic defaults; the rules are the shipped ones."""

from datetime import date, timedelta
from typing import Any

from crm.insight.clearance_rules import Clearance, decide, rules_for
from crm.insight.grounds import Ground, Override, Question, Subject
from crm.reference.clearance_rule import ClearanceReason, ClearanceRule, Purpose
from crm.reference.csvfile import facts, shipped

TODAY = date(2026, 11, 24)
RULES = facts(ClearanceRule, shipped("clearance_rules.csv"))
ACME = Subject(1, "Acme", 1)
ACME_KENYA = Subject(2, "Acme Kenya", 1)


def ground(reason: str, *, days_ago: int | None = 1, subject: Subject = ACME, **changes: Any) -> Ground:
    """Something on record about Acme that the TSB did yesterday."""
    on = None if days_ago is None else TODAY - timedelta(days=days_ago)
    values = {"office": "TSB", "on": on, "detail": "", "refers_to": f"{reason}:1", **changes}
    return Ground(ClearanceReason(reason), subject, **values)


def override(*reasons: str, **changes: Any) -> Override:
    """What the BDT may go by until Christmas."""
    values: dict[str, Any] = {
        "organization_id": ACME.id,
        "office": "BDT",
        "by": "dana@accord.example",
        "because": "agreed with the TSB",
        "since_on": TODAY,
        "until_on": date(2026, 12, 25),
    }
    return Override(reasons=frozenset(map(ClearanceReason, reasons)), **{**values, **changes})


def decided(
    *grounds: Ground, subject: Subject = ACME, overrides: tuple[Override, ...] = (), **changes: Any
) -> Clearance:
    """What is decided for the BDT, for a campaign, today."""
    rules = changes.pop("rules", RULES)
    question = Question(**{"office": "BDT", "purpose": Purpose.CAMPAIGN, "on": TODAY, **changes})
    rules = rules_for(rules, question.purpose)
    return decide([subject], grounds, rules=rules, overrides=overrides, question=question)[subject.id]
