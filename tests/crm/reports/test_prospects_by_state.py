from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from crm.errors import InvalidInput, NotFound, Refused

TODAY = date(2026, 11, 24)
LONG_AGO = date(2020, 1, 1)
COUNT = """
SELECT coalesce(c.member_state, 'none'), count(DISTINCT o.id)
FROM organization o JOIN role r ON r.organization_id = o.id LEFT JOIN country c ON c.code = o.country
WHERE r.kind = 'prospect' AND :day BETWEEN r.since_on AND coalesce(r.until_on, 'infinity')
  AND o.id NOT IN (SELECT organization_id FROM term WHERE :day BETWEEN since_on AND coalesce(until_on, 'infinity'))
GROUP BY 1
"""


def prospect(book, name, country, *, since=LONG_AGO, **fields):
    organization = book.organizations.add(name, country=country, **fields)
    book.roles.give(organization, "prospect", since=since)
    return organization


def counts(report):
    """The States that have a prospect; under None the unassigned."""
    return {row["code"]: row["prospects"] for row in report if row["prospects"]}


def counted_by_plain_sql(book, day):
    with book.engine.connect() as connection:
        return {
            None if state == "none" else state: n
            for state, n in connection.execute(text(COUNT), {"day": day})
        }


@pytest.fixture
def filled(book):
    with book.transaction():
        for name, country, segment in [
            ("Safari", "KE", "satellite"),
            ("Savanna", "KE", "cloud"),
            ("Harbour", "HK", "cloud"),
            ("Great Wall", "CN", None),
            ("Balkan", "XK", None),
            ("Nowhere", None, "cloud"),
            ("Island", "RE", None),
        ]:
            prospect(book, name, country, segment=segment)
        book.organizations.add("No prospect", country="KE")
        book.roles.give(book.organizations.add("Donor", country="KE"), "donor")
        book.terms.join(prospect(book, "Member", "KE"), "sector_member", sector="T", on=LONG_AGO)
        left = prospect(book, "Left", "FR")
        book.terms.join(left, "sector_member", sector="R", on=LONG_AGO)
        book.terms.denounce(left, sector="R", on=TODAY, reason="fees")
        book.roles.end(prospect(book, "Former", "UG"), "prospect", on=TODAY - timedelta(days=1), reason="no")
        prospect(book, "Future", "TZ", since=TODAY + timedelta(days=1))
    return book


def test_every_member_state_has_a_row_zeros_included_and_the_unassigned_have_theirs(filled):
    report = filled.reports.prospects_by_state()
    states = [row["code"] for row in report if row["code"]]
    assert (len(report), len(set(states))) == (195, 194)
    assert Counter(row["prospects"] == 0 for row in report)[True] == 195 - 4
    assert [*report][-1]["state"] == "Unassigned"
    assert len({row["region"] for row in report}) == 7


def test_a_prospect_counts_once_at_the_state_that_is_responsible_for_its_place(filled):
    report = filled.reports.prospects_by_state()
    assert counts(report) == {"KEN": 2, "CHN": 2, "FRA": 2, None: 2}
    assert counts(report) == counted_by_plain_sql(filled, TODAY)
    assert report.totals["prospects"] == 8
    again = filled.organizations.get("Balkan")
    filled.roles.end(again, "prospect", on=TODAY, reason="a mistake")
    filled.roles.give(again, "prospect", since=TODAY)  # two roles on one day are still one prospect
    assert counts(filled.reports.prospects_by_state()) == counts(report)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (LONG_AGO - timedelta(days=1), {}),
        (TODAY - timedelta(days=1), {"KEN": 2, "CHN": 2, "FRA": 1, "UGA": 1, None: 2}),
        (TODAY, {"KEN": 2, "CHN": 2, "FRA": 2, None: 2}),
        (TODAY + timedelta(days=1), {"KEN": 2, "CHN": 2, "FRA": 2, "TZA": 1, None: 2}),
    ],
)
def test_roles_and_memberships_count_on_the_day_that_is_asked_about(filled, day, expected):
    report = filled.reports.prospects_by_state(on=day)
    assert counts(report) == expected == counted_by_plain_sql(filled, day)
    assert (report.on, report.as_of) == (day, filled.clock.now())


