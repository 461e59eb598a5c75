"""Legal forms: what a company's name ends or begins with that says how it is constituted, not which one it is."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import groupby
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.spelling import folded, words_of
from crm.store.columns import choice


class Place(StrEnum):
    """Where in a name a legal form stands."""

    END = "end"
    START = "start"
    EITHER = "either"


class LegalForm(Fact, table=True):
    """A legal form as names carry it.

    Attributes:
        form: as it is written, e.g. "S.p.A."; dots, case and accents make no difference.
        place: where in a name it stands.
        glued: whether it is written without a space, as in scripts that have none.
        countries: where it is in use, ISO 3166 alpha-2 codes with spaces between; for orientation.
    """

    __tablename__ = "legal_form"

    form: str = Field(primary_key=True)
    place: Place = choice(Place, name="place", default=Place.END)
    glued: bool = False
    countries: str
    certainty: Certainty = certainty()


class LegalForms:
    """The legal forms by the words they stand with; a value without a database.

    Args:
        forms: the forms to know.
    """

    def __init__(self, forms: Iterable[LegalForm]) -> None:
        known = [(spelled(form.form), form) for form in forms]
        spaced = [(tuple(text.split()), form.place) for text, form in known if not form.glued]
        self._ends = {words for words, place in spaced if place is not Place.START}
        self._starts = {words for words, place in spaced if place is not Place.END}
        self._most = max((len(words) for words, _ in spaced), default=0)
        glued = [(text, form.place) for text, form in known if form.glued]
        self._suffixes = _longest_first(text for text, place in glued if place is not Place.START)
        self._prefixes = _longest_first(text for text, place in glued if place is not Place.END)

    def bare(self, name: str) -> str:
        """A name in the form in which names are compared, less the legal forms at its ends; never nothing.

        Args:
            name: in any script, e.g. "Acme Telecom Co., Ltd." (which becomes "acme telecom").
        """
        text = spelled(name)
        while (shorter := self._less_one(text)) != text:
            text = shorter
        return text

    def _less_one(self, text: str) -> str:
        words = text.split()
        for count in range(min(self._most, len(words) - 1), 0, -1):
            if tuple(words[-count:]) in self._ends:
                return " ".join(words[:-count])
            if tuple(words[:count]) in self._starts:
                return " ".join(words[count:])
        return text if text.isascii() else self._less_glued(text)

    def _less_glued(self, text: str) -> str:
        ends = (text.removesuffix(form) for form in self._suffixes)
        starts = (text.removeprefix(form) for form in self._prefixes)
        shorter = (rest.strip() for rest in (*ends, *starts) if rest != text)
        return next((rest for rest in shorter if rest), text)


def spelled(name: str) -> str:
    """The words of a name as names are compared; letters that stand alone are one word: "P.J.S.C." is "pjsc"."""
    runs = groupby(words_of(folded(name)), key=lambda word: len(word) == 1)
    return " ".join("".join(words) if single else " ".join(words) for single, words in runs)


# Like the countries, the list changes with a load only, and every name that is written down asks for it.
_KNOWN: WeakKeyDictionary[Engine | Connection, LegalForms] = WeakKeyDictionary()


def legal_forms_of(session: Session) -> LegalForms:
    """The legal forms that a database knows, read once."""
    known = _KNOWN.get(session.get_bind())
    if known is None:
        known = _KNOWN[session.get_bind()] = present_legal_forms(session)
    return known


def present_legal_forms(session: Session) -> LegalForms:
    """The legal forms as the transaction sees them, in the middle of a load for example."""
    return LegalForms(session.exec(select(LegalForm).where(col(LegalForm.retired_on).is_(None))))


def forget_legal_forms(engine: Engine) -> None:
    """Read the legal forms of a database again when they are next needed, after a load has changed them."""
    _KNOWN.pop(engine, None)


def _longest_first(forms: Iterable[str]) -> Sequence[str]:
    return sorted(forms, key=len, reverse=True)
