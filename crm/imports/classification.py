"""Which segment of the digital ecosystem a row belongs to: stated, or concluded from its industries."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from crm.reference.keyed import one_of
from crm.reference.segments import Segment, SegmentMatch, matching_segments

_KEPT = 8192
"""How many spellings are kept at once; a file may hold any number."""


class Classification:
    """Reads the segments and industries of one file; each spelling is looked up once.

    Args:
        segments: the segments in use.
    """

    def __init__(self, segments: Iterable[Segment]) -> None:
        self._segments = tuple(segments)
        self.stated = lru_cache(_KEPT)(self._stated)
        self._matches = lru_cache(_KEPT)(self._matching)

    def pointed_to(self, industries: Sequence[str]) -> dict[str, str]:
        """The segments that industries point to, by slug, each with the keyword that says so."""
        found: dict[str, str] = {}
        for industry in industries:
            for match in self._matches(industry):
                found.setdefault(match.segment.slug, match.keyword)
        return found

    def _stated(self, text: str) -> str:
        """The slug of the segment that a slug or name means.

        Raises:
            NotFound: there is no such segment; the candidates say which there are.
        """
        spellings = self._segments, text
        found = one_of(*spellings, what="segment", spellings=lambda segment: [segment.slug, segment.name])
        return found.slug

    def _matching(self, industry: str) -> tuple[SegmentMatch, ...]:
        return matching_segments(industry, self._segments)
