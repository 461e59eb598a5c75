"""A template that passes the gate cannot burn time, whatever its facts hold."""

import time

import pytest

from crm.errors import TemplateError
from crm.mail.facts import MOST_CHARACTERS as LONGEST
from crm.mail.facts import MOST_ENTRIES, frozen
from crm.mail.filters import ALLOWED
from crm.mail.gating import MOST_CHARACTERS, check_template
from crm.mail.sandbox import compiled_part

MOST_SECONDS = 4
"""Of the processor; a second on a machine that has nothing else to do."""

PARAGRAPHS, GROUPS, AGAIN = (
    "{% for a in letter.text|paragraphs %}",
    "{% for g in groups %}",
    "{% for h in groups %}",
)
END = "{% endfor %}"

# What to begin with, what to repeat as often as it passes, how to end. None of it writes anything, or next to nothing.
GREEDY = {
    "comparisons in two loops": (GROUPS + AGAIN, "{% if g.code != h.code %}{% endif %}", END + END),
    "loops in a loop": (GROUPS, AGAIN + END, END),
    "lists of paragraphs": ("", PARAGRAPHS + END, ""),
    "lists of paragraphs in a loop": (GROUPS, PARAGRAPHS + END, END),
    "searches in a text": (GROUPS, "{% if needle in letter.text %}{% endif %}", END),
    "texts written together": ("{{ letter.text", " ~ letter.text", " }}"),
    "texts put together": (GROUPS, "{% if letter.text ~ letter.text %}{% endif %}", END),
    "filters of blanks": (GROUPS, "{{ blank|breaks }}", END),
    "filters of blanks in two loops": (GROUPS + AGAIN, "{{ blank|breaks }}", END + END),
    "filters of a long text": ("", "{{ letter.text|breaks }}", ""),
}
TEXTS = {"line ends": "\n" * LONGEST, "one word": "ab" * (LONGEST // 2)}


def passes(source):
    try:
        check_template(source, file="greedy", filters=ALLOWED["html"])
    except TemplateError:
        return False
    return True


def greediest(before, repeated, after):
    """The template with as many repetitions as the gate lets pass."""
    few, many = 0, MOST_CHARACTERS // len(repeated) + 1
    while few < many:
        middle = (few + many + 1) // 2
        few, many = (middle, many) if passes(before + repeated * middle + after) else (few, middle - 1)
    return before + repeated * few + after


@pytest.mark.parametrize("pattern", GREEDY)
def test_the_worst_template_that_passes_takes_no_time_to_speak_of(pattern):
    compiled = compiled_part(greediest(*GREEDY[pattern]), "en", "html")
    for text in TEXTS.values():
        facts = {"letter": {"text": text}, "needle": "ab" * 4000 + "c", "blank": " " * LONGEST}
        given = frozen(facts | {"groups": [{"code": "T"}] * MOST_ENTRIES})
        started = time.process_time()
        try:
            compiled.filled(given)
        except TemplateError as error:
            assert "passes 100 KB" in str(error)  # noqa: PT017 - a letter may grow too large, and is stopped
        assert time.process_time() - started < MOST_SECONDS


@pytest.mark.parametrize(
    "source",
    [
        "{% if letter.text|breaks != organization.name|breaks %}{% endif %}",
        "{% for a in letter.text|paragraphs %}{% if a|breaks %}{% endif %}{% endfor %}",
        "{{ letter.text|breaks == organization.name }}",
        "{{ organization.name ~ letter.text|breaks }}",
        "{{ on|date(digits=letter.text|breaks) }}",
        "{% for a in letter.text|breaks|paragraphs %}{% endfor %}",
    ],
)
def test_a_filter_stands_at_the_end_of_what_is_written_and_nowhere_else(source):
    with pytest.raises(TemplateError, match="inside an expression is not allowed"):
        check_template(source, file="f", filters=ALLOWED["html"])


def test_too_much_work_is_refused_with_what_to_do():
    inside = "{% if g.code == h.code %}{% endif %}" * 20
    with pytest.raises(TemplateError, match="so much work is not allowed in a letter") as refused:
        check_template(GROUPS + AGAIN + inside + END + END, file="f", filters=())
    assert "a loop in a loop" in (refused.value.hint or "")
