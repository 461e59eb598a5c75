"""What a source calls an organisation, so that its next file finds it again."""

from collections import defaultdict
from collections.abc import Iterable
from typing import ClassVar

from sqlmodel import Field, Session, col, select

from crm.directory.merged import among
from crm.errors import AlreadyExists
from crm.store.columns import ref
from crm.store.records import Record
from crm.store.violations import means


class SourceKey(Record, table=True):
    """The key of an organisation at a source; one key means one organisation, which may have several."""

    __tablename__ = "source_key"
    changed_by: ClassVar[str] = "book.imports.organizations"

    source: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    organization_id: int = ref("organization.id")


means("pk_source_key", AlreadyExists, "Another organisation has this key.", field="key")


def with_keys(session: Session, source: str, keys: Iterable[str]) -> dict[str, int]:
    """The organisations that a source calls so, by key."""
    wanted = list(keys)
    query = select(SourceKey.key, SourceKey.organization_id).where(SourceKey.source == source)
    return dict(session.exec(query.where(col(SourceKey.key).in_(wanted))).all()) if wanted else {}


def keys_of(session: Session, source: str, ids: Iterable[int]) -> dict[int, set[str]]:
    """What a source calls some organisations."""
    query = select(SourceKey.organization_id, SourceKey.key).where(SourceKey.source == source)
    found: defaultdict[int, set[str]] = defaultdict(set)
    for organization_id, key in session.exec(query.where(among(col(SourceKey.organization_id), ids))):
        found[organization_id].add(key)
    return found
