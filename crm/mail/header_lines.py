"""One header line: any script encoded (RFC 2047) and folded (RFC 5322 2.2.3), so that every server passes it on."""

import binascii
import re
from collections.abc import Callable, Iterable, Iterator

from crm.mail.message import Mailbox

LINE = 78
"""Characters of a line that RFC 5322 2.1.1 prefers not to exceed."""

ENCODED_LINE = 76
"""Characters of a line that holds an encoded word (RFC 2047 2)."""

FRAME = len("=?utf-8?q??=")

_PLAIN = re.compile("[!-~]+(?: [!-~]+)*")
_ATOMS = re.compile("[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/ ")
"""What Q encoding leaves as it is, also in a display name (RFC 2047 5 (3)); a space becomes `_`."""

_Q_OCTETS = [chr(octet) if chr(octet) in _SAFE else f"={octet:02X}" for octet in range(256)]


def text_line(name: str, value: str) -> str:
    """A header of free text, such as a subject.

    Args:
        name: the name of the header.
        value: checked text in any script.
    """
    words = value.split(" ")
    if not value or (_PLAIN.fullmatch(value) and len(name) + 2 + max(map(len, words)) <= LINE):
        return folded(name, words)
    return f"{name}: " + _encoded(value, room=ENCODED_LINE - len(name) - 2)


def mailbox_line(name: str, mailbox: Mailbox) -> str:
    """A header that names one person, such as From or To.

    Args:
        name: the name of the header.
        mailbox: whom; the name in any script. The address is ASCII, or the whole way offers SMTPUTF8 (RFC 6532).
    """
    address = f"<{mailbox.address}>" if mailbox.name else mailbox.address
    phrase = _phrase(mailbox.name, room=ENCODED_LINE - len(name) - 2)
    line = f"{name}: {phrase} {address}" if phrase else f"{name}: {address}"
    if len(line) - line.rfind("\n") - 1 <= LINE or not phrase:
        return line
    return f"{name}: {phrase}\r\n {address}"


def folded(name: str, words: Iterable[str]) -> str:
    """A header of words that is broken before a word where a line would become too long."""
    line = f"{name}:"
    width = len(line)
    for word in words:
        fits = width + 1 + len(word) <= LINE or width == len(name) + 1
        line += f" {word}" if fits else f"\r\n {word}"
        width = (width if fits else 0) + 1 + len(word)
    return line


def _phrase(text: str, *, room: int) -> str:
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if not text or (_ATOMS.fullmatch(text) and len(text) <= room):
        return text
    if _PLAIN.fullmatch(text) and len(quoted) <= room:
        return quoted
    return _encoded(text, room=room)


def _encoded(text: str, *, room: int) -> str:
    """Encoded words of whole characters (RFC 2047 5): in Q encoding as long as one can read it, else in base64."""
    if sum(map(_q_cost, text)) <= 2 * len(text.encode()):
        parts = _cut(text, _q_cost, first=room - FRAME, rest=ENCODED_LINE - 1 - FRAME)
        return "\r\n ".join(f"=?utf-8?q?{_q(part)}?=" for part in parts)
    parts = _cut(text, _octets, first=(room - FRAME) // 4 * 3, rest=(ENCODED_LINE - 1 - FRAME) // 4 * 3)
    return "\r\n ".join(f"=?utf-8?b?{_b(part)}?=" for part in parts)


def _cut(text: str, cost: Callable[[str], int], *, first: int, rest: int) -> Iterator[str]:
    start, used, room = 0, 0, first
    for at, sign in enumerate(text):
        price = cost(sign)
        if used + price > room:
            yield text[start:at]
            start, used, room = at, 0, rest
        used += price
    yield text[start:]


def _octets(sign: str) -> int:
    return len(sign.encode())


def _q_cost(sign: str) -> int:
    return 1 if sign in _SAFE else 3 * len(sign.encode())


def _q(text: str) -> str:
    return "".join(map(_Q_OCTETS.__getitem__, text.encode())).replace(" ", "_")


def _b(text: str) -> str:
    return binascii.b2a_base64(text.encode(), newline=False).decode("ascii")
