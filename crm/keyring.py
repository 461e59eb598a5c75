"""The secret keys of a book: one that signs, and former ones that are still recognised."""

import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from crm.errors import ConfigurationError

_SHORTEST = 32


@dataclass(frozen=True, slots=True, repr=False)
class KeyRing:
    """Keys for tokens in addresses and for the suppression list.

    Attributes:
        current: signs what is new.
        former: recognised, never signed with; keeps old letters' tokens and refusals valid after a rotation.
    """

    current: bytes
    former: tuple[bytes, ...] = ()

    @property
    def all(self) -> tuple[bytes, ...]:
        """Every key that is recognised, the current one first."""
        return (self.current, *self.former)


def key_ring(current: SecretStr, former: tuple[SecretStr, ...] = ()) -> KeyRing:
    """The key ring of these secrets.

    Raises:
        ConfigurationError: a secret is too short to resist guessing.
    """
    _refuse_short(current, "CRM_SECRET_KEY")
    for secret in former:
        _refuse_short(secret, "CRM_FORMER_KEYS")
    return KeyRing(_hashed(current), tuple(_hashed(secret) for secret in former))


def own_key(folder: Path) -> SecretStr:
    """The secret key in a data folder, made on first use and readable by its owner alone."""
    path = folder / "secret.key"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(48))
    return SecretStr(path.read_text(encoding="ascii").strip())


def _write_once(path: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile(
        "w", encoding="ascii", dir=path.parent, prefix="."
    ) as draft:  # mode 0600
        draft.write(text)
        draft.flush()
        os.fsync(draft.fileno())
        # Of several that start at once, the first one's key stays.
        with suppress(FileExistsError):
            os.link(draft.name, path)


def _refuse_short(secret: SecretStr, variable: str) -> None:
    if len(secret.get_secret_value()) < _SHORTEST:
        raise ConfigurationError(
            f"{variable}: a secret key has fewer than {_SHORTEST} characters.",
            field=variable,
            hint='Make one: python -c "import secrets; print(secrets.token_urlsafe(48))".',
        )


def _hashed(secret: SecretStr) -> bytes:
    return hashlib.sha256(b"accord\0" + secret.get_secret_value().encode()).digest()
