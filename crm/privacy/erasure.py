"""What an erasure removed, or would remove, and what stays: a plain value that prints as a page."""

from collections.abc import Mapping
from dataclasses import dataclass

from crm.privacy.blanking import Mention
from crm.shown import Shown


@dataclass(frozen=True, slots=True)
class Stays(Shown):
    """What an erasure leaves on record.

    Attributes:
        table: where.
        rows: how many rows.
        why: why they stay, and what they no longer say.
    """

    table: str
    rows: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure(Shown):
    """The erasure of one person.

    Attributes:
        person_id: the number that stays, with nothing behind it.
        removed: how many values went, by table and column; how many rows, by table, where the row itself goes.
        reworded: texts about others or about several people, as they read without the person; a colleague looks at them.
        stays: what stays, and why.
        stopped: letters that will not go out.
        suppressed: addresses that went on the suppression list, as keyed hashes.
        shared_name: somebody else bears the name: texts that are not about this person keep it.
    """

    person_id: int
    removed: Mapping[str, int]
    reworded: tuple[Mention, ...]
    stays: tuple[Stays, ...]
    stopped: int
    suppressed: int
    shared_name: bool
    dry_run: bool

    @property
    def count(self) -> int:
        """How many values and texts it comes to; `confirm` names it."""
        return sum(self.removed.values()) + len(self.reworded)

    def __str__(self) -> str:
        would = "would be " if self.dry_run else ""
        lines = [f"Person {self.person_id}: {self.count} values {would}erased."]
        lines += [f"  {count:>4}  {where}" for where, count in self.removed.items()]
        if self.reworded:
            lines.append(f"{len(self.reworded)} texts {would}reworded; look at them:")
            lines += [f"  {text.record} {text.field}: {_in_short(text.text)}" for text in self.reworded]
        if self.stopped or self.suppressed:
            lines.append(
                f"{self.stopped} letters {would}stopped, {self.suppressed} addresses {would}suppressed."
            )
        if self.shared_name:
            lines.append("Somebody else bears this name: texts about others keep it.")
        lines.append("What stays:")
        lines += [f"  {stays.rows:>4}  {stays.table}: {stays.why}" for stays in self.stays]
        return "\n".join(lines)


def _in_short(text: str, most: int = 160) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}…"
