"""Front matter: the YAML at the beginning of a guide, between two lines of dashes.

What must stand in it, ``rules`` says.
"""

import re
from typing import Any

from lockstep.ground import yaml
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem

_FRONT_MATTER = re.compile(
    r"---[ \t]*\n(?=\s*(?:[\w\"'.-]+\s*:(?:\s|\Z)|[-{\[&!|>]))(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)",
    re.DOTALL | re.MULTILINE,
)
"""What begins like YAML: between two rules there may also be prose."""


def length(text: str) -> int:
    """Return how many lines of a guide its front matter takes, dashes and all."""
    match = _FRONT_MATTER.match(text)
    return match.group(0).count("\n") if match else 0


def end(text: str) -> int:
    """Return where in the text of a guide what follows its front matter begins."""
    match = _FRONT_MATTER.match(text)
    return match.end() if match else 0


def read(text: str, path: str, problems: list[Problem]) -> dict[str, Any]:
    """Return what the front matter of a guide says; add what is wrong with it to ``problems``.

    Nothing where there is none, or where it cannot be read.
    """
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}
    try:
        meta = yaml.load(match.group(1)) or {}
    except yaml.UNREADABLE as error:
        line, said = yaml.told(error)
        problems.append(Problem(Location(path, line + 2), "bad-front-matter", said))
        return {}
    if not isinstance(meta, dict):
        problems.append(
            Problem(Location(path, 1), "bad-front-matter", "not a mapping; write `title: …`")
        )
        return {}
    return meta
