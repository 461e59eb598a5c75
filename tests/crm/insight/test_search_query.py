import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.errors import InvalidInput
from crm.insight.search_query import terms_of, tsquery


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("fee table", "('fee') & ('table':*)"),
        ('"fee table"', "('fee' <1> 'table')"),
        ('send "fee table" no', "('send') & ('fee' <1> 'table') & ('no':*)"),
        ("«шестой план»", "('шестои' <1> 'план')"),
        ('"fee table', "('fee') & ('table':*)"),
        ("五年计划", "('五年' <1> '年计' <1> '计划':*)"),
        ("计 fee", "('计':*) & ('fee':*)"),
        ('"五年 fee"', "('五年' <2> 'fee')"),
        ("l'UIT", "('luit':*)"),
        ("a:*&|!<->'b\\ | c", "('a') & ('b') & ('c':*)"),
    ],
)
def test_what_is_asked_for(text, expected):
    assert tsquery(terms_of(text)) == expected


@pytest.mark.parametrize("text", ["", "  ", ":*&|!<->'", '""', "x" * 1001])
def test_there_has_to_be_a_word(text):
    with pytest.raises(InvalidInput) as refused:
        terms_of(text)
    assert refused.value.field == "text"


@given(st.text(max_size=100))
def test_no_text_breaks_out_of_the_quotes(text):
    try:
        query = tsquery(terms_of(text))
    except InvalidInput:
        return
    outside = "".join(query.split("'")[::2])
    assert set(outside) <= set(" ()&<>:*0123456789")
    assert query.count("'") % 2 == 0
