"""A message that came in, for a person to read whole: whom it names, all its text, and what was attached."""

from dataclasses import dataclass

from crm.mail.fields import parameters, plain
from crm.mail.html_text import text_of
from crm.mail.mailboxes import ADDRESSED, addresses
from crm.mail.parts import LONGEST_TEXT, Mail, Part, read_mail
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class WholeMail(Shown):
    """A message as a person reads it.

    Attributes:
        sender: its From line, decoded; a claim that nobody has checked.
        addressed: the addresses in To and Cc.
        dated: its Date line.
        subject: on one line.
        text: all of it, quoted letters and signature included; a page is told as text, so nothing in it runs or loads.
        files: the names of what was attached; nothing attached is opened.
    """

    sender: str
    addressed: tuple[str, ...]
    dated: str
    subject: str
    text: str
    files: tuple[str, ...]


def read_whole(raw: bytes) -> WholeMail:
    """Read a message whole.

    Args:
        raw: the message (RFC 5322), as it arrived.

    Raises:
        MailError: the message is empty or too large.
    """
    mail = read_mail(raw, [])
    line = mail.fields.first
    return WholeMail(
        sender=plain(line("from"), []),
        addressed=addresses(value for name in ADDRESSED for value in mail.fields.every(name)),
        dated=plain(line("date"), []),
        subject=plain(line("subject"), []),
        text=wording(mail, []),
        files=tuple(_file_name(leaf) for leaf in mail.leaves if leaf.attached),
    )


def wording(mail: Mail, defects: list[str]) -> str:
    """The text of a message, what it quotes included: its plain parts, or its pages as text where there are none."""
    readable = [leaf for leaf in mail.leaves if not leaf.attached]
    said = [leaf.text(defects).strip() for leaf in readable if leaf.kind == "text/plain"]
    if not any(said):
        said = [text_of(leaf.text(defects)) for leaf in readable if leaf.kind == "text/html"]
    if not any(said):
        defects.append("no readable text")
    return "\n\n".join(filter(None, said))[:LONGEST_TEXT]


def _file_name(part: Part) -> str:
    disposition = parameters(part.fields.first("content-disposition"))
    return plain(disposition.get("filename") or part.parameters.get("name") or part.kind, [])
