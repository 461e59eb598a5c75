"""What comes back to letters that really arrived: a reply, a bounce and an unsubscribe, as raw RFC 5322 messages."""

# ruff: noqa: RUF001 - letters of other scripts look like ours
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from textwrap import indent
from types import MappingProxyType
from urllib.parse import parse_qs, unquote, urlsplit

REPLIES: Mapping[str, str] = MappingProxyType(
    {
        "fr": "Merci de votre lettre. Le passage au statut de Membre de Secteur nous intéresse. Pourriez-vous nous dire "
        "à partir de quelle date il prendrait effet, et quelles commissions d’études nous seraient ouvertes ?\n\n"
        "Je suis disponible mardi ou jeudi matin.\n",
        "ar": "شكراً على رسالتكم. نحن مهتمون بالعضوية الكاملة في القطاع. متى يبدأ سريانها، وما هي لجان الدراسات التي "
        "ستكون متاحة لنا؟\n\nيمكننا التحدث صباح الثلاثاء أو الخميس.\n",
        "en": "Thank you for your letter. Full membership of the Sector interests us. From which date would it take "
        "effect, and which study groups would be open to us?\n\nTuesday or Thursday morning would suit me.\n",
        "es": "Gracias por su carta. Nos interesa la condición de Miembro de Sector. ¿Podría indicarnos a partir de qué "
        "fecha surtiría efecto y qué Comisiones de Estudio tendríamos a nuestra disposición?\n\n"
        "Estoy disponible el martes o el jueves por la mañana.\n",
        "ru": "Благодарю Вас за письмо. Нас интересует статус Члена Сектора. С какого числа он вступил бы в силу и какие "
        "исследовательские комиссии были бы нам доступны?\n\nМне удобно во вторник или в четверг утром.\n",
        "zh": "感谢您的来函。我们对部门成员资格感兴趣。请问自何日起生效，我们可以参加哪些研究组？\n\n"
        "我周二或周四上午方便。\n",
    }
)
"""What a contact writes back, by language."""


def reply_to(letter: EmailMessage, *, at: datetime) -> bytes:
    """A person's reply: in the letter's language, with the letter quoted below.

    Args:
        letter: as it arrived.
        at: when it is written.
    """
    message = _message(letter, "reply", to=letter["Reply-To"], at=at, subject=f"Re: {letter['Subject']}")
    message["In-Reply-To"] = letter["Message-ID"]
    message["References"] = letter["Message-ID"]
    original = letter.get_body(("plain",))
    quoted = indent(original.get_content() if original else "", "> ", lambda _: True)
    words = REPLIES[_language(letter)]
    message.set_content(f"{words}\n{letter['To'].addresses[0].display_name}\n\n{_intro(letter)}\n{quoted}")
    return message.as_bytes()


def unsubscribe_from(letter: EmailMessage, *, at: datetime) -> bytes:
    """What a mail program sends when its reader presses "unsubscribe" (RFC 2369): whatever our header asks for.

    Args:
        letter: as it arrived.
        at: when the button is pressed.
    """
    link = urlsplit(letter["List-Unsubscribe"].strip().strip("<>"))
    subject = parse_qs(link.query).get("subject", ["unsubscribe"])[0]
    message = _message(letter, "unsubscribe", to=unquote(link.path), at=at, subject=subject)
    message.set_content("\n")
    return message.as_bytes()


def bounce_of(letter: EmailMessage, *, at: datetime) -> bytes:
    """What a mail server reports when the address does not exist (RFC 3464), to the envelope sender.

    Args:
        letter: as it arrived.
        at: when the server gives up.
    """
    address = letter["To"].addresses[0].addr_spec
    message = EmailMessage(policy=SMTP)
    message["Return-Path"] = "<>"
    message["From"] = f"Mail Delivery System <mailer-daemon@{address.partition('@')[2]}>"
    message["To"] = letter["Return-Path"].strip("<>")
    message["Subject"] = "Undelivered Mail Returned to Sender"
    _stamp(message, letter, at=at, kind="bounce")
    message["Auto-Submitted"] = "auto-replied"
    message.set_content(f"The address {address} does not exist here. This is a permanent error.\n")
    message.make_mixed()
    message.replace_header("Content-Type", "multipart/report; report-type=delivery-status")
    message.attach(_delivery_status(address))
    returned = EmailMessage(policy=SMTP)
    returned.set_content(letter)
    message.attach(returned)
    return message.as_bytes()


def _message(letter: EmailMessage, kind: str, *, to: str, at: datetime, subject: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = letter["To"]
    message["To"] = to
    message["Subject"] = subject
    _stamp(message, letter, at=at, kind=kind)
    return message


def _stamp(message: EmailMessage, letter: EmailMessage, *, at: datetime, kind: str) -> None:
    token = letter["Message-ID"].strip("<>").partition("@")[0]
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{kind}.{token}@{letter['To'].addresses[0].domain}>"


def _delivery_status(address: str) -> EmailMessage:
    domain = address.partition("@")[2]
    about_all = EmailMessage(policy=SMTP)
    about_all["Reporting-MTA"] = f"dns; mx.{domain}"
    recipient = EmailMessage(policy=SMTP)
    recipient["Final-Recipient"] = f"rfc822; {address}"
    recipient["Action"] = "failed"
    recipient["Status"] = "5.1.1"
    recipient["Diagnostic-Code"] = "smtp; 550 5.1.1 No such user here"
    status = EmailMessage(policy=SMTP)
    status["Content-Type"] = "message/delivery-status"
    status.set_payload([about_all, recipient])
    return status


def _language(letter: EmailMessage) -> str:
    language = str(letter["Content-Language"] or "en")
    return language if language in REPLIES else "en"


def _intro(letter: EmailMessage) -> str:
    """How mail programs introduce what they quote."""
    author, at = letter["From"].addresses[0].display_name, letter["Date"].datetime
    intros = {
        "fr": f"Le {at:%d/%m/%Y} à {at:%H:%M}, {author} a écrit :",
        "ar": f"في {at:%d/%m/%Y} {at:%H:%M}، كتب {author}:",
        "es": f"El {at:%d/%m/%Y} a las {at:%H:%M}, {author} escribió:",
        "ru": f"{at:%d.%m.%Y} {at:%H:%M}, {author} пишет:",
        "zh": f"在 {at:%Y-%m-%d %H:%M}，{author} 写道：",
    }
    return intros.get(_language(letter), f"On {at:%-d %B %Y at %H:%M}, {author} wrote:")
