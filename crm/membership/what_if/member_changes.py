"""What if members were others: in another category, or under another rule of who has a reduction."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from crm.directory.tables import Size
from crm.errors import InvalidInput
from crm.membership.what_if.changes import Change, keep
from crm.membership.what_if.members import Member, Who
from crm.reference.categories import Category
from crm.reference.development import Development
from crm.shown import said
from crm.store.columns import chosen


@dataclass(frozen=True, slots=True)
class CategoryChange(Change):
    """Another category for some members: Associates of ITU-D become Sector Members, say.

    Args:
        who: which memberships.
        to: "sector_member" or "associate". Academia is one membership for three Sectors, and stays what it is.

    Raises:
        InvalidInput: nothing can become of it; `field` names what is wrong.
    """

    who: Who
    to: Category | str

    def __post_init__(self) -> None:
        keep(self, {"to": chosen(Category, self.to, field="to")})
        if Category.ACADEMIA in (self.to, self.who.category):
            raise InvalidInput(
                "Academia covers three Sectors and cannot become, or come from, another category.",
                field="to" if self.to is Category.ACADEMIA else "category",
                hint="Change its fee instead, with FeeChange.",
            )

    def member(self, member: Member) -> Member:
        """A membership in its new category; a class it had chosen is gone with its former one."""
        held = member.holding
        if held.category in (self.to, Category.ACADEMIA) or not self.who.means(member):
            return member
        return replace(member, holding=replace(held, category=Category(self.to), units=None))

    def __str__(self) -> str:
        return f"{self.who} become {said(self.to)}"


class Reduction(StrEnum):
    """A reduction that some members have.

    Attributes:
        DEVELOPING: the fees and lowest classes of developing countries.
        SME: the fees of small and medium-sized enterprises.
        EXEMPTION: nothing to pay.
        REDUCED_CLASS: the classes below the ordinary minimum.
    """

    DEVELOPING = "developing"
    SME = "sme"
    EXEMPTION = "exemption"
    REDUCED_CLASS = "reduced_class"


@dataclass(frozen=True, slots=True)
class EligibilityChange(Change):
    """Another rule for who has a reduction.

    Args:
        reduction: which one: "developing", "sme", "exemption" or "reduced_class".
        granted: whether those meant have it from then on, or no longer.
        who: which memberships; all where nothing is stated.

    Raises:
        InvalidInput: there is no such reduction; `field` names it.
    """

    reduction: Reduction | str
    granted: bool
    who: Who = field(default_factory=Who)

    def __post_init__(self) -> None:
        keep(self, {"reduction": chosen(Reduction, self.reduction, field="reduction")})

    def member(self, member: Member) -> Member:
        """A membership with or without the reduction."""
        if not self.who.means(member):
            return member
        held = member.holding
        match self.reduction:
            case Reduction.DEVELOPING:
                status = Development.DEVELOPING if self.granted else Development.DEVELOPED
                return replace(member, holding=replace(held, development=status))
            case Reduction.SME:
                lost = None if held.size == Size.SME else held.size
                return replace(member, holding=replace(held, size=Size.SME if self.granted else lost))
            case Reduction.EXEMPTION:
                return replace(member, holding=replace(held, exempt=self.granted))
        return replace(member, reduced=self.granted)

    def __str__(self) -> str:
        return f"{said(self.reduction)} {'granted to' if self.granted else 'no longer for'} {self.who}"
