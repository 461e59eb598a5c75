"""The rules of a clearance: what is on record about an account, and a day, in; clear, caution or hold, out. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crm.insight.grounds import Ground, Override, Question, Subject
from crm.reference.clearance_rule import ClearanceReason, ClearanceRule, Purpose, Reach, Verdict
from crm.shown import Shown

Rules = Mapping[ClearanceReason, ClearanceRule]
"""The rules for one purpose."""

_PLACE = {reason: number for number, reason in enumerate(ClearanceReason)}


@dataclass(frozen=True, slots=True)
class Caveat:
    """One reason of a clearance.

    Attributes:
        reason: which.
        verdict: what it comes to by itself.
        words: in words that follow upon the name of the account.
        detail: the particulars.
        office: whose doing it is.
        on: since when it stands, or when it happened.
        organization: the account on whose file it stands: the one asked about, or another of its corporate group.
        refers_to: the record, as the trail names it.
        overridable: whether a colleague may override it, where it holds.
        overridden: by whom and why it does not hold, where it would.
    """

    reason: ClearanceReason
    verdict: Verdict
    words: str
    detail: str
    office: str | None
    on: date | None
    organization: str
    refers_to: str
    overridable: bool
    overridden: str | None = None

    def __str__(self) -> str:
        return f"{self.words}, {self.overridden}" if self.overridden else self.words


@dataclass(frozen=True, slots=True)
class Clearance(Shown):
    """Whether an office may get in touch with an account, and what stands against it.

    Attributes:
        verdict: that of the weightiest reason; clear where there is none.
        reasons: the weightiest first, the latest first among equals.
    """

    organization_id: int
    organization: str
    office: str | None
    purpose: Purpose
    on: date
    verdict: Verdict
    reasons: tuple[Caveat, ...]

    @property
    def holds(self) -> tuple[Caveat, ...]:
        """The reasons to hold."""
        return tuple(caveat for caveat in self.reasons if caveat.verdict is Verdict.HOLD)

    def __str__(self) -> str:
        return ": ".join(filter(None, [self.verdict.value, ", ".join(map(str, self.reasons))]))


def rules_for(rules: Iterable[ClearanceRule], purpose: Purpose) -> dict[ClearanceReason, ClearanceRule]:
    """The rules that count for a purpose, by reason."""
    return {
        rule.reason: rule for rule in rules if rule.purpose is purpose and rule.verdict is not Verdict.CLEAR
    }


def first_day(rule: ClearanceRule, on: date) -> date:
    """The first day of the window in which something counts."""
    return date.min if rule.days is None else on - timedelta(days=rule.days - 1)


def counts(ground: Ground, rules: Rules, question: Question) -> bool:
    """Whether something on record stands against it at all: by a rule, of another office, and inside its window."""
    rule = rules.get(ground.reason)
    ours = question.office is not None and ground.office == question.office
    if rule is None or (ours and ground.reason.of_another_office):
        return False
    return ground.on is None or ground.on >= first_day(rule, question.on)


def decide(
    subjects: Iterable[Subject],
    grounds: Iterable[Ground],
    *,
    rules: Rules,
    overrides: Iterable[Override],
    question: Question,
) -> dict[int, Clearance]:
    """Decide about accounts, each by what stands on its own file and, where a rule says so, on those of its group.

    Args:
        subjects: the accounts that are asked about.
        grounds: what is on record about them and the other accounts of their corporate groups.
        rules: for the purpose of the question.
        overrides: what was decided for the office that asks.
        question: who asks, what for, and for which day.

    Returns:
        The clearance of each account, by its id.
    """
    own, group = defaultdict(list), defaultdict(list)
    for ground in grounds:
        if counts(ground, rules, question):
            own[ground.subject.id].append(ground)
            if rules[ground.reason].reach is Reach.GROUP:
                group[ground.subject.group_id].append(ground)
    spoken = _by_account(overrides, question)
    return {
        subject.id: _decided(
            subject,
            [*own[subject.id], *(g for g in group[subject.group_id] if g.subject.id != subject.id)],
            rules=rules,
            overrides=spoken.get(subject.id, ()),
            question=question,
        )
        for subject in subjects
    }


def _decided(
    subject: Subject,
    grounds: Sequence[Ground],
    *,
    rules: Rules,
    overrides: Sequence[Override],
    question: Question,
) -> Clearance:
    caveats = [_caveat(ground, subject, rules[ground.reason], overrides, question) for ground in grounds]
    caveats.sort(key=_rank)
    verdict = caveats[0].verdict if caveats else Verdict.CLEAR
    return Clearance(
        subject.id, subject.name, question.office, question.purpose, question.on, verdict, tuple(caveats)
    )


def _rank(caveat: Caveat) -> tuple[int, int, int]:
    latest = -(caveat.on or date.max).toordinal()
    return -caveat.verdict.weight, _PLACE[caveat.reason], latest


def _caveat(
    ground: Ground, subject: Subject, rule: ClearanceRule, overrides: Sequence[Override], question: Question
) -> Caveat:
    verdict, overridden = rule.verdict, None
    if verdict is Verdict.HOLD and rule.overridable:
        deciding = next((o for o in overrides if ground.reason in o.reasons), None)
        if deciding is not None:
            verdict = Verdict.CAUTION
            overridden = (
                f"overridden by {deciding.by} until {deciding.until_on:%-d %B %Y} because {deciding.because}"
            )
    return Caveat(
        ground.reason,
        verdict,
        _words(ground, subject, question),
        ground.detail,
        ground.office,
        ground.on,
        ground.subject.name,
        ground.refers_to,
        rule.overridable,
        overridden,
    )


def _by_account(overrides: Iterable[Override], question: Question) -> dict[int, list[Override]]:
    """The overrides that the office may go by on the day, the latest decision first."""
    found: dict[int, list[Override]] = defaultdict(list)
    for override in sorted(overrides, key=lambda o: o.since_on, reverse=True):
        if override.office == question.office and override.since_on <= question.on <= override.until_on:
            found[override.organization_id].append(override)
    return found


def _words(ground: Ground, subject: Subject, question: Question) -> str:
    office, detail = ground.office or "another office", f" ({ground.detail})" if ground.detail else ""
    name = None if ground.subject.id == subject.id else ground.subject.name
    match ground.reason:
        case ClearanceReason.SUPPRESSED:
            said = f"none of its contacts may be written to{detail}"
        case ClearanceReason.COMPLAINT:
            said = f"it has complained{detail}"
        case ClearanceReason.PROTOCOL:
            said = "an administration is written to by circular or note"
        case ClearanceReason.RESERVED:
            said = f"{office} has reserved {name or 'it'}{detail}"
        case ClearanceReason.OPEN_ASK:
            said = f"{office} has an open ask{f' with {name}' if name else ''}{detail}"
        case ClearanceReason.PROMISE:
            said = f"{office} owes {name or 'it'} a next step{detail}"
        case ClearanceReason.RECENT_CONTACT:
            met = f" with {name}" if name else ""
            said = f"{ground.detail} by {office}{met} {_ago(ground.on, question.on)}".rstrip()
        case ClearanceReason.IN_CAMPAIGN:
            said = f"its corporate group is in a campaign{detail}"
        case ClearanceReason.RETENTION:
            said = f"it is a case for retention{detail}"
    return said


def _ago(day: date | None, today: date) -> str:
    if day is None:
        return ""
    days = (today - day).days
    if days == 0:
        return "today"
    unit = "day" if abs(days) == 1 else "days"
    return f"{days} {unit} ago" if days > 0 else f"in {-days} {unit}"
