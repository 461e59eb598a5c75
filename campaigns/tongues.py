"""The languages a campaign can speak: which letters each has, what is missing, and which wording nobody has reviewed."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from campaigns.campaign import Campaign
from crm.errors import InvalidInput
from crm.reference.languages import Language
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Tongue(Shown):
    """What a campaign has to say in one language.

    Attributes:
        reviewed_by: who has reviewed each letter that is written, by its name; "" where nobody has.
        missing: what must be added before anybody is written to in it, files first.
    """

    language: Language
    reviewed_by: Mapping[str, str]
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether every letter is written, and somebody can sign it."""
        return not self.missing

    @property
    def unreviewed(self) -> tuple[str, ...]:
        """The letters whose wording no person has reviewed."""
        return tuple(letter for letter, person in self.reviewed_by.items() if not person)


def tongues(campaign: Campaign, reviews: Mapping[str, Mapping[str, str]]) -> tuple[Tongue, ...]:
    """What a campaign has to say in each language of the Union.

    Args:
        campaign: which.
        reviews: for each of its letters, who has reviewed it in each language that it is written in.
    """
    return tuple(_tongue(campaign, reviews, language) for language in Language)


def refuse_silence(campaign: Campaign, spoken: Collection[Tongue]) -> None:
    """Refuse a campaign that falls back on a language in which it cannot speak.

    Args:
        campaign: which.
        spoken: what it has to say in each language.

    Raises:
        InvalidInput: its default or fallback language lacks a letter; the message names the file.
    """
    complete = sorted(tongue.language for tongue in spoken if tongue.complete)
    for named in ("default_language", "fallback_language"):
        for tongue in spoken:
            if tongue.language == getattr(campaign, named) and tongue.missing:
                raise InvalidInput(
                    f"{campaign.name} names {tongue.language} as its {named}, but lacks {', '.join(tongue.missing)}.",
                    field=named,
                    value=tongue.language.value,
                    candidates=complete,
                    hint="Write what is missing, or name another language.",
                )


def _tongue(campaign: Campaign, reviews: Mapping[str, Mapping[str, str]], language: Language) -> Tongue:
    written = {letter: by[language] for letter, by in reviews.items() if language in by}
    missing = [f"{letter}/{language}/subject.txt" for letter in reviews if letter not in written]
    if language not in campaign.signatures:
        missing.append(f"a signature in {language.name.capitalize()}")
    return Tongue(language, written, tuple(missing))
