import socket

import pytest
from support.letter_folders import letter_folder

from crm.errors import TemplateError
from crm.mail import appearance
from crm.mail.templates import TemplateFolder


def test_styles_are_written_onto_the_tags_before_any_fact_is_filled_in(tmp_path):
    version = letter_folder(tmp_path / "mail").version("hello", "en")
    assert "<p style=" in version.html
    assert "{{ person.name | isolate }}" in version.html
    assert "{%" not in version.layout
    assert "{{" not in version.layout


def test_the_start_of_a_line_is_on_the_right_in_arabic(tmp_path):
    folder = letter_folder(tmp_path / "mail")
    assert "text-align: left" in folder.version("hello", "en").html
    assert "text-align: right" in folder.version("hello", "ar").html


def test_conditions_between_the_rows_of_a_table_stay_there(tmp_path):
    html = "<table>{% if note is defined %}<tr><td>{{ note }}</td></tr>{% endif %}</table>"
    inside = letter_folder(tmp_path / "mail", html=html).version("hello", "en").html
    row = inside[inside.index("{% if note") : inside.index("</table>", inside.index("{% if note"))]
    assert row.index("<tr>") < row.index("{{ note }}") < row.index("</tr>") < row.index("{% endif %}")


def test_words_that_html_would_move_out_of_a_table_are_refused(tmp_path):
    folder = letter_folder(
        tmp_path / "mail",
        html="<table><tr><td>a</td></tr>{{ note }}<tr><td>{{ note }}</td></tr></table><p>{{ note }}</p>",
    )
    with pytest.raises(TemplateError, match="words straight inside <table>"):
        folder.version("hello", "en")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("layout.css", "p { background: url(https://evil.example/x) }"),
        ("layout.css", "p { color: $colour }"),
        ("screens.css", "@import 'https://evil.example/x.css';"),
        ("layout.html", "<html><body>$body</html>"),
        ("layout.html", "<html><head>{{ person.name }}</head><body>$body</body></html>"),
        ("layout.html", "<html><head><link href='x'></head><body>$body</body></html>"),
        ("layout.html", "<html><head><meta http-equiv='refresh'></head><body>$body</body></html>"),
        ("layout.html", "<html><body>$body<img></body></html>"),
        ("layout.html", "<html><body>$body $nonsense</body></html>"),
    ],
)
def test_a_frame_that_loads_or_lacks_something_is_refused(tmp_path, file, words):
    folder = letter_folder(tmp_path / "mail", base={file: words})
    with pytest.raises(TemplateError):
        folder.version("hello", "en")


@pytest.mark.parametrize("reference", ["file://{path}", "{path}"])
def test_the_inliner_reads_no_file(tmp_path, reference):
    sheet = tmp_path / "secret.css"
    sheet.write_text("p { color: #123456 }", encoding="utf-8")
    html = f"<link rel='stylesheet' href='{reference.format(path=sheet)}'><p>x</p>"
    assert "#123456" not in appearance._INLINER.inline_fragment(html, "")


def test_the_inliner_opens_no_connection():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        link = f"<link rel='stylesheet' href='http://127.0.0.1:{port}/x.css'>"
        appearance._INLINER.inline_fragment(
            f"{link}<style>@import 'http://127.0.0.1:{port}/y.css';</style><p>x</p>", ""
        )
        with pytest.raises(TimeoutError):
            server.accept()


def test_the_direction_comes_from_the_language():
    assert [appearance.direction(tag) for tag in ("ar", "en", "fr", "zh", "ru", "es")] == ["rtl"] + [
        "ltr"
    ] * 5


def test_the_head_has_the_rules_for_dark_and_small_screens():
    layout = TemplateFolder().version("follow_up", "en").layout
    assert "@media (prefers-color-scheme: dark)" in layout
    assert "@media (max-width: 480px)" in layout
