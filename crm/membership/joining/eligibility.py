"""Who may apply for what: warnings, each of which can be overridden with a reason."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sqlmodel import Session

from crm.directory.tables import Organization, OrganizationKind, Size
from crm.errors import Refused
from crm.reference.categories import Category
from crm.reference.eligibility_rules import EligibilityReason, EligibilityRule
from crm.reference.facts import Certainty
from crm.reference.legal_forms import legal_forms_of, spelled
from crm.shown import Shown

_MADE_BY_CONTRACT = frozenset({OrganizationKind.COMPANY, OrganizationKind.OTHER})
_ACADEMIC = frozenset({OrganizationKind.UNIVERSITY, OrganizationKind.RESEARCH})


@dataclass(frozen=True, slots=True)
class EligibilityWarning(Shown):
    """What speaks against an application, until somebody says why it does not.

    Attributes:
        certainty: how sure the rule is.
        source: where it is written.
    """

    reason: EligibilityReason
    words: str
    certainty: Certainty
    source: str

    def __str__(self) -> str:
        return self.words if self.certainty is not Certainty.UNVERIFIED else f"{self.words} (unverified)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Who applies for what, as the rules need it.

    Attributes:
        group_exists: whether its study group exists on the day of the application.
        legal_entity: whether something on file shows that the applicant is one.
        at_home: whether the State where it is based approves.
        reduced_class: whether the class is below the lowest one that is open to everybody.
    """

    category: Category
    study_group: str | None
    kind: OrganizationKind
    size: Size | None
    legal_entity: bool
    at_home: bool
    reduced_class: bool = False
    group_exists: bool = True


_AGAINST: Mapping[EligibilityReason, Callable[[Wish], bool]] = {
    EligibilityReason.NO_LEGAL_ENTITY: lambda wish: not wish.legal_entity,
    EligibilityReason.NO_STUDY_GROUP: (
        lambda wish: wish.category is Category.ASSOCIATE and wish.study_group is None
    ),
    EligibilityReason.NO_SUCH_GROUP: lambda wish: not wish.group_exists,
    EligibilityReason.SMALL_ENTERPRISE: (
        lambda wish: wish.size is Size.SME and wish.category is Category.SECTOR_MEMBER
    ),
    EligibilityReason.NO_ACADEMIA: (
        lambda wish: wish.category is Category.ACADEMIA and wish.kind not in _ACADEMIC
    ),
    EligibilityReason.REDUCED_CLASS: lambda wish: wish.reduced_class,
    EligibilityReason.ELSEWHERE: lambda wish: not wish.at_home,
}


def warnings(wish: Wish, rules: Iterable[EligibilityRule]) -> Iterator[EligibilityWarning]:
    """What speaks against an application, by the rules in force."""
    for rule in rules:
        if _AGAINST[rule.reason](wish):
            yield EligibilityWarning(rule.reason, rule.words, rule.certainty, rule.source)


def shows_legal_entity(session: Session, applicant: Organization) -> bool:
    """Whether something on file shows that an organisation is a legal entity: its kind, an LEI, a form in its name."""
    if applicant.kind not in _MADE_BY_CONTRACT or applicant.lei is not None:
        return True
    return legal_forms_of(session).bare(applicant.name) != spelled(applicant.name)


def refuse_unless_overridden(found: Iterable[EligibilityWarning], override: str) -> None:
    """Refuse what speaks against an application, unless somebody says why it does not.

    Raises:
        Refused: naming every warning.
    """
    if override.strip() or not (told := [str(warning) for warning in found]):
        return
    raise Refused(
        " ".join(told),
        rule="applications.eligible",
        field="override",
        hint="Mend it, or say why it does not matter: override=…",
    )
