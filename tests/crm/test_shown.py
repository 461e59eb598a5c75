import pickle
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from html import unescape

import pytest

from crm.directory.tables import Organization, OrganizationName
from crm.engagement.follow_ups import FollowUp
from crm.shown import Shown, card, said, table

HOSTILE = "</style><script>alert(1)</script>&\u202e"


class Verdict(StrEnum):
    HOLD_ON = "hold_on"


@dataclass(frozen=True, slots=True)
class Part(Shown):
    name: str
    count: int = 0


@dataclass(frozen=True, slots=True)
class Whole(Shown):
    verdict: Verdict
    parts: tuple[Part, ...] = ()
    words: tuple[str, ...] = ()
    digest: str = "secret"

    def __str__(self):
        return "all in all"


def lines(html):
    """The lines of a card by their names."""
    found = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html, re.DOTALL)
    return {name: unescape(re.sub(r"<.*?>", "", text)) for name, text in found}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, ""),
        (False, ""),
        (True, "yes"),
        (0, "0"),
        (Verdict.HOLD_ON, "hold on"),
        (datetime(2027, 3, 1, 9, 5, tzinfo=UTC), "2027-03-01 09:05 UTC"),
        (date(2027, 3, 1), "2027-03-01"),
        (Decimal("31800.00"), "31800.00"),
        (("a", 1, None), "a, 1, "),
        ({"a": 1, "b": None}, "a 1, b -"),
        (Organization(name="Acme"), "Acme"),
        (FollowUp(organization_id=1, what="Call"), "Call"),
        (Part("one", 2), "one"),
        (Part("", 2), "count 2"),
        (Whole(Verdict.HOLD_ON), "all in all"),
    ],
)
def test_a_value_is_said_as_people_write_it(value, words):
    assert said(value) == words


def test_a_record_is_a_card_of_what_it_holds_without_what_only_the_program_reads():
    name = OrganizationName(id=7, organization_id=3, name="Ácme", normal="acme")
    html = name._repr_html_()
    assert lines(html) == {"Id": "7", "Organization id": "3", "Name": "Ácme", "Kind": "alias"}
    assert "Organization name" in html


def test_nought_is_shown_and_what_is_not_stated_is_not():
    assert lines(card(Part("a"))) == {"Name": "a", "Count": "0"}
    assert lines(card(Part("", 1))) == {"Count": "1"}


def test_a_frozen_value_speaks_for_itself_and_shows_its_parts_as_a_table():
    html = Whole(Verdict.HOLD_ON, (Part("one", 1), Part("two", 2)))._repr_html_()
    assert '<p class="about"><bdi>Whole: all in all</bdi></p>' in html
    assert html.count("<tr>") == 3
    assert "secret" not in html


def test_of_a_long_list_the_first_are_shown_and_how_many_there_are_besides():
    html = Whole(Verdict.HOLD_ON, words=tuple(f"w{number}" for number in range(30)))._repr_html_()
    assert lines(html)["Words"].endswith("w11, … and 18 more")


def test_several_values_are_a_table_of_the_fields_that_any_of_them_holds():
    html = table([Part("one", 1), FollowUp(organization_id=1, what="Call")])
    assert re.findall(r'<th scope="col">(.*?)</th>', html) == ["Name", "Count", "Organization id", "What"]
    assert "<caption>Part (2)</caption>" in html


def test_a_long_table_says_how_many_more_there_are():
    html = table([Part("one", number) for number in range(1234)])
    assert html.count("<tr>") == 101
    assert "… and 1,134 more; crm.dataframe(…) has them all." in html


@pytest.mark.parametrize("show", [card, lambda value: table([value])])
def test_hostile_words_stay_words_and_do_not_turn_the_line_around(show):
    html = show(Part(HOSTILE))
    assert "<script" not in html
    assert html.count("</style>") == 1
    bare = re.sub(r"<bdi>[^<]*</bdi>", "", html)
    assert "\u202e" not in bare


def test_a_value_that_shows_itself_keeps_its_slots_and_survives_pickling():
    value = Whole(Verdict.HOLD_ON, (Part("one"),))
    assert pickle.loads(pickle.dumps(value)) == value
    assert not hasattr(value, "__dict__")


def test_no_rows_are_an_empty_table():
    assert "<tbody></tbody>" in table(())
