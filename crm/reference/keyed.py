"""Choosing one row of a short list by any of its spellings."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from crm.errors import Ambiguous, NotFound
from crm.reference.spelling import near, plain

R = TypeVar("R")

_LONGEST = 200


def one_of(rows: Iterable[R], key: str, *, what: str, spellings: Callable[[R], Iterable[str]]) -> R:
    """The row that answers to a key, compared without case, accents and punctuation.

    Args:
        rows: the rows to choose from.
        key: a code or name.
        what: what the rows are, for the error, e.g. "region".
        spellings: the codes and names of a row; the first one stands for it in a list of candidates.

    Raises:
        NotFound: none answers; the closest are the candidates, or all when nothing is close.
        Ambiguous: several answer.
    """
    known = [
        (next(iter(spellings(row))), {plain(spelling) for spelling in spellings(row)}, row) for row in rows
    ]
    text = key[:_LONGEST]
    found = [(first, row) for first, forms, row in known if plain(text) in forms]
    if len(found) == 1:
        return found[0][1]
    if found:
        raise Ambiguous(
            f"{text!r} may be any of {len(found)} entries of {what}.",
            field=what,
            value=text,
            candidates=[first for first, _ in found],
        )
    close = set(near(plain(text), {form for _, forms, _ in known for form in forms}))
    raise NotFound(
        f"There is no {what} {text!r}.",
        field=what,
        value=text,
        candidates=[first for first, forms, _ in known if forms & close] or [first for first, _, _ in known],
    )
