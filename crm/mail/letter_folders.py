"""Where letters are found: in the folder of the house, and in those that other packages bring.

A package adds a folder under the entry-point group `crm.letters`; see docs/how-to/write-a-campaign.md. What comes from
outside goes through the same checks as our own, and one more: its files must lie inside its folder.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from crm.errors import ConfigurationError, TemplateError

GROUP = "crm.letters"
"""The entry points under which other packages register their folders of letters."""

META = "meta.toml"


@dataclass(frozen=True, slots=True)
class LetterFolders:
    """Several folders of letters; each letter is in exactly one of them.

    Args:
        own: the folder of the house, which holds the frame of every letter, too.
        others: the folders that other packages bring.
    """

    own: Path
    others: tuple[Path, ...] = ()

    def names(self) -> tuple[str, ...]:
        """The letters there are."""
        return tuple(sorted({name for folder in (self.own, *self.others) for name in _names(folder)}))

    def folder(self, name: str) -> Path:
        """The folder of one letter.

        Raises:
            TemplateError: there is no such letter; several folders bring one; or a file of it is a link out of the
                folder that brings it.
        """
        claims = [folder for folder in (self.own, *self.others) if name in _names(folder)]
        if not claims:
            raise TemplateError(f"There is no letter {name!r}.", subject=name, candidates=self.names())
        if len(claims) > 1:
            raise TemplateError(
                f"{' and '.join(map(str, claims))} both bring a letter {name!r}.",
                subject=name,
                hint="Give one of them another name.",
            )
        if claims[0] != self.own:
            _refuse_links_out(claims[0], name)
        return claims[0] / name


def installed_folders() -> tuple[Path, ...]:
    """The folders that installed packages bring.

    Raises:
        ConfigurationError: what a package registers is no folder.
    """
    return tuple(_folder(entry.value, entry.load()) for entry in entry_points(group=GROUP))


def _folder(value: str, loaded: object) -> Path:
    if not isinstance(loaded, Path) or not loaded.is_dir():
        raise ConfigurationError(
            f"{value} is no folder of letters.",
            subject=value,
            field=GROUP,
            hint='Register a path: LETTERS = Path(__file__).parent / "letters".',
        )
    return loaded


def _names(folder: Path) -> Iterable[str]:
    return [found.parent.name for found in folder.glob(f"*/{META}")]


def _refuse_links_out(folder: Path, name: str) -> None:
    inside = folder.resolve()
    for path in (folder / name, *(folder / name).rglob("*")):
        if not path.resolve().is_relative_to(inside):
            raise TemplateError(
                f"{path} leads out of {folder}.", subject=name, hint="Put a copy of it there."
            )
