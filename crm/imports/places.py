"""Which country a cell means: looked up, corrected where only one answer is possible, or refused with the candidates."""

from dataclasses import dataclass

from crm.errors import AccordError, NotFound
from crm.imports.verdicts import Problem, ProblemKind, clipped
from crm.reference.gazetteer import Basis, Gazetteer, Suggestion

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
        self._known: dict[str, Place | Problem] = {}

    def place(self, text: str) -> Place | Problem:
        """The country that a cell means.

        "Houston, Texas" is corrected: Texas lies in one country only. "Atlanta, Georgia" is refused: the end of
        the address is a State and a part of another. A mere resemblance of spelling is never enough.
        """
        found = self._known.get(text)
        if found is None:
            found = self._known[text] = self._looked_up(text)
        return found

    def _looked_up(self, text: str) -> Place | Problem:
        try:
            return Place(self._gazetteer.find(text).code)
        except NotFound as error:
            return self._corrected(text) or self._refused(text, error)
        except AccordError as error:
            return Problem.of(error, field="country", value=text)

    def _corrected(self, text: str) -> Place | None:
        match self._gazetteer.suggest(text):
            case (Suggestion(country, basis, reason),) if basis is not Basis.SPELLING:
                return Place(country.code, f"{clipped(text)!r} was read as {country}: {reason}.")
            case _:
                return None

    def _refused(self, text: str, error: NotFound) -> Problem:
        kind = ProblemKind.AMBIGUOUS if len(error.candidates) > 1 else ProblemKind.UNKNOWN
        reason = f"{clipped(text)!r} is not the name of a country"
        reason += f"; it may mean {len(error.candidates)} of them." if kind is ProblemKind.AMBIGUOUS else "."
        return Problem(kind, "country", clipped(text), reason, _FIX, error.candidates)
