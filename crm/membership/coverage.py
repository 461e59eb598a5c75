"""What goes with a category of membership: one Sector or all three, and for an Associate one study group."""

from collections.abc import Mapping

from crm.errors import InvalidInput
from crm.membership.terms import Coverage, EventKind
from crm.reference.categories import Category


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
    """Refuse a join whose study group does not go with its category and Sector.

    Args:
        fields: of the event: `kind`, `category`, `coverage` and `study_group`.

    Raises:
        InvalidInput: an Associate has none, somebody else has one, or it is one of another Sector.
    """
    group, coverage = fields.get("study_group"), str(fields["coverage"])
    if fields["kind"] is not EventKind.JOIN:
        return
    if fields["category"] is Category.ASSOCIATE and group is None:
        raise InvalidInput(
            "An Associate selects one study group.", field="study_group", hint='E.g. "T-SG13".'
        )
    if fields["category"] is not Category.ASSOCIATE and group is not None:
        raise InvalidInput("Only an Associate is bound to one study group.", field="study_group", value=group)
    if group is not None and not str(group).startswith(f"{coverage}-"):
        raise InvalidInput(f"{group} is no study group of ITU-{coverage}.", field="study_group", value=group)
