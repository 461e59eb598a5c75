"""The secret keys of a book: one that signs, and former ones that are still recognised."""

import hashlib
import os
import secrets
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
    for secret in (current, *former):
        if len(secret.get_secret_value()) < _SHORTEST:
            raise ConfigurationError(
                f"The secret key has fewer than {_SHORTEST} characters.",
                field="CRM_SECRET_KEY",
                hint='Make one: python -c "import secrets; print(secrets.token_urlsafe(48))".',
            )
    return KeyRing(_stretched(current), tuple(_stretched(secret) for secret in former))


def own_key(folder: Path) -> SecretStr:
    """The secret key in a data folder, made on first use and readable by its owner alone."""
    path = folder / "secret.key"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _write_once(path, secrets.token_urlsafe(48))
    return SecretStr(path.read_text(encoding="ascii").strip())


def _write_once(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii"
    ) as file:
        file.write(text)
    try:
        os.link(draft, path)  # of several that start at once, the first one's key stays
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _stretched(secret: SecretStr) -> bytes:
    return hashlib.sha256(b"accord\0" + secret.get_secret_value().encode()).digest()
