"""What a docstring says, for the help of a command: its first line, and each argument (Google style)."""

import re

_ARGUMENT = re.compile(r"    (\w+): (.*)")


def first_line(doc: str) -> str:
    """The sentence that a docstring begins with."""
    return doc.partition("\n\n")[0].replace("\n", " ")


def arguments(doc: str) -> dict[str, str]:
    """What a docstring says of each argument, as a sentence."""
    found: dict[str, str] = {}
    name = ""
    for line in doc.partition("\nArgs:\n")[2].splitlines():
        if not line.strip():
            break
        if begun := _ARGUMENT.fullmatch(line):
            name = begun[1]
            found[name] = begun[2]
        else:
            found[name] += f" {line.strip()}"
    return {name: _sentence(said) for name, said in found.items()}


def _sentence(said: str) -> str:
    plain = said.replace("``", "")
    return plain[:1].upper() + plain[1:]
