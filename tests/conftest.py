"""What every test gets: an order, a time limit, and counts at the end.

A test belongs to one stage by its mark: unmarked (the pure layers), ``slow`` (site builds and
other processes), ``browser``, ``cluster``. Stages run in this order, so that what is quick to know
is known first. ``pytest -m "not slow and not browser and not cluster"`` runs the first alone.
"""

from __future__ import annotations

from collections import Counter

import pytest

STAGES = {"unit": None, "slow": 300, "browser": 300, "cluster": 900}
"""Stages in the order in which they run, with the seconds that a test may take; for the first,
pyproject.toml says."""


def stage_of(item: pytest.Item) -> str:
    """Return the last stage among the test's marks, or ``unit``."""
    marks = {mark.name for mark in item.iter_markers()}
    return next((stage for stage in reversed(STAGES) if stage in marks), "unit")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order tests by stage, and limit the time of those that set no limit themselves."""
    stages = list(STAGES)
    items.sort(key=lambda item: stages.index(stage_of(item)))
    for item in items:
        stage = stage_of(item)
        # Travels with the test's reports, here and into any file that pytest writes.
        item.user_properties.append(("stage", stage))
        limit = STAGES[stage]
        if limit is not None and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(limit))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say for each stage how many tests ended how, and how long they took."""
    ended: dict[str, Counter[str]] = {stage: Counter() for stage in STAGES}
    seconds = dict.fromkeys(STAGES, 0.0)
    for outcome, reports in terminalreporter.stats.items():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                stage = str(dict(report.user_properties)["stage"])
                seconds[stage] += report.duration
                if outcome:  # none: set-up or tear-down, and all was well
                    ended[stage][outcome] += 1
    terminalreporter.section("by stage")
    for stage, counts in ended.items():
        if counts:
            outcomes = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
            terminalreporter.line(f"{stage:8} {outcomes} in {seconds[stage]:.0f} s")
