"""The reports beside the comparison of the arms: wordings against one another, and who was in touch with whom."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from campaigns.counts import Count
from campaigns.results import ARMS, SYNTHETIC
from campaigns.uplift import Difference, Reading, compared
from crm.outreach.results.attribution import Credit
from crm.outreach.results.run_results import RunResults
from crm.outreach.results.wordings_compared import WordingResult
from crm.reports import Cell, Column, ColumnKind, Report


def wordings_report(
    results: RunResults,
    found: Sequence[WordingResult],
    reading: Reading | None,
    *,
    as_of: datetime,
) -> Report:
    """What came of each wording; where a step has several, each beside the first, as the readings allow.

    Args:
        results: of the run.
        found: its wordings, at the reading that stands.
        reading: that one; None before the first, and then no difference is stated.
        as_of: when the book was read.
    """
    goal = results.goal
    return Report(
        name=f"run-{results.run.id}-wordings",
        title=f"{results.run.title}: the wordings",
        definition="Whoever a wording was queued for counts, whether or not it went out. Answered: as for the arms, a reply to a "
        "letter or whatever else they began since the launch. Difference: in the share that "
        "answered, beside the first wording of the step, with an exact interval; the confidence is shared out among the "
        "readings and the comparisons.",
        denominator="The accounts that the wording was queued for.",
        as_of=as_of,
        columns=(
            Column(key="step", title="Step"),
            Column(key="wording", title="Wording"),
            Column(key="written", title="Written to", kind=ColumnKind.COUNT, summed=True),
            Column(key="answered", title="Answered", kind=ColumnKind.COUNT, summed=True),
            Column(key="converted", title=goal.column, kind=ColumnKind.COUNT),
            Column(key="difference", title="Difference", kind=ColumnKind.NOTE),
        ),
        rows=tuple(_wording_rows(found, reading)),
        notes=_notes(results),
    )


def touches_report(results: RunResults, found: Sequence[Credit], *, as_of: datetime) -> Report:
    """The first and the last touch of each account that reached the goal: who was there, never what worked.

    Args:
        results: of the run.
        found: the touches.
        as_of: when the book was read.
    """
    return Report(
        name=f"run-{results.run.id}-touches",
        title=f"{results.run.title}: who was in touch",
        definition=f"For each account that has {results.goal.words}: the first and the last touch in the year before. It "
        "says who was in touch and not what worked; that is told by the comparison with those held out.",
        denominator=f"The accounts that have {results.goal.words}.",
        as_of=as_of,
        columns=(
            Column(key="arm", title="Arm"),
            Column(key="touch", title="Touch"),
            Column(key="first", title="First touch", kind=ColumnKind.COUNT, summed=True),
            Column(key="last", title="Last touch", kind=ColumnKind.COUNT, summed=True),
        ),
        rows=tuple(
            (ARMS[credit.arm].capitalize(), credit.touch, credit.first, credit.last) for credit in found
        ),
        notes=_notes(results),
        grouped_by="arm",
    )


def _wording_rows(found: Sequence[WordingResult], reading: Reading | None) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for step, group in groupby(found, key=lambda wording: wording.step):
        wordings = list(group)
        differences = _differences(wordings, reading)
        for wording, difference in zip(wordings, differences, strict=True):
            counts = (wording.written, wording.answered, wording.converted)
            rows.append((step, wording.template, *counts, _said(difference)))
    return rows


def _differences(wordings: Sequence[WordingResult], reading: Reading | None) -> tuple[Difference | None, ...]:
    if reading is None:
        return (None,) * len(wordings)
    return compared([Count(wording.answered, wording.written) for wording in wordings], reading=reading)


def _said(difference: Difference | None) -> str | None:
    if difference is None:
        return None
    return str(difference) if difference.tells else f"too few to tell: {difference}"


def _notes(results: RunResults) -> tuple[str, ...]:
    return (SYNTHETIC,) if results.run.synthetic else ()
