"""`lockstep run` from the outside: what it records, what it refuses, what it leaves as it was.

The notebook needs no Spark, so that a real kernel runs it in seconds; `cluster/test_lab.py` runs
the site's own labs on executors.
"""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree as ET

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
    kept = recorded / ".lockstep/failures/count/count.ipynb"
    assert "sum 2" in kept.read_text("utf-8")
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


def test_reasons_are_told_before_a_run(recorded: Path) -> None:
    """Cells, modules and data that changed are named, and those that a module imports."""
    support = recorded / "notebooks/support"
    support.mkdir()
    (support / "far.py").write_text("VALUE = 2\n", "utf-8")
    (support / "near.py").write_text("from far import VALUE\n", "utf-8")
    (recorded / "notebooks/rows.csv").write_text("1\n", "utf-8")
    edit(recorded, "#     timeout: 60\n", "#     timeout: 60\n#     data: [rows.csv]\n")
    edit(recorded, "total = 1 + 1", "from near import VALUE\ntotal = 1 + 1")
    first = lockstep(recorded, "run")
    assert first.stdout.splitlines()[0] == (
        "count: stale: cell 'count' changed; module 'notebooks/support/far.py' is new; "
        "module 'notebooks/support/near.py' is new; data file 'rows.csv' is new"
    )
    (support / "far.py").write_text("VALUE = 3\n", "utf-8")
    (recorded / "notebooks/rows.csv").write_text("2\n", "utf-8")
    expected = ["module 'notebooks/support/far.py' changed", "data file 'rows.csv' changed"]
    status = json.loads(lockstep(recorded, "status", "--format", "json").stdout)
    assert status[0]["stale"] == expected
    second = lockstep(recorded, "run")
    assert second.stdout.splitlines()[0] == f"count: stale: {'; '.join(expected)}"


def test_what_is_fresh_is_known_at_once(recorded: Path) -> None:
    """That nothing changed is seen without reading a notebook; moved pins are a debt."""
    assert lockstep(recorded, "run").returncode == 0
    assert json.loads((recorded / ".lockstep/fresh.json").read_text())["fresh"] == {"count": []}
    # Were the script read, this would be an error; a change of any file would have it read.
    python = [sys.executable, "-X", "importtime", "-m", "lockstep", "run"]
    done = subprocess.run(python, cwd=recorded, capture_output=True, text=True, check=True)
    assert done.stdout == "nothing is stale: 1 of 1 recordings are fresh\n"
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert imported & {"jupytext", "nbclient", "rich", "markdown_it"} == set()
    assert lockstep(recorded, "run", "other").stderr == (
        "lockstep: there is no notebook 'other'; there are: count\n"
    )
    edit(recorded, "# Add two numbers", "# Add two other numbers")
    assert lockstep(recorded, "run", "--verify").returncode == 0
    assert lockstep(recorded, "run").returncode == 0
    assert "# Add two other numbers" in dict(pair(recorded).cells)["count"]
    edit(recorded, "1 + 1", "1 + 2")
    assert "cell 'count' changed" in lockstep(recorded, "run").stdout


def test_moved_pins_are_a_debt(folder: Path) -> None:
    """The run says which version moved, now and when it remembers; nothing is run."""
    edit(folder, "total = 1 + 1", "import nbformat\ntotal = 1 + 1")
    (folder / "requirements").mkdir()
    pins = folder / "requirements/labs.txt"
    pins.write_text(f"nbformat=={version('nbformat')}\n", "utf-8")
    assert lockstep(folder, "run").returncode == 0
    pins.write_text("nbformat==9.0\n", "utf-8")
    said = (
        f"count: run with nbformat {version('nbformat')}; pinned is 9.0; record it again with "
        "`lockstep run --force count`\nnothing is stale: 1 of 1 recordings are fresh\n"
    )
    for _ in range(2):
        done = lockstep(folder, "run")
        assert (done.returncode, done.stdout) == (0, said)


def test_programs_are_told_in_json_and_junit(recorded: Path) -> None:
    """Every event is a line of JSON; the JUnit report has a case for each cell."""
    edit(recorded, "half = total / 4", "half = total / 0")
    done = lockstep(recorded, "run", "--format", "json", "--junit", "runs.xml")
    assert done.returncode == 1
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["event"] for event in events] == [
        "notebook-stale", "notebook-started", "cell-started", "notebook-failed", "result",
    ]  # fmt: skip
    assert events[2] == {"event": "cell-started", "notebook": "count", "cell": "count", "number": 1}
    assert events[-1]["failed"] is True
    (suite,) = ET.parse(recorded / "runs.xml").getroot()  # noqa: S314 our own
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("count", "2", "1")
    failure = suite.find("testcase[@name='count']/failure")
    assert failure is not None
    assert "notebooks/count.py:16: cell 'count': ZeroDivisionError" in failure.get("message", "")


SECOND = SCRIPT.replace("total = 1 + 1", "import time\ntime.sleep(5)\ntotal = 2")


def test_notebooks_run_side_by_side_and_what_is_left_still_runs(folder: Path) -> None:
    """One fails at once, while two others sleep at the same time; the report comes at the end."""
    edit(folder, "total = 1 + 1", "total = 1 / 0")
    for name in ("first", "second"):
        (folder / f"notebooks/{name}.py").write_text(SECOND, "utf-8")
    done = lockstep(folder, "run", "--jobs", "2", "--format", "json")
    assert done.returncode == 1
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(e["lab"], e["failed"]) for e in events[-3:]] == [
        ("count", True), ("first", False), ("second", False),
    ]  # fmt: skip
    told = [(e["event"], e["notebook"]) for e in events if e["event"].startswith("notebook")]
    assert told.index(("notebook-started", "second")) < told.index(("notebook-done", "first"))
    assert (folder / "notebooks/second.ipynb").exists()
    again = lockstep(folder, "run", "--force", "count", "first")
    report = again.stdout.splitlines()[-4:]
    assert report[0].startswith("notebooks/count.py:15: cell 'count': ZeroDivisionError")
    assert report[2:] == [
        "notebooks/first.py: nothing new to record",
        "1 of 2 notebooks ended well; not count",
    ]


def test_a_secret_is_passed_on_by_name_alone(folder: Path) -> None:
    """What nobody named, the notebook does not see."""
    edit(folder, 'print("total", total)', "import os\nprint(sorted(os.environ))")
    done = lockstep(folder, "run", "--pass-env", "MY_KEY", MY_KEY="a", OTHER_KEY="b")
    assert done.returncode == 0, done.stdout
    found = pair(folder).recording
    assert found is not None
    said = "".join(found.outputs["count"][0]["text"])
    assert "'MY_KEY'" in said
    assert "'OTHER_KEY'" not in said
