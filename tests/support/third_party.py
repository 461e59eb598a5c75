"""A package of somebody else's, with a fact, campaigns and a letter of its own, installed as far as Python can tell."""

from collections.abc import Mapping
from pathlib import Path

MODULE = '''
"""Who keeps an outpost, and what to write to them."""

from pathlib import Path

from campaigns.campaign import Campaign
from crm.outreach.approved import Signature
from campaigns.catalog.associate_upgrade import ASSOCIATE_UPGRADE
from campaigns.facts import Fact, FactKind
from campaigns.journey import BranchStep, Journey, LetterStep
from campaigns.signal import Signal
from crm.insight.audience_rules import AllOf, InState, IsMember
from crm.outreach.goal import Goal

LETTERS = Path(__file__).with_name(f"{__name__}_letters")
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


def keeps_outpost(account, on):
    named = account.name.startswith("Outpost")
    return Signal("outpost", "keeps an outpost", {"place": account.name.split()[-1]}) if named else None


def mail_to_it(occasion):
    return {"post": {"days": "12" if occasion.account.country == "KEN" else "20"}}


VISITS = Campaign(
    name="outpost_visits",
    title="Visits to outposts",
    purpose="Asks members that keep an outpost in Kenya or Fiji whether we may visit it.",
    audience=AllOf(rules=(IsMember(), InState(states=("KEN", "FJI")))),
    signals=(keeps_outpost,),
    letter_facts=(mail_to_it,),
    goal=Goal.ANSWERED,
    journey=Journey(steps=(LetterStep(name="letter", template="outpost_visit"),)),
    signatures={
        "en": Signature(title="Membership", office="General Secretariat"),
        "fr": Signature(title="Relations avec les membres", office="Secrétariat général"),
    },
    default_language="en",
    hold_out=0,
)
'''
ENTRY_POINTS = """
[crm.facts]
outposts = {module}:HAS_OUTPOST

[crm.campaigns]
outposts = {module}:OUTPOSTS
visits = {module}:VISITS

[crm.letters]
outposts = {module}:LETTERS
"""

META = """
purpose = "Asks whether we may visit an outpost."
message_class = "marketing"

[facts]
"person.name" = "the reader's name"
"organization.name" = "the account"
"signal.place" = "where the outpost is"
"post.days" = "how many days mail to it takes"
"manager.name" = "who signs"
"unsubscribe.address" = "an empty message to this address stops such letters"

[languages.en]
reviewed_by = "D. Keller, 2026-11-20"
preheader = "May we visit {{ signal.place }}?"
reason = "You are a contact of {{ organization.name | isolate }}."

[languages.fr]
reviewed_by = ""
preheader = "Pouvons-nous visiter {{ signal.place }} ?"
reason = "Vous êtes un contact de {{ organization.name | isolate }}."
"""
LETTERS = {
    "outpost_visit/meta.toml": META,
    "outpost_visit/en/subject.txt": "A visit to {{ signal.place }}",
    "outpost_visit/en/body.txt": "Dear {{ person.name | isolate }},\n\nmail takes {{ post.days | number }} days: may we come?\n",
    "outpost_visit/en/body.html": "<p>Dear {{ person.name | isolate }},</p><p>may we come?</p>",
    "outpost_visit/fr/subject.txt": "Une visite à {{ signal.place }}",
    "outpost_visit/fr/body.txt": "Bonjour {{ person.name | isolate }},\n\nle courrier met {{ post.days | number }} jours.\n",
    "outpost_visit/fr/body.html": "<p>Bonjour {{ person.name | isolate }},</p>",
}
"""A letter of the package's own, in two languages."""


def install(
    folder: Path,
    name: str,
    *,
    module: str = MODULE,
    entry_points: str = ENTRY_POINTS,
    letters: Mapping[str, str] = LETTERS,
) -> None:
    """Put a package into a folder, with the metadata that an installer would write."""
    for path, words in letters.items():
        file = folder / f"{name}_letters" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(words, encoding="utf-8")
    (folder / f"{name}.py").write_text(module, encoding="utf-8")
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n", encoding="utf-8"
    )
    (metadata / "entry_points.txt").write_text(entry_points.format(module=name), encoding="utf-8")
