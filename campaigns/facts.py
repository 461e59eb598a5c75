"""The facts that journeys may branch on: those that come with Accord, and those that other packages add.

A package adds a fact, or several, under the entry-point group `crm.facts`; see docs/how-to/write-a-campaign.md.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from importlib.metadata import entry_points

from campaigns.built_in_facts import BUILT_IN
from campaigns.fact import Fact, FactKind, Subject
from campaigns.journey import BranchStep, Journey
from campaigns.steps import Value
from crm.book import Book
from crm.errors import ConfigurationError

__all__ = ["GROUP", "Fact", "FactKind", "Subject", "Value", "known_facts", "read_facts", "refuse_unknown"]

GROUP = "crm.facts"
"""The entry points under which other packages register their facts."""


def known_facts() -> dict[str, Fact]:
    """The facts there are, by name.

    Raises:
        ConfigurationError: two facts have one name, or what a package registers is no fact.
    """
    found = {fact.name: fact for fact in BUILT_IN}
    for entry in entry_points(group=GROUP):
        loaded = entry.load()
        for fact in (loaded,) if isinstance(loaded, Fact) else loaded:
            if not isinstance(fact, Fact) or fact.name in found:
                raise ConfigurationError(
                    f"{entry.value} registers {getattr(fact, 'name', fact)!r}: no fact, or one whose name is taken.",
                    subject=entry.value,
                    field=GROUP,
                )
            found[fact.name] = fact
    return found


def refuse_unknown(journey: Journey, facts: Mapping[str, Fact]) -> None:
    """Refuse a journey that branches on a fact which there is not, or asks for what the fact never says.

    Args:
        journey: its branches are looked at.
        facts: the facts there are.

    Raises:
        InvalidInput: naming the step and the field; what there is stands in `candidates`.
    """
    for place, step in enumerate(journey.steps):
        if not isinstance(step, BranchStep):
            continue
        if (fact := facts.get(step.fact)) is None:
            what = f"asks for {step.fact!r}, which is no fact that is known"
            raise journey.wrong(place, "fact", what, candidates=sorted(facts))
        if not fact.accepts(step):
            what = f"asks whether {step.fact} {step.asked}, but it says {fact.says}"
            raise journey.wrong(place, step.condition, what, candidates=fact.values)


def read_facts(
    book: Book, facts: Collection[Fact], subjects: Sequence[Subject], on: date
) -> dict[int, dict[str, Value | None]]:
    """What facts say of enrolled accounts, by the enrolment's id; each is read once for all of them.

    Args:
        book: is read, not changed.
        facts: which.
        subjects: the accounts.
        on: the day.
    """
    found: dict[int, dict[str, Value | None]] = defaultdict(dict)
    ids = sorted({subject.waiting.organization_id for subject in subjects})
    for fact in facts:
        known = fact.read(book, ids, on) if fact.read else {}
        for subject in subjects:
            waiting = subject.waiting
            value = fact.see(subject) if fact.see else known.get(waiting.organization_id)
            found[waiting.enrolment_id][fact.name] = value
    return found
