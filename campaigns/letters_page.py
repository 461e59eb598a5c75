"""The letters of a campaign on one page, as chosen accounts would get them: for whoever approves them."""

from collections.abc import Iterable, Iterator, Sequence

from campaigns.audience import Invitation, LeftOut
from campaigns.preview import AccountKey, Preview
from crm.mail.letters_page import ShownLetter, language_name, letters_page
from crm.mail.rendering import render


def campaign_letters(preview: Preview, accounts: Sequence[AccountKey] = ()) -> str:
    """Every letter of a campaign to some accounts, side by side, as one page; accounts left out can be looked at too.

    Args:
        preview: what the campaign would do.
        accounts: which; the first that would be enrolled in each language where none are named.

    Raises:
        NotFound: the campaign is not about an account.
        Refused: there is nothing to write to an account: no contact, no language or nothing that speaks for it.
    """
    rows = [preview.of(account) for account in accounts] or _one_for_each_language(preview.audience.invited)
    campaign = preview.campaign
    letters = [letter for row in rows for letter in _letters(preview, row)]
    return letters_page(campaign.title, f"{campaign.purpose} As of {preview.as_of:%-d %B %Y}.", letters)


def _one_for_each_language(invited: Iterable[Invitation]) -> list[Invitation]:
    first: dict[str, Invitation] = {}
    for row in invited:
        first.setdefault(row.language, row)
    return [first[language] for language in sorted(first)]


def _letters(preview: Preview, row: Invitation | LeftOut) -> Iterator[ShownLetter]:
    for step, template in preview.letters():
        order = preview.order(row, step, template)
        version = order.template
        yield ShownLetter(
            f"{row.account.name}: {template}, {language_name(version.language)}",
            version.language,
            render(version, order.facts),
            version.reviewed_by,
        )
