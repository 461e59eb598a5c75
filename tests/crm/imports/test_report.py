import io
import json

from rich.console import Console

from crm.imports.report import ImportReport
from crm.imports.row_log import SpooledLog
from crm.imports.tally import MOST_EXAMPLES, Tally
from crm.imports.verdicts import Note, NoteKind, Problem, ProblemKind, RowVerdict, Verdict

CORRECTED = Note(NoteKind.CORRECTED, "country", "Houston, Texas", "'Houston, Texas' was read as the USA.")
UNKNOWN = Problem(
    ProblemKind.UNKNOWN, "country", "Narnia", "'Narnia' is no country.", "Write one.", ("Nauru",)
)
ROWS = (
    RowVerdict(2, Verdict.CREATE, "Acme", 7, notes=(CORRECTED,)),
    RowVerdict(3, Verdict.MATCH, "[red]Bell\x1b[31m", 8),
    RowVerdict(4, Verdict.REFUSE, "C", problems=(UNKNOWN,), cells=("C", "Narnia")),
)


def report(*, dry_run=False):
    log, tally = SpooledLog(), Tally()
    log.write(ROWS)
    tally.add(ROWS)
    batch = None if dry_run else 1
    return ImportReport(batch, dry_run, "organizations", "registry", ("Company", "HQ"), 0, tally, log=log)


def shown(table):
    target = io.StringIO()
    Console(file=target, width=120).print(table)
    return target.getvalue()


def test_the_report_counts_by_verdict():
    counts = {verdict: count for verdict, count in report().counts.items() if count}
    assert counts == {Verdict.CREATE: 1, Verdict.MATCH: 1, Verdict.REFUSE: 1}
    assert [len(rows) for rows in (report().created, report().matched, report().refused)] == [1, 1, 1]
    assert [row.row for row in report().corrected] == [2]
    assert [row.row for row in report().noted("corrected", "country")] == [2]
    assert list(report().noted(NoteKind.CORRECTED, "employees")) == []


def test_rows_can_be_gone_through_again_and_in_parallel():
    rows = report().rows
    assert [(one.row, other.row) for one, other in zip(rows, rows, strict=True)] == [(2, 2), (3, 3), (4, 4)]
    assert tuple(rows) == tuple(rows) == ROWS


def test_the_numbers_come_back_from_what_is_kept_of_them():
    tally = Tally()
    tally.add(ROWS)
    assert Tally.of(json.loads(json.dumps(tally.as_json()))) == tally


def test_a_tally_of_many_rows_keeps_few_examples():
    tally = Tally()
    for _ in range(100):
        tally.add(ROWS)
    assert tally.count(Verdict.CREATE) == 100
    assert len(tally.verdicts["create"].examples) == MOST_EXAMPLES


def test_the_report_says_itself_in_a_sentence():
    assert str(report()) == (
        "3 rows of registry: 1 created, 0 updated, 1 matched, 0 unsure, 1 refused; 1 with corrections."
    )
    assert "nothing was written" in str(report(dry_run=True))


def test_the_table_tells_reasons_with_examples():
    text = shown(report().table())
    assert "not taken: country unknown" in text
    assert "row 4: 'Narnia' is no country." in text
    assert "country corrected" in text


def test_the_table_cannot_be_steered_by_the_file():
    text = shown(report().table())
    assert "[red]Bell" in text
    assert "\x1b" not in text


def test_a_problem_says_itself_with_candidates_and_fix():
    assert str(UNKNOWN) == "'Narnia' is no country. Candidates: Nauru. Write one."
