"""A limit to how long a statement may take, for questions that somebody else may have put together."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import func, select
from sqlmodel import Session

_SETTING = "statement_timeout"


@contextmanager
def limited(session: Session, most: timedelta) -> Iterator[None]:
    """Stop each statement inside that takes longer; what was set before counts again afterwards.

    Args:
        session: of the transaction.
        most: how long one statement may take.

    Raises:
        StoreError: one took longer.
    """
    milliseconds = f"{most // timedelta(milliseconds=1)}ms"
    before = session.scalar(
        select(func.current_setting(_SETTING), func.set_config(_SETTING, milliseconds, True))  # noqa: FBT003 - for this transaction
    )
    yield
    session.execute(select(func.set_config(_SETTING, before, True)))  # noqa: FBT003
