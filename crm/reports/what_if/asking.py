"""`book.what_if`: what if fees change? Reads the book, changes nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from crm.errors import InvalidInput
from crm.membership.what_if.assumptions import Assumed, assumptions_of
from crm.membership.what_if.changes import Change
from crm.membership.what_if.costs import Cost
from crm.membership.what_if.reading import memberships
from crm.reference.fee_schedule import fee_schedule
from crm.reference.regions import all_regions
from crm.reports.reader import Reader
from crm.reports.what_if.simulation import Simulation

MOST_DRAWS = 200_000
"""What the draws hold of each group fits into half a gigabyte then."""


class WhatIf(Reader):
    """`book.what_if`: ask what changes of fees would do."""

    def of(
        self,
        changes: Change | Iterable[Change],
        *,
        assumptions: Mapping[str, Assumed] | None = None,
        costs: Sequence[Cost] = (),
        draws: int = 10_000,
        seed: int = 1,
        on: date | str | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Simulation:
        """What changes of fees or of who pays them would do to revenue and to the membership.

        Every membership that runs on the day is priced by the fee tables before and after the changes, exactly. Then all
        of them decide, `draws` times over, whether to stay, leave, upgrade or downgrade, by a stated model whose
        parameters are assumptions (`crm.membership.what_if.response`). Nothing is written.

        Args:
            changes: one or several, made one after another, e.g. ``FeeChange("associate-T", by="10%")``.
            assumptions: what you assume instead of what is on file, by name, e.g. ``{"exit_by_rise": (0.2, 0.4, 0.9)}``.
            costs: what serving members costs a year, to see whether fees still cover it.
            draws: how often all memberships decide.
            seed: where chance begins; the same seed gives the same result, and the same luck to two proposals.
            on: the day of the membership and of the fee tables; today where none is given.
            progress: told how many draws are done, and of how many.

        Raises:
            InvalidInput: a change names a line that the tables do not have, or an assumption or the number of draws makes
                no sense; `field` names it.
            NotFound: the tables say nothing for a membership on that day.
        """
        # NumPy takes as long to import as all the rest, and nothing else on this floor needs it.
        from crm.membership.what_if.simulating import Question, simulate  # noqa: PLC0415

        if not 1 <= draws <= MOST_DRAWS:
            raise InvalidInput(f"draws: from 1 to {MOST_DRAWS:,}.", field="draws", value=draws)
        if seed < 0:
            raise InvalidInput("seed: a whole number from 0 on.", field="seed", value=seed)
        as_of, day = self.store.now(), self.day(on)
        with self.store.reading() as session:
            held = memberships(session, on=day)
            schedule, regions = fee_schedule(session), all_regions(session)
        question = Question(
            changes=(changes,) if isinstance(changes, Change) else tuple(changes),
            on=day,
            assumptions=assumptions_of(assumptions),
            costs=tuple(costs),
            draws=draws,
            seed=seed,
        )
        names = [*((region.slug, region.name()) for region in regions), (None, "Not stated")]
        return Simulation(simulate(question, held, schedule, names, progress=progress), as_of=as_of)
