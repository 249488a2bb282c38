"""The site's own labs, executed from their first cell to their last on Spark executors."""

import functools
from pathlib import Path

import pytest

from lockstep import running
from lockstep.project import Project

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(1200)]

ROOT = Path(__file__).parents[2]


@functools.cache
def project() -> Project:
    """Return this repository as a project."""
    return Project.open(ROOT / "mkdocs.yml")


@pytest.mark.parametrize("name", sorted(project().site().labs))
def test_lab_runs_as_recorded(name: str) -> None:
    """Its tests pass, and values and outputs are those that the pages show."""
    lab = project().site().labs[name]
    events: list[object] = []
    (result,) = running.run(project(), [lab], None, verify=True, report=events.append)
    assert not result.failed, result.message
    assert len(events) > len(lab.notebook.cells)
