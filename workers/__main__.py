"""``python -m workers``: what `crm worker` does, for whoever starts a process with the interpreter at hand."""

from workers.cli import app

app(prog_name="crm worker")
