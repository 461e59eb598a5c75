"""A mail server beside the book."""

from collections.abc import Iterator

import pytest
from support.smtp_server import RecordingServer


@pytest.fixture
def mail_server() -> Iterator[RecordingServer]:
    with RecordingServer() as server:
        yield server
