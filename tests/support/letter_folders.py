"""Folders of letters for tests: the shipped frame around letters of a test's own."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from crm.mail.templates import TemplateFolder

META = """
purpose = "Says hello."
message_class = "correspondence"

[facts]
"person.name" = "the reader's name"

[optional]
"note" = "a note"
"day" = "a day"
"amount" = "an amount"
"groups[].code" = "codes of study groups"
"interaction.on" = "a day"

[choices]
"note" = ["short", "long"]

[languages.en]
reviewed_by = ""
preheader = "Hello"
reason = "You know us."

[languages.ar]
reviewed_by = "R. Haddad, 2026-11-20"
preheader = "مرحبا"
reason = "أنتم تعرفوننا."
"""


def letter_folder(
    path: Path,
    *,
    subject: str = "Hello {{ person.name }}",
    text: str = "Hello {{ person.name | isolate }}.\n",
    html: str = "<p>Hello {{ person.name | isolate }}.</p>\n",
    meta: str = META,
    facts: str = "",
    base: Mapping[str, str] | None = None,
) -> TemplateFolder:
    """A folder with one letter, `hello`, in English and Arabic; `facts` are more optional facts, as TOML."""
    shutil.copytree(TemplateFolder().path / "_base", path / "_base")
    for name, words in (base or {}).items():
        (path / "_base" / name).write_text(words, encoding="utf-8")
    meta = meta.replace("[optional]", f'[optional]\n"unsubscribe.address" = "an address"\n{facts}')
    (path / "hello").mkdir()
    (path / "hello" / "meta.toml").write_text(meta, encoding="utf-8")
    for language in ("en", "ar"):
        folder = path / "hello" / language
        folder.mkdir()
        (folder / "subject.txt").write_text(subject, encoding="utf-8")
        (folder / "body.txt").write_text(text, encoding="utf-8")
        (folder / "body.html").write_text(html, encoding="utf-8")
    return TemplateFolder(path)
