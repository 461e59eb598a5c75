"""What a letter is written on: the account and why, the reader, the language, and who may sign."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from campaigns.signal import Signal
from crm.insight.candidate import Candidate, Contact
from crm.reference.languages import Language
from crm.reference.sectors import sector_in


@dataclass(frozen=True, slots=True)
class Manager:
    """An account manager, as they sign.

    Attributes:
        office: the name of their office; `office_code` its code.
        time_zone: where they work, an IANA name.
    """

    id: int
    name: str
    title: str
    email: str
    office: str
    office_code: str
    time_zone: str = "Europe/Zurich"


@dataclass(frozen=True, slots=True)
class Stationery:
    """What letters need besides the account.

    Attributes:
        sender_name: who signs for an account without account manager.
        sender_address: the address of that sender.
        managers: the active staff, by id.
        study_groups: the English titles of the study groups, by code.
        countries: the names of States and territories, by code and language.
    """

    sender_name: str
    sender_address: str
    managers: Mapping[int, Manager] = field(default_factory=dict)
    study_groups: Mapping[str, str] = field(default_factory=dict)
    countries: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)

    def manager_of(self, account: Candidate) -> Manager | None:
        """Who keeps an account, if they are on the active staff."""
        return self.managers.get(account.owner_id) if account.owner_id is not None else None

    def colleague(self, email: str) -> Manager | None:
        """Who has an address, if they are on the active staff."""
        return next((one for one in self.managers.values() if one.email == email.casefold()), None)


@dataclass(frozen=True, slots=True)
class Occasion:
    """An account that is written to: why, to whom and in what language. Names things as its reader knows them."""

    account: Candidate
    signal: Signal
    contact: Contact
    language: Language
    stationery: Stationery

    def sector(self, letter: str) -> str:
        """A Sector as readers know it: "ITU-T", "UIT-T"."""
        return sector_in(letter, self.language)

    def study_group(self, code: str) -> dict[str, str]:
        """A study group as readers know it: "SG13" for "T-SG13". Its title is on record in English only."""
        title = self.stationery.study_groups.get(code) if self.language is Language.ENGLISH else None
        return {"code": code.partition("-")[2]} | ({"title": title} if title else {})

    def country(self, code: str) -> str:
        """A State or territory by its name in the language."""
        return self.stationery.countries[code][self.language]


Facts = Mapping[str, Mapping[str, Any]]
"""Groups of facts, such as `person` with its `name`, as templates read them."""

FactSource = Callable[[Occasion], Facts]
"""What the letters of a campaign are told besides what every letter is told."""
