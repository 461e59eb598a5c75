"""`book.segments`: the parts of the digital ecosystem, an editable list."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sqlmodel import Session, col, select

from crm.errors import AlreadyExists, InvalidInput
from crm.reference.facts import Certainty
from crm.reference.keyed import one_of
from crm.reference.segment import Segment, SegmentMatch, matching_segments
from crm.reference.spelling import plain
from crm.store.store import Change, Store

__all__ = ["Segment", "SegmentMatch", "Segments", "find_segment", "matching_segments"]

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def find_segment(session: Session, key: str | Segment) -> Segment:
    """The segment in use that a slug or name means.

    Raises:
        NotFound: there is no such segment; the candidates say which there are.
    """
    if isinstance(key, Segment):
        return key
    return one_of(
        _current(session), key, what="segment", spellings=lambda segment: [segment.slug, segment.name]
    )


class Segments:
    """`book.segments`: list the segments, look one up, map an industry, edit the list."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __iter__(self) -> Iterator[Segment]:
        """The segments in use, in the order of the list."""
        with self._store.reading() as session:
            return iter(_current(session))

    def get(self, key: str | Segment) -> Segment:
        """A segment by slug ("cloud") or name ("Cloud and data centre").

        Raises:
            NotFound: there is no such segment; the candidates say which there are.
        """
        with self._store.reading() as session:
            return find_segment(session, key)

    def match(self, industry: str) -> tuple[SegmentMatch, ...]:
        """The segments that a free-text industry points to, with the keyword that says so; often none."""
        return matching_segments(industry, self)

    def add(
        self, name: str, *, slug: str | None = None, description: str = "", keywords: Iterable[str] = ()
    ) -> Segment:
        """Add a segment to the list.

        Args:
            name: how it is called.
            slug: its key in lower-case letters, digits and hyphens; made from the name if left out.
            description: what belongs to it.
            keywords: phrases of free-text industries that mean it.

        Raises:
            AlreadyExists: there is one of this slug or name, retired ones included.
            InvalidInput: the name is empty or makes no slug.
        """
        key = slug or plain(name).replace(" ", "-")
        if not _SLUG.fullmatch(key) or not plain(name):
            raise InvalidInput(
                f"{key!r} cannot be the key of a segment.",
                field="slug",
                value=key,
                hint='Give one like "data-centre".',
            )
        with self._store.changing("segment.added") as change:
            known = change.session.exec(select(Segment)).all()
            _refuse_twin(name, key, known)
            values: dict[str, Any] = {
                "slug": key,
                "name": " ".join(name.split()),
                "description": description or None,
            }
            values |= {
                "keywords": ";".join(keywords) or None,
                "position": 1 + max((s.position for s in known), default=0),
            }
            values |= {
                "source": f"Added by {change.actor}",
                "certainty": Certainty.UNVERIFIED,
                "edited": True,
            }
            return change.add(Segment.model_validate(values))

    def rename(self, key: str | Segment, name: str) -> Segment:
        """Give a segment another name; its slug stays, and so does what belongs to it.

        Raises:
            NotFound: there is no such segment.
            AlreadyExists: another one is called so.
        """
        with self._store.changing("segment.renamed") as change:
            segment = _attached(change, key)
            others = [
                other for other in change.session.exec(select(Segment)).all() if other.slug != segment.slug
            ]
            _refuse_twin(name, segment.slug, others)
            return segment.amend({"name": " ".join(name.split()), "edited": True})

    def retire(self, key: str | Segment) -> Segment:
        """Take a segment out of use. Organisations keep it until they are given another; a load does not revive it.

        Raises:
            NotFound: there is no such segment in use.
        """
        with self._store.changing("segment.retired") as change:
            return _attached(change, key).amend({"retired_on": change.now.date(), "edited": True})


def _attached(change: Change, key: str | Segment) -> Segment:
    slug = key.slug if isinstance(key, Segment) else key
    return find_segment(change.session, slug)


def _refuse_twin(name: str, slug: str, known: Iterable[Segment]) -> None:
    if not plain(name):
        raise InvalidInput("A segment needs a name.", field="name", value=name)
    for segment in known:
        if segment.slug == slug or plain(segment.name) == plain(name):
            raise AlreadyExists(
                f"There is a segment {segment.slug!r} ({segment.name}) already.",
                subject=segment.slug,
                field="name",
                value=name,
                hint="It is retired." if segment.retired_on else None,
            )


def _current(session: Session) -> list[Segment]:
    in_use = select(Segment).where(col(Segment.retired_on).is_(None))
    return list(session.exec(in_use.order_by(col(Segment.position), col(Segment.slug))).all())
