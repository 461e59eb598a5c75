"""Suppression: addresses that must not be written to, kept as keyed hashes so that a refusal survives erasure.

The objection to direct outreach is absolute (GDPR Article 21(2)-(3), taken as the stricter reading); the list holds
no address, only an HMAC of its canonical form: a plain hash could be guessed.
"""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    String,
    UniqueConstraint,
    any_,
    bindparam,
    func,
    select,
)
from sqlmodel import Session, col

from crm.directory.addresses import parse_email
from crm.directory.merged import with_keepers
from crm.directory.people import Person
from crm.keyring import KeyRing
from crm.store.columns import at_field, choice, chosen, id_field, json_field
from crm.store.records import Record
from crm.store.store import Change, Store
from crm.store.turns import take_turns


class Scope(StrEnum):
    """What is refused: outreach by campaigns, or all mail (an address that does not exist)."""

    CAMPAIGNS = "campaigns"
    ALL = "all"


class SuppressionReason(StrEnum):
    """Why an address is on the list."""

    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    ASKED = "asked"


class Suppression(Record, table=True):
    """One refused address and scope.

    Attributes:
        address_hash: HMAC-SHA256 of the canonical address, hexadecimal.
        excepted: of campaigns, the purposes that the address's owner wants to hear about all the same.
    """

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("address_hash", "scope", name="uq_suppression_address_scope"),)
    changed_by: ClassVar[str] = "book.suppressions.lift"

    id: int = id_field()
    address_hash: str
    scope: Scope = choice(Scope, name="scope")
    reason: SuppressionReason = choice(SuppressionReason, name="reason")
    since_at: datetime = at_field()
    excepted: list[str] = json_field(default_factory=list)


Refusals = Mapping[Scope, AbstractSet[str]]
"""The scopes in which an address is refused, each with the purposes that are excepted from it."""


def refuses(refusals: Refusals, about: str | None) -> bool:
    """Whether letters of campaigns about a purpose are refused.

    Args:
        refusals: of the address.
        about: the purpose; None: nobody has said, so that no exception is meant.
    """
    return Scope.ALL in refusals or (Scope.CAMPAIGNS in refusals and about not in refusals[Scope.CAMPAIGNS])


class Suppressions:
    """`book.suppressions`: who must not be written to.

    Args:
        store: the door to the database.
        keys: key the hashes; entries made under a former key are still found.
    """

    def __init__(self, store: Store, *, keys: KeyRing) -> None:
        self._store = store
        self._keys = keys

    def add(
        self,
        address: str,
        *,
        scope: Scope | str = Scope.CAMPAIGNS,
        reason: SuppressionReason | str = SuppressionReason.ASKED,
    ) -> None:
        """Stop writing to an address; once this returns, nothing that has not been handed over yet goes there.

        Args:
            address: the e-mail address; need not belong to anybody in the book.
            scope: "campaigns" for outreach, "all" for every message.
            reason: why.
        """
        with self._store.changing("suppression.added") as change:
            what, why = chosen(Scope, scope, field="scope"), chosen(SuppressionReason, reason, field="reason")
            suppress(change, address, keys=self._keys, scope=what, reason=why)

    def lift(self, address: str, *, reason: str) -> int:
        """Allow writing to an address again, because its owner asked; returns how many entries went."""
        with self._store.changing("suppression.lifted", reason=reason) as change:
            return lifted(change, address, keys=self._keys)

    def of(self, address: str) -> tuple[Suppression, ...]:
        """The entries that stand for an address; none means that it may be written to."""
        with self._store.reading() as session:
            return tuple(entries_of(session, address, keys=self._keys))


def suppress(change: Change, address: str, *, keys: KeyRing, scope: Scope, reason: SuppressionReason) -> None:
    """Put an address on the list inside a verb; what was excepted from a scope is so no more.

    The people who have the address, and those they were merged into, are locked first: a letter to them whose intent is
    being committed right now is decided before or after this, never beside it.
    """
    hashed = _turn(change, address, keys=keys)
    known = _in_scope(change.session, address, scope, keys=keys)
    for row in known:
        row.amend({"excepted": []})
    if not known:
        values = {"address_hash": hashed, "scope": scope, "reason": reason}
        change.add(Suppression.model_validate({**values, "since_at": change.now}))


