"""How a letter names whom of us it is from; one answer for letters of campaigns, by hand and drafted by the program."""

from crm.reference.languages import Language


def signed(
    name: str, *, title: str, email: str, office: str, office_code: str, language: Language
) -> dict[str, str]:
    """What a letter is told of the colleague who signs it.

    The names of our offices are on record in English alone; in other languages the code of the office stands.

    Args:
        name: of the colleague.
        title: their function.
        email: their address.
        office: the name of their office.
        office_code: its code, e.g. "BDT".
        language: of the letter.
    """
    shown = office if language is Language.ENGLISH else office_code
    return {"name": name, "title": title, "office": shown, "email": email}
