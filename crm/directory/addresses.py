"""E-mail addresses and domains: checked, kept as they were given, and compared in one canonical form."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import urlsplit

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, ValidatedEmail, validate_email

from crm.errors import InvalidInput

_PLAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,20}")
_PLAIN_LOCAL = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*")
_SHORT = 200
_RESERVED = frozenset(SPECIAL_USE_DOMAIN_NAMES) - {"test"}

LONGEST_LOCAL_PART = 64
"""Octets before the @-sign (RFC 5321 4.5.3.1.1; RFC 6531 counts octets of UTF-8)."""


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An e-mail address that can be written to.

    Attributes:
        original: as it was given.
        local: the part before the @-sign, in Unicode's composed form (RFC 6532 3.1); its case is kept.
        domain: the part after it, lower case, in the ASCII form of IDNA (`пример.рф` is `xn--e1afmkfd.xn--p1ai`).
    """

    original: str
    local: str
    domain: str

    @property
    def canonical(self) -> str:
        """The form in which addresses are compared: case-folded (Unicode's rule D145), the domain in ASCII."""
        folded = unicodedata.normalize("NFD", self.local).casefold()
        return f"{unicodedata.normalize('NFC', folded)}@{self.domain}"

    @property
    def deliverable(self) -> str:
        """The form that goes into headers and to the mail server: the case is kept, the domain is in ASCII."""
        return f"{self.local}@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """Whether every mail server on the way must offer SMTPUTF8 (RFC 6531): the part before the @ is not ASCII."""
        return not self.local.isascii()


def parse_email(text: str, field: str = "email") -> EmailAddress:
    """Check an e-mail address and take it apart; spaces around it are forgiven, nothing else is.

    No look-up is made: the domain need not exist. The reserved domains for examples and tests are accepted.

    Args:
        text: one bare address, without a name.
        field: the name of the field, for the error.

    Raises:
        InvalidInput: it is not an address, or not one that mail systems agree on (quoted, a bare IP address,
            look-alike wide letters).
    """
    given = text.strip(" \t\N{NO-BREAK SPACE}")
    local, _, domain = given.partition("@")
    if _PLAIN_LOCAL.fullmatch(local) and len(local) <= LONGEST_LOCAL_PART and _is_plain(domain):
        return EmailAddress(original=given, local=local, domain=domain)
    checked = _validated(given, field=field)
    local = checked.local_part
    if len(local.encode()) > LONGEST_LOCAL_PART:
        raise _refused(
            given, f"The part before the @-sign is longer than {LONGEST_LOCAL_PART} octets.", field=field
        )
    if (plain := unicodedata.normalize("NFKC", local)) != local:
        raise InvalidInput(
            f"{given!r} holds letters that only look like others.",
            field=field,
            value=given,
            hint=f"Did you mean {plain}@{checked.domain}?",
        )
    return EmailAddress(original=given, local=local, domain=_ascii_domain(checked))


def normal_domain(text: str, field: str = "domain") -> str:
    """The bare domain of an organisation out of a domain or a web address, lower case and in ASCII (IDNA).

    `https://www.Acme.example/about` gives `acme.example`.

    Args:
        text: a domain or the address of a web page.
        field: the name of the field, for the error.

    Raises:
        InvalidInput: it holds no domain name, or an e-mail address.
    """
    host = _host(text, field=field)
    bare = host[4:] if host.startswith("www.") and host.count(".") > 1 else host
    if _is_plain(bare):
        return bare
    try:
        return _ascii_domain(validate_email(f"x@{bare}", check_deliverability=False, test_environment=True))
    except EmailNotValidError as error:
        raise _no_domain(text, field=field) from error


def _is_plain(domain: str) -> bool:
    """Whether a domain is one of those that need no closer look, as nearly all are: a tenth of the time."""
    fits = _PLAIN.fullmatch(domain) and len(domain) < _SHORT - LONGEST_LOCAL_PART and "--" not in domain
    return bool(fits) and domain.rpartition(".")[2] not in _RESERVED


def _host(text: str, *, field: str) -> str:
    given = text.strip()
    if _PLAIN.fullmatch(given):
        return given
    try:
        parts = urlsplit(given if "://" in given else f"//{given}")
    except ValueError as error:
        raise _no_domain(text, field=field) from error
    if "@" in parts.netloc or not parts.hostname or any(sign < " " for sign in given):
        raise _no_domain(text, field=field)
    return parts.hostname.removesuffix(".")


def _no_domain(text: str, *, field: str) -> InvalidInput:
    hint = "Write it like acme.example, or paste the address of the home page."
    return InvalidInput(f"{text[:100]!r} is not a domain name.", field=field, value=text, hint=hint)


def _validated(given: str, *, field: str) -> ValidatedEmail:
    try:
        return validate_email(given, check_deliverability=False, test_environment=True, strict=True)
    except EmailNotValidError as error:
        raise _refused(given, str(error), field=field) from error


def _ascii_domain(checked: ValidatedEmail) -> str:
    return checked.ascii_domain.lower()


def _refused(given: str, why: str, *, field: str) -> InvalidInput:
    return InvalidInput(
        f"{given[:100]!r} is not an e-mail address. {why}", field=field, value=given, hint=_hint(given)
    )


def _hint(given: str) -> str:
    if "<" in given:
        return "Put the name into its own field and give the bare address."
    if "," in given or ";" in given:
        return "Give one address at a time."
    if any(unicodedata.category(sign) in {"Cc", "Cf"} for sign in given):
        return "It holds invisible characters: type it again instead of pasting it."
    return "Write it like name@acme.example."
