"""A run of 20,000 letters from its launch to the last row settled, beside two processes that only compose and send."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from statistics import median

from benchmarks.bench import Bench
from benchmarks.figure import Figure, Measured, seconds
from benchmarks.profiles import profiled
from benchmarks.sending_ceiling import Ready, composed, made_before, ready, sent
from benchmarks.sending_office import CAMPAIGN, Sent, approved_run, office, send
from benchmarks.sending_worker import deliver, spent, way_to
from benchmarks.sink import Sink
from campaigns import desk
from crm.book import Book
from crm.outreach.outbox_tables import Letter

_RECIPIENTS = 20_000
_LONGER = 5
_LOGGED = 100


def figures(bench: Bench) -> Iterator[Figure]:
    """The speed at the default window and at one letter at a time, planning, memory, and a colleague at work meanwhile."""
    recipients = min(_RECIPIENTS, max(10, bench.size // 10))
    with Sink() as sink:
        held = yield from _speed(bench, sink, recipients)
        yield from _processor(bench, sink, recipients)
        yield _colleague(bench, sink, recipients)
        yield _memory(bench, sink, recipients, held)


def _speed(bench: Bench, sink: Sink, recipients: int) -> Generator[Figure, None, Measured]:
    """The figures of speed; gives what a worker held meanwhile."""
    with queued(bench, recipients) as (book, letters):
        prepared = [ready(letter, book.runs.wording(letter.template), book.identity) for letter in letters]
    note = _same(prepared)
    turns = [_turn(bench, sink, prepared) for _ in range(bench.runs)]
    ours, careful, planning, ceiling, bare, held = map(Measured, zip(*turns, strict=True))
    yield bench.judged(
        Figure(f"{recipients:,} letters sent", ours, ceiling, 1 / 0.6, note),
        lambda: explain(bench, recipients),
    )
    yield Figure(
        f"{recipients:,} letters sent, beside ready bytes", ours, bare, 4, "ceiling: smtplib, two processes"
    )
    yield Figure(f"{recipients:,} letters sent, one at a time", careful, ceiling, note="a window of 1")
    yield Figure(
        "planning them", planning, ours, 0.1, "ceiling: the whole time from launch to the last row settled"
    )
    return held


def _turn(bench: Bench, sink: Sink, prepared: Sequence[Ready]) -> tuple[float, ...]:
    """Everything once, so that whatever else the machine does disturbs all alike."""
    run = _sent(bench, sink, len(prepared))
    return (
        run.seconds,
        _sent(bench, sink, len(prepared), window=1).seconds,
        _planned(bench, len(prepared)),
        sent(prepared, sink, composed),
        sent(prepared, sink, made_before),
        run.memory,
    )


def _sent(bench: Bench, sink: Sink, recipients: int, *, window: int | None = None) -> Sent:
    with office(bench.server, recipients) as book:
        return send(book, sink, window=window)


def _planned(bench: Bench, recipients: int) -> float:
    with office(bench.server, recipients) as book:
        desk.launch(book, approved_run(book), campaign=CAMPAIGN)
        return seconds(lambda: _plan(book))


def _plan(book: Book) -> None:
    while desk.advance(book).looked_at:
        pass


def _processor(bench: Bench, sink: Sink, recipients: int) -> Iterator[Figure]:
    with queued(bench, recipients) as (book, letters):
        prepared = [ready(letter, book.runs.wording(letter.template), book.identity) for letter in letters]
        found = spent(book, sink, prepared)
    note = "processor time in one process; ceiling: bare templates, our MIME builder, smtplib"
    yield Figure("a letter in a worker", found.worker, found.ceiling, note=note)
    yield Figure("a letter in its database", found.database, found.ceiling, note="processor time; as before")


@contextmanager
def queued(bench: Bench, recipients: int) -> Iterator[tuple[Book, tuple[Letter, ...]]]:
    """A book whose letters are all queued, with nobody at work."""
    with office(bench.server, recipients) as book:
        run = approved_run(book)
        desk.launch(book, run, campaign=CAMPAIGN)
        _plan(book)
        yield book, book.outbox.of(run=run.id)


def _same(prepared: Sequence[Ready]) -> str:
    """Whether the ceiling says in its messages what ours say, but for how the sanitiser writes styles."""
    for letter in prepared[:100]:
        theirs, ours = composed(letter), letter.raw
        assert theirs.partition(b"text/html")[0] == ours.partition(b"text/html")[0]
        assert abs(len(theirs) - len(ours)) < len(ours) / 10
    size = sum(len(letter.raw) for letter in prepared) // len(prepared)
    return (
        f"{size:,} bytes each; ceiling: two processes, bare templates, our MIME builder, smtplib, no database"
    )


def _colleague(bench: Bench, sink: Sink, recipients: int) -> Figure:
    """What a colleague waits for an interaction to be logged, while the letters go out and while nothing does."""
    with office(bench.server, recipients) as book:
        account = next(iter(book.organizations))

        def log() -> None:
            book.log("call", account, "Wants access", next="Send it", due="14d")

        idle = [seconds(log) for _ in range(min(_LOGGED, recipients))]
        busy: list[float] = []
        send(book, sink, meanwhile=lambda: busy.append(seconds(log)))
    note = f"medians of {len(idle)} on an idle book and of {len(busy)} while the letters go out"
    return Figure(
        "an interaction logged meanwhile", Measured((median(busy),)), Measured((median(idle),)), 2, note
    )


def _memory(bench: Bench, sink: Sink, recipients: int, short: Measured) -> Figure:
    many = _LONGER * recipients
    long = Measured((_sent(bench, sink, many).memory,), "MB")
    note = f"the larger of two processes at its peak, {many:,} letters beside {recipients:,}"
    return Figure("memory of a worker", long, Measured(short.values, "MB"), 1.1, note)


def explain(bench: Bench, recipients: int) -> str:
    """Where Python spends the time of delivering the letters, and of planning them."""
    with queued(bench, recipients) as (book, _), Sink() as sink:
        transport = way_to(sink)
        delivering = profiled(lambda: [None for _ in iter(lambda: deliver(book, transport).outcomes, {})])
    with office(bench.server, recipients) as book:
        desk.launch(book, approved_run(book), campaign=CAMPAIGN)
        return "\n\n".join([delivering, profiled(lambda: _plan(book))])
