from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from crm.reports import ColumnKind
from crm.reports.forms.figures import instant, shown


@pytest.mark.parametrize(
    ("cell", "kind", "language", "said"),
    [
        (0, "count", "en", "0"),
        (1234567, "count", "en", "1,234,567"),
        (1234567, "count", "fr", "1\u202f234\u202f567"),
        (1234567, "count", "es", "1.234.567"),
        (Decimal("0.1255"), "share", "en", "12.6%"),
        (Decimal("0.5"), "share", "fr", "50,0\u202f%"),
        (Decimal("-1234.5"), "money", "en", "-1,234.50"),
        (Decimal("1.5"), "units", "fr", "1 1/2"),
        (Decimal("-0.0625"), "units", "en", "-1/16"),
        (0, "units", "en", "0"),
        (date(2027, 3, 1), "date", "ar", "2027-03-01"),
        ("Türkiye", "text", "en", "Türkiye"),
        (None, "count", "en", "–"),
    ],
)
def test_a_cell_is_shown_by_its_kind_and_language(cell, kind, language, said):
    assert shown(cell, ColumnKind(kind), language=language).replace("\xa0", "\u202f") == said


def test_an_instant_is_told_in_universal_time():
    geneva = timezone(timedelta(hours=1))
    assert instant(datetime(2027, 3, 1, 0, 30, tzinfo=geneva)) == "28 February 2027, 23:30 UTC"
    assert instant(datetime(2027, 3, 1, 9, tzinfo=UTC), language="fr") == "1 mars 2027, 09:00 UTC"
