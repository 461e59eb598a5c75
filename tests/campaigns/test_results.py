from dataclasses import replace
from datetime import date
from decimal import Decimal

from support.campaign_facts import NOW, assemble, campaign, candidate, circumstances, contact
from support.run_results import results, run_with

from campaigns.overview import Advanced, Overview
from campaigns.results import accounts_report, reach_report
from campaigns.run_report import run_report
from campaigns.uplift import Comparison
from crm.membership.contract.standing import Standing
from crm.outreach.outbox_tables import MessageStatus
from crm.outreach.reasons import AFTER_WAITING, Reason
from crm.outreach.run_tables import Arm
from crm.reference.languages import Language


def test_a_run_shows_letters_in_doubt_and_assumed_sent_in_columns_of_their_own():
    letters = {
        "accepted": 5,
        "queued": 1,
        "claimed": 1,
        "handing_off": 1,
        "in_doubt": 2,
        "assumed_sent": 4,
        "held": 1,
    }
    row = next(
        iter(
            run_report(
                results((3, 20), (1, 5), letters=letters, answered=2),
                Comparison(),
                as_of=NOW,
            )
        )
    )
    assert dict(row) == {
        "arm": "Written to",
        "enrolled": 20,
        "underway": 0,
        "held_back": 0,
        "waiting": 3,
        "accepted": 5,
        "in_doubt": 2,
        "assumed_sent": 4,
        "held": 1,
        "stopped": 0,
        "failed": 0,
        "bounced": 0,
        "answered": 2,
        "converted": 3,
        "rate": Decimal("0.15"),
        "won": Decimal(0),
    }


def test_every_letter_of_a_run_is_counted_in_one_column():
    letters = dict.fromkeys(MessageStatus, 1)
    report = run_report(results((0, 9), letters=letters), Comparison(), as_of=NOW)
    row = next(iter(report))
    columns = ("waiting", "accepted", "in_doubt", "assumed_sent", "held", "stopped", "failed")
    assert sum(row[column] for column in columns) == len(MessageStatus)


def test_an_arm_without_accounts_has_no_rate():
    assert [row["rate"] for row in run_report(results((1, 4), (0, 0)), Comparison(), as_of=NOW)] == [
        Decimal("0.25"),
        None,
    ]


def test_the_reach_names_every_reason_zeros_included_and_adds_up():
    accounts = [candidate(1), candidate(2, standing=Standing.ARREARS), candidate(3, contacts=())]
    report = reach_report(campaign(), assemble(campaign(), accounts, circumstances()), as_of=NOW)
    assert len(report) == len(Arm) + len(set(Reason) - AFTER_WAITING)
    assert report.total("accounts") == 3
    counts = {row["reason"]: row["accounts"] for row in report if row["outcome"] == "Left out"}
    assert (counts["in arrears"], counts["no contact with an e-mail address"], counts["suspended"]) == (
        1,
        1,
        0,
    )


def test_the_accounts_say_what_speaks_for_them_or_against_them():
    owing = candidate(2, standing=Standing.ARREARS, standing_as_of=date(2026, 9, 30))
    audience = assemble(campaign(hold_out=0), [candidate(1, contacts=(contact(9),)), owing], circumstances())
    written, left_out = accounts_report(campaign(), audience, as_of=NOW)
    assert (written["outcome"], written["contact"]) == ("Written to", "Person 9")
    assert written["why"] == "a large enterprise, and still an Associate"
    assert (left_out["outcome"], left_out["why"]) == ("Left out", "in arrears: as of 30 September 2026")


def test_an_overview_prints_what_an_approver_must_know():
    assert str(Overview(results((0, 104), (0, 16)), NOW, Comparison())) == (
        "Run 4711 of associate_upgrade (running): prepared by dana@accord.example on 24 November 2026, "
        "approved by joao@accord.example\n"
        "120 accounts enrolled: 104 written to, 16 held out.\n"
        "Left out: 3 in arrears, 1 nothing speaks for writing to it."
    )


def test_an_overview_says_which_languages_go_out_and_which_wording_nobody_has_reviewed():
    reviewed_by = {"associate_upgrade/en": "D. Keller, 2026-11-20", "associate_upgrade/ru": ""}
    run = run_with(reviewed_by=reviewed_by)
    found = replace(
        results((0, 104), (0, 16)), run=run, languages={Language.RUSSIAN: 4, Language.ENGLISH: 100}
    )
    lines = str(Overview(found, NOW, Comparison())).splitlines()
    assert lines[2:4] == [
        "Letters: 100 in English, 4 in Russian.",
        "Not reviewed by any person: associate_upgrade/ru.",
    ]


def test_an_overview_and_a_round_of_work_say_in_a_line_what_they_are():
    assert (
        repr(Overview(results((0, 4)), NOW, Comparison()))
        == "<Run 4711 of associate_upgrade: running, 4 enrolled>"
    )
    assert str(Advanced(looked_at=3, letters=2, exited=1)).startswith(
        "3 due: 2 letters queued, 0 tasks planned, 1 exited"
    )


def test_reports_show_themselves_in_a_notebook():
    shown = Overview(results((0, 4)), NOW, Comparison())._repr_html_()
    assert "Written to" in shown
    assert "Too few" not in shown
    assert "Too early to tell" in shown
