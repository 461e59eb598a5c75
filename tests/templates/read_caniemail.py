"""Makes `mail_clients.csv` out of a copy of caniemail, whose tests of mail programs are under the MIT licence.

    git clone https://github.com/hteumeuleu/caniemail
    python tests/templates/read_caniemail.py caniemail > tests/templates/mail_clients.csv

One line for each feature of `mail_features.csv` that caniemail has tested, one column for each mail program whose
support our letters are checked against: y, a (in part) or n, as of the newest version tested; u where nobody knows.
"""

import csv
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
CLIENTS = {
    "Outlook for Windows": ("outlook", "windows"),
    "Outlook for macOS": ("outlook", "macos"),
    "Outlook.com": ("outlook", "outlook-com"),
    "Gmail": ("gmail", "desktop-webmail"),
    "Gmail on Android": ("gmail", "android"),
    "Apple Mail on macOS": ("apple-mail", "macos"),
    "Apple Mail on iOS": ("apple-mail", "ios"),
    "Yahoo": ("yahoo", "desktop-webmail"),
    "Mail.ru": ("mail-ru", "desktop-webmail"),
    "Thunderbird": ("thunderbird", "macos"),
}


def main(folder: Path) -> None:
    """Write the table to standard output."""
    asked = ["log", "-1", "--format=caniemail %h of %cs (MIT licence)"]
    git = ["git", "-C", str(folder)]
    source = subprocess.run([*git, *asked], check=True, capture_output=True, text=True).stdout.strip()
    with (HERE / "mail_features.csv").open(encoding="utf-8") as file:
        features = sorted({row["feature"] for row in csv.DictReader(file)} - {""})
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["feature", *CLIENTS, "tested_on", "source"])
    for feature in features:
        place = f"HEAD:_features/{feature}.md"
        text = subprocess.run([*git, "show", place], check=True, capture_output=True, text=True).stdout
        supported = [_newest(text, *client) for client in CLIENTS.values()]
        table.writerow([feature, *supported, re.search(r'last_test_date: "([\d-]+)"', text)[1], source])


def _newest(text: str, program: str, platform: str) -> str:
    """What the newest version of a program makes of a feature: the last line of its platform's block."""
    block = re.search(
        rf"^\s*{program}: *\{{(.*?)^\s*\}},?\s*^(?=\s*[\w-]+: *\{{\s*^\s*[\w-]+: *\{{|\}})",
        text,
        re.MULTILINE | re.DOTALL,
    )
    found = re.search(rf"{platform}: *\{{(.*?)\}}", block[1] if block else "", re.DOTALL)
    versions = re.findall(r'"[\w.-]+": *"(\w)', found[1]) if found else []
    return versions[-1] if versions else "u"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
