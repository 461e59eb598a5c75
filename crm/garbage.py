"""Reading very much at once without Python looking through all of it again and again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Let the search for circular garbage rest while very many values are made that all stay.

    Each time their number has grown by a quarter Python searches all of them, and finds nothing: half of the time that
    it takes to read and judge twenty thousand accounts. What nobody refers to any more is freed at once all the same.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
