"""Addresses in the header of a message that came in: whom it is from, whom it reached, which tokens they carry."""

import re
from collections.abc import Iterable

from crm.mail.answers import Sender, TokenFound
from crm.mail.fields import plain

REACHED = (
    "to",
    "cc",
    "delivered-to",
    "x-original-to",
    "x-delivered-to",
    "envelope-to",
    "x-envelope-to",
    "resent-to",
)
"""The fields that say whom a message was sent or delivered to."""

ADDRESSED = ("to", "cc")
"""The fields in which a writer says whom a message is for."""

_BETWEEN_ADDRESSES = re.compile(r"[\s<>,;:\"()\[\]\\]+")
_ADDRESS = re.compile(r"[^\s@<>()\[\]\",;:\\]{1,128}@[^\s@<>()\[\]\",;:\\]{1,255}")
_TOKEN = re.compile(r"(bounces|unsubscribe|reply|log)\+([A-Za-z0-9_.=~-]{1,128})@.+", re.IGNORECASE)
_PIECE = re.compile(
    r'(?P<word>=\?[^?\s]{1,80}\?[BbQq]\?[^?]*\?=)|"(?P<quoted>(?:[^"\\]|\\.)*)"|\((?P<comment>[^()]*)\)'
    r'|<(?P<angle>[^<>]*)>|(?P<comma>,)|[^"(<,=]+|.'
)
_LONGEST_SENDER = 2_000
_MOST_ADDRESSES = 200


def addresses(values: Iterable[str]) -> tuple[str, ...]:
    """Every address that stands in these values, once each, in their order."""
    words = (word for value in values for word in _BETWEEN_ADDRESSES.split(value))
    found = dict.fromkeys(word for word in words if _ADDRESS.fullmatch(word))
    return tuple(found)[:_MOST_ADDRESSES]


def tokens(found: Iterable[str]) -> tuple[TokenFound, ...]:
    """The tokens in addresses of the form `bounces+TOKEN@…`, `unsubscribe+TOKEN@…`, `reply+TOKEN@…`, `log+TOKEN@…`."""
    matches = (_TOKEN.fullmatch(address) for address in found)
    return tuple(dict.fromkeys(TokenFound(match[1].lower(), match[2]) for match in matches if match))


def sender(value: str, defects: list[str]) -> Sender | None:
    """Who a From field names; None when no single address can be made out.

    An address inside a quoted name or a comment is part of the name (cf. CVE-2023-27043): the field is
    cut into its pieces before anything is decoded.

    Args:
        value: the field's value, not yet decoded.
        defects: where to note what was odd.
    """
    pieces = list(_PIECE.finditer(value[:_LONGEST_SENDER]))
    commas = [at for at, piece in enumerate(pieces) if piece["comma"]]
    mailboxes = [
        pieces[start:end] for start, end in zip([0, *(at + 1 for at in commas)], [*commas, None], strict=True)
    ]
    if commas:
        defects.append("several senders")
    read = [found for found in (_mailbox(mailbox, defects) for mailbox in mailboxes) if found]
    if not read:
        defects.append("no sender")
    return read[0] if read else None


def _mailbox(pieces: list[re.Match[str]], defects: list[str]) -> Sender | None:
    angles = [piece["angle"] for piece in pieces if piece["angle"] is not None]
    comments = " ".join(piece["comment"] for piece in pieces if piece["comment"])
    rest = "".join(
        _unquoted(piece) for piece in pieces if piece["angle"] is None and piece["comment"] is None
    )
    address, name = (angles[0], rest) if angles else (rest, comments)
    if len(angles) > 1 or not _ADDRESS.fullmatch(address.strip()):
        return None
    return Sender(address.strip(), plain(name, defects))


def _unquoted(piece: re.Match[str]) -> str:
    quoted = piece["quoted"]
    return piece[0] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
