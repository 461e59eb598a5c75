"""The assumptions of a what-if: those on file, and in their place what whoever asks assumes instead."""

from collections.abc import Mapping

from crm.errors import InvalidInput
from crm.membership.what_if.ranges import Range
from crm.membership.what_if.results import Assumption
from crm.reference.facts import Certainty
from crm.reference.response_assumptions import Rate, ResponseAssumption, response_assumptions
from crm.store.columns import chosen

Assumed = Range | float | tuple[float, float, float]
"""A range; one number, which is certain; or low, likely and high."""


def assumptions_of(given: Mapping[str, Assumed] | None) -> tuple[Assumption, ...]:
    """One assumption for each rate, in the order of `Rate`.

    Args:
        given: what is assumed instead of the values on file, by the name of the rate.

    Raises:
        InvalidInput: there is no such rate, or a share is below nothing; `field` names it.
    """
    stated = {
        chosen(Rate, name, field="assumptions"): _range(name, value) for name, value in (given or {}).items()
    }
    return tuple(_assumption(row, stated.get(rate)) for rate, row in response_assumptions().items())


def _assumption(row: ResponseAssumption, stated: Range | None) -> Assumption:
    if stated is None:
        on_file = Range(row.low, row.likely, row.high, row.shape)
        return Assumption(row.rate, on_file, row.words, row.source, row.certainty)
    return Assumption(row.rate, stated, row.words, "stated with the question", Certainty.UNVERIFIED)


def _range(name: str, given: Assumed) -> Range:
    found = given if isinstance(given, Range) else _read(name, given)
    most = 1 if name == Rate.LOWER_CLASS else float("inf")
    if found.low < 0 or found.high > most:
        raise InvalidInput(
            f"{name}: {found} is no share.", field=name, value=str(found), hint="Write 0.1 for ten per cent."
        )
    return found


def _read(name: str, given: float | tuple[float, float, float]) -> Range:
    values = given if isinstance(given, tuple) else (given, given, given)
    try:
        low, likely, high = map(float, values)
    except (TypeError, ValueError):
        raise InvalidInput(
            f"{name}: {given!r} is no range.",
            field=name,
            value=given,
            hint="Give low, likely and high: (0.1, 0.3, 0.8).",
        ) from None
    return Range(low, likely, high)
