"""What the desk hands out about a run and about a round of work: values that print well and hold no connection."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from rich.console import RenderableType
from rich.text import Text

from campaigns.languages_report import NOT_REVIEWED, said
from campaigns.run_report import run_report
from campaigns.uplift import Comparison
from crm.outreach.outgoing import MailStop
from crm.outreach.reasons import Leave, Reason
from crm.outreach.results.run_results import RunResults
from crm.outreach.run_tables import Arm, Run, RunStatus
from crm.reports import Report
from crm.reports.forms.terminal import tame
from crm.shown import Shown

_TOLD = (
    "id",
    "campaign",
    "status",
    "note",
    "author",
    "prepared_at",
    "approver",
    "approved_at",
    "launched_at",
    "ceiling",
)


@dataclass(frozen=True, slots=True, repr=False)
class Overview:
    """A run as it stands.

    Attributes:
        comparison: its arms as they were last read.
        stop: the stop of all mail that stands, if one does: then nothing of the run goes out either.
    """

    results: RunResults
    as_of: datetime
    comparison: Comparison
    stop: MailStop | None = None

    @property
    def run(self) -> Run:
        """The run itself."""
        return self.results.run

    @property
    def id(self) -> int:
        """The number of the run."""
        return self.run.id

    @property
    def status(self) -> RunStatus:
        """Where it stands."""
        return self.run.status

    @property
    def count(self) -> int:
        """How many accounts it enrols, both arms together: the number that an approval names."""
        return self.results.enrolled

    def report(self) -> Report:
        """What came of it so far, arm by arm."""
        report = run_report(self.results, self.comparison, as_of=self.as_of)
        return replace(report, notes=(self.stop.words, *report.notes)) if self.stop else report

    def facts(self) -> dict[str, Any]:
        """What stands about the run beside the figures of its report, for pipes."""
        return {
            "run": {name: getattr(self.run, name) for name in _TOLD},
            "left_out": dict(self.results.left_out),
            "awaiting": self.results.awaiting,
            "held_back": dict(self._held),
            "languages": dict(self.results.languages),
            "not_reviewed": self._not_reviewed,
        }

    def __str__(self) -> str:
        run, arms = self.run, {arm.arm: arm.enrolled for arm in self.results.arms}
        lines = [
            f"Run {run.id} of {run.campaign} ({run.status}): prepared by {run.author} on {run.prepared_at:%-d %B %Y}"
            + (f", approved by {run.approver}" if run.approver else "")
            + (f" ({run.note})" if run.note else ""),
            f"{self.count} accounts enrolled: {arms[Arm.TREATMENT]} written to, {arms[Arm.HOLD_OUT]} held out.",
        ]
        lines += [entry.words] if run.standing and (entry := run.approved.entry) else []
        lines.extend(self._languages())
        left_out = ", ".join(f"{count} {reason.words}" for reason, count in self.results.left_out.items())
        exits = sum((Counter(arm.exits) for arm in self.results.arms), Counter[Leave]())
        ended = ", ".join(f"{count} {reason.words}" for reason, count in exits.most_common())
        held = ", ".join(f"{count} {reason.words}" for reason, count in self._held.most_common())
        lines += (
            [f"{self.results.awaiting} accounts beyond the ceiling await an approval."]
            if self.results.awaiting
            else []
        )
        lines += [f"Left out: {left_out}."] if left_out else []
        lines += [f"Next letter held back: {held}."] if held else []
        lines += [f"Left their journey: {ended}."] if ended else []
        return "\n".join([*lines, *([self.stop.words] if self.stop else [])])

    def _languages(self) -> Iterator[str]:
        """Which languages the letters are in, and which of those no person has reviewed."""
        counts = sorted(self.results.languages.items(), key=lambda found: (-found[1], found[0]))
        if counts:
            yield f"Letters: {', '.join(f'{count} in {said(language)}' for language, count in counts)}."
        if unread := self._not_reviewed:
            yield f"{NOT_REVIEWED}: {', '.join(unread)}."

    @property
    def _held(self) -> Counter[Reason]:
        return sum((Counter(arm.held) for arm in self.results.arms), Counter[Reason]())

    @property
    def _not_reviewed(self) -> list[str]:
        return [place for place, person in self.run.approved.reviewed_by.items() if not person]

    def __rich__(self) -> RenderableType:
        return Text("\n".join(map(tame, str(self).splitlines())))

    def __repr__(self) -> str:
        return f"<Run {self.id} of {self.run.campaign}: {self.status}, {self.count} enrolled>"

    def _repr_html_(self) -> str:
        return self.report()._repr_html_()


@dataclass(frozen=True, slots=True)
class Advanced(Shown):
    """What came of a round of moving enrolments on.

    Attributes:
        looked_at: enrolments that were due.
        letters: letters queued.
        tasks: tasks planned.
        exited: enrolments that left their journey.
        finished: enrolments that came to its end.
        passed_over: enrolments that somebody else had moved.
        completed: runs that are over.
    """

    looked_at: int = 0
    letters: int = 0
    tasks: int = 0
    exited: int = 0
    finished: int = 0
    passed_over: int = 0
    completed: int = 0

    def __str__(self) -> str:
        return (
            f"{self.looked_at} due: {self.letters} letters queued, {self.tasks} tasks planned, {self.exited} exited, "
            f"{self.finished} finished, {self.passed_over} passed over; {self.completed} runs completed"
        )
