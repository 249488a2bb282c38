"""Findings of the last check, kept in a file: what did not change is not checked again.

Deleting the file is always safe. One that is damaged, or of another format, is as good as none.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lockstep.ground.location import Location
from lockstep.ground.problem import Problem, Severity

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the last check found."""

    whole: str = ""
    """Digest of everything that it depended on."""
    findings: tuple[Problem, ...] = ()
    """All of them, in order."""
    pages: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
    """Page to the digest of what its findings depend on, and those, as ``write`` was given them."""


def read(path: Path) -> Remembered:
    """Return what is kept in a file; nothing where it cannot be believed."""
    try:
        raw = json.loads(path.read_text("utf-8"))
        body = raw["body"]
        if raw["format"] != FORMAT or raw["digest"] != _digest(body):
            return Remembered()
        pages = {page: (key, found) for page, (key, found) in body["pages"].items()}
        return Remembered(body["whole"], tuple(map(problem, body["findings"])), pages)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return Remembered()


def write(path: Path, remembered: Remembered, put: Callable[[Path, str], object]) -> None:
    """Keep what was found.

    put: writes a text file; that it cannot is no harm.
    """
    body = {
        "whole": remembered.whole,
        "findings": [plain(each) for each in remembered.findings],
        "pages": remembered.pages,
    }
    body = json.loads(json.dumps(body))  # tuples become lists, as they are read again
    try:
        put(path, json.dumps({"format": FORMAT, "digest": _digest(body), "body": body}))
    except OSError:
        return


def plain(problem: Problem) -> list[Any]:
    """Return a finding as JSON has it."""
    where = problem.location
    return [where.path, where.line, problem.rule, problem.message, int(problem.severity)]


def problem(raw: list[Any]) -> Problem:
    """Return a finding from ``plain``; raises ``ValueError`` or ``TypeError`` where it is none."""
    path, line, rule, message, severity = raw
    return Problem(Location(path, line), rule, message, Severity(severity))


def _digest(body: Any) -> str:  # noqa: ANN401 any JSON
    return hashlib.blake2b(json.dumps(body, sort_keys=True).encode(), digest_size=16).hexdigest()
