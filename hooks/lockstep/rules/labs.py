"""Rules on one notebook: its script, its ``.ipynb``, its recording and its pins."""

from collections.abc import Collection, Iterator

from lockstep.ground.location import Location
from lockstep.ground.problem import Problem, Severity
from lockstep.notebooks import pairing
from lockstep.notebooks.lab import Lab
from lockstep.pages.injection import Shown


def problems(lab: Lab, shown: Collection[Shown]) -> Iterator[Problem]:
    """Yield what is wrong with a notebook, its pair and its recording.

    shown: where guides show its cells.
    """
    notebook, pair = lab.notebook, lab.pair
    yield from notebook.problems
    top = Location(notebook.path, 1)
    if notebook.unreadable:
        return
    for path, digest in lab.fingerprint.data.items():
        if not digest:
            message = f"data file {path!r} does not exist; add it, or take it out of the header"
            yield Problem(top, "missing-data", message)
    if pair is None:
        message = f"its .ipynb is missing; write and record it with `lockstep run {lab.name}`"
        yield Problem(top, "missing-pair", message)
        return
    yield from pair.problems
    if not pair.broken:
        yield from _steps(lab)
    if not pair.problems and not any(problem.rule == "not-python" for problem in notebook.problems):
        yield from _staleness(lab, shown)
    for change in lab.pin_changes:
        message = f"{change}; record it again with `lockstep run --force {lab.name}`"
        yield Problem(top, "pins-changed", message, Severity.DEBT)


def _steps(lab: Lab) -> Iterator[Problem]:
    if lab.pair is None or pairing.in_step(lab.pair, lab.notebook):
        return
    if lab.recording and lab.stale and pairing.as_run(lab.pair, lab.recording):
        return  # nobody edited it: the run that the stale script needs anyway writes it
    theirs = dict(lab.pair.cells)
    cells = lab.notebook.cells
    first = next((cell for cell in cells if theirs.get(cell.key) != cell.source), None)
    where = first.header if first else Location(lab.notebook.path, 1)
    what = f"from cell {first.key!r} on" if first else "in the order or number of cells"
    message = (
        f"{lab.pair.path} differs from the script {what}; bring it into step with "
        f"`lockstep sync {lab.name}`, or keep what was edited in Jupyter with "
        f"`lockstep sync --from-notebook {lab.name}`"
    )
    yield Problem(where, "out-of-step", message)


def _staleness(lab: Lab, shown: Collection[Shown]) -> Iterator[Problem]:
    """Report each change since the recording, with the guides that show the cell."""
    for change in lab.stale:
        if change.kind == "data file" and not lab.fingerprint.data.get(change.item, ""):
            continue  # missing-data says so
        of_cell = change.kind == "cell"
        cells = (cell for cell in lab.notebook.cells if of_cell and cell.key == change.item)
        cell = next(cells, None)
        where = cell.header if cell else Location(lab.notebook.path, 1)
        if of_cell:
            found = [str(place) for _, key, place in shown if key == change.item]
        else:
            found = list(dict.fromkeys(place.path for _, _, place in shown))
        guides = f" (shown at {', '.join(found)})" if found else ""
        message = f"{change.since}{guides}; record it with `lockstep run {lab.name}`"
        yield Problem(where, "stale-recording", message)
