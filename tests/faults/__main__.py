"""`make faults`: many rounds, one line each, and a table of them all."""

import secrets
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from faults.ground import ground
from faults.round import Outcome, play

FOLDER = Path("build/faults")
_HEAD = "| seed | zone | W | letters | kills | accepted | in doubt (allowed) | failed | stopped | pauses | breaches | s |"
_HELD_OUT = 0.1


def main(
    rounds: Annotated[int, typer.Option(min=1, help="How many rounds.")] = 200,
    seed: Annotated[int | None, typer.Option(help="Of the first round; the next has the next.")] = None,
    letters: Annotated[int, typer.Option(min=50, help="About how many letters a round has.")] = 2000,
) -> None:
    """Play rounds in which everything goes wrong, and hold the mail server's record against the book."""
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM)
    )  # and nothing that it started stays behind
    first = secrets.randbelow(10**6) if seed is None else seed
    typer.echo(f"seed {first}; making {letters} letters' worth of accounts …")
    FOLDER.mkdir(parents=True, exist_ok=True)
    outcomes: list[Outcome] = []
    with ground(accounts=round(letters / (1 - _HELD_OUT))) as accounts:
        for number in range(rounds):
            outcome = play(first + number, accounts, letters=letters)
            outcomes.append(outcome)
            typer.echo(f"{number + 1}/{rounds} {line(outcome)}")
            for breach in outcome.breaches:
                typer.echo(f"    {breach}")
            if outcome.breaches:
                repeat(outcome, letters)
            write(outcomes)
    bad = sum(bool(outcome.breaches) for outcome in outcomes)
    typer.echo(f"{rounds - bad} of {rounds} rounds kept every promise; see {FOLDER / 'summary.md'}")
    raise typer.Exit(code=bool(bad))


def line(outcome: Outcome) -> str:
    """A round in a line."""
    counts, found = outcome.statuses, outcome.evidence
    standing = ", ".join(f"{count} {status}" for status, count in sorted(counts.items()))
    verdict = f"{len(outcome.breaches)} BREACHES" if outcome.breaches else "kept"
    return (
        f"seed {outcome.plan.seed} {outcome.plan.zone.name} W={found.window}: {standing}; {found.kills} kills,"
        f" {found.in_doubt} of {found.doubt_allowed} doubts; {outcome.seconds:.0f} s: {verdict}"
    )


def repeat(outcome: Outcome, letters: int) -> None:
    """Say how to play a round again, and keep what its processes said."""
    log = FOLDER / f"round-{outcome.plan.seed}.log"
    steps = "\n".join(f"after {step.after}: {step.deed} {step.detail}" for step in outcome.plan.steps)
    log.write_text(f"{steps}\n\n{outcome.said}", encoding="utf-8")
    typer.echo(f"    again: make faults ROUNDS=1 SEED={outcome.plan.seed} LETTERS={letters}; its log: {log}")


def write(outcomes: Sequence[Outcome]) -> None:
    """The table of all rounds, and their sum."""
    rows = [_HEAD, "|" + " --- |" * (_HEAD.count("|") - 1), *(_row(outcome) for outcome in outcomes)]
    kills = sum(outcome.evidence.kills for outcome in outcomes)
    letters = sum(len(outcome.evidence.letters) for outcome in outcomes)
    doubts = sum(outcome.evidence.in_doubt for outcome in outcomes)
    broken = sum(len(outcome.breaches) for outcome in outcomes)
    total = (
        f"{len(outcomes)} rounds, {letters:,} letters, {kills:,} kills, {doubts:,} in doubt, {broken} breaches,"
        f" by {time.strftime('%Y-%m-%d %H:%M')}."
    )
    (FOLDER / "summary.md").write_text(
        "\n".join(["# Rounds of faults", "", total, "", *rows, ""]), encoding="utf-8"
    )


def _row(outcome: Outcome) -> str:
    found, counts = outcome.evidence, outcome.statuses
    cells = (
        outcome.plan.seed,
        outcome.plan.zone.name,
        found.window,
        len(found.letters),
        found.kills,
        counts.get("accepted", 0),
        f"{found.in_doubt} ({found.doubt_allowed})",
        counts.get("failed", 0),
        counts.get("stopped", 0),
        len(found.pauses),
        len(outcome.breaches),
        f"{outcome.seconds:.0f}",
    )
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


if __name__ == "__main__":
    typer.run(main)
