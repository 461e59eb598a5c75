"""What a report says about the address that we wrote to, which may be a list whose members fail one by one.

A report on a member of a list looks like one on an address that was rewritten on its way: it names an address that we
did not write to. So an address is given up only where the report names that very address as one that takes no mail.
"""

from collections.abc import Iterable
from enum import StrEnum

from crm.directory.addresses import parse_email
from crm.errors import InvalidInput
from crm.mail.answers import BounceRecipient, DeliveryAction

_TAKEN = frozenset({DeliveryAction.DELIVERED, DeliveryAction.RELAYED, DeliveryAction.EXPANDED})
"""Expanded: the address as we wrote it took the letter, and it goes on from there (RFC 3464, section 2.3.3)."""


class Fate(StrEnum):
    """What is known of an address after a report."""

    GONE = "gone"
    ARRIVED = "arrived"
    REFUSED = "refused"
    UNSURE = "unsure"


def fate_of(address: str, report: Iterable[BounceRecipient]) -> Fate:
    """What a report says of the address that we wrote to.

    Args:
        address: as the letter has it.
        report: what became of the letter for each address that the report names.

    Returns:
        Whether nobody is there, it arrived there whatever became of it afterwards, or a server objects to us;
        unsure where the report speaks of other addresses, of a full mailbox, or of a server that was away.
    """
    named = [(one, _canonical(one.address) == _canonical(address)) for one in report]
    if any(one.suppress and ours for one, ours in named):
        return Fate.GONE
    if any(one.action in _TAKEN and ours for one, ours in named):
        return Fate.ARRIVED
    return Fate.REFUSED if any(one.policy for one, _ in named) else Fate.UNSURE


def _canonical(address: str | None) -> str | None:
    try:
        return address and parse_email(address).canonical
    except InvalidInput:
        return None
