"""Where the product's own templates are: letters and report pages."""

from pathlib import Path

from crm.errors import ConfigurationError

PACKAGE = Path(__file__).resolve().parent


def templates_folder() -> Path:
    """The folder that holds the templates of letters and reports.

    An installed package carries them as `crm/_templates`; a checkout has them at its top level.

    Returns:
        The folder; `mail/` and `report/` are inside.

    Raises:
        ConfigurationError: neither place holds them.
    """
    for folder in (PACKAGE / "_templates", PACKAGE.parent / "templates"):
        if folder.is_dir():
            return folder
    raise ConfigurationError(
        "The templates of letters and reports are missing.",
        subject="templates",
        value=str(PACKAGE),
        hint="Install the package again, or run from a complete checkout.",
    )
