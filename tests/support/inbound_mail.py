"""Messages that came in: samples from files, and small ones built in place."""

from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "crm" / "mail" / "samples"
TOKEN = "aebagbafaydqqcikbmga2dqpcaireeyuculbogaz"
LETTER_ID = f"<{TOKEN}@mail.accord.example>"


def sample(name):
    return (SAMPLES / f"{name}.eml").read_bytes()


def message(body="", *, charset="utf-8", **fields):
    """Raw bytes of a message; a field's name is written with underscores for hyphens."""
    defaults = {
        "From": "Amina <amina@acme.example>",
        "To": "info@accord.example",
        "Message_ID": "<1@acme.example>",
        "Date": "Tue, 5 May 2026 10:00:00 +0000",
    }
    lines = [
        f"{name.replace('_', '-')}: {value}"
        for name, value in (defaults | fields).items()
        if value is not None
    ]
    return "\r\n".join([*lines, "", body.replace("\n", "\r\n")]).encode(charset)


def answering(book, letter, name):
    """A sample as if it had come back after this letter, which goes to Amina there."""
    raw = sample(name).replace(b"amina@acme.example", letter.to_address.encode())
    for purpose in ("bounces", "reply", "unsubscribe"):
        address = getattr(book.identity, purpose)(letter.id)
        raw = raw.replace(f"{purpose}+{TOKEN}@mail.accord.example".encode(), address.encode())
    return raw.replace(LETTER_ID.encode(), letter.message_id.encode())


def reply(book, letter, body="Yes please, call me.\n", **fields):
    """An answer to a letter."""
    return message(body, To=book.identity.reply(letter.id), **fields)


def enrolled(book, letter):
    """The journey that a letter belongs to."""
    (found,) = book.runs.audience(letter.run_id)
    return found
