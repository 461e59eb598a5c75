"""A first Sector Member: Member States without any, the administration first, then the companies that are based there.

Applications go to the administration of the State where the organisation is based, which must approve them
(docs/domain.md, "The contract"), so it is asked for its support before any company is written to. It gets one formal
letter, addressed by function, and after twenty working days its account manager is asked to follow it up. Member States
are written to by circular or note and not by campaign mail ("Clearance" there): the letter is correspondence, a colleague
approves it before it leaves, and its clearance is asked as for a letter by hand. Nobody is held out.

The companies are another campaign, `first_member_companies`, prepared when the administrations have been heard: a company is
written to once the administration of its State has answered, or 45 days after the letter to it. That figure is our own
choice; no source states one.
"""

from datetime import date, timedelta
from decimal import Decimal

from campaigns.campaign import Campaign
from campaigns.house_journey import letter_reminder_call
from campaigns.journey import Journey, LetterStep, TaskStep, WaitStep
from campaigns.letter_facts import state, work
from campaigns.occasion import Facts, Occasion
from campaigns.signal import Signal
from campaigns.signatures import MEMBERSHIP
from crm.directory.tables import OrganizationKind
from crm.insight.audience_rules import AllOf, InStateWithoutSectorMember, IsNotMember, OfKind
from crm.insight.candidate import AdministrationLetter, Candidate
from crm.insight.study_group_interest import interest
from crm.outreach.goal import Goal
from crm.reference.clearance_rule import Purpose
from crm.reference.languages import Language

TIME_TO_ANSWER = timedelta(days=45)


def no_sector_member(account: Candidate, on: date) -> Signal | None:
    """Its Member State has no Sector Member of any Sector."""
    if not account.state_without_member:
        return None
    words = f"no organisation based in {account.country} is a Sector Member"
    return Signal("no_sector_member", words, {"as_of": on.isoformat()})


def interested_company(account: Candidate, on: date) -> Signal | None:
    """It took part in a study group in the last 24 months, or asked about one."""
    return interest(account, on, "in a State without any Sector Member")


def first_of_its_state(account: Candidate, on: date) -> Signal | None:
    """It could be the first Sector Member of its Member State."""
    found = no_sector_member(account, on)
    return found and Signal("first_of_state", found.words)


def administration_first(account: Candidate, on: date) -> str | None:
    """The administration of its State has answered, or was written to 45 days ago or earlier."""
    letter = _letter(account)
    if letter is None:
        return f"the administration of {account.country} has not been written to"
    if letter.answered or on - letter.written_on >= TIME_TO_ANSWER:
        return None
    until = letter.written_on + TIME_TO_ANSWER
    return f"the administration of {account.country}, written to on {letter.written_on:%-d %B %Y}, has until {until:%-d %B %Y}"


def addressee(occasion: Occasion) -> Facts:
    """The reader of a formal letter, by function."""
    role = occasion.contact.role
    return {"person": {"role": role}} if role else {}


def administration(occasion: Occasion) -> Facts:
    """When the administration was written to."""
    letter = _letter(occasion.account)
    return {"administration": {"written_on": letter.written_on.isoformat()}} if letter else {}


def _letter(account: Candidate) -> AdministrationLetter | None:
    letters = account.administration_letters
    return next((letter for letter in letters if letter.campaign == FIRST_MEMBER.name), None)


FIRST_MEMBER = Campaign(
    name="first_member",
    title="A first Sector Member: the administrations",
    purpose="Asks administrations of Member States without any Sector Member for their support.",
    audience=AllOf(rules=(OfKind(kinds=(OrganizationKind.ADMINISTRATION,)), InStateWithoutSectorMember())),
    signals=(no_sector_member,),
    letter_facts=(addressee, state),
    goal=Goal.ANSWERED,
    journey=Journey(
        steps=(
            LetterStep(name="letter", template="first_member_administration"),
            WaitStep(name="wait", working_days=20),
            TaskStep(
                name="follow_up",
                what="Follow up the letter to the administration about a first Sector Member",
            ),
        )
    ),
    signatures=MEMBERSHIP,
    default_language=Language.ENGLISH,
    clearance=Purpose.CONTACT,
    hold_out=Decimal(0),
)

FIRST_MEMBER_COMPANIES = Campaign(
    name="first_member_companies",
    title="A first Sector Member: the companies",
    purpose="Invites companies of Member States without any Sector Member, once their administration has been heard.",
    audience=AllOf(
        rules=(
            OfKind(kinds=(OrganizationKind.COMPANY,)),
            IsNotMember(),
            InStateWithoutSectorMember(),
        )
    ),
    signals=(interested_company, first_of_its_state),
    conditions=(administration_first,),
    letter_facts=(administration, work),
    goal=Goal.MEMBERSHIP,
    journey=letter_reminder_call(
        "first_member_company", call="Call about a first Sector Member of its State"
    ),
    signatures=MEMBERSHIP,
    default_language=Language.ENGLISH,
)
