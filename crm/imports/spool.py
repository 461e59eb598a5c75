"""What is too much to hold in memory and is not to be in the book: values in a temporary file, in their order."""

import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")

_IN_MEMORY = 1 << 20


class Spool(Generic[T]):
    """Values in a temporary file that goes with whoever holds this.

    Args:
        adapter: turns a value into JSON and back.
    """

    def __init__(self, adapter: TypeAdapter[T]) -> None:
        self._adapter = adapter
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - it lives as long as this does
        weakref.finalize(self, self._file.close)

    def write(self, values: Iterable[T]) -> None:
        """Put values at the end."""
        self._file.seek(0, 2)
        self._file.writelines(self._adapter.dump_json(value) + b"\n" for value in values)

    def read(self) -> Iterator[T]:
        """All values from the first to the last; several may read at once."""
        at = 0
        while line := self._line(at):
            at += len(line)
            yield self._adapter.validate_json(line)

    def _line(self, at: int) -> bytes:
        self._file.seek(at)
        return self._file.readline()


class Lazy(Generic[T]):
    """Values that are read anew each time they are gone through.

    Args:
        read: reads them from the first to the last.
        count: how many there are; counted by reading them where it is not known.
    """

    def __init__(self, read: Callable[[], Iterator[T]], count: int | None = None) -> None:
        self._read = read
        self._count = count

    def __iter__(self) -> Iterator[T]:
        return self._read()

    def __len__(self) -> int:
        return sum(1 for _ in self) if self._count is None else self._count

    def __repr__(self) -> str:
        return f"<{len(self):,}, read as you go>"
