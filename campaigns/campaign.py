"""A campaign as a value: to whom it speaks and why, what it says and when, and what keeps it from speaking."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_serializer, field_validator, model_validator

from campaigns.exits import CHOSEN
from campaigns.journey import Journey
from campaigns.occasion import FactSource
from campaigns.signal import Condition, Signal, SignalRule
from crm.consent.bases import Purpose
from crm.errors import InvalidInput
from crm.insight.audience_rules import Rule
from crm.insight.candidate import Candidate
from crm.mail.templates import TemplateVersion
from crm.outreach.approved import Approved, Signature
from crm.outreach.entry import Entry
from crm.outreach.goal import Goal
from crm.outreach.reasons import Leave
from crm.reference.clearance_rule import Purpose as ClearancePurpose
from crm.reference.languages import Language


class Campaign(BaseModel):
    """What to say to whom, and when.

    Attributes:
        name: its name in the catalogue.
        title: its name for people.
        purpose: what it is for, in a sentence.
        audience: whom it is about: every account that this is true of is enrolled or left out for a reason.
        signals: what speaks for an account, the strongest first; an account without any is left out.
        conditions: what must have happened before an account is written to.
        letter_facts: what its letters are told besides what every letter is told.
        journey: the steps.
        goal: what it wants of an account.
        exits: what ends the journey of an account before its end, besides what always does.
        signatures: who signs where an account has no account manager, by language of the letter.
        default_language: for people whose language nobody has said; None leaves them out.
        fallback_language: for people whose language has no letter; None leaves them out.
        clearance: what an account's clearance is asked for: a campaign, or getting in touch as one of us does by hand, with
            letters that are correspondence.
        quiet_days: an account that any office was in touch with in so many days is left in peace.
        hold_out: the share of corporate groups that is held out to compare with.
        readings: so many days after the launch the arms are compared; fixed here, so that nobody reads until it suits.
        about: the purpose that a reader must be reachable for: what they agreed to, or what our relation speaks for.
        entry: how accounts enter one by one, where the campaign may stand open; None: it runs for all at once only.
        foreign_addresses: whether to write to mailboxes that anybody can have, and to domains that are none of the
            account's; otherwise only to those whose owner has consented.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,60}$")
    title: str
    purpose: str
    audience: Rule
    signals: tuple[SignalRule, ...] = Field(min_length=1)
    conditions: tuple[Condition, ...] = ()
    letter_facts: tuple[FactSource, ...] = ()
    journey: Journey
    goal: Goal
    exits: tuple[Leave, ...] = CHOSEN
    signatures: Mapping[Language, Signature]
    default_language: Language | None = None
    fallback_language: Language | None = None
    clearance: ClearancePurpose = ClearancePurpose.CAMPAIGN
    quiet_days: int = Field(default=14, ge=0, le=365)
    hold_out: Decimal = Field(default=Decimal("0.1"), ge=0, le=Decimal("0.5"))
    readings: tuple[Annotated[int, Field(ge=1, le=1000)], ...] = Field(
        default=(60, 180), min_length=1, max_length=5
    )
    about: Purpose = Purpose.CAMPAIGNS
    foreign_addresses: bool = False
    entry: Entry | None = None

    @field_serializer("signals", "conditions", "letter_facts")
    def _names(self, rules: tuple[Callable[..., object], ...]) -> list[str]:
        return [f"{rule.__module__}.{rule.__qualname__}" for rule in rules]

    @field_validator("signals", "conditions", "letter_facts")
    @classmethod
    def _named(cls, rules: tuple[Callable[..., object], ...]) -> tuple[Callable[..., object], ...]:
        for rule in rules:
            if not hasattr(rule, "__qualname__"):  # what it would be called differs from process to process
                raise InvalidInput(
                    "A rule has no name that the content could keep.",
                    value=type(rule).__name__,
                    hint="Write it as a function of its own.",
                )
        return rules

    @model_validator(mode="after")
    def _check(self) -> Self:
        if list(self.readings) != sorted(set(self.readings)):
            raise InvalidInput(
                f"The readings of {self.name} are no growing numbers of days.",
                field="readings",
                value=self.readings,
            )
        for chosen in ("default_language", "fallback_language"):
            language = getattr(self, chosen)
            if language is not None and language not in self.signatures:
                raise InvalidInput(
                    f"Nobody signs letters in {language} in {self.name}.",
                    field=chosen,
                    value=language,
                    candidates=sorted(self.signatures),
                )
        for place, leave in enumerate(self.exits):
            if leave not in CHOSEN or leave in self.exits[:place]:
                raise InvalidInput(
                    f"{leave} is named twice, or applies to every campaign.",
                    field=f"exits[{place}]",
                    value=leave,
                    candidates=CHOSEN,
                )
        return self

    @property
    def quiet(self) -> timedelta:
        """The quiet period."""
        return timedelta(days=self.quiet_days)

    def but(self, **changes: Any) -> Self:
        """The same campaign with other settings, checked anew, e.g. ``ASSOCIATE_UPGRADE.but(quiet_days=30)``.

        Args:
            **changes: fields by name.
        """
        return self.model_validate(
            {**{name: getattr(self, name) for name in type(self).model_fields}, **changes}
        )

    def strongest(self, account: Candidate, on: date) -> tuple[int, Signal | None]:
        """The strongest signal of an account on a day, with its rank: 0 for the first rule.

        Returns:
            The number of rules and None where nothing speaks for the account.
        """
        for rank, rule in enumerate(self.signals):
            if signal := rule(account, on):
                return rank, signal
        return len(self.signals), None

    def content(self, wordings: Iterable[TemplateVersion]) -> Approved:
        """The campaign as a run keeps it, for an approval.

        Args:
            wordings: each letter that it may send, in each language.
        """
        by_place = {f"{wording.name}/{wording.language}": wording for wording in wordings}
        return Approved.model_validate(
            {
                **self.model_dump(mode="json"),
                "wordings": {place: wording.sha256 for place, wording in by_place.items()},
                "reviewed_by": {place: wording.reviewed_by for place, wording in by_place.items()},
            }
        )
