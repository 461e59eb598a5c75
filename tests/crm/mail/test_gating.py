import pytest

from crm.errors import TemplateError
from crm.mail.filters import ALLOWED
from crm.mail.gating import MOST_CHARACTERS, check_template

FACTS = (
    "person.name",
    "person.salutation",
    "organization.name",
    "fee.full",
    "fee.currency",
    "on",
    "groups[].code",
    "letter.text",
)

# The payloads of the study: code through objects, and templates that burn time and memory.
PAYLOADS = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ person.__class__ }}",
    "{{ person.name.__class__.__init__.__globals__ }}",
    "{{ person['__class__'] }}",
    "{{ person['name']['__class__'] }}",
    "{{ person|attr('__class__') }}",
    "{{ person|attr('name') }}",
    "{{ person.name|attr('upper') }}",
    "{{ '{0.__class__}'.format(person) }}",
    "{{ '%s'|format(person) }}",
    "{{ '%1000000000s'|format('x') }}",
    "{{ '%*s'|format(900000000,'x') }}",
    "{{ 'x'|center(10**9) }}",
    "{{ 'x'|center(1000000000) }}",
    "{{ 'a'*10**9 }}",
    "{{ 2**99999999 }}",
    "{{ 7*7 }}",
    "{{ 1+1 }}",
    "{{ -1 }}",
    "{{ 5 % 2 }}",
    "{{ 'a' + 'b' }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ cycler }}",
    "{{ joiner }}",
    "{{ namespace(x=1) }}",
    "{{ lipsum(100000) }}",
    "{{ lipsum.__globals__ }}",
    "{{ range(99999) }}",
    "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
    "{% for a in groups %}{% for b in groups %}{% for c in groups %}x{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in groups recursive %}{{ a.code }}{% endfor %}",
    "{% for a in groups %}{{ loop.index }}{% endfor %}",
    "{% for a, b in groups %}x{% endfor %}",
    "{% for a in 'xxxxxxxx' %}{% endfor %}",
    "{% for a in letter.text %}{% endfor %}",
    "{% for a in (1, 2, 3) %}x{% endfor %}",
    "{% for a in [1, 2, 3] %}x{% endfor %}",
    "{% set x = 1 %}",
    "{% set ns = namespace(s='x') %}{% for a in groups %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
    "{% set x %}block{% endset %}",
    "{% macro m(n) %}{{ m(n) }}{% endmacro %}{{ m(1) }}",
    "{% call person.name() %}x{% endcall %}",
    "{% include '/etc/passwd' %}",
    "{% import 'x' as x %}",
    "{% from 'x' import y %}",
    "{% extends 'x' %}",
    "{% block x %}{% endblock %}",
    "{% with x = 1 %}{{ x }}{% endwith %}",
    "{% filter upper %}x{% endfilter %}",
    "{% autoescape false %}{{ person.name }}{% endautoescape %}",
    "{{ person.name|safe }}",
    "{{ person.name|upper }}",
    "{{ person.name|list }}",
    "{{ groups|map(attribute='__class__')|list }}",
    "{{ person|tojson }}",
    "{{ person|xmlattr }}",
    "{{ person.name|replace('a', 'aaaaaaaa') }}",
    "{{ 'x'|indent(1000000000) }}",
    "{{ person.name()}}",
    "{{ person.items() }}",
    "{{ person.name.append('x') }}",
    "{{ person.update({'a': 1}) }}",
    "{{ groups.pop() }}",
    "{{ secret_note }}",
    "{{ person.secret_note }}",
    "{{ person.model_dump() }}",
    "{{ person }}",
    "{{ person[organization.name] }}",
    "{{ person.name[0:3] }}",
    "{{ person.name[0] }}",
    "{{ person['na' ~ 'me'] }}",
    "{{ {'a': 1} }}",
    "{{ self }}",
    "{{ self.__init__ }}",
    "{{ super() }}",
    "{{ caller() }}",
    "{{ varargs }}",
    "{{ 'a' if person.name else 'b' }}",
    "{{ person.name is callable }}",
    "{{ person.name is divisibleby 3 }}",
    "{{ person.name is defined(1) }}",
    "{{ fee.full|money(*groups) }}",
    "{{ fee.full|money(**person) }}",
    "{{ fee.full|money(secret.currency) }}",
    "{{ on|date(person.name()) }}",
    "{% if person.name.startswith('A') %}x{% endif %}",
    "{% if secret_note is defined %}x{% endif %}",
    "{{ person.name ~ ('a' * 9) }}",
    "{{ on.year }}",
    "{{ config }}",
    "{{ request.application.__globals__ }}",
]


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("part", ["subject", "text", "html"])
def test_a_letter_may_not_reach_further_than_its_facts(payload, part):
    with pytest.raises(TemplateError):
        check_template(payload, file="x/en/body.txt", filters=ALLOWED[part], facts=FACTS)


