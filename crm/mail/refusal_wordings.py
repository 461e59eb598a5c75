"""What mail servers write where their codes say nothing: that they know no such recipient, or that they object to us.

RFC 5321 means by a plain 550 "mailbox not found, no access, or command rejected for policy reasons", so only words that
name a recipient count against an address; "mailbox unavailable", the text of the standard itself, names none.
"""

import re

_RECIPIENT = r"(?:user|recipient|mail ?box|(?:e-?mail )?(?:account|address)|addressee|alias|local[- ]part)"
_NOT_THERE = (
    r"(?:unknown|(?:not|not be|couldn't be|wasn't) found|(?:does not|doesn't|not) exist"
    r"|no longer (?:exists|valid|accepts mail)|(?:is|has been) (?:disabled|deactivated|discontinued|closed|inactive))"
)
_NO_SUCH_RECIPIENT = re.compile(
    "|".join(
        (
            # "Unknown user", "No such mailbox here", "Invalid or unknown virtual user".
            rf"\b(?:unknown|no such|invalid|non-?existent) (?:virtual |local )?{_RECIPIENT}\b",
            # "User amina unknown", "Recipient not found", "the e-mail address you entered couldn't be found".
            rf"\b{_RECIPIENT}(?: \S{{1,80}}){{0,3}}? {_NOT_THERE}\b",
            r"\bno mailbox here by that name\b",  # qmail
            r"\bunroute?able address\b",  # Exim
            r"\buser doesn't have an? \S{1,80} account\b",  # Yahoo
            r"\bwasn't found at\b",  # Microsoft 365
            r"\bnot a (?:known|valid) (?:user|mailbox|recipient)\b",
            r"\b(?:destinataire|utilisateur|adresse)\b.{0,80} (?:inconnue?|invalide|n'existe pas)\b",
            r"\b(?:empfänger|benutzer)\b.{0,80} (?:unbekannt|existiert nicht)\b",
            r"\b(?:usuario|destinatario|utente|usuário|destinatário) (?:desconocido|sconosciuto|desconhecido|inexistente)\b",
            r"\bno existe (?:ese|el|dicho) (?:usuario|destinatario)\b",
            r"\b(?:адрес|ящик|пользователь)\b.{0,80} не (?:существует|найден)\b|нет такого пользователя",
            r"用户不存在|收件人不存在|لا يوجد مستخدم",
        )
    ),
    re.IGNORECASE,
)
_OBJECTS_TO_US = re.compile(
    r"\b(?:spam\w*|block(?:ed|ing|[- ]?list\w*)|(?:black|deny)[- ]?list\w*|[dr]n?s?bl|reputation|unsolicited|banned"
    r"|polic(?:y|ies)|relay\w*(?! recipient)|spf|dkim|dmarc|authenticat\w+|helo|ehlo|ptr|r(?:everse[- ])?dns|ip|mail from"
    r"|headers?|your (?:account|address|server|host\w*|domain|network))\b"
    r"|(?<!to )(?<!to the )\bsender\b",
    re.IGNORECASE,
)
_FULL = ("mailbox full", "mailbox is full", "over quota", "quota exceeded")
_ADDRESS = re.compile(r"\S*@\S*")


def names_no_such_recipient(text: str) -> bool:
    """Whether a server says that it knows no such recipient, and nothing against us beside it."""
    said = _without_addresses(text)
    return bool(_NO_SUCH_RECIPIENT.search(said)) and not _OBJECTS_TO_US.search(said)


def objects_to_us(text: str) -> bool:
    """Whether a server objects to who we are or how we send: a list we are on, our names in the DNS, the sender."""
    return bool(_OBJECTS_TO_US.search(_without_addresses(text)))


def names_a_full_mailbox(text: str) -> bool:
    """Whether a server says that the mailbox is full."""
    return any(wording in text.lower() for wording in _FULL)


def _without_addresses(text: str) -> str:
    """The words alone: an address may hold any of them."""
    return " ".join(_ADDRESS.sub("<address>", text.replace("\u2019", "'")).split())
