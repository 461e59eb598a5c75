import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.directory.addresses import parse_email
from crm.errors import ConfigurationError, InvalidInput
from crm.mail.tokens import message_id, sign, verify

KEY = bytes(range(32))
OLD_KEY = bytes(range(1, 33))
NUMBERS = st.integers(min_value=0, max_value=2**63 - 1)
ALPHABET = string.ascii_lowercase + "234567"


@given(NUMBERS)
def test_a_token_names_its_row_again(number):
    assert verify("unsubscribe", sign("unsubscribe", number, key=KEY), keys=[KEY]) == number


@given(NUMBERS)
def test_mail_systems_may_fold_its_case(number):
    token = sign("unsubscribe", number, key=KEY)
    assert token == token.lower()
    assert verify("unsubscribe", token.upper(), keys=[KEY]) == number
    assert verify("unsubscribe", token.title(), keys=[KEY]) == number


def test_a_token_fits_before_an_at_sign():
    for purpose in ("bounces", "unsubscribe", "reply"):
        address = f"{purpose}+{sign(purpose, 2**63 - 1, key=KEY)}@itu.example"
        assert parse_email(address).deliverable == address
        assert len(address.partition("@")[0]) <= 64


def test_a_token_is_always_the_same():
    assert sign("bounces", 7, key=KEY) == sign("bounces", 7, key=KEY)


def test_a_token_for_one_purpose_does_not_serve_another():
    assert verify("bounces", sign("unsubscribe", 7, key=KEY), keys=[KEY]) is None


def test_an_old_key_still_verifies_and_a_foreign_one_does_not():
    token = sign("unsubscribe", 7, key=OLD_KEY)
    assert verify("unsubscribe", token, keys=[KEY, OLD_KEY]) == 7
    assert verify("unsubscribe", token, keys=[OLD_KEY]) == 7
    assert verify("unsubscribe", token, keys=[KEY]) is None
    assert verify("unsubscribe", token, keys=[]) is None


def test_any_of_many_keys_may_have_signed():
    keys = [bytes([number]) * 32 for number in range(40)]  # more keys than hints, so that some share one
    tokens = [sign("unsubscribe", number, key=key) for number, key in enumerate(keys)]
    assert [verify("unsubscribe", token, keys=keys) for token in tokens] == list(range(40))


@given(st.integers(0, 39), st.sampled_from(ALPHABET))
def test_no_letter_can_be_changed(place, letter):
    token = sign("unsubscribe", 123_456, key=KEY)
    changed = token[:place] + letter + token[place + 1 :]
    assert verify("unsubscribe", changed, keys=[KEY]) == (123_456 if changed == token else None)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "a",
        "a" * 39,
        "a" * 40,
        "a" * 41,
        "1" * 40,
        "a" * 34 + "=" * 6,
        "é" * 40,
        "\x00" * 40,
        "a b" * 20,
        "a" * 10_000,
    ],
)
def test_what_is_no_token_names_nothing(token):
    assert verify("unsubscribe", token, keys=[KEY]) is None


def test_a_truncated_or_lengthened_token_names_nothing():
    token = sign("unsubscribe", 7, key=KEY)
    assert verify("unsubscribe", token[:-1], keys=[KEY]) is None
    assert verify("unsubscribe", token + "a", keys=[KEY]) is None
    assert verify("unsubscribe", token + "=", keys=[KEY]) is None


def test_neighbouring_rows_have_tokens_that_share_nothing_but_the_first_letter():
    one, other = sign("unsubscribe", 1, key=KEY), sign("unsubscribe", 2, key=KEY)
    alike = [a == b for a, b in zip(one[2:14], other[2:14], strict=True)]
    assert sum(alike) < 6


@pytest.mark.parametrize("number", [-1, 2**63])
def test_a_number_that_is_no_row_is_refused(number):
    with pytest.raises(InvalidInput):
        sign("unsubscribe", number, key=KEY)


def test_a_short_key_is_refused_without_being_shown():
    with pytest.raises(ConfigurationError) as refused:
        sign("unsubscribe", 1, key=b"hunter2")
    assert "hunter2" not in repr(refused.value.details())


def test_a_message_id_derives_from_the_row_and_comes_back():
    made = message_id(7, key=KEY, domain="crm.itu.example")
    assert made == message_id(7, key=KEY, domain="crm.itu.example")
    token = re.fullmatch(r"<([a-z2-7]{40})@crm\.itu\.example>", made)[1]
    assert verify("message-id", token, keys=[KEY]) == 7
