"""What a queued letter is made of, kept so that it can always be shown as it went out: its wording and its facts."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from crm.mail.facts import frozen
from crm.mail.templates import TemplateVersion
from crm.outreach.outbox_tables import Wording

_VERSION = TypeAdapter(TemplateVersion)
_READ: dict[str, TemplateVersion] = {}


def keep_wordings(session: Session, versions: Iterable[TemplateVersion]) -> None:
    """Store wordings that are not stored yet."""
    by_hash = {version.sha256: version for version in versions}
    rows = [
        {
            "sha256": sha256,
            "name": version.name,
            "language": version.language,
            "content": _VERSION.dump_python(version, mode="json", exclude={"sha256"}),
        }
        for sha256, version in sorted(by_hash.items())
    ]
    if rows:
        session.execute(insert(Wording).on_conflict_do_nothing(), rows)


def wording(session: Session, sha256: str) -> TemplateVersion:
    """The wording with this hash, as it was when a letter was queued with it."""
    if sha256 not in _READ:
        # A wording never changes under its hash; a process meets few of them.
        _READ[sha256] = _VERSION.validate_python(session.get_one(Wording, sha256).content)
    return _READ[sha256]


def kept_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as a JSON document that gives back the same values, dates and decimals included."""
    return {name: _kept(value) for name, value in frozen(facts).items()}


def restored_facts(document: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that `kept_facts` made a document of, as it had frozen them."""
    return {name: _restored(value) for name, value in document.items()}


def _kept(value: Any) -> Any:
    match value:
        case Decimal():
            return {"$decimal": str(value)}
        case date():
            return {"$date": value.isoformat()}
        case tuple():
            return [_kept(entry) for entry in value]
        case dict():
            return {name: _kept(entry) for name, entry in value.items()}
        case _:
            return value


def _restored(value: Any) -> Any:
    match value:
        case {"$decimal": text}:
            return Decimal(text)
        case {"$date": text}:
            return date.fromisoformat(text)
        case list():
            return tuple(_restored(entry) for entry in value)
        case dict():
            return {name: _restored(entry) for name, entry in value.items()}
        case _:
            return value
