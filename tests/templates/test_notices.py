"""Every notice to our own staff."""

import pytest

from crm.mail.rendering import render
from crm.mail.templates import TemplateFolder

FOLDER = TemplateFolder()
NOTICES = [name for name in FOLDER.names() if "subscription.number" in FOLDER.version(name, "en").meta.fields]


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_renders_with_its_sample_and_says_how_to_end_it(name):
    rendered = render(FOLDER.version(name, "en"), FOLDER.sample(name, "en"))
    assert rendered.subject
    assert "crm subscription end 4711" in rendered.text
    assert "crm subscription end 4711" in rendered.html
    assert "\n\n\n" not in rendered.text
    assert "{{" not in rendered.text + rendered.html
    assert "http" not in rendered.html
    assert FOLDER.languages(name) == ("en",)
