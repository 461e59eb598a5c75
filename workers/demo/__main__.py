"""``python -m workers.demo``: what `crm demo` does, for whoever starts it with the interpreter at hand."""

from workers.demo.cli import app

app(prog_name="crm demo")
