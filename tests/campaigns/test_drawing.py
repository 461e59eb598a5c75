import re
from xml.etree import ElementTree as ET

from rich.console import Console
from support.campaign_facts import campaign

from campaigns.drawing import Drawing
from campaigns.journey import BranchStep, Journey, LetterStep, SwitchContactStep, TaskStep, WaitStep

FORKED = Journey(
    steps=(
        LetterStep(name="letter", template="associate_upgrade"),
        BranchStep(name="big", fact="size", equals="large", then="head", otherwise="wait"),
        WaitStep(name="wait", days=7),
        SwitchContactStep(name="head", otherwise="end"),
        TaskStep(name="call", what="Call <them> & listen"),
    )
)
DRAWING = Drawing(campaign(journey=FORKED))


def printed():
    console = Console(width=100, record=True, file=None, force_terminal=False)
    with console.capture() as captured:
        console.print(DRAWING)
    return [re.sub(r"^[\s│├└─]+", "", line).rstrip() for line in captured.get().splitlines()]


def test_a_tree_shows_both_ways_of_a_branch_and_where_they_come_together_again():
    lines = printed()
    start = lines.index("1 letter: letter associate_upgrade")
    assert lines[start:] == [
        "1 letter: letter associate_upgrade",
        "2 big: if size is large",
        "if so",
        "4 head: go on with the next senior contact",
        "if so",
        "5 call: task: Call <them> & listen",
        "end",
        "otherwise",
        "end",
        "otherwise",
        "3 wait: wait 7 days",
        "on to 4 head",
    ]


def test_a_page_shows_each_step_as_a_box_and_each_way_as_an_arrow():
    page = DRAWING.to_html()
    picture = ET.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])
    ways = sum(len(FORKED.ways(step.name)) for step in FORKED.steps)
    assert len(picture.findall(".//path[@class='way']")) == ways
    assert len(picture.findall(".//rect")) == len(FORKED.steps) + 1
    assert "Call &lt;them&gt; &amp; listen" in page
    assert "If so: head, otherwise: wait." in " ".join(page.split())


def test_what_a_campaign_is_for_stands_above_its_journey():
    about = DRAWING.about()
    assert about["Audience"] == "is an Associate"
    assert about["Goal"] == "the account has upgraded"
    assert about["Letters"] == "associate_upgrade"
