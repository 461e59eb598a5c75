"""A package of somebody else's, with a fact and a campaign of its own, installed as far as Python can tell."""

from pathlib import Path

MODULE = '''
"""Who keeps an outpost, and what to write to them."""

from campaigns.campaign import Campaign
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE
from campaigns.facts import Fact, FactKind
from campaigns.journey import BranchStep, Journey, LetterStep

READ = []


def _outposts(book, ids, on):
    READ.append(tuple(ids))
    keepers = {account.id for account in book.organizations if account.name.startswith("Outpost")}
    return {number: number in keepers for number in ids}


HAS_OUTPOST = Fact(name="has_outpost", words="it keeps an outpost", kind=FactKind.YES_NO, read=_outposts)

OUTPOSTS = ASSOCIATE_UPGRADE.but(
    name="outposts",
    title="Outposts",
    hold_out=0,
    journey=Journey(
        steps=(
            BranchStep(name="fork", fact="has_outpost", equals=True, then="short", otherwise="full"),
            LetterStep(name="short", template="associate_upgrade_reminder", then="end"),
            LetterStep(name="full", template="associate_upgrade"),
        )
    ),
)
'''
ENTRY_POINTS = (
    "[crm.facts]\noutposts = {module}:HAS_OUTPOST\n\n[crm.campaigns]\noutposts = {module}:OUTPOSTS\n"
)


def install(folder: Path, name: str, *, module: str = MODULE, entry_points: str = ENTRY_POINTS) -> None:
    """Put a package into a folder, with the metadata that an installer would write."""
    (folder / f"{name}.py").write_text(module, encoding="utf-8")
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8"
    )
    (metadata / "entry_points.txt").write_text(entry_points.format(module=name), encoding="utf-8")
