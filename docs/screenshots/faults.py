"""What axe-core finds wrong with a page for people who do not see it, or do not use a mouse."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from browser import document

_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
_RESULT = re.compile(r'<script type="application/json" id="faults">(.*?)</script>', re.DOTALL)
_RUN = """
axe.run(document, {resultTypes: ["violations"]}).then(result => {
  const found = document.createElement("script");
  found.type = "application/json";
  found.id = "faults";
  found.textContent = JSON.stringify(result.violations).replaceAll("<", "\\\\u003c");
  document.body.append(found);
});
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule that a page breaks, how bad that is, and where."""

    rule: str
    impact: str
    help: str
    places: tuple[str, ...]

    @property
    def is_grave(self) -> bool:
        """Whether it keeps somebody from using the page."""
        return self.impact in {"serious", "critical"}

    def __str__(self) -> str:
        return f"{self.impact}: {self.rule}: {self.help}: {'; '.join(self.places[:3])}"


def faults(page: Path, axe: Path, folder: Path, *, dark: bool = False, width: int = 1280) -> list[Fault]:
    """The faults of a page, with everything opened that can be opened.

    The page forbids every script; the copy that is examined does not, and carries axe-core inside it.
    """
    opened = _POLICY.sub("", page.read_text(encoding="utf-8")).replace("<details>", "<details open>")
    text, end, rest = opened.rpartition("</body>")
    if not end:
        raise SystemExit(f"{page.name} has no </body> before which axe-core could stand.")
    script = axe.read_text(encoding="utf-8")
    examined = folder / "examined.html"
    examined.write_text(f"{text}<script>{script}</script><script>{_RUN}</script>{end}{rest}", "utf-8")
    found = _RESULT.search(document(examined, dark=dark, width=width))
    if found is None:
        where = f"{page.name}, {width} px{', dark' if dark else ''}"
        raise SystemExit(f"axe-core did not come to an end on {where}.")
    return faults_of(json.loads(found[1]))


def faults_of(violations: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """The faults among what axe-core tells."""
    return [
        Fault(
            rule=each["id"],
            impact=str(each["impact"]),
            help=each["help"],
            places=tuple(" ".join(map(str, node["target"])) for node in each["nodes"]),
        )
        for each in violations
    ]
