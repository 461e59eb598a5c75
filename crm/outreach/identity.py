"""Who we are in a letter: the addresses that it comes from, and those that answers to it come back to."""

from dataclasses import dataclass

from crm.keyring import KeyRing
from crm.mail.tokens import message_id, sign, verify

UNSUBSCRIBE = "unsubscribe"
"""What the token entitles to that stands in a letter's unsubscribe address and page."""

PREFERENCES = "preferences"
"""What the token entitles to that stands in a link sent to an address so that its owner may choose."""

DROP = "log"
"""What the token in a colleague's drop address entitles to."""


@dataclass(frozen=True, slots=True)
class Identity:
    """The sending side of every letter.

    Attributes:
        sender_name: signs where an account has no account manager.
        sender_address: the From address.
        answer_domain: the domain of the addresses below.
        keys: sign the tokens.
        web_url: where the web part answers; empty: there is none.
    """

    sender_name: str
    sender_address: str
    answer_domain: str
    keys: KeyRing
    web_url: str = ""

    def message_id(self, letter_id: int) -> str:
        """The Message-ID of a letter, the same on every attempt."""
        return message_id(letter_id, key=self.keys.current, domain=self.answer_domain)

    def bounces(self, letter_id: int) -> str:
        """The envelope sender: a bounce that comes back to it names its letter (VERP)."""
        return self._address("bounces", letter_id)

    def reply(self, letter_id: int) -> str:
        """The Reply-To address: an answer finds its letter even where its references are lost."""
        return self._address("reply", letter_id)

    def drop(self, staff_id: int) -> str:
        """The address that a colleague copies their own mail to, so that it is logged."""
        return self._address(DROP, staff_id)

    def colleague(self, token: str) -> int | None:
        """The colleague whose drop address a token stands in; None if we did not sign it."""
        return verify(DROP, token, keys=self.keys.all)

    def unsubscribe(self, letter_id: int) -> str:
        """The address that a mail program writes to when its reader unsubscribes (RFC 2369)."""
        return self._address(UNSUBSCRIBE, letter_id)

    def unsubscribe_page(self, letter_id: int) -> str | None:
        """The page where its reader unsubscribes, and the address of one-click unsubscribes (RFC 8058), if there is one."""
        return self._page("u", UNSUBSCRIBE, letter_id)

    def preferences_page(self, letter_id: int) -> str | None:
        """The page where the owner of an address chooses, for the letter that brings the link there."""
        return self._page("p", PREFERENCES, letter_id)

    def list_id(self, stream: str) -> str:
        """The name of a stream of mail as machines know it (RFC 2919): `associate-upgrade.accord.example`."""
        return f"{stream.replace('_', '-')}.{self.answer_domain}"

    def token(self, purpose: str, letter_id: int) -> str:
        """What proves that we wrote a letter, good for one purpose."""
        return sign(purpose, letter_id, key=self.keys.current)

    def letter(self, purpose: str, token: str) -> int | None:
        """The letter that a token names; None if we did not sign it for this purpose."""
        return verify(purpose, token, keys=self.keys.all)

    def _page(self, path: str, purpose: str, letter_id: int) -> str | None:
        return f"{self.web_url}/{path}/{self.token(purpose, letter_id)}" if self.web_url else None

    def _address(self, purpose: str, letter_id: int) -> str:
        return f"{purpose}+{self.token(purpose, letter_id)}@{self.answer_domain}"
