"""The words that a letter opens with, where they are not those that any reader gets."""

from collections.abc import Iterable

from crm.directory.names import clean_name
from crm.directory.tables import OrganizationKind
from crm.errors import InvalidInput
from crm.reference.forms_of_address import salutation_of_office
from crm.reference.languages import Language

_ENDINGS = " ,:!،：，！"  # noqa: RUF001 - what salutations end with in the six languages
_LONGEST = 120


def known_salutation(text: str) -> str | None:
    """A salutation as it stands in a letter, which sets its own comma; None for an empty one.

    Raises:
        InvalidInput: it cannot be read, or is too long.
    """
    if not text.strip():
        return None
    words = clean_name(text, field="salutation").rstrip(_ENDINGS)
    if len(words) > _LONGEST:
        raise InvalidInput(
            "The salutation is too long.", field="salutation", value=text, hint="Write it as: Excellency"
        )
    return words


def salutation_for(
    recorded: str | None,
    *,
    reads: Language | None,
    roles: Iterable[str],
    kind: OrganizationKind,
    language: Language,
) -> dict[str, str]:
    """How a letter addresses its reader: as recorded, else as their office in an administration asks for.

    Args:
        recorded: the salutation that an account manager has recorded, in the reader's language of correspondence.
        reads: that language; None: nobody has said.
        roles: what the reader does there.
        kind: of the organisation.
        language: of the letter. What is recorded for a French letter has no place in an English one.

    Returns:
        The fact `salutation` for a letter; nothing where the letter's own words are right.
    """
    if recorded and reads in (None, language):
        return {"salutation": recorded}
    formal = salutation_of_office(roles, language) if kind is OrganizationKind.ADMINISTRATION else None
    return {"salutation": formal} if formal else {}
