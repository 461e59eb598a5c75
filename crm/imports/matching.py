"""Whether a row is an organisation that is known already: decided on exact signs; a mere likeness is for a person to judge."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm.directory.likeness import Likeness
from crm.imports.accounts import Account, Accounts
from crm.imports.organization_draft import NEW, OrganizationDraft
from crm.imports.verdicts import Note, NoteKind, Problem, ProblemKind, clipped

_FEW = 6


@dataclass(frozen=True, slots=True)
class Match:
    """Which organisation a row is.

    Attributes:
        account: the organisation; None if it is a new one, or cannot be told.
        problem: why it cannot be told.
        notes: what was noticed on the way.
    """

    account: Account | None = None
    problem: Problem | None = None
    notes: tuple[Note, ...] = ()


def matched(draft: OrganizationDraft, accounts: Accounts) -> Match:
    """Tell which organisation a row is.

    What a person has decided counts first, then its key at the source, then its LEI, then its exact name together
    with its country. Two keys of one source, or two LEIs, are two organisations even if they have one name. If only
    the country is missing on one side, or several organisations fit, it cannot be told; nor if no exact sign fits, and
    one that the book held before is probably the same.
    """
    by_key, by_lei = accounts.by_key(draft.key), accounts.by_lei(draft.lei)
    if by_key and by_lei and by_key is not by_lei:
        return Match(problem=_contradiction(draft, by_key, by_lei))
    if by_key and by_key.row is not None and by_key.called != draft.normal:
        return Match(problem=_key_twice(draft, by_key))
    if draft.decided:
        return _decided(draft, accounts, by_key or by_lei)
    if found := by_key or by_lei:
        return _found(draft, found)
    if alike := accounts.alike(draft):
        return Match(problem=_probable(draft, alike))
    return _by_name(draft, accounts.by_name(draft.normal))


def _decided(draft: OrganizationDraft, accounts: Accounts, known: Account | None) -> Match:
    said = accounts.decided(draft.decided) if draft.decided != NEW else None
    if isinstance(said, Problem):
        return Match(problem=said)
    if known is not None and known is not said:
        return Match(problem=_against_decision(draft, known))
    return (
        _found(draft, said) if said else Match(notes=tuple(_namesakes(draft, accounts.by_name(draft.normal))))
    )


def _by_name(draft: OrganizationDraft, named: Sequence[Account]) -> Match:
    possible = [account for account in named if not _told_apart(draft, account)]
    fitting = [account for account in possible if account.values["country"] == draft.country]
    if len(fitting) == 1:
        return _found(draft, fitting[0])
    unsure = fitting or [
        account for account in possible if None in {account.values["country"], draft.country}
    ]
    if unsure:
        return Match(problem=_unsure(draft, unsure))
    return Match(notes=tuple(_namesakes(draft, named)))


def _told_apart(draft: OrganizationDraft, account: Account) -> bool:
    held = account.values["lei"]
    by_lei = draft.lei and held and draft.lei != held
    by_key = draft.key and account.keys and draft.key not in account.keys
    return bool(by_lei or by_key)


def _found(draft: OrganizationDraft, account: Account) -> Match:
    if account.row is None:
        return Match(account)
    text = f"Row {account.row} of this file is the same organisation."
    return Match(account, notes=(Note(NoteKind.REPEATED, "", clipped(draft.name), text),))


def _namesakes(draft: OrganizationDraft, named: Sequence[Account]) -> Iterator[Note]:
    if namesakes := [str(account) for account in named if account.values["country"] == draft.country]:
        text = f"Another organisation has this name and country: {'; '.join(namesakes[:_FEW])}."
        yield Note(NoteKind.CHECK, "name", clipped(draft.name), text)


def _contradiction(draft: OrganizationDraft, by_key: Account, by_lei: Account) -> Problem:
    reason = f"The key {draft.key!r} and the LEI {draft.lei} belong to two organisations."
    fix = "Correct the one that is wrong, or leave it empty."
    return Problem(ProblemKind.AMBIGUOUS, "lei", draft.lei or "", reason, fix, (str(by_key), str(by_lei)))


def _key_twice(draft: OrganizationDraft, earlier: Account) -> Problem:
    reason = f"The key {draft.key!r} stands in row {earlier.row} for {earlier.values['name']}."
    fix = "Correct the key in one of the rows, or leave it empty."
    return Problem(ProblemKind.REPEATED, "key", draft.key or "", reason, fix)


def _against_decision(draft: OrganizationDraft, known: Account) -> Problem:
    reason = f"It was decided to be {draft.decided!r}, and its key or LEI says that it is {known}."
    fix = "Correct the decision, the key or the LEI."
    return Problem(ProblemKind.INVALID, "id", draft.decided, reason, fix)


def _probable(draft: OrganizationDraft, alike: Sequence[Likeness]) -> Problem:
    reason = f"It is probably {alike[0].name}, and no exact sign says so."
    fix = "Decide: give the id of the one that it is, or “new”."
    candidates = tuple(map(_said, alike[:_FEW]))
    return Problem(ProblemKind.AMBIGUOUS, "name", draft.name, reason, fix, candidates)


def _said(one: Likeness) -> str:
    where = one.country or "no country"
    return f"{one.organization_id} {one.name} ({where}), {one.score:.0%}: {', '.join(one.because)}"


def _unsure(draft: OrganizationDraft, accounts: Sequence[Account]) -> Problem:
    reason = f"It cannot be told whether this is one of {len(accounts)} organisations of the name."
    fix = "State its country, or decide: give the id of the one that it is, or “new”."
    if draft.country:
        fix = "Tell them apart by LEI or key, or decide: give the id of the one that it is, or “new”."
    return Problem(ProblemKind.AMBIGUOUS, "name", draft.name, reason, fix, tuple(map(str, accounts[:_FEW])))
