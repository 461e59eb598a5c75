"""The connection to PostgreSQL."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from crm.errors import ConfigurationError
from crm.store.said import listen


def connect(url: str) -> Engine:
    """An engine for a database address; nothing is contacted before the first use.

    Args:
        url: ``postgresql://user:password@host/database``.

    Raises:
        ConfigurationError: the address is not one of PostgreSQL. The message never repeats it: it may hold a password.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        address = None
    if address is None or address.get_backend_name() != "postgresql":
        raise ConfigurationError(
            "The database address is not one of PostgreSQL.",
            field="CRM_DATABASE_URL",
            hint="Write postgresql://user:password@host:5432/database.",
        ) from None
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        pool_pre_ping=True,
        hide_parameters=True,  # the text of an error goes to logs, where no erasure reaches personal data
        connect_args={
            "connect_timeout": 10,
            "options": "-c timezone=UTC -c idle_in_transaction_session_timeout=5min",
        },
    )
    listen(engine)
    return engine
