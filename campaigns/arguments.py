"""What several commands about campaigns ask for."""

from typing import Annotated

import typer

Name = Annotated[str, typer.Argument(metavar="NAME", help="The campaign's name; see `crm campaign list`.")]
Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="Its id or its exact name.")]
RunNumber = Annotated[int, typer.Argument(metavar="RUN", min=1, help="The number that `prepare` gave.")]
LetterOf = Annotated[str | None, typer.Option(help="The step; the first letter where none is given.")]
Reason = Annotated[str, typer.Option(help="Why, for the trail.")]
