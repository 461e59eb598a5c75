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
