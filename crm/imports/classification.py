"""Which segment of the digital ecosystem a row belongs to: stated, or concluded from its industries."""

from collections.abc import Iterable, Sequence

from crm.reference.keyed import one_of
from crm.reference.segments import Segment, SegmentMatch, matching_segments


class Classification:
    """Reads the segments and industries of one file; each spelling is looked up once.

    Args:
        segments: the segments in use.
    """

    def __init__(self, segments: Iterable[Segment]) -> None:
        self._segments = tuple(segments)
        self._stated: dict[str, str] = {}
        self._pointers: dict[str, tuple[SegmentMatch, ...]] = {}

    def stated(self, text: str) -> str:
        """The slug of the segment that a slug or name means.

        Raises:
            NotFound: there is no such segment; the candidates say which there are.
        """
        if text not in self._stated:
            spellings = self._segments, text
            found = one_of(*spellings, what="segment", spellings=lambda segment: [segment.slug, segment.name])
            self._stated[text] = found.slug
        return self._stated[text]

    def pointed_to(self, industries: Sequence[str]) -> dict[str, str]:
        """The segments that industries point to, by slug, each with the keyword that says so."""
        found: dict[str, str] = {}
        for industry in industries:
            for match in self._matches(industry):
                found.setdefault(match.segment.slug, match.keyword)
        return found

    def _matches(self, industry: str) -> tuple[SegmentMatch, ...]:
        if industry not in self._pointers:
            self._pointers[industry] = matching_segments(industry, self._segments)
        return self._pointers[industry]
