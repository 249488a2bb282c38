"""`lockstep run` from the outside: what it records, what it refuses, what it leaves as it was.

The notebook needs no Spark, so that a real kernel runs it in seconds; `cluster/test_lab.py` runs
the site's own labs on executors.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lockstep.notebooks import recording
from lockstep.notebooks.recording import Pair
from tests import case

pytestmark = pytest.mark.slow

SCRIPT = """\
# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: name,values,tags,-all
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   lockstep:
#     timeout: 60
# ---

# %% name="count" values={"half": 0.1, "total": 0}
# Add two numbers
total = 1 + 1
half = total / 4
print("total", total)

# %% tags=["test"]
assert total > 0
"""


def lockstep(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Call the command line in a project."""
    command = [sys.executable, "-m", "lockstep", *arguments]
    environment = os.environ | variables
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def edit(folder: Path, old: str, new: str) -> None:
    """Replace a piece of the script that stands in it once."""
    path = folder / "notebooks/count.py"
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


def pair(folder: Path) -> Pair:
    """Read the notebook's pair."""
    path = folder / "notebooks/count.ipynb"
    return recording.read(path.read_text("utf-8"), "notebooks/count.ipynb")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a project with one notebook that was never run."""
    (tmp_path / "mkdocs.yml").write_text(case.CONFIGURATION, "utf-8")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks/count.py").write_text(SCRIPT, "utf-8")
    return tmp_path


@pytest.fixture
def recorded(folder: Path) -> Path:
    """Return that project, its notebook recorded."""
    result = lockstep(folder, "run")
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


def test_a_run_is_recorded_once(recorded: Path) -> None:
    """Outputs, values and versions are there; what is fresh is not run again."""
    found = pair(recorded).recording
    assert found is not None
    assert found.values == {"total": 2, "half": 0.5}
    assert found.outputs["count"][0]["text"] == ["total 2\n"]
    assert found.run.versions["python"] == ".".join(map(str, sys.version_info[:3]))
    again = lockstep(recorded, "run")
    assert (again.returncode, again.stdout) == (
        0,
        "nothing is stale: 1 of 1 recordings are fresh\n",
    )
    state = json.loads((recorded / ".lockstep/durations.json").read_text("utf-8"))
    assert 0 < state["count"] < 60


def test_the_same_result_changes_no_byte(recorded: Path) -> None:
    """A forced run that gives what the last one gave leaves the file alone."""
    before = (recorded / "notebooks/count.ipynb").read_bytes()
    result = lockstep(recorded, "run", "--force")
    assert result.returncode == 0
    assert "nothing new to record" in result.stdout
    assert (recorded / "notebooks/count.ipynb").read_bytes() == before


def test_a_comment_makes_nothing_stale(recorded: Path) -> None:
    """An edited comment reaches the pair without a run; an edited number asks for one."""
    edit(recorded, "# Add two numbers", "# Add two small numbers")
    result = lockstep(recorded, "run")
    assert "nothing is stale" in result.stdout
    assert "# Add two small numbers" in dict(pair(recorded).cells)["count"]
    edit(recorded, "1 + 1", "1 + 2")
    stale = lockstep(recorded, "check")
    assert stale.returncode == 1
    assert "notebooks/count.py:13: stale-recording cell 'count' changed" in stale.stdout
    assert lockstep(recorded, "run").returncode == 0
    fresh = pair(recorded).recording
    assert fresh is not None
    assert fresh.values["total"] == 3


def test_a_failure_keeps_the_recording(recorded: Path) -> None:
    """A cell that raises is named with its line; the old recording stays, byte for byte."""
    before = (recorded / "notebooks/count.ipynb").read_bytes()
    edit(recorded, "half = total / 4", "half = total / 0")
    result = lockstep(recorded, "run")
    assert result.returncode == 1
    assert "notebooks/count.py:16:" in result.stdout
    assert "ZeroDivisionError: division by zero" in result.stdout
    assert "the recording is as it was" in result.stdout
    assert (recorded / "notebooks/count.ipynb").read_bytes() == before
    assert list((recorded / ".lockstep/failures/count").iterdir())


def test_verify_compares_within_tolerance(recorded: Path) -> None:
    """What is within a value's tolerance agrees; what is not is shown, and nothing is written."""
    assert lockstep(recorded, "run", "--verify").returncode == 0
    before = (recorded / "notebooks/count.ipynb").read_bytes()
    edit(recorded, "half = total / 4", "half = total / 4 + 0.05")
    assert lockstep(recorded, "run", "--verify").returncode == 0
    edit(recorded, "+ 0.05", "+ 0.5")
    beyond = lockstep(recorded, "run", "--verify")
    assert beyond.returncode == 1
    assert "value 'half': recorded 0.5, this run 1.0 (tolerance 0.1)" in beyond.stdout
    edit(recorded, 'print("total", total)', 'print("sum", total)')
    printed = lockstep(recorded, "run", "--verify")
    assert "-total 2" in printed.stdout
    assert "+sum 2" in printed.stdout
    assert (recorded / "notebooks/count.ipynb").read_bytes() == before


def test_other_versions_are_refused(folder: Path) -> None:
    """Nothing is executed where an installed package is not the pinned one."""
    edit(folder, "total = 1 + 1", "import nbformat\ntotal = 1 + 1")
    (folder / "requirements").mkdir()
    (folder / "requirements/labs.txt").write_text("nbformat==1.0\n", "utf-8")
    result = lockstep(folder, "run")
    assert result.returncode == 2
    assert "nbformat 1.0 is pinned; here it is 5." in result.stderr
    assert not (folder / "notebooks/count.ipynb").exists()
