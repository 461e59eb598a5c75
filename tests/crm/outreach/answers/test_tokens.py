"""What proves that a message answers a letter of ours."""

from support.inbound_mail import enrolled, message, sample
from support.outbox import (
    told,
)


def forged(book, letter):
    """Messages that claim to answer a letter of ours and do not prove it."""
    token = book.identity.unsubscribe(letter.id).partition("+")[2].partition("@")[0]
    flipped = ("b" if token[0] == "a" else "a") + token[1:]
    domain = book.identity.answer_domain
    reply_token = book.identity.reply(letter.id).partition("+")[2].partition("@")[0]
    return {
        "a flipped token": message("", To=f"unsubscribe+{flipped}@{domain}"),
        "a truncated token": message("", To=f"unsubscribe+{token[:-1]}@{domain}"),
        "a token for another purpose": message("", To=f"unsubscribe+{reply_token}@{domain}"),
        "another's Message-ID": message("Yes.\n", In_Reply_To="<other@elsewhere.example>"),
        "the right sender alone": message("Yes.\n", From=f"Amina <{letter.to_address}>"),
        "a subject": message("Yes.\n", Subject="Re: For Amina Odhiambo"),
        "a forged bounce": sample("bounce_forged"),
    }


def test_what_is_not_proved_moves_nothing_and_is_kept(book, sent):
    before = told(book, sent)
    for name, raw in forged(book, sent).items():
        answer = book.answers.receive(raw)
        assert (answer.outbox_id, answer.effect) == (None, "fits no letter of ours"), name
        assert book.answers.of(unmatched=True)[0].raw == raw
    assert book.suppressions.of(sent.to_address) == ()
    assert enrolled(book, sent).state == "enrolled"
    assert told(book, sent) == before


def test_a_token_that_a_former_key_signed_is_still_obeyed(book, sent, make_book):
    address = book.identity.unsubscribe(sent.id)
    rotated = make_book(
        secret_key="a-new-secret-a-new-secret-a-new-secret",
        former_keys=("only-for-tests-only-for-tests-only-for-tests",),
    )
    assert rotated.identity.unsubscribe(sent.id) != address
    assert rotated.answers.receive(message("", To=address)).outbox_id == sent.id
    assert rotated.suppressions.of(sent.to_address) != ()
