"""What `lockstep run` does: refuse early, execute, record or compare, and tell.

``execution`` knows how a notebook is executed; here is what becomes of the result.
"""

import importlib.metadata
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lockstep.authoring import pairs
from lockstep.disk.project import Project
from lockstep.ground.problem import Severity
from lockstep.notebooks import output, verification
from lockstep.notebooks.lab import Lab
from lockstep.notebooks.recording import Recording
from lockstep.runs import cluster, execution, preflight
from lockstep.runs.cluster import Cluster, Surroundings
from lockstep.runs.events import Event
from lockstep.runs.execution import Finished
from lockstep.runs.failure import RunFailed


class CannotRunError(Exception):
    """Nothing was executed; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one notebook."""

    lab: str
    failed: bool
    message: str
    """What to print: one line, or the report of a failure or of differences."""


def run(  # noqa: PLR0913 what is run, on what, how, and who listens
    project: Project,
    labs: Sequence[Lab],
    master: str | None,
    *,
    verify: bool,
    report: Callable[[Event], None],
    shared: Path | None = None,
) -> Iterator[Result]:
    """Execute notebooks one after another; yield what became of each when it is known.

    What is left still runs when one fails; a failed notebook's recording stays as it was. Raises
    ``CannotRunError`` before anything is executed where the environment or a script is unfit, and
    ``ClusterError`` where a cluster is. shared: a folder that all its hosts see.
    """
    for lab in labs:
        _refuse(project, lab)
    found = _looked_at(project, labs, master, shared)
    for lab in labs:
        started = time.monotonic()
        where = cluster.of(master, lab.notebook.needs.ranks).within(found)
        result = _one(project, lab, where, verify=verify, report=report)
        if not result.failed:
            _remember(project, lab.name, time.monotonic() - started)
        yield result


def _refuse(project: Project, lab: Lab) -> None:
    errors = [p for p in lab.notebook.problems if p.severity is Severity.ERROR]
    if errors:
        raise CannotRunError("\n".join(map(str, errors)))
    wrong = []
    for name, pinned in lab.fingerprint.pins.items():
        try:
            installed = importlib.metadata.version(name).partition("+")[0]
        except importlib.metadata.PackageNotFoundError:
            installed = "not installed"
        if installed != pinned:
            wrong.append(f"{name} {pinned} is pinned; here it is {installed}")
    if wrong:
        pins = project.settings.pins
        message = f"this environment is not the pinned one; `make run` sets it up ({pins}):\n"
        raise CannotRunError(message + "\n".join(wrong))


def _looked_at(
    project: Project, labs: Sequence[Lab], master: str | None, shared: Path | None
) -> Surroundings | None:
    """Look at a standalone cluster before anything runs on it; other kinds were not tried."""
    where = cluster.of(master, max((lab.notebook.needs.ranks for lab in labs), default=1))
    if where.kind != "spark":
        return None
    packages = frozenset().union(*(lab.fingerprint.pins for lab in labs))
    return preflight.examine(where, project.root, preflight.Wanted(where.ranks, packages, shared))


def _one(
    project: Project,
    lab: Lab,
    where: Cluster,
    *,
    verify: bool,
    report: Callable[[Event], None],
) -> Result:
    notebook = lab.notebook
    logs = project.state / "failures" / lab.name
    try:
        finished = execution.execute(
            notebook, project.root, cluster=where, log_folder=logs, report=report
        )
    except RunFailed as failure:
        kept = "\n  the recording is as it was" if lab.recording else ""
        return Result(lab.name, failed=True, message=f"{failure}{kept}")
    fresh = _recording(project, lab, finished)
    if verify:
        return _compared(lab, fresh)
    if verification.same_content(lab.recording, fresh):
        pairs.sync(project, [lab])
        return Result(lab.name, failed=False, message=f"{notebook.path}: nothing new to record")
    project.write_pair(notebook, fresh.outputs, fresh)
    pair = notebook.path.removesuffix(".py") + ".ipynb"
    return Result(lab.name, failed=False, message=f"{notebook.path}: recorded in {pair}")


def _recording(project: Project, lab: Lab, finished: Finished) -> Recording:
    library = f"lib/python{sys.version_info.major}.{sys.version_info.minor}"
    paths = dict(finished.paths) | {
        str(project.root): "<project>",
        sys.prefix: "<python>",
        str(Path(sys.base_prefix) / library): "<python>",
        os.path.realpath(tempfile.gettempdir()): "<tmp>",
        str(Path.home()): "~",
    }
    outputs = {key: output.normalised(cell, paths) for key, cell in finished.outputs.items()}
    return Recording(lab.fingerprint, finished.run, finished.values, outputs)


def _compared(lab: Lab, fresh: Recording) -> Result:
    if lab.recording is None:
        message = f"{lab.notebook.path}: no recording to compare with"
        return Result(lab.name, failed=True, message=message)
    found = verification.differences(lab, fresh)
    if found:
        message = "\n".join([f"{lab.notebook.path}: not as recorded", *found])
        return Result(lab.name, failed=True, message=message)
    return Result(lab.name, failed=False, message=f"{lab.notebook.path}: as recorded")


def durations(project: Project) -> dict[str, float]:
    """Return how many seconds each notebook took last time on this machine, as far as known."""
    try:
        known = json.loads((project.state / "durations.json").read_text("utf-8"))
        return {str(name): float(seconds) for name, seconds in known.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _remember(project: Project, name: str, seconds: float) -> None:
    known = durations(project) | {name: round(seconds, 1)}
    project.write(project.state / "durations.json", json.dumps(known, indent=1, sort_keys=True))
