"""`crm report …`: every report of the book, on the terminal, as files and for pipes.

The commands follow from the reports: their filters become options, and what the docstring says of them is the help.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from inspect import Parameter, Signature, getdoc, signature
from pathlib import Path
from typing import Annotated, Any

import typer

from crm.cli.docstrings import arguments, first_line
from crm.cli.options import DAY, examples
from crm.cli.session import opened, say, show
from crm.errors import InvalidInput
from crm.reference.languages import Language
from crm.reports.filters import MakesReport, filters_of, read_filters
from crm.reports.report import Report
from crm.reports.shelf import REPORTS

app = typer.Typer(help="Reports; each states its day, its filters and what it counts.", no_args_is_help=True)

Csv = Annotated[
    Path | None, typer.Option("--csv", metavar="FILE", help="Write it as CSV, with its metadata beside it.")
]
Html = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write it as one page with a chart.")
]
Behind = Annotated[
    str | None,
    typer.Option(
        metavar="ROW:COLUMN",
        help='The rows behind a figure instead, e.g. "KEN:prospects" or "total:prospects".',
    ),
]
Xlsx = Annotated[
    Path | None,
    typer.Option(
        "--xlsx", metavar="FILE", help="Write it as a spreadsheet, with the rows behind each figure."
    ),
]

_FORMS: Mapping[str, Any] = {"behind": Behind, "csv": Csv, "html": Html, "xlsx": Xlsx}
_EXAMPLES = {
    "forecast": ("crm report forecast --by year --committed 90 --html forecast.html",),
    "pipeline": ("crm report pipeline --office BDT --region africa",),
    "prospects-by-state": (
        "crm report prospects-by-state --region africa --html prospects.html",
        "crm report prospects-by-state --behind KEN:prospects",
        "crm --json report prospects-by-state --segment satellite | jq .totals",
    ),
}


def _command(name: str, report: MakesReport) -> Callable[..., None]:
    """The command of a report, with an option for each of its filters."""
    kinds = {name: kind for name, kind in filters_of(report).items() if name != "rows"}

    def run(ctx: typer.Context, **given: Any) -> None:
        forms = {form: given.pop(form) for form in _FORMS}
        with opened(ctx) as book:
            filters = read_filters(report, given, today=book.staff.today())
            made = book.reports.make(name, rows=any(forms.values()), **filters)
        show(ctx, _opened(made, forms["behind"]) if forms["behind"] else made)
        written = ((forms["csv"], made.to_csv), (forms["html"], made.to_html), (forms["xlsx"], made.to_xlsx))
        for path, write in written:
            if path is not None:
                say(ctx, f"Written to {write(path)}.")

    told = arguments(getdoc(report) or "")
    defaults = {name: parameter.default for name, parameter in signature(report).parameters.items()}
    options = {name: _option(name, kind, told[name]) for name, kind in kinds.items()}
    parameters = [
        Parameter("ctx", Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context),
        *_keywords(options, {name: _default(name, defaults[name]) for name in kinds}),
        *_keywords(_FORMS, dict.fromkeys(_FORMS)),
    ]
    run.__doc__ = first_line(getdoc(report) or "")
    run.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    vars(run)["__signature__"] = Signature(parameters)
    return run


def _keywords(annotations: Mapping[str, Any], defaults: Mapping[str, Any]) -> Iterator[Parameter]:
    for name, annotation in annotations.items():
        yield Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=defaults[name])


def _option(name: str, kind: Any, help_: str) -> Any:
    if name == "language":
        return Annotated[Language, typer.Option(help=help_)]
    if kind is bool:
        return Annotated[bool, typer.Option(f"--{name}", help=help_)]
    if kind == date | str | None:
        return Annotated[str | None, typer.Option(metavar="DAY", help=f"{help_} {DAY}")]
    if kind == Decimal | None:
        return Annotated[str | None, typer.Option(metavar="NUMBER", help=help_)]
    return Annotated[kind, typer.Option(help=help_)]


def _default(name: str, default: Any) -> Any:
    return Language(default) if name == "language" else default


def _opened(report: Report, figure: str) -> Report:
    """The rows behind a figure that is named by its row and its column."""
    row, colon, column = figure.rpartition(":")
    if not colon:
        hint = 'Write it as ROW:COLUMN, e.g. "KEN:prospects".'
        raise InvalidInput(f"{figure!r} names no figure.", field="behind", value=figure, hint=hint)
    return report.rows_behind(tuple(row.split("/")) if "/" in row else row, column)


for _name, _report in REPORTS.items():
    app.command(name=_name, epilog=examples(*_EXAMPLES.get(_name, (f"crm report {_name}",))))(
        _command(_name, _report)
    )
