import json
from datetime import date
from decimal import Decimal

import pytest

from crm.errors import TemplateError
from crm.mail.filters import filters

NBSP, NNBSP, RLM = "\u00a0", "\u202f", "\u200f"


@pytest.mark.parametrize(
    ("language", "day", "written"),
    [
        ("en", date(2026, 12, 1), "1 December 2026"),
        ("fr", date(2026, 12, 1), "1er décembre 2026"),
        ("fr", date(2026, 12, 11), "11 décembre 2026"),
        ("ar", date(2026, 12, 1), "1 ديسمبر 2026"),
        ("es", date(2026, 12, 1), "1 de diciembre de 2026"),
        ("ru", date(2026, 12, 1), f"1 декабря 2026{NBSP}года"),
        ("zh", date(2026, 12, 1), "2026年12月1日"),
        ("en", "2026-12-01", "1 December 2026"),
    ],
)
def test_a_day_is_written_out(language, day, written):
    assert filters(language, "text")["date"](day) == written


@pytest.mark.parametrize(
    ("language", "amount", "written"),
    [
        ("en", Decimal(31800), f"CHF{NBSP}31,800"),
        ("en", Decimal("1987.50"), f"CHF{NBSP}1,987.50"),
        ("en", Decimal("1987.5"), f"CHF{NBSP}1,987.50"),
        ("en", 31800, f"CHF{NBSP}31,800"),
        ("en", "31800.00", f"CHF{NBSP}31,800"),
        ("fr", Decimal(31800), f"31{NNBSP}800{NBSP}CHF"),
        ("ar", Decimal(31800), f"{RLM}31,800{NBSP}CHF"),
        ("es", Decimal(31800), f"31.800{NBSP}CHF"),
        ("es", Decimal("3975.5"), f"3.975,50{NBSP}CHF"),
        ("ru", Decimal(31800), f"31{NBSP}800{NBSP}CHF"),
        ("ru", Decimal("1987.50"), f"1{NBSP}987,50{NBSP}CHF"),
        ("zh", Decimal(31800), f"CHF{NBSP}31,800"),
    ],
)
def test_an_amount_carries_its_currency_and_no_needless_decimals(language, amount, written):
    assert filters(language, "text")["money"](amount, "CHF") == written


def test_currencies_are_named_by_their_code():
    assert filters("en", "text")["money"](Decimal(5), "USD") == f"USD{NBSP}5"


def test_digits_are_latin_unless_others_are_asked_for():
    arabic = filters("ar", "text")
    assert arabic["number"](Decimal("1234.5")) == "1,234.5"
    assert arabic["number"](Decimal("1234.5"), digits="arab") == "١٬٢٣٤٫٥"
    assert arabic["date"](date(2026, 12, 1), digits="arab") == "١ ديسمبر ٢٠٢٦"


def test_facts_read_back_from_json_are_written_the_same():
    words = filters("fr", "text")
    there_and_back = json.loads(json.dumps({"day": "2026-12-01", "fee": "1987.50"}))
    assert words["date"](there_and_back["day"]) == words["date"](date(2026, 12, 1))
    assert words["money"](there_and_back["fee"], "CHF") == words["money"](Decimal("1987.50"), "CHF")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("date", ["soon"]),
        ("date", [{"a": 1}]),
        ("money", ["much", "CHF"]),
        ("money", [Decimal(1), "francs"]),
        ("money", ["NaN", "CHF"]),
        ("money", ["1e999999", "CHF"]),
        ("number", [True]),
        ("number", ["1e-99999"]),
    ],
)
def test_what_is_no_date_or_amount_is_refused(name, arguments):
    with pytest.raises(TemplateError):
        filters("en", "text")[name](*arguments)


@pytest.mark.parametrize(
    ("language", "part", "written"),
    [
        ("en", "text", "Acme"),
        ("ar", "text", "\u2068Acme\u2069"),
        ("en", "html", "<bdi>Acme</bdi>"),
        ("ar", "html", "<bdi>\u2068Acme\u2069</bdi>"),
    ],
)
def test_a_name_is_kept_apart_from_the_direction_around_it(language, part, written):
    assert filters(language, part)["isolate"]("Acme") == written


def test_an_arabic_name_is_isolated_in_an_english_text():
    assert filters("en", "text")["isolate"]("أمينة") == "\u2068أمينة\u2069"


def test_a_name_is_escaped_before_it_is_isolated_in_html():
    assert filters("en", "html")["isolate"]("<b>&") == "<bdi>&lt;b&gt;&amp;</bdi>"


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("stop+a_b-c.1=2@accord.example", "mailto:stop+a_b-c.1=2@accord.example"),
        ("a@x.example?bcc=b@y.example", "mailto:a@x.example%3Fbcc=b@y.example"),
        ("a@x.example,b@y.example", "mailto:a@x.example%2Cb@y.example"),
        ("a@x.example%0d%0abcc:b", "mailto:a@x.example%250d%250abcc%3Ab"),
        ("javascript:alert(1)", "mailto:javascript%3Aalert%281%29"),
    ],
)
def test_a_mail_link_can_add_no_recipient(address, link):
    assert filters("en", "html")["mailto"](address) == link


def test_a_text_is_divided_at_its_empty_lines():
    words = filters("en", "html")
    assert words["paragraphs"]("one\ntwo\n \n\n three\n") == ["one\ntwo", "three"]
    assert words["breaks"]("one\n<b>") == "one<br>\n&lt;b&gt;"
    with pytest.raises(TemplateError):
        words["paragraphs"]("x\n\n" * 301)
