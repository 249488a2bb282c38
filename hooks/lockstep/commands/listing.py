"""Findings as text: for people, for annotations on a pull request, for machines."""

import json
from collections.abc import Iterator, Sequence

import click

from lockstep.ground.problem import Problem, Severity

STYLES = ("text", "github", "json")
_LABELS = {Severity.ERROR: "error", Severity.DEBT: "debt", Severity.ADVICE: "advice"}
_GITHUB = {Severity.ERROR: "error", Severity.DEBT: "warning", Severity.ADVICE: "notice"}
_COLOURS = {Severity.ERROR: "red", Severity.DEBT: "yellow", Severity.ADVICE: "cyan"}


def written(problems: Sequence[Problem], style: str) -> str:
    """Return findings in one of ``STYLES``; ``text`` ends with their number.

    GitHub's commands: https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    if style == "json":
        found = [
            {
                "path": problem.location.path,
                "line": problem.location.line,
                "rule": problem.rule,
                "severity": _LABELS[problem.severity],
                "message": problem.message,
            }
            for problem in problems
        ]
        return json.dumps(found, ensure_ascii=False, indent=2)
    if style == "github":
        return "\n".join(map(_annotation, problems))
    lines = [
        f"{problem.location}: {click.style(problem.rule, fg=_COLOURS[problem.severity], bold=True)}"
        f" {problem.message}"
        for problem in problems
    ]
    return "\n".join([*lines, ", ".join(_counts(problems)) or "no findings"])


def _annotation(problem: Problem) -> str:
    message = problem.message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    path = problem.location.path.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    place = f"file={path},line={problem.location.line}"
    return f"::{_GITHUB[problem.severity]} {place},title={problem.rule}::{message}"


def _counts(problems: Sequence[Problem]) -> Iterator[str]:
    for severity, label in _LABELS.items():
        number = sum(problem.severity is severity for problem in problems)
        if number:
            yield f"{number} {label}{'s' if number > 1 and label != 'advice' else ''}"
