import unicodedata

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from crm.directory.addresses import EmailAddress, _is_plain, _validated, normal_domain, parse_email
from crm.errors import InvalidInput

REFUSED = {
    "smtp injection": "a@x.org\r\nRCPT TO:<e@x>",
    "two addresses": "a@x.org,b@y.org",
    "two addresses, semicolon": "a@x.org;b@y.org",
    "display name": "Name <a@x.org>",
    "cut off by a comment": "alice@example.org)bob@evil.com",
    "quoted local part": '"a b"@x.org',
    "bare ip address": "a@[127.0.0.1]",
    "ip address without brackets": "a@127.0.0.1",
    "no dot in the domain": "a@localhost",
    "leading dot": ".a@x.org",
    "trailing dot before the at sign": "a.@x.org",
    "two dots": "a..b@x.org",
    "two dots in the domain": "a@x..org",
    "trailing dot": "a@x.org.",
    "zero-width space": "a\u200bb@x.org",
    "zero-width space in the domain": "a@x\u200b.org",
    "NUL": "a\x00@x.org",
    "line feed at the end": "a@x.org\n",
    "wide letter": "\uff41@x.org",
    "ligature": "\ufb01ona@x.org",
    "right-to-left override": "a\u202eb@x.org",
    "half a character": "a\ud800@x.org",
    "65 octets": "a" * 65 + "@x.org",
    "65 octets in 33 letters": "é" * 33 + "@x.org",
    "space": "a b@x.org",
    "backslash": "a\\b@x.org",
    "underscore in the domain": "a@x_y.org",
    "mailto": "mailto:a@x.org",
    "two at signs": "a@b@x.org",
    "nothing before": "@x.org",
    "nothing after": "a@",
    "nothing": "",
    "endless": "a" * 10_000,
}

TAKEN = {
    "plain": ("Amina.O@Acme.Example", "amina.o@acme.example", False),
    "spaces around it": (" amina@acme.example ", "amina@acme.example", False),
    "test domain": ("a@x.test", "a@x.test", False),
    "formula for a spreadsheet": ("=cmd@x.org", "=cmd@x.org", False),
    "plus": ("amina+crm@x.org", "amina+crm@x.org", False),
    "cyrillic look-alike": ("\u0430dmin@x.org", "\u0430dmin@x.org", True),
    "dotted capital i": ("\u0130@x.org", "i\u0307@x.org", True),
    "cyrillic domain": ("user@пример.рф", "user@xn--e1afmkfd.xn--p1ai", False),
    "arabic": ("محمد@مثال.إختبار", "محمد@xn--mgbh0fb.xn--kgbechtv", True),
    "ascii form of a domain": ("a@xn--mgbh0fb.xn--kgbechtv", "a@xn--mgbh0fb.xn--kgbechtv", False),
    "decomposed letter": ("jose\u0301@x.org", "jos\u00e9@x.org", True),
    "wide domain": ("a@\uff58.org", "a@x.org", False),
    "64 octets": ("a" * 64 + "@x.org", "a" * 64 + "@x.org", False),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_address_is_refused_with_its_field_its_value_and_a_hint(text):
    with pytest.raises(InvalidInput) as refused:
        parse_email(text, field="reply_to")
    assert refused.value.field == "reply_to"
    assert refused.value.value == text.strip(" ")
    assert refused.value.hint
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize(("text", "canonical", "smtputf8"), TAKEN.values(), ids=TAKEN.keys())
def test_a_good_address_has_one_canonical_form(text, canonical, smtputf8):
    address = parse_email(text)
    assert address.canonical == canonical
    assert address.needs_smtputf8 is smtputf8
    assert address.original == text.strip(" ")


def test_a_look_alike_is_another_address():
    assert parse_email("\u0430dmin@x.org").canonical != parse_email("admin@x.org").canonical


def test_the_case_of_the_local_part_is_kept_for_delivery():
    assert parse_email("Amina.O@Acme.Example").deliverable == "Amina.O@acme.example"


def test_both_forms_of_a_domain_are_the_same():
    assert parse_email("a@مثال.إختبار").canonical == parse_email("A@XN--MGBH0FB.xn--kgbechtv").canonical


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("\uff41mina@x.org", "amina@x.org"),
        ("Amina <a@x.org>", "bare address"),
        ("a@x.org, b@x.org", "one address"),
        ("a\u200b@x.org", "invisible"),
    ],
)
def test_the_hint_says_how_to_mend_it(text, hint):
    with pytest.raises(InvalidInput) as refused:
        parse_email(text)
    assert hint in str(refused.value.hint)


@given(st.text(st.characters(categories=["L", "M", "N"]), min_size=1, max_size=12))
def test_the_canonical_form_of_a_canonical_form_is_itself(local):
    try:
        address = parse_email(f"{local}@acme.example")
    except InvalidInput:
        return
    assert parse_email(address.canonical).canonical == address.canonical
    assert unicodedata.is_normalized("NFC", address.canonical)


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("https://www.Acme.example/x", "acme.example"),
        ("http://acme.example:8443/about?x=y#z", "acme.example"),
        ("ACME.example.", "acme.example"),
        (" www.acme.example ", "acme.example"),
        ("www.example", "www.example"),
        ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
        ("HTTPS://ПРИМЕР.РФ/", "xn--e1afmkfd.xn--p1ai"),
        ("acme.example/about", "acme.example"),
        ("info@acme.example", None),
        ("https://good.example@evil.example", None),
        ("https://good.example\\@evil.example", None),
        ("http://[bad", None),
        ("javascript:alert(1)", None),
        ("127.0.0.1", None),
        ("localhost", None),
        ("acme.example\r\nx", None),
        ("\x00acme.example", None),
        ("a b.example", None),
        ("n/a", None),
        ("-", None),
        ("", None),
    ],
)
def test_a_domain_is_taken_out_of_whatever_people_paste(text, domain):
    if domain is None:
        with pytest.raises(InvalidInput) as refused:
            normal_domain(text)
        assert (refused.value.field, refused.value.value) == ("domain", text)
    else:
        assert normal_domain(text) == domain


def test_the_domain_of_an_address_and_of_a_home_page_compare():
    assert parse_email("a@ПРИМЕР.рф").domain == normal_domain("https://www.пример.рф/")


labels = st.text(st.sampled_from("abz09-"), min_size=1, max_size=6) | st.sampled_from(
    ["xn--e1afmkfd", "local"]
)


@given(st.lists(labels, min_size=1, max_size=4))
def test_the_short_cut_for_plain_domains_says_what_the_whole_way_says(parts):
    domain = ".".join(parts)
    if _is_plain(domain):
        checked = validate_email(f"x@{domain}", check_deliverability=False, test_environment=True)
        assert checked.ascii_domain == domain


@given(
    local=st.text("ab9._+-", min_size=1, max_size=70),
    domain=st.sampled_from(
        [
            "acme.example",
            "a.b-c.example",
            "a.test",
            "x.localhost",
            "x.local",
            "xn--e1afmkfd.xn--p1ai",
            "a--b.example",
            "b",
        ]
    ),
)
def test_the_short_cut_for_plain_addresses_says_what_the_whole_way_says(local, domain):
    address = f"{local}@{domain}"
    try:
        whole = _validated(address, field="email")
    except InvalidInput:
        with pytest.raises(InvalidInput):
            parse_email(address)
    else:
        assert parse_email(address) == EmailAddress(address, whole.local_part, whole.ascii_domain)
