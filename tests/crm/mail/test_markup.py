import re

import pytest

from crm.errors import TemplateError
from crm.mail.markup import check_markup, check_styles, sanitized

FACT = re.compile(r"zq\d+zq")

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://track.example/pixel.gif'>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVaScRiPt:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='vbscript:alert(1)'>x</a>",
    "<a href='file:///etc/passwd'>x</a>",
    "<a href='cid:part1'>x</a>",
    "<img srcset='https://track.example/pixel.gif 1x'>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<a href='//evil.example'>x</a>",
    "<a href='/relative'>x</a>",
    "<a href='http://plain.example'>x</a>",
    "<a href='https://good.example' onclick='alert(1)'>x</a>",
    "<meta http-equiv='refresh' content='0;url=https://evil.example'>",
    "<form action='https://evil.example'><input></form>",
    "<base href='https://evil.example'>",
    "<link rel='stylesheet' href='https://evil.example/x.css'>",
    "<link rel='stylesheet' href='file:///etc/passwd'>",
    "<style>@import 'https://evil.example/x.css';</style>",
    "<iframe src='https://evil.example'></iframe>",
    "<object data='x'></object>",
    "<embed src='x'>",
    "<video src='https://evil.example/x'></video>",
    "<math><mi xlink:href='javascript:alert(1)'>x</mi></math>",
    "<p style='background:url(https://evil.example/x)'>x</p>",
    "<p style='position:fixed;color:red'>x</p>",
    "<p onmouseover='alert(1)'>x</p>",
    "<p background='https://evil.example/x'>x</p>",
    "<body onload=alert(1)>",
    "<button formaction='javascript:alert(1)'>x</button>",
    "<!--[if mso]><script>alert(1)</script><![endif]-->",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
]

ACTIVE = re.compile(
    r"<(?!/?(a|p|br|b)\b)|\bon\w+=|javascript|data:|url\(|position|src=|srcset=|action|//evil|evil\.example|href=\"(?!https|mailto)|<!--",
    re.IGNORECASE,
)


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_that_acts_or_loads_survives(html):
    cleaned = sanitized(f"<p>before</p>{html}<p>after</p>")
    assert not ACTIVE.search(cleaned), cleaned
    assert "<p>before</p>" in cleaned


@pytest.mark.parametrize(
    "html", [one for one in HOSTILE if not one.startswith(("<!--", "<p style='position"))]
)
def test_a_template_that_holds_it_is_refused_before_anyone_approves_it(html):
    with pytest.raises(TemplateError):
        check_markup(html, file="x/en/body.html", fact=FACT)


@pytest.mark.parametrize(
    "html",
    [
        "<a href=zq0zqx>x</a>",
        "<a href='https://x.example/zq0zq'>x</a>",
        "<a zq0zq>x</a>",
        "<p class='zq0zq'>x</p>",
        "<p style='color: zq0zq'>x</p>",
        "<zq0zq>",
        "<p title=zq0zq>x</p>",
        "<a href='<!--zq0zq-->mailto:a@x.example'>x</a>",
        "<p>never closed",
        "<p><b>wrong order</p></b>",
        "</p>",
        "<!DOCTYPE html><p>x</p>",
        "<?php echo 1 ?>",
        "<p style='background-color: ur\\l(x)'>x</p>",
    ],
)
def test_facts_stand_in_text_or_are_a_whole_link(html):
    with pytest.raises(TemplateError):
        check_markup(html, file="x/en/body.html", fact=FACT)


def test_a_refusal_names_the_line():
    with pytest.raises(TemplateError) as refusal:
        check_markup("<p>one</p>\n\n<script>", file="hello/en/body.html", fact=FACT)
    assert refusal.value.row == 3
    assert str(refusal.value).startswith("hello/en/body.html, line 3: <script> is not allowed in a letter.")


def test_what_a_letter_needs_passes_both_gates_unchanged():
    html = (
        '<h2 class="x">Title</h2><p style="color:red;padding-right:4px" dir="rtl" lang="ar">a &amp; b<br>c <bdi>d</bdi></p>'
        '<ul><li>e</li></ul><table role="presentation" width="100%"><tbody><tr><th scope="row">f</th><td>g</td></tr></tbody></table>'
        '<a href="mailto:a@x.example">h</a> <a href="https://x.example/i">i</a>'
    )
    check_markup(html, file="f", fact=FACT)
    assert sanitized(html) == html
    check_markup('<p>zq0zq</p><a href="zq1zq">x</a>', file="f", fact=FACT)


@pytest.mark.parametrize(
    "css",
    [
        "@import 'x.css';",
        "p{background:url(x)}",
        "p{background:URL (x)}",
        "p{width:expression(1)}",
        r"p{background:u\72l(x)}",
    ],
)
def test_styles_load_nothing(css):
    with pytest.raises(TemplateError):
        check_styles(css, file="layout.css")
