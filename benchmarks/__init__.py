"""What the book takes, each time beside what the machine could do at best: `make bench`.

A module here is a benchmark if it has a function ``figures(bench: Bench) -> Iterable[Figure]``; nothing else registers
it. README.md says what each one measures and how to read it.
"""
