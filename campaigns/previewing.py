"""Putting a preview together: asks the book for the accounts and the facts about them, and the folder for the letters."""

from collections.abc import Iterable
from dataclasses import replace

from campaigns.audience import decided, ranked
from campaigns.campaign import Campaign
from campaigns.explanation import Explained, explained
from campaigns.facts import known_facts, refuse_unknown
from campaigns.gathering import gathered, signatories
from campaigns.occasion import Stationery
from campaigns.preview import Preview
from campaigns.tongues import Tongue, refuse_silence, tongues
from crm.book import Book
from crm.directory.resolve import OrganizationKey
from crm.garbage import no_collection
from crm.mail.templates import TemplateFolder, TemplateVersion
from crm.outreach.run_tables import Run
from crm.outreach.runs.audience import hash_of_content
from crm.reference.languages import Language


def previewed(
    book: Book, campaign: Campaign, *, only: Iterable[int] | None = None, entering: Run | None = None
) -> Preview:
    """What a campaign would do now.

    Args:
        book: the book; nothing is written to it.
        campaign: what it says to whom.
        only: of these accounts, by their ids; of all where none are given.
        entering: the standing run that each account enters by itself: its arm must not depend on the others, and nobody
            is written to there for two accounts.
    """
    now = book.clock.now()
    spoken = _tongues(campaign, book.templates)
    wordings = _wordings(campaign, book.templates, spoken)
    campaign.journey.refuse_reminders({name for (name, _), found in wordings.items() if found.meta.reminds})
    with no_collection():
        candidates = book.candidates.matching(campaign.audience, only=only, on=now.date())
        cases = ranked(campaign, candidates, now.date())
        around = gathered(book, campaign, cases, languages=_complete(spoken), now=now)
        readers = book.entries.readers(entering) if entering else {}
        audience = decided(campaign, cases, around, alone=entering is not None, readers=readers)
    return Preview(
        campaign=campaign,
        as_of=now,
        audience=audience,
        around=around,
        stationery=_stationery(book),
        wordings=wordings,
        tongues=spoken,
        stop_address=f"unsubscribe+example@{book.identity.answer_domain}",
    )


def explanation_of(book: Book, campaign: Campaign, account: OrganizationKey) -> Explained:
    """Why a campaign would write to one account or leave it out; only this account and its group are looked at."""
    now = book.clock.now()
    audience = book.audiences.explain(campaign.audience, account, on=now.date())
    found = book.candidates.of(audience.organization_id, about=campaign.audience, on=now.date())
    (case,) = ranked(campaign, found, now.date())
    languages = _complete(_tongues(campaign, book.templates))
    return explained(
        campaign, audience, case, gathered(book, campaign, [case], languages=languages, now=now, alone=case)
    )


def content_hash(book: Book, campaign: Campaign) -> str:
    """The hash of a campaign as it stands now, with its letters."""
    wordings = _wordings(campaign, book.templates, _tongues(campaign, book.templates))
    return hash_of_content(campaign.content(wordings.values()))


def _tongues(campaign: Campaign, letters: TemplateFolder) -> tuple[Tongue, ...]:
    campaign.journey.refuse_missing(letters.names())
    refuse_unknown(campaign.journey, known_facts())
    spoken = tongues(
        campaign, {template: letters.reviews(template) for template in campaign.journey.templates}
    )
    refuse_silence(campaign, spoken)
    return spoken


def _complete(spoken: Iterable[Tongue]) -> frozenset[Language]:
    return frozenset(tongue.language for tongue in spoken if tongue.complete)


def _wordings(
    campaign: Campaign, letters: TemplateFolder, spoken: Iterable[Tongue]
) -> dict[tuple[str, str], TemplateVersion]:
    complete = [tongue for tongue in spoken if tongue.complete]
    return {
        (template, tongue.language.value): letters.version(template, tongue.language)
        for template in campaign.journey.templates
        for tongue in sorted(complete, key=lambda tongue: tongue.language)
    }


def _stationery(book: Book) -> Stationery:
    return replace(
        signatories(book, book.staff),
        study_groups={group.code: group.title for group in book.study_groups},
        countries={
            country.code: {language: country.name(language) for language in Language}
            for country in book.countries
        },
    )
