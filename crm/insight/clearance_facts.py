"""What a clearance reads: a fixed number of statements, however many accounts are asked about."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from crm.directory.merged import among, stands
from crm.directory.tables import Organization, corporate_group, of_groups
from crm.insight.candidate_facts import silent
from crm.insight.clearance_rules import Clearance, Rules, decide, first_day, rules_for
from crm.insight.clearance_sources import Asked, ClearanceSource
from crm.insight.clearance_tables import ClearanceOverride, in_force
from crm.insight.grounds import Ground, Override, Question, Subject
from crm.keyring import KeyRing
from crm.reference.clearance_rule import ClearanceReason, clearance_rules

Sources = Sequence[ClearanceSource]


def clearances(
    session: Session,
    ids: Iterable[int],
    question: Question,
    *,
    keys: KeyRing,
    sources: Sources,
    reasons: Collection[ClearanceReason] = tuple(ClearanceReason),
) -> dict[int, Clearance]:
    """Ask about accounts, all at once.

    Args:
        session: the session of the verb.
        ids: of the accounts; one that is not in the book, or was merged into another, is passed over.
        question: who asks, what for, and for which day.
        keys: key the suppression list.
        sources: what the rooms of the book have to say.
        reasons: look for nothing else.
    """
    every = rules_for(clearance_rules(session), question.purpose)
    rules = {reason: rule for reason, rule in every.items() if reason in reasons}
    asked = _heads(session, ids)
    group = _group(session, set(asked.values()))
    grounds = [
        *_grounds(session, sources, group, rules, question),
        *(
            _refusals(session, asked, group, question, keys=keys)
            if ClearanceReason.SUPPRESSED in rules
            else ()
        ),
    ]
    return decide(
        (group[number] for number in asked),
        grounds,
        rules=rules,
        overrides=_overrides(session, asked, question),
        question=question,
    )


def _heads(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """The head of each account's corporate group."""
    query = select(col(Organization.id), corporate_group()).where(
        among(col(Organization.id), ids), stands(Organization)
    )
    return {number: head for number, head in session.execute(query)}  # noqa: C416 - dict() would take the result for a mapping


def _group(session: Session, heads: Iterable[int]) -> dict[int, Subject]:
    """Every account of some corporate groups."""
    query = select(col(Organization.id), col(Organization.name), corporate_group()).where(
        of_groups(heads), stands(Organization)
    )
    return {number: Subject(number, name, head) for number, name, head in session.execute(query)}


def _grounds(
    session: Session,
    sources: Sources,
    group: Mapping[int, Subject],
    rules: Rules,
    question: Question,
) -> Iterator[Ground]:
    every = tuple(group)
    for source in sources:
        if (rule := rules.get(source.reason)) is None:
            continue
        asked = Asked(every, question.on, first_day(rule, question.on))
        for row in session.execute(source.lines(asked)):
            refers_to = f"{source.record.__tablename__}:{row.number}"
            subject, detail = group[row.organization_id], source.detail(row)
            yield Ground(source.reason, subject, row.office, row.on, detail, refers_to)


def _refusals(
    session: Session,
    asked: Iterable[int],
    group: Mapping[int, Subject],
    question: Question,
    *,
    keys: KeyRing,
) -> Iterator[Ground]:
    """The accounts of which no contact may be written to; one of which nobody is known is none of them."""
    for number, names in silent(session, list(asked), question.on, keys=keys).items():
        refers_to = f"organization:{number}"
        yield Ground(ClearanceReason.SUPPRESSED, group[number], None, None, ", ".join(names), refers_to)


def _overrides(session: Session, asked: Iterable[int], question: Question) -> list[Override]:
    query = select(ClearanceOverride).where(
        among(col(ClearanceOverride.organization_id), asked),
        in_force(question.on),
    )
    return [
        Override(
            row.organization_id,
            row.office,
            frozenset(ClearanceReason(held["reason"]) for held in row.overridden),
            row.decided_by,
            row.reason,
            row.since_on,
            row.until_on,
        )
        for row in session.scalars(query.order_by(col(ClearanceOverride.id).desc()))
    ]
