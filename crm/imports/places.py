"""Which country a cell means: looked up, corrected where only one answer is possible, or refused with the candidates."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from crm.imports.verdicts import Problem, ProblemKind, clipped
from crm.reference.gazetteer import Basis, Gazetteer, Suggestion

_KEPT = 8192
"""How many spellings are kept at once; a file may hold any number."""
_FIX = "Write an ISO 3166 code or the name of the country; leave the cell empty if the country is not known."


@dataclass(frozen=True, slots=True)
class Place:
    """The country that a cell means.

    Attributes:
        code: ISO 3166 alpha-3.
        correction: what the cell was read as and why, if it does not say the country itself.
    """

    code: str
    correction: str | None = None


class Places:
    """Reads the country cells of one file; each spelling is looked up once.

    Args:
        gazetteer: the countries with all their names.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._known = lru_cache(_KEPT)(self._looked_up)

    def place(self, text: str) -> Place | Problem:
        """The country that a cell means.

        "Houston, Texas" is corrected: Texas lies in one country only. "Atlanta, Georgia" is refused: the end of
        the address is a State and a part of another. A mere resemblance of spelling is never enough.
        """
        return self._known(text)

    def _looked_up(self, text: str) -> Place | Problem:
        match self._gazetteer.matches(text):
            case (country,):
                return Place(country.code)
            case ():
                return self._suggested(text)
            case several:
                return _refused(text, [str(country) for country in several])

    def _suggested(self, text: str) -> Place | Problem:
        suggestions = self._gazetteer.suggest(text)
        match suggestions:
            case (Suggestion(country, basis, reason),) if basis is not Basis.SPELLING:
                return Place(country.code, f"{clipped(text)!r} was read as {country}: {reason}.")
            case _:
                return _refused(text, [str(suggestion) for suggestion in suggestions])


def _refused(text: str, candidates: Sequence[str]) -> Problem:
    kind = ProblemKind.AMBIGUOUS if len(candidates) > 1 else ProblemKind.UNKNOWN
    reason = f"{clipped(text)!r} is not the name of a country"
    reason += f"; it may mean {len(candidates)} of them." if kind is ProblemKind.AMBIGUOUS else "."
    return Problem(kind, "country", clipped(text), reason, _FIX, tuple(candidates))
