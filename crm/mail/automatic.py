"""Answers that no person wrote: absence notes, receipts, calendar replies, list mail (RFC 3834, RFC 8098, RFC 5546)."""

# ruff: noqa: RUF001 - words in other scripts look like ours
import re
import unicodedata

from crm.mail.calendar_replies import CALENDAR_KINDS
from crm.mail.fields import Fields
from crm.mail.parts import Mail

RECEIPT_KINDS = ("message/disposition-notification", "message/global-disposition-notification")
"""Read receipts (RFC 8098)."""

_PROGRAMS = re.compile(
    r"(?:mailer[-_]?daemon|mail[-_]?daemon|no[-_.]?reply|do[-_.]?not[-_.]?reply)@", re.IGNORECASE
)
_MARKS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-auto-response-suppress",
)
_PRECEDENCE = {"bulk", "junk", "auto_reply"}
_CALENDAR = re.compile(
    r"^method:\s*(?:reply|counter|declinecounter|refresh)\s*$", re.IGNORECASE | re.MULTILINE
)
_CALENDAR_METHODS = {"reply", "counter", "declinecounter", "refresh"}
_CALENDAR_HEAD = 4_000
# How absence notes begin, by what Outlook, Gmail and the common webmails write in front of the subject.
_SUBJECTS = (
    "automatic reply", "auto reply", "auto-reply", "autoreply", "autoresponse", "auto response", "auto:",
    "out of office", "out of the office", "out-of-office", "ooo:", "away from", "vacation reply", "i am away", "on leave",
    "réponse automatique", "absence du bureau", "absent du bureau", "message d'absence", "notification d'absence",
    "automatische antwort", "abwesenheitsnotiz", "abwesenheitsnachricht", "abwesenheit:", "abwesend",
    "respuesta automática", "fuera de la oficina", "fuera de oficina", "ausente de la oficina",
    "resposta automática", "fora do escritório", "ausência temporária", "ausência do escritório",
    "risposta automatica", "fuori sede", "fuori ufficio", "assente dall'ufficio", "messaggio di assenza",
    "автоматический ответ", "автоответ", "автоматична відповідь", "нет на рабочем месте", "нахожусь в отпуске",
    "رد تلقائي", "الرد التلقائي", "رد آلي", "خارج المكتب", "پاسخ خودکار",
    "自动答复", "自动回复", "自動回覆", "自動回復", "不在办公室", "外出自动回复",
    "自動応答", "自動返信", "不在通知", "자동 회신", "자동 응답", "부재중",
    "automatisch antwoord", "afwezigheidsbericht", "niet aanwezig", "automatyczna odpowiedź", "odpowiedź automatyczna",
    "poza biurem", "autosvar", "automatiskt svar", "automatisk svar", "frånvaro", "fraværsmeddelelse",
    "automaattinen vastaus", "poissa", "otomatik yanıt", "ofis dışında", "automatická odpověď", "automatikus válasz",
    "αυτόματη απάντηση", "תשובה אוטומטית", "מענה אוטומטי", "răspuns automat", "balasan otomatis", "trả lời tự động",
)  # fmt: skip


def is_list_mail(fields: Fields) -> bool:
    """Whether a mailing list passed the message on (RFC 2919); its words were meant for the list."""
    return fields.has("list-id", "list-post") or fields.first("precedence").lower() == "list"


def is_null_sender(fields: Fields) -> bool:
    """Whether the message came with an empty envelope sender, as only notices do (RFC 5321, section 4.5.5)."""
    return fields.first("return-path").replace(" ", "") == "<>"


def is_automatic(mail: Mail, *, address: str, subject: str, defects: list[str]) -> bool:
    """Whether a program wrote the message.

    Args:
        mail: the message.
        address: the address it says it is from.
        subject: its subject, decoded; asked last, since many servers still send absence notes without a header.
        defects: where to note what was odd.
    """
    fields = mail.fields
    return (
        _is_marked(fields)
        or is_null_sender(fields)
        or bool(_PROGRAMS.match(address))
        or mail.first(*RECEIPT_KINDS) is not None
        or _is_calendar_reply(mail, defects)
        or is_absence_note(subject)
    )


def _is_marked(fields: Fields) -> bool:
    submitted = re.split(r"[;\s(]", fields.first("auto-submitted").lower(), maxsplit=1)[0]
    if submitted not in {"", "no"}:
        return True
    # A list adds its own Precedence to what people write (RFC 3834, section 3.1.8 calls the field non-standard).
    in_bulk = fields.first("precedence").lower() in _PRECEDENCE and not is_list_mail(fields)
    return in_bulk or fields.has(*_MARKS)


def _is_calendar_reply(mail: Mail, defects: list[str]) -> bool:
    part = mail.first(*CALENDAR_KINDS)
    if part is None:
        return False
    method = part.parameters.get("method", "").lower()
    return method in _CALENDAR_METHODS or bool(_CALENDAR.search(part.text(defects)[:_CALENDAR_HEAD]))


def is_absence_note(subject: str) -> bool:
    """Whether a subject begins as absence notes do; one that begins with "Re:" is a person's answer to such a note."""
    return _folded(subject).lstrip(" [(*").startswith(_FOLDED_SUBJECTS)


def _folded(text: str) -> str:
    letters = unicodedata.normalize("NFKC", text.replace("\u2019", "'")).casefold()
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Cf")


_FOLDED_SUBJECTS = tuple(_folded(wording) for wording in _SUBJECTS)
