"""A full dry run: every account of a preview, and every letter to those who would be written to put together.

What cannot be put together is listed with the account, the letter and what is missing, instead of turning up one by one
when the letters are on their way.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rich.console import RenderableType
from rich.text import Text

from campaigns.audience import Invitation
from campaigns.journey import AnyStep
from campaigns.preview import Preview
from crm.errors import AccordError
from crm.outreach.outbox.composing import Envelope
from crm.outreach.outbox.queueing import LetterOrder
from crm.outreach.run_tables import Arm
from crm.reference.languages import Language
from crm.reports import Cell, Column, ColumnKind, Report
from crm.reports.forms.terminal import tame
from crm.shown import Shown

OnProgress = Callable[[int, int], None]
"""Is told how many accounts are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Proof(Shown):
    """One letter that was put together, or could not be.

    Attributes:
        letter: its name on file.
        bytes: how large the message is; 0 where there is none.
        field: what is wrong in it, where that is known.
        problem: why it cannot be put together; empty where it can.
    """

    invitation: Invitation
    letter: str
    bytes: int = 0
    field: str | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Rehearsal:
    """What a full dry run found. It holds no connection, and nothing was written.

    Attributes:
        preview: whom the campaign would reach, and who is left out and why.
        proofs: every letter of the journey to everybody who would be written to.
    """

    preview: Preview
    proofs: tuple[Proof, ...]

    @property
    def problems(self) -> tuple[Proof, ...]:
        """The letters that cannot be put together."""
        return tuple(proof for proof in self.proofs if proof.problem)

    @property
    def languages(self) -> Mapping[Language, int]:
        """How many letters could be put together in each language."""
        return Counter(proof.invitation.language for proof in self.proofs if not proof.problem)

    def report(self) -> Report:
        """Every account: each of its letters with its size or what is wrong with it, or why it gets none."""
        campaign = self.preview.campaign
        left_out = (
            (
                left.account.name,
                left.account.country,
                "left out",
                None,
                None,
                None,
                str(left.skip),
            )
            for left in self.preview.audience.left_out
        )
        held_out = (
            (
                row.account.name,
                row.account.country,
                "held out",
                row.contact.name,
                row.language.value,
                None,
                "",
            )
            for row in self.preview.audience.invited
            if row.arm is Arm.HOLD_OUT
        )
        rows: list[tuple[Cell, ...]] = [*map(_row, self.proofs), *held_out, *left_out]
        return Report(
            name=f"{campaign.name}-rehearsal",
            title=f"{campaign.title}: every account and every letter",
            definition="Each letter of the journey to each account that would be written to, put together as it would "
            "go out; and each account that is held out or left out.",
            denominator=f"Every account that {campaign.audience.words}.",
            as_of=self.preview.as_of,
            columns=(
                Column(key="account", title="Account"),
                Column(key="country", title="Country"),
                Column(key="outcome", title="Outcome"),
                Column(key="contact", title="Contact"),
                Column(key="language", title="Language"),
                Column(key="bytes", title="Bytes", kind=ColumnKind.COUNT),
                Column(key="remark", title="Remark", kind=ColumnKind.NOTE),
            ),
            rows=tuple(rows),
        )

    def __str__(self) -> str:
        count, wrong = len(self.proofs) - len(self.problems), len(self.problems)
        spoken = ", ".join(
            f"{number} in {language.value}" for language, number in sorted(self.languages.items())
        )
        arms = self.preview.arms
        left_out = len(self.preview.audience.left_out)
        lines = [
            f"{arms[Arm.TREATMENT]} accounts written to, {arms[Arm.HOLD_OUT]} held out, {left_out} left out.",
            f"{count} letters were put together{f': {spoken}' if spoken else ''}.",
            f"{wrong} cannot be put together:" if wrong else "All of them can be put together.",
            *(f"  {p.invitation.account.name}, {p.letter}: {p.problem}" for p in self.problems),
        ]
        return "\n".join(lines)

    def __rich__(self) -> RenderableType:
        return Text("\n".join(map(tame, str(self).splitlines())))

    def __repr__(self) -> str:
        return f"<Rehearsal of {self.preview.campaign.name}: {len(self.proofs)} letters, {len(self.problems)} problems>"

    def _repr_html_(self) -> str:
        return self.report()._repr_html_()


def rehearsed(
    preview: Preview, put_together: Callable[[LetterOrder], Envelope], on_progress: OnProgress
) -> Rehearsal:
    """Put every letter of a preview together.

    Args:
        preview: what the campaign would do.
        put_together: makes the message of a letter, as a worker would.
        on_progress: is told how far it is.
    """
    letters = preview.letters() if preview.campaign.journey.templates else ()
    written_to = [row for row in preview.audience.invited if row.arm is Arm.TREATMENT]
    proofs: list[Proof] = []
    for done, row in enumerate(written_to):
        on_progress(done, len(written_to))
        proofs += [_proof(row, letter, preview, step, put_together) for step, letter in letters]
    on_progress(len(written_to), len(written_to))
    return Rehearsal(preview, tuple(proofs))


def _proof(
    row: Invitation,
    letter: str,
    preview: Preview,
    step: AnyStep,
    put_together: Callable[[LetterOrder], Envelope],
) -> Proof:
    try:
        return Proof(row, letter, bytes=len(put_together(preview.order(row, step, letter)).raw))
    except AccordError as error:
        return Proof(row, letter, field=error.field, problem=error.message)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one letter, the others are looked at, too
        return Proof(row, letter, problem=type(error).__name__)


def _row(proof: Proof) -> tuple[Cell, ...]:
    row = proof.invitation
    outcome = f"{proof.letter}: cannot be put together" if proof.problem else proof.letter
    remark = _said(proof.problem, proof.field or "")
    return (
        row.account.name,
        row.account.country,
        outcome,
        row.contact.name,
        row.language.value,
        proof.bytes,
        remark,
    )


def _said(what: str, detail: str) -> str:
    return f"{what}: {detail}" if detail else what
