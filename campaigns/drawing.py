"""A campaign's journey drawn for people: as a tree for a terminal, and as a page with a picture of the flow."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text
from rich.tree import Tree

from campaigns.campaign import Campaign
from campaigns.journey import END, Journey
from crm.reports.forms.file import written
from crm.reports.forms.terminal import tame
from crm.templates_folder import page_template

_WORDS = {"then": "if so", "otherwise": "otherwise"}
_BOX, _GAP, _LANE = 52, 30, 26
_WIDTH = 440


@dataclass(frozen=True, slots=True, repr=False)
class Drawing:
    """The journey of a campaign, for people to look at before they approve it."""

    campaign: Campaign

    def steps(self) -> list[dict[str, Any]]:
        """The steps with their numbers, in words, and where each leads."""
        journey = self.campaign.journey
        return [
            {
                "number": number,
                "name": step.name,
                "does": step.does,
                "words": str(step),
                "leads_to": dict(journey.ways(step.name)),
            }
            for number, step in enumerate(journey.steps, 1)
        ]

    def about(self) -> Mapping[str, str]:
        """What there is to know besides the steps."""
        campaign = self.campaign
        return {
            "Purpose": campaign.purpose,
            "Audience": campaign.audience.words,
            "Goal": f"the account has {campaign.goal.words}",
            "Ends early": ", ".join(leave.words for leave in campaign.exits)
            or "only where nobody can be written to",
            "Letters": ", ".join(campaign.journey.templates) or "none",
        }

    def to_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        campaign = self.campaign
        named = {"name": campaign.name, "title": campaign.title, "goal": campaign.goal.value}
        return {
            **named,
            "exits": [leave.value for leave in campaign.exits],
            "about": dict(self.about()),
            "steps": self.steps(),
        }

    def to_html(self, path: str | Path | None = None) -> str | Path:
        """One page with a picture of the flow, and the same as a list; nothing remote, no script."""
        flow = _Flow(self.campaign.journey)
        page = page_template("journey.html", "campaign", "report").render(
            campaign=self.campaign, about=self.about(), steps=self.steps(), flow=flow, end=END, words=_WORDS
        )
        return written(page, path)

    def __str__(self) -> str:
        campaign = self.campaign
        return f"{campaign.title} ({campaign.name}): {len(campaign.journey.steps)} steps"

    def __rich__(self) -> RenderableType:
        about = (Text.assemble((f"{name}: ", "bold"), tame(words)) for name, words in self.about().items())
        tree = Tree(Text(tame(self.campaign.title), style="bold"))
        _grow(tree, self.campaign.journey, self.campaign.journey.first, set())
        return Group(*about, tree)


def _grow(tree: Tree, journey: Journey, name: str, seen: set[str]) -> None:
    """Add the way from a step to its end; where ways come together again, the second one refers to the first."""
    while name != END:
        number = [step.name for step in journey.steps].index(name) + 1
        if name in seen:
            tree.add(f"on to {number} {name}")
            return
        seen.add(name)
        node = tree.add(Text(tame(f"{number} {name}: {journey.step(name)}")))
        ways = journey.ways(name)
        if len(ways) > 1:
            for field, target in ways.items():
                _grow(node.add(Text(_WORDS[field], style="italic")), journey, target, seen)
            return
        name = ways["then"]
    tree.add(END)


@dataclass(frozen=True, slots=True)
class _Arrow:
    """A way from one step to another: straight down to the next, or around at the side."""

    path: str
    words: str
    x: int
    y: int


class _Flow:
    """The picture: boxes one below the other, and arrows between them."""

    def __init__(self, journey: Journey) -> None:
        self._places = {name: place for place, name in enumerate([*(s.name for s in journey.steps), END])}
        self._journey = journey
        self.arrows = tuple(self._arrows())
        self.boxes = tuple((place * (_BOX + _GAP), name) for name, place in self._places.items())
        self.box, self.middle, self.right = _BOX, _WIDTH // 2, _WIDTH
        self.width = _WIDTH + _LANE * (1 + sum(arrow.x > _WIDTH for arrow in self.arrows)) + 90
        self.height = len(self._places) * (_BOX + _GAP) - _GAP

    def _arrows(self) -> Iterator[_Arrow]:
        lane = 0
        for step in self._journey.steps:
            ways = self._journey.ways(step.name)
            for field, target in ways.items():
                words = _WORDS[field] if len(ways) > 1 else ""
                here, there = self._places[step.name], self._places[target]
                if there == here + 1:
                    yield self._down(here, words)
                else:
                    lane += 1
                    yield self._around(here, there, lane, words)

    def _down(self, here: int, words: str) -> _Arrow:
        start = here * (_BOX + _GAP) + _BOX
        middle = _WIDTH // 2
        return _Arrow(f"M{middle} {start}V{start + _GAP - 2}", words, middle + 8, start + _GAP // 2 + 4)

    def _around(self, here: int, there: int, lane: int, words: str) -> _Arrow:
        start, end = here * (_BOX + _GAP) + _BOX - 14, there * (_BOX + _GAP) + 14
        side = _WIDTH + lane * _LANE
        return _Arrow(f"M{_WIDTH} {start}H{side}V{end}H{_WIDTH + 2}", words, side + 6, start + 4)
