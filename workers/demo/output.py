"""The folder that the demonstration leaves behind: made anew each time, and never anything else's folder."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from crm.errors import InvalidInput

_MARK = ".accord-demo"
_README = """\
Made by `crm demo`, and made anew each time it runs.

Everything about members and people in here is made up: the companies are real, their memberships, standing, contacts
and interactions are synthetic. No letter has left this machine; the addresses end in .example and lead nowhere.
"""


@dataclass(frozen=True, slots=True)
class Output:
    """Where the demonstration puts what it makes.

    Attributes:
        letters: the letters that arrived at the local mail server, as files.
        answers: what came back, as files.
        inbox: the Maildir that the worker watches.
        logs: what the worker and the beat said.
    """

    folder: Path

    @property
    def letters(self) -> Path:
        """The letters that arrived."""
        return self.folder / "letters"

    @property
    def answers(self) -> Path:
        """What came back."""
        return self.folder / "answers"

    @property
    def inbox(self) -> Path:
        """The Maildir that the worker watches."""
        return self.folder / "inbox"

    @property
    def logs(self) -> Path:
        """What the worker and the beat said."""
        return self.folder / "logs"

    def file(self, name: str) -> Path:
        """A file in the folder."""
        return self.folder / name


def fresh_output(folder: Path) -> Output:
    """An empty folder for what the demonstration makes; what an earlier one has left there goes.

    Args:
        folder: made if it is missing.

    Raises:
        InvalidInput: there is something in it that the demonstration has not made, or it cannot be written.
    """
    output = Output(folder.expanduser().absolute())
    try:
        if output.folder.exists() and any(output.folder.iterdir()):
            _refuse_others(output.folder)
            _empty(output.folder)
        output.folder.mkdir(parents=True, exist_ok=True)
        output.file(_MARK).touch()
        output.file("README.txt").write_text(_README, encoding="utf-8")
        for part in (output.letters, output.answers, output.logs):
            part.mkdir()
    except OSError as error:
        hint = "Choose another folder with --output."
        raise InvalidInput(
            f"{folder} cannot be written: {error.strerror}.", field="output", hint=hint
        ) from error
    return output


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _refuse_others(folder: Path) -> None:
    if not (folder / _MARK).is_file():
        raise InvalidInput(
            f"{folder} holds something that no demonstration has made.",
            field="output",
            value=str(folder),
            hint="Choose an empty folder with --output; nothing has been touched.",
        )