def excepted(change: Change, address: str, purposes: Collection[str], *, keys: KeyRing) -> None:
    """Let an address that refuses campaigns hear inside a verb about these purposes all the same, and about no others.

    Args:
        change: the verb.
        address: of whoever asks for it: nobody else may.
        purposes: what about. Where campaigns are not refused, nothing needs to be excepted.
        keys: key the list.
    """
    _turn(change, address, keys=keys)
    for row in _in_scope(change.session, address, Scope.CAMPAIGNS, keys=keys):
        row.amend({"excepted": sorted(purposes)})


def lifted(change: Change, address: str, *, keys: KeyRing, scope: Scope | None = None) -> int:
    """Take an address off the list inside a verb, in one scope or altogether; returns how many entries went."""
    rows = entries_of(change.session, address, keys=keys)
    going = [row for row in rows if scope in {None, row.scope}]
    for row in going:
        change.session.delete(row)
    return len(going)


def suppressed(session: Session, addresses: Iterable[str], *, keys: KeyRing) -> dict[str, Refusals]:
    """Which of these addresses must not be written to, and in what scope; in one statement."""
    forms = {address: parse_email(address).canonical for address in addresses}
    found = suppressed_forms(session, forms.values(), keys=keys)
    return {address: found[form] for address, form in forms.items() if form in found}


def suppressed_forms(session: Session, forms: Iterable[str], *, keys: KeyRing) -> dict[str, Refusals]:
    """The same for addresses in their canonical form, as `Person.email_key` holds it; in one statement."""
    known = set(forms)
    hashes = {hashed: form for key in keys.all for hashed, form in _hashed(known, key)}
    found: dict[str, dict[Scope, AbstractSet[str]]] = {}
    for hashed, scope, but in session.execute(_SCOPES, {"hashes": ",".join(hashes)}):
        scopes = found.setdefault(hashes[hashed], {})
        # Of two entries for one address, under a former key and the present one, the stricter counts.
        scopes[scope] = scopes.get(scope, frozenset(but)) & frozenset(but)
    return dict(found)


def entries_of(session: Session, address: str, *, keys: KeyRing) -> Sequence[Suppression]:
    """The entries that stand for an address."""
    return session.scalars(_ENTRIES, {"hashes": ",".join(_hashes(address, keys))}).all()


def _turn(change: Change, address: str, *, keys: KeyRing) -> str:
    """Lock whoever has an address, and take turns with others who change what it refuses; returns its hash."""
    canonical = parse_email(address).canonical
    change.session.execute(
        _locking(col(Person.id).in_(with_keepers(Person, col(Person.email_key) == canonical)))
    )
    hashed = address_hash(canonical, keys.current)
    # Two who refuse at once for an address that nobody in the book has take turns here.
    take_turns(change.session, f"suppression.{hashed}")
    return hashed


def _in_scope(session: Session, address: str, scope: Scope, *, keys: KeyRing) -> list[Suppression]:
    return [row for row in entries_of(session, address, keys=keys) if row.scope is scope]


def lock_people(session: Session, ids: Iterable[int]) -> None:
    """Lock people in id order, so that two that want several of them take turns instead of blocking each other."""
    session.execute(_LOCKING, {"ids": list(ids)})


def _locking(whom: ColumnElement[bool]) -> Select[Any]:
    return select(col(Person.id)).where(whom).order_by(col(Person.id)).with_for_update(key_share=True)


def _hashes(address: str, keys: KeyRing) -> list[str]:
    canonical = parse_email(address).canonical
    return [address_hash(canonical, key) for key in keys.all]


def address_hash(canonical: str, key: bytes) -> str:
    """What the list holds of an address in its canonical form, under one of the keys."""
    return next(hashed for hashed, _ in _hashed([canonical], key))


def _hashed(forms: Iterable[str], key: bytes) -> Iterator[tuple[str, str]]:
    keyed = hmac.new(key, b"suppression\0", hashlib.sha256)
    for form in forms:
        code = keyed.copy()
        code.update(form.encode())
        yield code.hexdigest(), form


# Put together once: every window of letters asks for both.
_LOCKING = _locking(col(Person.id) == any_(bindparam("ids", type_=ARRAY(BigInteger))))
# One text instead of a parameter each: the protocol takes 65,535 at the most, and an array is quoted item by item.
_STANDING = col(Suppression.address_hash).in_(
    select(func.unnest(func.string_to_array(bindparam("hashes", type_=String), ",")))
)
_ENTRIES = select(Suppression).where(_STANDING)
_SCOPES = select(col(Suppression.address_hash), col(Suppression.scope), col(Suppression.excepted)).where(
    _STANDING
)
