"""Whether a row is an organisation that is known already: decided on exact signs, and never guessed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm.imports.accounts import COMPARED, Account, Accounts
from crm.imports.draft import Draft
from crm.imports.verdicts import Note, NoteKind, Problem, ProblemKind, clipped

_FEW = 6


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a row comes to.

    Attributes:
        draft: the row.
        match: the organisation that it is; None if it is a new one or refused.
        problem: why it cannot be told which organisation it is.
        notes: what was noticed on the way.
    """

    draft: Draft
    match: Account | None = None
    problem: Problem | None = None
    notes: tuple[Note, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that is wrong with the row; empty unless it is refused."""
        return (*self.draft.problems, self.problem) if self.problem else tuple(self.draft.problems)

    @property
    def is_new(self) -> bool:
        """Whether the row is an organisation that is not known yet."""
        return self.match is None and not self.problems


def judged(draft: Draft, accounts: Accounts) -> Judgement:
    """Tell which organisation a row is.

    Its key at the source counts first, then its LEI, then its exact name together with its country. Two keys of one
    source, or two LEIs, are two organisations even if they have one name. If only the country is missing on one side,
    or several organisations fit, the row is refused with the candidates.
    """
    if draft.problems:
        return Judgement(draft)
    earlier = accounts.claim(draft)
    if earlier and earlier.normal != draft.normal:
        return Judgement(draft, problem=_key_twice(draft, earlier))
    by_key, by_lei = accounts.by_key(draft.key), accounts.by_lei(draft.lei)
    if by_key and by_lei and by_key is not by_lei:
        return Judgement(draft, problem=_contradiction(draft, by_key, by_lei))
    if found := by_key or by_lei:
        return _matched(draft, found)
    return _by_name(draft, accounts.by_name(draft.normal))


def _by_name(draft: Draft, named: Sequence[Account]) -> Judgement:
    possible = [account for account in named if not _told_apart(draft, account)]
    fitting = [account for account in possible if account.country == draft.country]
    if len(fitting) == 1:
        return _matched(draft, fitting[0])
    unsure = fitting or [account for account in possible if None in {account.country, draft.country}]
    if unsure:
        return Judgement(draft, problem=_unsure(draft, unsure))
    return Judgement(draft, notes=tuple(_namesakes(draft, named)))


def _told_apart(draft: Draft, account: Account) -> bool:
    by_lei = draft.lei and account.lei and draft.lei != account.lei
    by_key = draft.key and account.keys and draft.key not in account.keys
    return bool(by_lei or by_key)


def _matched(draft: Draft, account: Account) -> Judgement:
    notes = [*_differences(draft, account)]
    if account.row:
        text = f"Row {account.row} of this file is the same organisation."
        notes.append(Note(NoteKind.REPEATED, "", clipped(draft.name), text))
    return Judgement(draft, match=account, notes=tuple(notes))


def _differences(draft: Draft, account: Account) -> Iterator[Note]:
    where = f"in row {account.row}" if account.row else "in the book"
    for name in COMPARED:
        stated, held = getattr(draft, name), getattr(account, name)
        if stated is not None and stated != held:
            text = f"The {name} here is {stated}; {where} it is {'empty' if held is None else held}, and stays so."
            yield Note(NoteKind.DIFFERS, name, clipped(str(stated)), text)


def _namesakes(draft: Draft, named: Sequence[Account]) -> Iterator[Note]:
    if namesakes := [str(account) for account in named if account.country == draft.country]:
        text = f"Another organisation has this name and country: {'; '.join(namesakes[:_FEW])}."
        yield Note(NoteKind.CHECK, "name", clipped(draft.name), text)


def _contradiction(draft: Draft, by_key: Account, by_lei: Account) -> Problem:
    reason = f"The key {draft.key!r} and the LEI {draft.lei} belong to two organisations."
    fix = "Correct the one that is wrong, or leave it empty."
    return Problem(ProblemKind.AMBIGUOUS, "lei", draft.lei or "", reason, fix, (str(by_key), str(by_lei)))


def _key_twice(draft: Draft, earlier: Draft) -> Problem:
    reason = f"The key {draft.key!r} stands in row {earlier.row} for {earlier.name}."
    fix = "Correct the key in one of the rows, or leave it empty."
    return Problem(ProblemKind.REPEATED, "key", draft.key or "", reason, fix)


def _unsure(draft: Draft, accounts: Sequence[Account]) -> Problem:
    reason = f"It cannot be told whether this is one of {len(accounts)} organisations of the name."
    fix = "State its country."
    if draft.country:
        fix = "State the country of the candidates in the book, or tell them apart by LEI or key."
    return Problem(ProblemKind.AMBIGUOUS, "name", draft.name, reason, fix, tuple(map(str, accounts[:_FEW])))
