"""Serving the pages: uvicorn with a log that names nobody."""

from typing import Any

import uvicorn

FACTORY = "crm.web.app:from_environment"
"""What any ASGI server can start."""

_LOG = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {
        name: {"handlers": ["stderr"], "level": "INFO", "propagate": False} for name in ("crm.web", "uvicorn")
    },
}
OPTIONS: dict[str, Any] = {
    "access_log": False,  # its lines hold the address of each page, and so the token
    "log_config": _LOG,
    "server_header": False,
    "h11_max_incomplete_event_size": 16_384,
    "limit_concurrency": 200,
    "timeout_keep_alive": 5,
    "timeout_graceful_shutdown": 20,
}
"""How the pages are served, wherever they listen."""


def serve(*, host: str, port: int, proxies: str, workers: int) -> None:
    """Serve the pages of the book that the environment names, until the process is told to stop.

    Args:
        host: the address to listen on.
        port: the port.
        proxies: the addresses or networks, with commas between, whose word about who asks is believed.
        workers: how many processes.
    """
    uvicorn.run(
        FACTORY,
        factory=True,
        host=host,
        port=port,
        workers=workers,
        forwarded_allow_ips=proxies,
        **OPTIONS,
    )
