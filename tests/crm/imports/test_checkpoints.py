"""An import that is stopped loses the chunk in hand at the most, and goes on where it stopped."""

import io
import os
import random
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import pytest
from sqlalchemy import event, text
from support.books import MakeBook, books_on, settings_for_tests
from support.imports import COLUMNS, csv_file, everything
from support.locks import blocked
from support.outbox import looking

from crm.errors import InvalidInput, NotFound, Refused
from crm.opening import wire

ROWS = [(f"Company {n}", "KE" if n % 9 else "Atlantis") for n in range(2500)]


def stop_after(rows):
    def told(done, total):
        if done >= rows:
            raise KeyboardInterrupt

    return told


def stopped(book, source, *, rows):
    with pytest.raises(KeyboardInterrupt):
        book.imports.organizations(source, COLUMNS, on_progress=stop_after(rows))
    return next(iter(book.imports))


def told(report):
    return [(row.row, row.verdict, row.name, row.subject_id, row.problems) for row in report.rows]


def test_whole_chunks_stay_and_the_batch_says_how_far_it_is(book):
    batch = stopped(book, csv_file(*ROWS), rows=2000)
    assert (batch.state, batch.done, batch.finished_at) == ("running", 2000, None)
    report = book.imports.report(batch)
    assert (len(report.rows), report.finished) == (2000, False)
    assert "stopped before the end" in str(report)
    assert everything(book)["organization"] == len(report.created)


def test_wish_11_calling_again_with_the_same_file_goes_on(book):
    batch = stopped(book, csv_file(*ROWS), rows=1000)
    entries, moved = everything(book)["trail_entry"], []
    report = book.imports.organizations(csv_file(*ROWS), COLUMNS, on_progress=lambda *at: moved.append(at))
    assert (report.batch_id, moved) == (batch.id, [(2000, 2500), (2500, 2500)])
    assert [row.row for row in report.rows] == list(range(2, 2502))
    assert report == book.imports.report(batch.id)
    assert everything(book)["trail_entry"] == entries


def test_wish_11_resuming_by_number_needs_the_very_file(book):
    batch = stopped(book, csv_file(*ROWS), rows=1000)
    with pytest.raises(InvalidInput, match="not the file of import"):
        book.imports.resume(batch, csv_file(*ROWS[:-1]))
    report = book.imports.resume(batch.id, csv_file(*ROWS))
    assert (report.finished, len(report.rows)) == (True, 2500)
    assert next(iter(book.imports)).state == "done"


def test_wish_11_what_the_database_still_writes_for_a_killed_process_is_not_done_again(book):
    batch = stopped(book, csv_file(*ROWS), rows=1000)
    moved = []
    with ThreadPoolExecutor(1) as pool, looking(book) as eye, looking(book) as killed:
        with killed.transaction():
            killed.execute("SELECT pg_advisory_xact_lock(hashtextextended('accord.import', 0))")
            killed.execute("UPDATE import_batch SET done = 2000 WHERE id = %s", [batch.id])
            again = pool.submit(
                book.imports.resume, batch, csv_file(*ROWS), on_progress=lambda *at: moved.append(at)
            )
            blocked(eye, 1)
        again.result(60)
    assert moved == [(2500, 2500)]


def test_resuming_what_is_done_gives_its_report(book):
    report = book.imports.organizations(csv_file(*ROWS[:5]), COLUMNS)
    assert book.imports.resume(report.batch_id, csv_file(*ROWS[:5])) == report
    with pytest.raises(NotFound):
        book.imports.resume(4711, csv_file(*ROWS[:5]))


def test_another_mapping_begins_another_import(book):
    batch = stopped(book, csv_file(*ROWS), rows=1000)
    report = book.imports.organizations(csv_file(*ROWS), COLUMNS, role="prospect")
    assert report.batch_id != batch.id


def test_blank_rows_count_on_the_way(book):
    lines = b"Company,HQ\n" + b",\n" * 1500 + b"Acme,KE\n" * 2
    batch = stopped(book, io.BytesIO(lines), rows=1000)
    assert (batch.done, batch.blank) == (1000, 1000)
    report = book.imports.resume(batch, io.BytesIO(lines))
    assert ([row.row for row in report.rows], report.blank) == ([1502, 1503], 1500)


