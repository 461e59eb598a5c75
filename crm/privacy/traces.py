"""What a person is known by, and how to find it in a text: names, addresses and telephone numbers, former ones too."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, or_, select

from crm.directory.merged import among
from crm.directory.names import normal_name
from crm.directory.people import Person
from crm.directory.staff import Staff
from crm.outreach.outbox_tables import Letter
from crm.store.columns import ERASED
from crm.store.trail import TrailChange, TrailPersonal

_FEWEST_DIGITS = 6
_SHORTEST_CASED = 3
_SHORTEST_OTHER = 2


@dataclass(frozen=True, slots=True)
class Traces:
    """What one person is known by.

    Attributes:
        names: whole names, in all the spellings that the book has seen.
        addresses: e-mail addresses.
        phones: telephone numbers.
        shared: whether somebody else bears the name; it then says nothing about whom a text means.
    """

    names: frozenset[str]
    addresses: frozenset[str]
    phones: frozenset[str]
    shared: bool

    def anywhere(self) -> "Finder":
        """Finds what can only mean this person, in any text: addresses, numbers, and a name of several words."""
        whole = [name for name in self.names if _tells_apart(name)] if not self.shared else []
        return Finder([*self._surely(), *(_phrase(name) for name in whole)], self._needles(whole))

    def nearby(self) -> "Finder":
        """Finds each word of the name, too: for texts about something in which this person took part."""
        words = {word for name in self.names for word in name.split() if _is_long_enough(word)}
        parts = [
            *self._surely(),
            *(_phrase(name) for name in sorted({*self.names, *words}, key=len, reverse=True)),
        ]
        return Finder(parts, self._needles(words | self.names))

    def _surely(self) -> Iterator[str]:
        for address in self.addresses:
            yield rf"(?<![\w.+-]){re.escape(address)}(?![\w-]|\.\w)"
        for phone in self.phones:
            if (digits := _digits(phone)) is not None:
                yield rf"\+?(?<!\d){digits}(?!\d)"

    def _needles(self, names: Iterable[str]) -> list[str]:
        longest = {max(name.split(), key=len) for name in names}
        digits = (_digits(phone) for phone in self.phones)
        return [*map(re.escape, sorted({*self.addresses, *longest})), *filter(None, digits)]


class Finder:
    """Finds a person in texts.

    Attributes:
        hint: a looser expression for the database, true of every text in which something is found.
    """

    def __init__(self, parts: Iterable[str], needles: Iterable[str]) -> None:
        forms = {unicodedata.normalize(form, part) for part in parts for form in ("NFC", "NFD")}
        self._pattern = re.compile("|".join(sorted(forms, key=len, reverse=True)) or r"(?!)", re.IGNORECASE)
        loose = {unicodedata.normalize(form, needle) for needle in needles for form in ("NFC", "NFD")}
        self.hint = "|".join(sorted(loose))

    def without(self, value: Any) -> Any:
        """A text, or a JSON document, with whatever is found in it replaced."""
        match value:
            case str():
                return self._pattern.sub(ERASED, value)
            case list() | tuple():
                return [self.without(entry) for entry in value]
            case dict():
                return {self.without(key): self.without(entry) for key, entry in value.items()}
        return value


def traces_of(session: Session, person_ids: Sequence[int]) -> Traces:
    """What these people, who are one person merged together, are known by and have been known by.

    Former values come from the trail, and from letters, which keep the address that they went to.
    """
    people = session.exec(select(Person).where(among(col(Person.id), person_ids))).all()
    written = select(Letter.to_name, Letter.to_address).where(among(col(Letter.person_id), person_ids))
    letters = session.exec(written.distinct()).all()
    former = list(_former(session, person_ids))
    names = {*(p.name for p in people), *(name for name, _ in letters), *_field(former, "name")}
    addresses = {*(a for p in people for a in (p.email, p.email_key)), *(address for _, address in letters)}
    addresses |= {*_field(former, "email"), *_field(former, "email_key")}
    phones = {*(p.phone for p in people), *_field(former, "phone")}
    known = _said(names)
    return Traces(
        names=known,
        addresses=_said(addresses),
        phones=_said(phones) - _phones_of_others(session, person_ids, _said(phones)),
        shared=_is_shared(session, person_ids, known),
    )


def _former(session: Session, person_ids: Sequence[int]) -> Iterator[dict[str, Any]]:
    query = select(TrailPersonal).join(TrailChange)
    records = [f"{Person.__tablename__}:{number}" for number in person_ids]
    for row in session.exec(query.where(col(TrailChange.record).in_(records))):
        yield from (row.before, row.after)


def _field(former: Iterable[dict[str, Any]], name: str) -> set[str]:
    return {values[name] for values in former if values.get(name)}


def _said(values: Iterable[str | None]) -> frozenset[str]:
    return frozenset(value for value in values if value and value != ERASED)


def _phones_of_others(session: Session, person_ids: Sequence[int], phones: Iterable[str]) -> set[str]:
    others = select(Person).where(~among(col(Person.id), person_ids), col(Person.phone).in_(list(phones)))
    return {person.phone for person in session.exec(others) if person.phone}


def _is_shared(session: Session, person_ids: Sequence[int], names: Iterable[str]) -> bool:
    """Whether the name of somebody else holds one of these names: a contact's, or that of one of our staff."""
    normal = {normal_name(name) for name in names}
    if not normal:
        return False
    alike = or_(*(col(Person.normal_name).contains(name, autoescape=True) for name in normal))
    others = select(Person.id).where(~among(col(Person.id), person_ids), alike)
    staff = session.exec(select(Staff.name)).all()
    return session.exec(others).first() is not None or any(
        name in normal_name(colleague) for colleague in staff for name in normal
    )


def _phrase(name: str) -> str:
    """A name with any space between its words, not inside a longer word.

    Scripts without capitals have no such edges: Chinese writes words together, Arabic puts particles in front.
    """
    body = r"\s+".join(map(re.escape, name.split()))
    before = r"(?<!\w)" if _is_cased(name[0]) else ""
    after = r"(?!\w)" if _is_cased(name[-1]) else ""
    return f"{before}{body}{after}"


def _tells_apart(name: str) -> bool:
    return len(name.split()) > 1 or (not _is_cased(name[0]) and len(name) >= _SHORTEST_OTHER)


def _is_long_enough(word: str) -> bool:
    return len(word) >= (_SHORTEST_CASED if _is_cased(word[0]) else _SHORTEST_OTHER)


def _is_cased(character: str) -> bool:
    return character.isdigit() or character.lower() != character.upper()


def _digits(phone: str) -> str | None:
    """A telephone number however it is spaced; None for one too short to tell anybody apart."""
    digits = re.sub(r"\D", "", phone)
    return r"[\s().\-/]*".join(digits) if len(digits) >= _FEWEST_DIGITS else None
