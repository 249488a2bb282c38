"""What every test gets: an order, a time limit, and counts at the end.

A test belongs to one stage by its mark: unmarked (the pure layers), ``slow`` (site builds and
other processes), ``browser``, ``cluster``. Stages run in this order, so that what is quick to know
is known first. ``pytest -m "not slow and not browser and not cluster"`` runs the first alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

STAGES = {"unit": None, "slow": 300, "browser": 300, "cluster": 900}
"""Stages in the order in which they run, with the seconds that a test may take; for the first,
pyproject.toml says."""


def stage_of(marks: Iterable[str]) -> str:
    """Return the last stage that is named among the names of a test's marks, or ``unit``."""
    marks = set(marks)
    return next((stage for stage in reversed(STAGES) if stage in marks), "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order tests by stage, and limit the time of those that set no limit themselves."""
    stages = list(STAGES)
    for item in items:
        limit = STAGES[stage_of(mark.name for mark in item.iter_markers())]
        if limit is not None and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(limit))
    items.sort(key=lambda item: stages.index(stage_of(mark.name for mark in item.iter_markers())))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say for each stage how many tests ended how, and how long they took."""
    outcomes = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")
    lines: dict[str, list[str]] = {stage: [] for stage in STAGES}
    seconds = dict.fromkeys(STAGES, 0.0)
    for outcome in outcomes:
        reports = [
            report
            for report in terminalreporter.stats.get(outcome, [])
            if isinstance(report, pytest.TestReport)
        ]
        for stage in STAGES:
            count = sum(stage_of(report.keywords) == stage for report in reports)
            if count:
                lines[stage].append(f"{count} {outcome}")
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                seconds[stage_of(report.keywords)] += report.duration
    terminalreporter.section("by stage")
    for stage, counts in lines.items():
        if counts:
            terminalreporter.line(f"{stage:8} {', '.join(counts)} in {seconds[stage]:.0f} s")
