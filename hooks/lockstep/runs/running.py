"""What `lockstep run` does: refuse early, execute, record or compare, and tell.

``execution`` knows how a notebook is executed; here is what becomes of the result.
"""

import asyncio
import functools
import importlib.metadata
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lockstep.authoring import pairs
from lockstep.authoring.refusal import AuthoringError
from lockstep.disk.project import Project
from lockstep.ground.problem import Severity
from lockstep.notebooks import output, recording, verification
from lockstep.notebooks.lab import Lab
from lockstep.notebooks.recording import Recording
from lockstep.runs import cluster, execution, preflight, schedule
from lockstep.runs.cluster import Surroundings
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


@dataclass(frozen=True, slots=True)
class Wish:
    """How notebooks are to be run."""

    master: str | None = None
    """Spark's master URL; ``None`` for a cluster on this machine, a new one for each notebook."""
    verify: bool = False
    """Whether to compare with the recordings, instead of writing them."""
    jobs: int = 1
    """How many notebooks may run at a time, as far as the cluster has slots for their ranks."""
    named: Collection[str] = ()
    """Variables of this environment that notebooks may see, besides those that any may."""
    shared: Path | None = None
    """A folder that all hosts of the cluster see."""


def run(
    project: Project, labs: Sequence[Lab], wish: Wish, report: Callable[[Event], None]
) -> list[Result]:
    """Execute notebooks; return what became of each, in order.

    What is left still runs when one fails; a failed notebook's recording stays as it was. Raises
    ``CannotRunError`` before anything is executed where the environment or a script is unfit, and
    ``ClusterError`` where a cluster is.
    """
    for lab in labs:
        _refuse(project, lab)
    found = _looked_at(project, labs, wish)
    work = [
        (lab.notebook.needs.ranks, functools.partial(_one, project, lab, wish, found, report))
        for lab in labs
    ]
    return asyncio.run(schedule.all_of(work, wish.jobs, _slots(wish.master, found)))


def _slots(master: str | None, found: Surroundings | None) -> int | None:
    """Return how many ranks can run at a time; ``None`` where only the cluster knows.

    Each notebook brings an embedded cluster of its own: then the processors are what they share.
    """
    if cluster.of(master, 1).embedded:
        return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count()
    return found.slots if found else None


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


def _looked_at(project: Project, labs: Sequence[Lab], wish: Wish) -> Surroundings | None:
    """Look at a standalone cluster before anything runs on it; other kinds were not tried."""
    where = cluster.of(wish.master, max((lab.notebook.needs.ranks for lab in labs), default=1))
    if where.kind != "spark":
        return None
    packages = frozenset().union(*(lab.fingerprint.pins for lab in labs))
    wanted = preflight.Wanted(where.ranks, packages, wish.shared)
    return preflight.examine(where, project.root, wanted)


async def _one(
    project: Project,
    lab: Lab,
    wish: Wish,
    found: Surroundings | None,
    report: Callable[[Event], None],
) -> Result:
    """Run a notebook and return what became of it: whatever it is, others go on."""
    started = time.monotonic()
    kept = "\n  the recording is as it was" if lab.recording else ""
    try:
        finished = await execution.executed(
            lab.notebook,
            project.root,
            cluster=cluster.of(wish.master, lab.notebook.needs.ranks).within(found),
            log_folder=project.state / "failures" / lab.name,
            report=report,
            named=wish.named,
        )
        fresh = _recording(project, lab, finished)
        result = _compared(project, lab, fresh) if wish.verify else _recorded(project, lab, fresh)
    except (RunFailed, AuthoringError) as failure:
        return Result(lab.name, failed=True, message=f"{failure}{kept}")
    except OSError as error:
        said = f"{error.strerror or error}" + (f": {error.filename}" if error.filename else "")
        message = f"{lab.notebook.path}: cannot be run or recorded: {said}{kept}"
        return Result(lab.name, failed=True, message=message)
    if not result.failed:
        _remember(project, lab.name, time.monotonic() - started)
    return result


def _recorded(project: Project, lab: Lab, fresh: Recording) -> Result:
    path = lab.notebook.path
    if verification.same_content(lab.recording, fresh):
        pairs.sync(project, [lab])
        return Result(lab.name, failed=False, message=f"{path}: nothing new to record")
    project.write_pair(lab.notebook, fresh.outputs, fresh)
    pair = path.removesuffix(".py") + ".ipynb"
    return Result(lab.name, failed=False, message=f"{path}: recorded in {pair}")


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


def _compared(project: Project, lab: Lab, fresh: Recording) -> Result:
    if lab.recording is None:
        message = f"{lab.notebook.path}: no recording to compare with"
        return Result(lab.name, failed=True, message=message)
    found = verification.differences(lab, fresh)
    if found:
        kept = project.state / "failures" / lab.name / f"{lab.name}.ipynb"
        project.write(kept, recording.write(lab.notebook, fresh.outputs, fresh))
        said = f"  what this run gave: {project.relative(kept)}"
        message = "\n".join([f"{lab.notebook.path}: not as recorded", *found, said])
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
    with suppress(OSError):  # it is but a help to those who wait
        text = json.dumps(known, indent=1, sort_keys=True)
        project.write(project.state / "durations.json", text)
