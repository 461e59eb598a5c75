"""How letters address holders of a high office, where nobody has recorded how a person wishes to be addressed.

The list is read from its file and not from the book, so that what a letter says stays a function of its arguments.
"""

from collections.abc import Iterable
from functools import cache

from crm.reference.csvfile import facts, shipped
from crm.reference.facts import Certainty, Fact
from crm.reference.languages import Language
from crm.reference.spelling import plain


class FormOfAddress(Fact):
    """A salutation that goes with an office.

    Attributes:
        rank: the office, whatever it is called: "minister".
        role: how a role begins whose holder has this rank, in `language`. An adviser to the minister is none.
        whole: whether the role is these words and no others: a Minister Counsellor is a diplomat.
        salutation: as it stands in a letter in `language`, without the comma.
    """

    rank: str
    role: str
    language: Language
    whole: bool
    salutation: str
    certainty: Certainty


@cache
def forms_of_address() -> tuple[FormOfAddress, ...]:
    """Every form of address on file."""
    return facts(FormOfAddress, shipped("forms_of_address.csv"))


def salutation_of_office(roles: Iterable[str], language: Language) -> str | None:
    """The salutation that somebody's office asks for in a language.

    Args:
        roles: what they do, in any of the six languages: "Minister of Communications".
        language: of the letter.

    Returns:
        The salutation without its comma; None where no role asks for one, or where the language has one for a man
        and another for a woman and the role is not written in it.
    """
    held = [form for form in forms_of_address() for role in roles if _means(form, plain(role))]
    own = [form for form in held if form.language is language]
    ranks = {form.rank for form in held}
    known = own or [form for form in forms_of_address() if form.rank in ranks and form.language is language]
    salutations = {form.salutation for form in known}
    return salutations.pop() if len(salutations) == 1 else None


def _means(form: FormOfAddress, role: str) -> bool:
    phrase = plain(form.role)
    return role == phrase or (not form.whole and role.startswith(f"{phrase} "))
