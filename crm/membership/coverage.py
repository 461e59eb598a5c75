"""What goes with a category of membership: one Sector or all three, a study group or a class of contribution."""

from collections.abc import Mapping
from fractions import Fraction

from crm.errors import InvalidInput
from crm.membership.terms import OPENING, Coverage, EventKind
from crm.reference.categories import Category
from crm.reference.member_classes import refuse_no_class


def coverage_of(category: Category, sector: str | None) -> Coverage:
    """Which Sectors a membership covers.

    Args:
        category: the category of membership.
        sector: "R", "T" or "D"; Academia takes none, it joins all three Sectors for one fee.

    Raises:
        InvalidInput: a Sector is missing, or one is given that is not to be.
    """
    if category is Category.ACADEMIA and sector is not None:
        raise InvalidInput(
            "Academia takes no Sector: it joins all three for one fee.", field="sector", value=sector
        )
    if category is Category.ACADEMIA:
        return Coverage.ALL
    if sector not in ("R", "T", "D"):
        raise InvalidInput(
            "The Sector is missing.", field="sector", value=sector, hint='Give "R", "T" or "D".'
        )
    return Coverage(sector)


def refuse_odd_study_group(fields: Mapping[str, object]) -> None:
    """Refuse an event that says what a membership is and whose study group does not go with that and its Sector.

    Args:
        fields: of the event: `kind`, `category`, `coverage` and `study_group`.

    Raises:
        InvalidInput: an Associate has none, somebody else has one, or it is one of another Sector.
    """
    group, coverage = fields.get("study_group"), str(fields["coverage"])
    if fields["kind"] not in OPENING | {EventKind.UPGRADE, EventKind.DOWNGRADE, EventKind.CORRECTION}:
        return
    if fields["category"] is Category.ASSOCIATE and group is None:
        raise InvalidInput(
            "An Associate selects one study group.", field="study_group", hint='E.g. "T-SG13".'
        )
    if fields["category"] is not Category.ASSOCIATE and group is not None:
        raise InvalidInput("Only an Associate is bound to one study group.", field="study_group", value=group)
    if group is not None and not str(group).startswith(f"{coverage}-"):
        raise InvalidInput(f"{group} is no study group of ITU-{coverage}.", field="study_group", value=group)


def refuse_odd_units(fields: Mapping[str, object]) -> None:
    """Refuse an event whose class of contribution does not go with its kind and category.

    Args:
        fields: of the event: `kind`, `category` and `units`.

    Raises:
        InvalidInput: somebody else than a Sector Member has a class, a change of class does not say which, or there is no
            such class.
    """
    units = fields.get("units")
    if units is not None and fields["category"] is not Category.SECTOR_MEMBER:
        raise InvalidInput("Only a Sector Member chooses a class.", field="units", value=units)
    if units is None and fields["kind"] is EventKind.CLASS_CHANGE:
        raise InvalidInput("The new class is missing.", field="units", hint='E.g. "1" or "1/2".')
    if isinstance(units, Fraction):
        refuse_no_class(units)
