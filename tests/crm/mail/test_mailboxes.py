import pytest
from support.inbound_mail import TOKEN

from crm.mail.answers import Sender, TokenFound
from crm.mail.mailboxes import addresses, sender, tokens


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("amina@acme.example", Sender("amina@acme.example", "")),
        ("<amina@acme.example>", Sender("amina@acme.example", "")),
        ("Amina Odhiambo <amina@acme.example>", Sender("amina@acme.example", "Amina Odhiambo")),
        ('"Odhiambo, Amina" <amina@acme.example>', Sender("amina@acme.example", "Odhiambo, Amina")),
        ('"A \\"B\\" C" <a@x.example>', Sender("a@x.example", 'A "B" C')),
        ("amina@acme.example (Amina)", Sender("amina@acme.example", "Amina")),
        ('"ceo@bank.example" <eve@x.example>', Sender("eve@x.example", "ceo@bank.example")),
        ("=?utf-8?q?Doe,_J=C3=BCrgen?= <j@x.example>", Sender("j@x.example", "Doe, Jürgen")),
        ("محمد <محمد@مثال.إختبار>", Sender("محمد@مثال.إختبار", "محمد")),
        ('Eve" <ceo@bank.example>, "', None),
        ("alice@example.org)bob@evil.example", None),
        ("alice@example.org <bob@evil.example> <carol@evil.example>", None),
        ("a@b@c", None),
        ("<>", None),
        ("", None),
        ("Nobody", None),
    ],
)
def test_a_sender_is_made_out_or_is_none(value, found):
    defects = []
    assert sender(value, defects) == found
    assert ("no sender" in defects) is (found is None)


def test_the_first_of_several_senders_counts_and_the_others_are_noted():
    defects = []
    assert sender("A <a@x.example>, B <b@x.example>", defects) == Sender("a@x.example", "A")
    assert defects == ["several senders"]


def test_every_address_is_found_once():
    values = ["A <a@x.example>, b@x.example; Team: c@x.example;", "undisclosed-recipients:;", "<a@x.example>"]
    assert addresses(values) == ("a@x.example", "b@x.example", "c@x.example")


@pytest.mark.parametrize(
    ("address", "found"),
    [
        (f"bounces+{TOKEN}@mail.accord.example", (TokenFound("bounces", TOKEN),)),
        (f"Unsubscribe+{TOKEN}@mail.accord.example", (TokenFound("unsubscribe", TOKEN),)),
        (f"reply+{TOKEN}@mail.accord.example", (TokenFound("reply", TOKEN),)),
        (f"xreply+{TOKEN}@mail.accord.example", ()),
        (f"other+{TOKEN}@mail.accord.example", ()),
        ("reply+@mail.accord.example", ()),
        ("reply+a/../b@mail.accord.example", ()),
        (f"reply+{'a' * 200}@mail.accord.example", ()),
    ],
)
def test_tokens_are_taken_from_our_three_addresses(address, found):
    assert tokens([address, address]) == found
