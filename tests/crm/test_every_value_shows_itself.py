"""Whatever the book or the desk hands out shows itself in a notebook."""

import inspect
import typing
from enum import Enum

from campaigns import desk

INSIDE = {"_store", "_server", "engine", "identity", "templates", "clock"}
NO_VALUES = {"Gazetteer"}  # it answers questions, as a facet does


def test_every_value_that_is_handed_out_shows_itself_in_a_notebook(book):
    """If this fails for a value of yours: `class Need(Shown)`, from crm.shown."""
    calls = [call for name, facet in vars(book).items() if name not in INSIDE for call in _calls(facet)]
    calls += [
        call
        for name, call in vars(desk).items()
        if inspect.isfunction(call) and call.__module__ == desk.__name__ and name[0] != "_"
    ]
    found = {kind for call in calls for kind in _kinds(typing.get_type_hints(call).get("return"))}
    assert len(found) > 40
    assert [kind for kind in found if not hasattr(kind, "_repr_html_")] == []


def _calls(facet):
    """The verbs and reads of a facet; some stand on the book itself."""
    if inspect.ismethod(facet):
        return [facet]
    return [call for name, call in inspect.getmembers(facet, inspect.ismethod) if name[0] != "_"]


def _kinds(hint):
    """The classes of ours in an annotation."""
    for part in typing.get_args(hint):
        yield from _kinds(part)
    ours = isinstance(hint, type) and hint.__module__.partition(".")[0] in {"crm", "campaigns"}
    if ours and not issubclass(hint, Enum) and hint.__name__ not in NO_VALUES:
        yield hint
