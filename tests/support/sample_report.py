"""A report as large as the real one: 194 Member States and the organisations that belong to none."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zlib import crc32

import crm.reference
from crm.reports import Cell, Chart, Column, ColumnKind, Report
from crm.reports.behind import behind_of

COUNTRIES = Path(crm.reference.__file__).with_name("data") / "countries.csv"

REGIONS = {
    "africa": "Africa",
    "americas": "Americas",
    "arab-states": "Arab States",
    "asia-pacific": "Asia-Pacific",
    "cis": "CIS",
    "europe": "Europe",
}
ARABIC_REGIONS = {
    "africa": "أفريقيا",
    "americas": "الأمريكتان",
    "arab-states": "الدول العربية",
    "asia-pacific": "آسيا والمحيط الهادئ",
    "cis": "كومنولث الدول المستقلة",
    "europe": "أوروبا",
}

BEHIND = (
    Column(key="id", title="Id", kind=ColumnKind.ID),
    Column(key="name", title="Organisation"),
    Column(key="owner", title="Account manager"),
)

PROSPECTS = Report(
    name="prospects-by-state",
    title="Prospects by Member State",
    definition=(
        "Organisations marked as prospects that hold no membership term on the day, counted once, at the Member "
        "State responsible for the country of their seat."
    ),
    denominator="All 194 Member States and a row for organisations whose country is not known or not assigned.",
    as_of=datetime(2027, 3, 1, 9, 0, tzinfo=UTC),
    on=date(2027, 2, 28),
    columns=(
        Column(key="region", title="Region"),
        Column(key="state", title="Member State"),
        Column(key="code", title="Code"),
        Column(key="prospects", title="Prospects", kind=ColumnKind.COUNT, summed=True),
        Column(key="members", title="Sector Members", kind=ColumnKind.COUNT, summed=True),
        Column(key="owned", title="With owner", kind=ColumnKind.SHARE),
    ),
    rows=(),
    notes=("Synthetic demonstration data: the memberships are made up, the companies are real.",),
    grouped_by="region",
    chart=Chart(label="state", value="prospects", empty="No prospect"),
)


def sample_report(**changes: Any) -> Report:
    """Prospects by Member State with made-up figures, the same at every call; `changes` replace fields."""
    return replace(PROSPECTS, **{"rows": rows("en", REGIONS), **changes})


def report_with_rows(most: int = 612, **changes: Any) -> Report:
    """The same with made-up organisations behind its figures, at most so many a State."""
    report = sample_report(**changes)
    counted = [
        ((row["code"],), ("prospects",), (1000 + number, f"{row['state']} Works {number}", None))
        for row in report
        for number in range(min(int(str(row["prospects"])), most))
    ]
    return replace(report, behind=behind_of(("code",), BEHIND, counted))


def arabic_report() -> Report:
    """The same in Arabic, from right to left."""
    return replace(
        PROSPECTS,
        rows=rows("ar", ARABIC_REGIONS),
        language="ar",
        title="الأعضاء المحتملون حسب الدولة العضو",
        definition="المنظمات التي ليست أعضاء في هذا التاريخ، وتُحسب مرة واحدة لدى الدولة العضو المسؤولة عن بلد مقرها.",
        denominator="جميع الدول الأعضاء البالغ عددها 194 دولة وصف للمنظمات التي لا يُعرف بلدها.",
        notes=("بيانات اصطناعية للعرض: العضويات مختلقة والشركات حقيقية.",),
        columns=(
            Column(key="region", title="المنطقة"),
            Column(key="state", title="الدولة العضو"),
            Column(key="code", title="الرمز"),
            Column(key="prospects", title="الأعضاء المحتملون", kind=ColumnKind.COUNT, summed=True),
            Column(key="members", title="أعضاء القطاعات", kind=ColumnKind.COUNT, summed=True),
            Column(key="owned", title="لها مسؤول", kind=ColumnKind.SHARE),
        ),
        chart=Chart(label="state", value="prospects", empty="لا أعضاء محتملين"),
    )


def rows(language: str, regions: dict[str, str]) -> tuple[tuple[Cell, ...], ...]:
    """One row a Member State in the order of the regions, then one for what belongs to none."""
    with COUNTRIES.open(encoding="utf-8", newline="") as file:
        countries = [line for line in csv.DictReader(file) if line["code"] == line["member_state"]]
    countries.sort(key=lambda line: (list(regions).index(line["region"]), line[f"name_{language}"]))
    states = [
        (regions[line["region"]], line[f"name_{language}"], line["code"], *_figures(line["code"]))
        for line in countries
    ]
    return (*states, ("Unassigned", "Unassigned", None, 37, 0, Decimal("0.108")))


def _figures(code: str) -> tuple[int, int, Decimal | None]:
    """Made-up figures with the look of real ones: many at zero, a few far ahead."""
    chance = crc32(code.encode()) % 1000
    prospects = {"USA": 612, "CHN": 241, "JPN": 188}.get(code, max(0, (chance - 620) ** 3 // 600_000))
    owned = Decimal(chance * prospects % 997) / Decimal(1000)
    return prospects, chance % 23 // 3, owned if prospects else None
