"""Signed tokens that name a row of ours in an address or a Message-ID, and that nobody else can make up.

A token is 40 lower-case letters and digits, so that `unsubscribe+TOKEN` fits the 64 octets before an @-sign
(RFC 5321 4.5.3.1.1) and survives mail systems that change its case. It holds a version and a hint at the key (one
octet), the number of the row under a keystream, so that nobody reads from it how much mail we send (eight octets),
and 128 bits of an HMAC-SHA256 over version, purpose and number. It does not expire: who wants to unsubscribe may do
so from an old letter.
"""

import base64
import binascii
import hmac
from collections.abc import Iterable
from functools import lru_cache

from crm.errors import ConfigurationError, InvalidInput

VERSION = 1
SHORTEST_KEY = 16
"""Octets: the strength of the signature, 128 bits."""

_NUMBER = 8
_SEAL = 16
_OCTETS = 1 + _NUMBER + _SEAL
_LENGTH = _OCTETS * 8 // 5


@lru_cache(maxsize=16)  # a letter names one address several times: in its words and in its headers
def sign(purpose: str, number: int, *, key: bytes) -> str:
    """A token for a row, good for one purpose.

    Args:
        purpose: what it entitles to, such as "unsubscribe"; a token for another purpose does not verify.
        number: the id of the row.
        key: the secret that signs now.

    Returns:
        40 letters and digits, safe in the local part of an address.

    Raises:
        InvalidInput: the number is negative or does not fit 63 bits.
        ConfigurationError: the key is too short.
    """
    if not 0 <= number < 1 << 63:
        raise InvalidInput("A token names a row by a number of up to 63 bits.", field="number", value=number)
    seal = _seal(purpose, number, key)
    hidden = _xor(number.to_bytes(_NUMBER, "big"), _keystream(seal, key))
    return base64.b32encode(bytes([_first(key)]) + hidden + seal).decode("ascii").lower()


def verify(purpose: str, token: str, *, keys: Iterable[bytes]) -> int | None:
    """The row that a token names, or None if we did not sign it for this purpose.

    Args:
        purpose: what the bearer wants.
        token: as it came back, in any case of letters.
        keys: the secret that signs now and those that signed before.

    Raises:
        ConfigurationError: a key is too short.
    """
    octets = _decoded(token)
    if octets is None:
        return None
    first, hidden, seal = octets[0], octets[1 : 1 + _NUMBER], octets[1 + _NUMBER :]
    for key in keys:
        if first == _first(key):
            number = int.from_bytes(_xor(hidden, _keystream(seal, key)), "big")
            if hmac.compare_digest(seal, _seal(purpose, number, key)):
                return number
    return None


def message_id(number: int, *, key: bytes, domain: str) -> str:
    """The Message-ID of a message of ours: the same on every attempt, and recognisable when it comes back.

    Args:
        number: the id of the message's row.
        key: the secret that signs now.
        domain: our mail domain, in ASCII.

    Returns:
        With its angle brackets, as in `<TOKEN@mail.example>`.
    """
    return f"<{sign('message-id', number, key=key)}@{domain}>"


def _decoded(token: str) -> bytes | None:
    if len(token) != _LENGTH or not (token.isascii() and token.isalnum()):
        return None
    try:
        return base64.b32decode(token.upper())
    except binascii.Error:
        return None


@lru_cache(maxsize=16)
def _first(key: bytes) -> int:
    if len(key) < SHORTEST_KEY:
        hint = f"Set one of at least {SHORTEST_KEY} random octets."
        raise ConfigurationError("The key that signs tokens is too short.", field="key", hint=hint)
    return VERSION << 4 | _mac(key, b"key")[0] & 0x0F


def _seal(purpose: str, number: int, key: bytes) -> bytes:
    claim = b"seal\0%d\0%b\0%d" % (VERSION, purpose.encode(), number)
    return _mac(key, claim)[:_SEAL]


def _keystream(seal: bytes, key: bytes) -> bytes:
    return _mac(key, b"keystream\0" + seal)[:_NUMBER]


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).to_bytes(len(one), "big")
