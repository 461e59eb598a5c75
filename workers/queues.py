"""The queues, by name."""

from enum import StrEnum


class Queue(StrEnum):
    """A queue; a worker can be told to serve some of them only."""

    TICK = "tick"
    ADVANCE = "advance"
    SEND = "send"
    INBOUND = "inbound"
