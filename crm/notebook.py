"""Several values in a notebook: a tuple or list of the book's values shows as a table, and stays what it is."""

import sys
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from crm.shown import Shown, table


def show_several() -> None:
    """Teach a running notebook to show several values of the book as a table; elsewhere this does nothing.

    One value shows itself. A tuple belongs to Python, so the notebook must be told; what holds anything else than
    the book's values, and what somebody has taught the notebook before, stays as it is.
    """
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    if shell is None:
        return
    known = shell.display_formatter.formatters["text/html"].type_printers
    for kind in (tuple, list):
        known.setdefault(kind, _several)


def _several(values: Sequence[object]) -> str | None:
    ours = values and all(isinstance(value, (Shown, BaseModel)) for value in values)
    return table(values) if ours else None
