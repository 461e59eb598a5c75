"""The pipeline: how many asks stand in which stage, what they amount to, and for how long they have stood there."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from sqlmodel import Session, col

from crm.engagement.opportunity_tables import Opportunity
from crm.reference.opportunity_stages import OpportunityKind, OpportunityStage, Outcome, stages_of
from crm.reports.asks import BEHIND, Ask, Narrowed, asks, said, without_amount
from crm.reports.behind import Behind, behind_of
from crm.reports.chart import Chart
from crm.reports.columns import Cell, Column, ColumnKind, added
from crm.reports.notes import synthetic
from crm.reports.reader import Reader
from crm.reports.report import Report

_DEFINITION = (
    "Open asks by the stage in which they stand now. Weighted: each amount by its probability, which is that of the stage "
    "unless somebody has stated another. Days: the mean of the whole days since an ask came to its stage. "
    "Overdue: the day on which an answer was expected has passed. An ask is no revenue."
)
_DENOMINATOR = (
    "All open asks. Amounts of different currencies, and amounts of every year and such as are asked for once, stand in "
    "rows of their own and are never added up."
)


def pipeline(
    reader: Reader,
    *,
    owner: str | None = None,
    office: str | None = None,
    region: str | None = None,
    kind: str | None = None,
    rows: bool = True,
) -> Report:
    """The open asks by kind and stage: how many, what they amount to, how long they have stood there, what is overdue.

    Args:
        reader: reads the book.
        owner: only the asks of this colleague.
        office: only those of this office.
        region: only those to accounts based in this development region, by slug or name.
        kind: only those of this kind, e.g. "upgrade".
        rows: whether the asks themselves are read with their number, for `rows_behind`.

    Returns:
        One row a kind, stage, currency and frequency; a stage in which nothing stands has one at zero.

    Raises:
        NotFound: there is no such colleague, office or region.
        InvalidInput: there is no such kind.
    """
    as_of, today = reader.store.now(), reader.today()
    narrowed = Narrowed(owner=owner, office=office, region=region, kind=kind)
    with reader.store.reading() as session:
        filters, conditions = narrowed.read(session)
        found = asks(session, col(Opportunity.closed_at).is_(None), *conditions)
        stages = _stages(session, filters.get("kind"))
    one_money = len({ask.money for ask in found}) <= 1
    return Report(
        name="pipeline",
        title="Pipeline",
        definition=_DEFINITION,
        denominator=_DENOMINATOR,
        as_of=as_of,
        on=today,
        filters=filters,
        columns=_columns(summed=one_money),
        rows=tuple(_rows(found, stages, today)),
        behind=_behind(found, today) if rows else None,
        notes=(*synthetic(sum(ask.synthetic for ask in found)), *without_amount(found)),
        grouped_by="kind",
        chart=Chart(label="stage", value="weighted" if one_money else "asks", empty="Nothing in"),
    )


def _columns(*, summed: bool) -> tuple[Column, ...]:
    return (
        Column(key="kind", title="Ask"),
        Column(key="stage", title="Stage"),
        Column(key="money", title="Money"),
        Column(key="asks", title="Asks", kind=ColumnKind.COUNT, summed=True),
        Column(key="amount", title="Amount", kind=ColumnKind.MONEY, summed=summed),
        Column(key="weighted", title="Weighted", kind=ColumnKind.MONEY, summed=summed),
        Column(key="days", title="Days", kind=ColumnKind.COUNT),
        Column(key="overdue", title="Overdue", kind=ColumnKind.COUNT, summed=True),
    )


def _stages(session: Session, kind: str | None) -> list[OpportunityStage]:
    kinds = [known for known in OpportunityKind if kind in (None, said(known))]
    return [s for k in kinds for s in stages_of(session, k) if s.outcome is Outcome.OPEN]


def _rows(
    found: Sequence[Ask], stages: Iterable[OpportunityStage], today: date
) -> Iterable[tuple[Cell, ...]]:
    filled = {key: list(group) for key, group in groupby(sorted(found, key=_place), key=_place)}
    held = {key[:3] for key in filled}
    order = list(OpportunityKind)
    empty = {(order.index(s.kind), s.position, s.name, "") for s in stages} - {(*key, "") for key in held}
    for key in sorted({*filled, *empty}):
        kind, _, stage, money = key
        yield (said(order[kind]), stage, money or None, *_figures(filled.get(key, []), today))


def _place(ask: Ask) -> tuple[int, int, str, str]:
    return list(OpportunityKind).index(ask.kind), ask.position, ask.stage_name, ask.money


def _figures(group: Sequence[Ask], today: date) -> tuple[Cell, ...]:
    days = [(today - ask.stage_since.date()).days for ask in group]
    return (
        len(group),
        added(ask.amount for ask in group),
        added(ask.weighted for ask in group),
        round(sum(days) / len(days)) if days else None,
        sum(_is_overdue(ask, today) for ask in group),
    )


def _is_overdue(ask: Ask, today: date) -> bool:
    return ask.expected_on is not None and ask.expected_on < today


def _behind(found: Iterable[Ask], today: date) -> Behind:
    return behind_of(
        ("kind", "stage", "money"),
        BEHIND,
        (
            (
                (said(ask.kind), ask.stage_name, ask.money),
                [
                    *("asks", "amount", "weighted", "days"),
                    *(["overdue"] if _is_overdue(ask, today) else []),
                ],
                ask.cells(),
            )
            for ask in found
        ),
    )