@pytest.mark.parametrize(
    "source",
    [
        "plain words, 100% of them",
        "{{ person.name }}",
        "{{ person['name'] }}",
        "{{ fee.full | money(fee.currency) }}",
        "{{ fee.full | money('CHF', digits='arab') }}",
        "{{ on | date | isolate }}",
        "{{ 'Dear ' ~ person.name }}",
        "{% if fee is defined %}{{ fee.full | money('CHF') }}{% endif %}",
        "{% if fee.full is defined and not (person.name == 'x' or person.name in 'abc') %}x{% else %}y{% endif %}",
        "{% if person.name == 'a' %}a{% elif person.name != 'b' %}b{% else %}c{% endif %}",
        "{% for group in groups %}{{ group.code }}{% else %}none{% endfor %}",
        "{% for group in groups if group.code != 'SG13' %}{{ group.code }}{% endfor %}",
        "{% for a in groups %}{% for b in groups %}{{ a.code ~ b.code }}{% endfor %}{% endfor %}",
        "{{ groups[0].code }}",
        "{# a note to the translator #}",
        "{% raw %}{{ not a fact }}{% endraw %}",
    ],
)
def test_a_letter_may_read_its_facts(source):
    check_template(source, file="x/en/body.txt", filters=ALLOWED["text"], facts=FACTS)


def test_a_name_belongs_to_its_loop_alone():
    with pytest.raises(TemplateError, match=r"'group\.code' is not among the facts"):
        check_template(
            "{% for group in groups %}{% endfor %}{{ group.code }}",
            file="f",
            filters=ALLOWED["text"],
            facts=FACTS,
        )


def test_paragraphs_are_a_list_of_texts_in_html_alone():
    source = "{% for one in letter.text | paragraphs %}{{ one | breaks }}{% endfor %}"
    check_template(source, file="f", filters=ALLOWED["html"], facts=FACTS)
    with pytest.raises(TemplateError, match="the filter 'paragraphs'"):
        check_template(source, file="f", filters=ALLOWED["text"], facts=FACTS)


def test_a_subject_may_not_isolate_because_headers_may_not_carry_it():
    with pytest.raises(TemplateError, match="the filter 'isolate' is not allowed"):
        check_template("{{ person.name | isolate }}", file="f", filters=ALLOWED["subject"], facts=FACTS)


def test_a_refusal_names_file_line_finding_and_remedy():
    with pytest.raises(TemplateError) as refusal:
        check_template("one\ntwo\n{{ person.name() }}", file="hello/fr/body.txt", filters=(), facts=FACTS)
    error = refusal.value
    assert (error.subject, error.row, error.value) == ("hello/fr/body.txt", 3, "a call")
    assert str(error) == (
        "hello/fr/body.txt, line 3: a call is not allowed in a letter. "
        "A letter calls nothing; put the finished value among the facts."
    )


def test_an_unknown_fact_is_refused_with_the_facts_there_are():
    with pytest.raises(TemplateError) as refusal:
        check_template("{{ person.nam }}", file="f", filters=(), facts=("person.name",))
    assert refusal.value.value == "person.nam"
    assert refusal.value.candidates == ("person.name",)


@pytest.mark.parametrize(
    "source",
    [
        "{{ person.name",
        "{% if person.name %}",
        "{% unknown %}",
        "{{ person..name }}",
        "{{ " + "9" * 5000 + " }}",
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ " + "not " * 5000 + "person.name }}",
        "{{ person" + ".name" * 5000 + " }}",
        "{% if person.name %}" * 60 + "{% endif %}" * 60,
        "{{ a.b }}" * 5001,
        "x" * (MOST_CHARACTERS + 1),
    ],
    ids=["open", "unclosed", "tag", "dots", "digits", "brackets", "nots", "chain", "ifs", "many", "long"],
)
def test_what_cannot_be_read_or_is_far_too_much_is_refused(source):
    with pytest.raises(TemplateError):
        check_template(source, file="f", filters=(), facts=("person.name",))


def test_without_facts_the_syntax_alone_is_checked():
    check_template("{{ anything.at.all }}", file="f", filters=())
    with pytest.raises(TemplateError):
        check_template("{{ anything() }}", file="f", filters=())
