"""Plain facts for the pure rules of campaigns: deterministic defaults, keyword overrides."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from campaigns.audience import Audience, decided, ranked
from campaigns.campaign import Campaign
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE
from campaigns.guards import Circumstances
from crm.consent.bases import Purpose
from crm.directory.tables import OrganizationKind, Size
from crm.engagement.participation import ParticipationKind
from crm.insight.candidate import Candidate, Contact, TookPart, Touch
from crm.insight.correspondence import Correspondence
from crm.membership.contract.standing import Punctuality, Standing
from crm.membership.terms import Coverage
from crm.outreach.outbox_tables import MessageStatus
from crm.outreach.run_tables import Arm
from crm.outreach.runs.moves import Done, Waiting
from crm.reference.categories import Category
from crm.reference.consent_rules import ConsentRule, ConsentRules
from crm.reference.csvfile import facts, shipped
from crm.reference.languages import Language

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TODAY = NOW.date()


def contact(number: int = 900, **changes: Any) -> Contact:
    """A contact who reads English and may be written to."""
    values = {"name": f"Person {number}", "address": f"p{number}@acme.example"}
    values |= {"language": Language.ENGLISH, "suppressed": False}
    return Contact(number, **{**values, **changes})


def took_part(study_group: str = "T-SG13", kind: str = "attended", *, days_ago: int = 30) -> TookPart:
    """A part taken in a study group some days ago."""
    return TookPart(study_group, ParticipationKind(kind), TODAY - timedelta(days=days_ago))


def candidate(number: int = 1, **changes: Any) -> Candidate:
    """A large Associate of ITU-T SG13 in good standing, which nobody has been in touch with."""
    values: dict[str, Any] = {
        "name": f"Account {number}",
        "group_id": number,
        "kind": OrganizationKind.COMPANY,
        "country": "KEN",
        "region": "africa",
        "segment": None,
        "size": Size.LARGE,
        "owner_id": 70,
        "synthetic": False,
        "sectors": frozenset(),
        "term_id": 5000 + number,
        "category": Category.ASSOCIATE,
        "coverage": Coverage.STANDARDIZATION,
        "study_group": "T-SG13",
        "own_groups": frozenset({"T-SG13"}),
        "member_since_on": date(2020, 1, 1),
        "standing": Standing.GOOD,
        "standing_as_of": date(2026, 9, 30),
        "punctuality": Punctuality.LATE,
        "participation": (),
        "contacts": (contact(900 + number),),
        "last_touch": None,
    }
    return Candidate(number, **{**values, **changes})


def touch(*, days_ago: float, kind: str = "meeting", office: str | None = "TSB") -> Touch:
    """A contact that an office had some days ago."""
    return Touch(NOW - timedelta(days=days_ago), kind, office)


def correspondence(**changes: Any) -> Correspondence:
    """Nobody has anything on record about what they agreed to; the rules are those that come with the program."""
    rules = ConsentRules(facts(ConsentRule, shipped("consent_rules.csv")))
    return Correspondence(**{"purpose": Purpose.CAMPAIGNS, "rules": rules, **changes})


def circumstances(**changes: Any) -> Circumstances:
    """Nothing that keeps anybody from anything; letters in English, French and Arabic."""
    values: dict[str, Any] = {
        "now": NOW,
        "quiet": timedelta(days=14),
        "engaged": frozenset(),
        "letters": {},
        "languages": frozenset({Language.ENGLISH, Language.FRENCH, Language.ARABIC}),
        "default_language": Language.ENGLISH,
        "fallback_language": None,
        "held": {},
        "correspondence": correspondence(),
        "foreign_addresses": False,
        "cap": timedelta(days=3),
        "written": {},
    }
    return Circumstances(**{**values, **changes})


def waiting(step: str = "letter", **changes: Any) -> Waiting:
    """An account of the treatment arm that stands at a step of its journey, launched just now."""
    values: dict[str, Any] = {
        "enrolment_id": 1,
        "run_id": 10,
        "campaign": "associate_upgrade",
        "organization_id": 1,
        "group_id": 1,
        "person_id": 901,
        "language": Language.ENGLISH,
        "arm": Arm.TREATMENT,
        "coverage": Coverage.STANDARDIZATION,
        "launched_at": NOW,
        "answered": False,
        "goal_reached": False,
    }
    return Waiting(step=step, **{**values, **changes})


def sent(
    at: datetime = NOW, status: MessageStatus = MessageStatus.ACCEPTED, *, minutes: int = 1, **changes: Any
) -> Done:
    """A letter step: queued at an instant, handed over some minutes later."""
    return Done(at, status, at + timedelta(minutes=minutes), **changes)


def campaign(**changes: Any) -> Campaign:
    """The associate upgrade with other settings."""
    return ASSOCIATE_UPGRADE.but(**changes)


def assemble(campaign: Campaign, candidates: Iterable[Candidate], around: Circumstances) -> Audience:
    """What is decided about all accounts."""
    return decided(campaign, ranked(campaign, candidates, around.now.date()), around)


def reasons(audience: Audience) -> dict[int, str]:
    """Why each account is left out, by its id."""
    return {left.account.organization_id: left.skip.reason.value for left in audience.left_out}
