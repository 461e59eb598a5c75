"""Words by which a senior role is known, in the six languages of the Union; an editable list."""

from collections.abc import Iterable
from functools import lru_cache

from sqlmodel import Field, Session, col, select

from crm.reference.facts import Certainty, Fact, certainty
from crm.reference.languages import Language
from crm.reference.spelling import plain
from crm.store.columns import choice


class SeniorRole(Fact, table=True):
    """A word or phrase that a senior role is called by.

    Attributes:
        phrase: the phrase, e.g. "managing director".
        language: its language; Chinese is written without spaces, so that its phrases count inside words, too.
    """

    __tablename__ = "senior_role"

    phrase: str = Field(primary_key=True)
    language: Language = choice(Language, name="language", primary_key=True)
    certainty: Certainty = certainty()


def senior_roles(session: Session) -> tuple[SeniorRole, ...]:
    """The phrases in use."""
    return tuple(session.exec(select(SeniorRole).where(col(SeniorRole.retired_on).is_(None))))


def is_senior(role: str, known: Iterable[SeniorRole]) -> bool:
    """Whether a role as somebody wrote it is a senior one: it holds one of the phrases as whole words.

    Args:
        role: e.g. "Head of regulatory affairs".
        known: the phrases, of `senior_roles`.
    """
    text = f" {plain(role)} "
    return any(_form(each.phrase, each.language) in text for each in known)


@lru_cache(maxsize=1000)
def _form(phrase: str, language: Language) -> str:
    # Many roles are compared with the same few phrases.
    return plain(phrase) if language is Language.CHINESE else f" {plain(phrase)} "
