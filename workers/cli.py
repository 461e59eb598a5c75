"""`crm worker …`: run a worker or the beat, and see what the scheduled jobs last did."""

import logging
from collections.abc import Iterable
from typing import Annotated

import typer

from crm.opening import read_settings
from workers.app import make_app
from workers.queues import Queue
from workers.runtime import Runtime

app = typer.Typer(help="Run the workers and the beat.", no_args_is_help=True)


@app.command()
def start(
    concurrency: Annotated[int, typer.Option(min=1, help="How many processes send at once.")] = 2,
    queues: Annotated[list[Queue] | None, typer.Option(help="Serve these queues only.")] = None,
) -> None:
    """Run a worker until it is stopped; on SIGTERM it finishes what it has begun and gives the rest back."""
    serve(_started(), concurrency=concurrency, queues=queues or list(Queue))


@app.command()
def beat() -> None:
    """Run the beat, which rings for scheduled work; any number of them may run."""
    make_app(_started()).Beat(loglevel="INFO").run()


def serve(runtime: Runtime, *, concurrency: int, queues: Iterable[Queue]) -> None:
    """Be a worker until the process is told to stop.

    Args:
        runtime: started.
        concurrency: how many child processes work at once.
        queues: which queues to serve.
    """
    served = ",".join(queue.value for queue in queues)
    arguments = ["worker", f"--concurrency={concurrency}", f"--queues={served}", "--loglevel=INFO"]
    make_app(runtime).worker_main([*arguments, "--without-gossip", "--without-mingle"])


def _started() -> Runtime:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    runtime = Runtime(read_settings())
    runtime.start()
    return runtime