def test_one_file_is_imported_by_one_at_a_time(book, make_book):
    other, refused = make_book(), []

    def meanwhile(done, total):
        if not refused:
            with pytest.raises(Refused, match="at this moment") as error:
                other.imports.organizations(csv_file(*ROWS), COLUMNS)
            refused.append(error.value.rule)

    book.imports.organizations(csv_file(*ROWS), COLUMNS, on_progress=meanwhile)
    assert refused == ["imports.once_at_a_time"]


def test_two_imports_at_once_take_turns_and_create_everything_once(make_book):
    books = [make_book() for _ in range(2)]
    reports = []

    def bring_in(book, rows):
        reports.append(book.imports.organizations(csv_file(*rows), COLUMNS))

    files = [ROWS, ROWS[::-1]]
    threads = [threading.Thread(target=bring_in, args=pair) for pair in zip(books, files, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wanted = sum(country == "KE" for _, country in ROWS)
    assert sum(len(report.created) for report in reports) == wanted
    assert everything(books[0])["organization"] == wanted


# The other threads of this process are those of pytest-xdist, which hold nothing that the child asks for.
@pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")
def test_wish_11_killed_at_random_statements_the_result_is_that_of_one_go(
    server, book, clock, database_url, tmp_path
):
    path = tmp_path / "companies.csv"
    rows = [(*row, f"K{n}", f"c{n}.example") for n, row in enumerate(ROWS)]
    path.write_bytes(csv_file(*rows, header=("Company", "HQ", "id", "Web")).getvalue())
    chance = random.Random(4711)

    kills = 0
    while not run(database_url, path, clock, killed_after=chance.randint(1, 8)):
        kills += 1
    assert kills >= 2

    with books_on(server) as url:
        assert run(url, path, clock)
        whole = MakeBook(url, clock)
        in_one_go = outcome(whole())
        whole.close()
    assert outcome(book) == in_one_go


def run(url, path, clock, *, killed_after=0):
    """Import in a process of its own, killed some statements after its first chunk; whether it came to its end."""
    process = get_context("fork").Process(target=bring_in, args=(url, path, clock, killed_after))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode == 0


def bring_in(url, path, clock, left):
    """Import a file, or go on with it, and kill this process so many statements after the first chunk.

    It resumes by number, which is right as well where the process before was killed after its last word to the database.
    """

    def count(*_):
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def told(done, total):
        if not event.contains(book.engine, "before_cursor_execute", count):
            event.listen(book.engine, "before_cursor_execute", count)

    with wire(url, actor="dana@accord.example", settings=settings_for_tests(), clock=clock) as book:
        if begun := next(iter(book.imports), None):
            book.imports.resume(begun, path, on_progress=told)
        else:
            names = {"name": "Company", "country": "HQ", "key": "id", "domains": "Web"}
            book.imports.organizations(path, names, source_name="registry", role="prospect", on_progress=told)


def outcome(book):
    """What an import leaves in the book, but for the numbers of the records."""
    queries = [
        "SELECT name, country, source, created_at FROM organization ORDER BY name, country, id",
        "SELECT name, normal, kind FROM organization_name ORDER BY 1, 2",
        "SELECT o.name, d.domain FROM organization_domain d JOIN organization o ON o.id = d.organization_id ORDER BY 2",
        "SELECT s.source, key, o.name FROM source_key s JOIN organization o ON o.id = s.organization_id ORDER BY 2",
        "SELECT o.name, r.kind, since_on FROM role r JOIN organization o ON o.id = r.organization_id ORDER BY 1",
        "SELECT row, verdict, name, notes, problems, cells FROM import_row ORDER BY row",
        "SELECT kind, source, digest, done, blank, tally, finished_at FROM import_batch",
        "SELECT actor, verb, subject = 'batch:' || batch_id FROM trail_entry WHERE batch_id IS NOT NULL",
    ]
    with book.engine.connect() as connection:
        return [connection.execute(text(query)).all() for query in queries]
