"""Who writes, and from where: what stands below every letter and above what is printed."""

import tomllib
from dataclasses import dataclass
from functools import cache

from crm.templates_folder import templates_folder


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The name of the organisation that writes, and its address."""

    sender: str
    address: str


@cache
def letterhead(language: str) -> Letterhead:
    """The letterhead in one of the six languages of the Union, from the frame of the letters (`templates/mail/_base`)."""
    frame = templates_folder() / "mail" / "_base" / f"{language}.toml"
    words = tomllib.loads(frame.read_text(encoding="utf-8"))
    return Letterhead(words["sender"], words["address"])
