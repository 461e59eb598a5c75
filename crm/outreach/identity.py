"""Who we are in a letter: the addresses that it comes from, and those that answers to it come back to."""

from dataclasses import dataclass

from crm.keyring import KeyRing
from crm.mail.tokens import message_id, sign, verify


@dataclass(frozen=True, slots=True)
class Identity:
    """The sending side of every letter.

    Attributes:
        sender_name: signs where an account has no account manager.
        sender_address: the From address.
        answer_domain: the domain of the addresses below.
        keys: sign the tokens.
    """

    sender_name: str
    sender_address: str
    answer_domain: str
    keys: KeyRing

    def message_id(self, letter_id: int) -> str:
        """The Message-ID of a letter, the same on every attempt."""
        return message_id(letter_id, key=self.keys.current, domain=self.answer_domain)

    def bounces(self, letter_id: int) -> str:
        """The envelope sender: a bounce that comes back to it names its letter (VERP)."""
        return self._address("bounces", letter_id)

    def reply(self, letter_id: int) -> str:
        """The Reply-To address: an answer finds its letter even where its references are lost."""
        return self._address("reply", letter_id)

    def unsubscribe(self, letter_id: int) -> str:
        """The address that a mail program writes to when its reader unsubscribes (RFC 2369)."""
        return self._address("unsubscribe", letter_id)

    def letter(self, purpose: str, token: str) -> int | None:
        """The letter that a token names; None if we did not sign it for this purpose."""
        return verify(purpose, token, keys=self.keys.all)

    def _address(self, purpose: str, letter_id: int) -> str:
        return f"{purpose}+{sign(purpose, letter_id, key=self.keys.current)}@{self.answer_domain}"
