import io

from rich.console import Console

from crm.imports.report import ImportReport
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
    return ImportReport(None if dry_run else 1, dry_run, "registry", ("Company", "HQ"), ROWS)


def shown(table):
    target = io.StringIO()
    Console(file=target, width=120).print(table)
    return target.getvalue()


def test_the_report_counts_by_verdict():
    assert report().counts == {Verdict.CREATE: 1, Verdict.MATCH: 1, Verdict.REFUSE: 1}
    assert [len(rows) for rows in (report().created, report().matched, report().refused)] == [1, 1, 1]
    assert [row.row for row in report().corrected] == [2]
    assert [row.row for row in report().noted("corrected", "country")] == [2]
    assert report().noted(NoteKind.CORRECTED, "employees") == ()


def test_the_report_says_itself_in_a_sentence():
    assert str(report()) == "3 rows of registry: 1 created, 1 matched, 1 refused; 1 with corrections."
    assert "nothing was written" in str(report(dry_run=True))


def test_the_table_tells_reasons_with_examples():
    text = shown(report().table())
    assert "refused: country unknown" in text
    assert "row 4: 'Narnia' is no country." in text
    assert "country corrected" in text


def test_the_table_cannot_be_steered_by_the_file():
    text = shown(report().table())
    assert "[red]Bell" in text
    assert "\x1b" not in text


def test_a_problem_says_itself_with_candidates_and_fix():
    assert str(UNKNOWN) == "'Narnia' is no country. Candidates: Nauru. Write one."
