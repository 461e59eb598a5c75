"""How changes of fees, assumptions and costs are written on a command line: what is meant, a colon, what it becomes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from crm.errors import InvalidInput
from crm.membership.what_if import (
    CategoryChange,
    Cost,
    EligibilityChange,
    FeeChange,
    MinimumChange,
    NewFee,
    Range,
    UnitChange,
    Who,
)

T = TypeVar("T")
_YES = {"yes": True, "no": False}


def fee(text: str) -> FeeChange:
    """Another fee: "associate-T:12000", "associate-*:+10%"."""
    line, to = _two(text, "fee")
    return FeeChange(line, **_amount_or_share(to))


def new_fee(text: str) -> NewFee:
    """A fee of its own for some: "category=associate,sector=D,size=sme:1000"."""
    whom, amount = _two(text, "new-fee")
    return _made(NewFee, whom, "new-fee", amount=amount)


def unit(text: str) -> UnitChange:
    """Another unit of Sector Members: "65000", "+5%"."""
    return UnitChange(**_amount_or_share(text))


def minimum(text: str) -> MinimumChange:
    """Another lowest class: "sector-member-T:1"."""
    return MinimumChange(*_two(text, "minimum"))


def category(text: str) -> CategoryChange:
    """Another category for some: "category=associate,sector=D:sector_member"."""
    whom, to = _two(text, "category")
    return CategoryChange(_who(whom, "category"), to)


def granted(text: str) -> EligibilityChange:
    """A reduction that some get: "reduced_class:development=developing"; that all get: "sme"."""
    return _eligibility(text, "grant", granted=True)


def withdrawn(text: str) -> EligibilityChange:
    """A reduction that some lose: "developing:income=upper-middle"; that all lose: "sme"."""
    return _eligibility(text, "withdraw", granted=False)


def cost(text: str) -> Cost:
    """A stated cost: "category=sector_member,sector=T:900000"; of all members: "5000000"."""
    whom, _, amount = text.rpartition(":")
    return _made(Cost, whom, "cost", amount=amount, source="command line")


def assumptions(texts: Iterable[str]) -> Mapping[str, Range]:
    """What is assumed: "exit_by_rise:0.2/0.4/0.9", low, likely and high; "exit_anyway:0.05" for certain."""
    return dict(map(_assumption, texts))


def _assumption(text: str) -> tuple[str, Range]:
    name, values = _two(text, "assume")
    try:
        numbers = [float(value) for value in values.split("/")]
    except ValueError:
        numbers = []
    match numbers:
        case [one]:
            return name, Range.certain(one)
        case [low, likely, high]:
            return name, Range(low, likely, high)
    raise _unread(text, "assume", "exit_by_rise:0.2/0.4/0.9")


def _eligibility(text: str, field: str, *, granted: bool) -> EligibilityChange:
    reduction, _, whom = text.partition(":")
    return EligibilityChange(reduction, granted=granted, who=_who(whom, field))


def _who(text: str, field: str) -> Who:
    return _made(Who, text, field)


def _made(kind: Callable[..., T], text: str, field: str, **more: object) -> T:
    """A value out of "name=value,name=value"."""
    stated = dict(_pair(each, field) for each in text.split(",") if each)
    try:
        return kind(**stated, **more)
    except TypeError:
        raise _unread(text, field, "category=associate,sector=D") from None


def _pair(text: str, field: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise _unread(text, field, "category=associate,sector=D")
    return name.strip(), _YES.get(value, value) if name.strip() == "ldc" else value.strip()


def _two(text: str, field: str) -> tuple[str, str]:
    what, colon, to = text.rpartition(":")
    if not colon:
        raise _unread(text, field, "associate-T:12000" if field == "fee" else "sector-member-T:1")
    return what.strip(), to.strip()


def _amount_or_share(text: str) -> dict[str, Any]:
    return {"by" if text.endswith("%") else "amount": text}


def _unread(text: str, field: str, example: str) -> InvalidInput:
    return InvalidInput(
        f"{field}: {text!r} cannot be read.", field=field, value=text, hint=f"Write it as {example}."
    )
