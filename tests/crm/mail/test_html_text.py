import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.mail.html_text import text_of


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("One<br>Two<br/><br>Three", "One\nTwo\n\nThree"),
        ("One\n   line  of&nbsp;text", "One line of text"),
        ("a &lt;b&gt; &amp; c &#233;", "a <b> & c é"),
        ("2 < 3 and 4 > 3", "2 < 3 and 4 > 3"),
        ("<b>bold</b><i>er</i>", "bolder"),
        ("<o:p>Word</o:p><p:x>", "Word"),
        ("<title>no</title><style>p{}</style><script>if (a<b) alert('no')</script>yes", "yes"),
        ("a<!-- <p>no</p> -->b", "ab"),
        ("a<!--[if mso]><p>no</p><![endif]-->b", "ab"),
        ("<!--[if !mso]><!--><p>yes</p><!--<![endif]-->", "yes"),
        ("a<!-- 1 > 0 -->b<!---->c", "abc"),
        ("<!-- never closed <p>no</p>", ""),
        ("<script>never closed <p>no</p>", ""),
        ("new<blockquote>old<br>older</blockquote>newer", "new\n> old\n> older\nnewer"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote></blockquote>c", "> a\n>> b\nc"),
        ("<td>a</td><td>b</td>", "ab"),
        ("&#99999999999;&#x110000;&nosuch;", "\ufffd\ufffd&nosuch;"),
        ("<div>لا <b>شكرا</b></div>", "لا شكرا"),
        ("", ""),
    ],
)
def test_markup_becomes_the_text_that_a_reader_sees(markup, text):
    assert text_of(markup) == text


@given(st.text(alphabet="<>!-/abpscriptblockquote&#;19 \n\"'=", max_size=300))
def test_no_markup_is_too_broken(markup):
    assert isinstance(text_of(markup), str)