def test_a_region_or_segment_narrows_the_report_and_says_so(filled):
    africa = filled.reports.prospects_by_state(region="Africa")
    assert {row["region"] for row in africa} == {"Africa"}
    assert counts(africa) == {"KEN": 2}
    assert 40 < len(africa) < 60
    assert "The Member States of the region Africa" in africa.denominator
    cloud = filled.reports.prospects_by_state(segment="Cloud and data centre")
    assert counts(cloud) == {"KEN": 1, "CHN": 1, None: 1}
    assert len(cloud) == 195
    both = filled.reports.prospects_by_state(region="asia-pacific", segment="cloud")
    assert counts(both) == {"CHN": 1}
    assert dict(both.filters) == {"region": "Asia-Pacific", "segment": "Cloud and data centre"}
    regions = {
        region.slug: filled.reports.prospects_by_state(region=region.slug) for region in filled.regions
    }
    assert sum(len(report) for report in regions.values()) == 194
    for wrong in ({"region": "Atlantis"}, {"segment": "no such"}):
        with pytest.raises(NotFound):
            filled.reports.prospects_by_state(**wrong)


def test_the_report_says_what_it_counts_out_of_what_and_when(filled):
    report = filled.reports.prospects_by_state()
    assert report.name == "prospects-by-state"
    assert "hold no membership term" in report.definition
    assert report.denominator.startswith("All 194 Member States, those without a prospect included")
    assert (report.as_of, report.on, dict(report.filters), report.notes) == (
        filled.clock.now(),
        TODAY,
        {},
        (),
    )
    assert report.grouped_by == "region"
    assert [group.totals["prospects"] for group in report.groups][-1] == 2


def test_states_are_named_and_ordered_in_the_language_asked_for(filled):
    arabic = filled.reports.prospects_by_state(language="ar")
    assert arabic.language == "ar"
    kenya = next(row for row in arabic if row["code"] == "KEN")
    assert kenya["state"] == filled.countries.get("KE").name("ar") == "كينيا"
    assert counts(arabic) == counts(filled.reports.prospects_by_state())
    french = [row["code"] for row in filled.reports.prospects_by_state(language="fr", region="arab-states")]
    assert french.index("DJI") < french.index("EGY") < french.index("IRQ")  # Djibouti, Égypte, Iraq
    with pytest.raises(InvalidInput):
        filled.reports.prospects_by_state(language="tlh")


def test_what_is_made_up_is_said_only_where_it_bears_on_the_figures(filled):
    def notes(**filters):
        return filled.reports.prospects_by_state(**filters).notes

    elsewhere = filled.organizations.add("Made-up member", country="KE")
    filled.terms.join(elsewhere, "associate", sector="T", study_group="T-SG13", on=LONG_AGO, synthetic=True)
    filled.organizations.add("Made-up company", country="KE", synthetic=True)
    assert notes() == ()  # neither is marked as a prospect
    excluded = prospect(filled, "Excluded", "HK", segment="cloud")
    filled.terms.join(excluded, "sector_member", sector="T", on=LONG_AGO, synthetic=True)
    (note,) = notes()
    assert note.startswith("Synthetic demonstration data")
    assert note.endswith(": 1.")
    prospect(filled, "Counted", "KE", segment="satellite", synthetic=True)
    assert notes()[0].endswith(": 2.")
    assert notes(region="africa") == notes(segment="satellite") == notes(region="asia-pacific") == (note,)
    assert notes(region="europe") == notes(segment="ai") == notes(on=LONG_AGO - timedelta(days=1)) == ()


def test_every_figure_opens_to_its_rows(filled):
    report = filled.reports.prospects_by_state()
    for row in report:
        behind = report.rows_behind(row, "prospects")
        assert len(behind) == row["prospects"], row["code"]
    kenya = report.rows_behind("KEN", "prospects")
    assert (kenya.title, [row["name"] for row in kenya]) == ("Prospects: KEN", ["Safari", "Savanna"])
    assert (kenya.as_of, kenya.on) == (report.as_of, report.on)
    assert len(report.rows_behind("total", "prospects")) == report.total("prospects")
    africa = filled.reports.prospects_by_state(region="africa")
    assert len(africa.rows_behind("total", "prospects")) == africa.total("prospects") == 2


def test_rows_that_were_not_read_or_are_not_there_are_refused(filled):
    report = filled.reports.prospects_by_state()
    with pytest.raises(NotFound, match="told apart by code"):
        report.rows_behind("ATL", "prospects")
    with pytest.raises(NotFound, match="No rows stand behind 'region'"):
        report.rows_behind("KEN", "region")
    with pytest.raises(Refused, match="rows=True"):
        filled.reports.prospects_by_state(rows=False).rows_behind("KEN", "prospects")
