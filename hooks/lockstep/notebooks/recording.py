"""Recordings: what a run of a notebook produced, kept in the ``.ipynb`` paired with its script.

Outputs stand where Jupyter shows them. What the run proved stands under the notebook's metadata key
``lockstep_recording`` (jupytext drops metadata of cells that it does not know), with a digest of
all that the run wrote, so that an edited or re-run output is found. Format of the file:
https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from lockstep.ground.location import Location
from lockstep.ground.problem import Problem
from lockstep.notebooks.fingerprint import Fingerprint
from lockstep.notebooks.notebook import Notebook

KEY = "lockstep_recording"
FORMAT = 1

Scalar = str | int | float | bool | None
Outputs = Mapping[str, Sequence[Mapping[str, Any]]]
"""Cell key to that cell's nbformat outputs."""


_PRODUCTS = {
    "python": "Python",
    "torch": "PyTorch",
    "horovod": "Horovod",
    "optuna": "Optuna",
    "mlflow": "MLflow",
    "spark": "Spark",
    "java": "Java",
}
"""Keys of a run's versions that pages tell, and the names of the products."""


@dataclass(frozen=True, slots=True)
class Run:
    """The circumstances of a run, as a page tells them."""

    date: str
    """ISO date, UTC."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """What ran it, by package: ``{"python": "3.11.7", "torch": "2.13.0+cpu"}``."""
    processor: str = ""
    cluster: str = ""
    """Kind of cluster: the scheme of the Spark master, such as ``local-cluster``."""
    executors: int = 0
    ranks: int = 1
    hosts: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that pin arithmetic, such as ``OMP_NUM_THREADS``."""

    @property
    def products(self) -> list[str]:
        """What ran it as readers know it: ``["Python 3.11.7", "PyTorch 2.13.0"]``."""
        return [
            f"{name} {self.versions[key]}"
            for key, name in _PRODUCTS.items()
            if key in self.versions
        ]


@dataclass(frozen=True, slots=True)
class Recording:
    """Everything that a run left."""

    fingerprint: Fingerprint
    run: Run
    values: Mapping[str, Scalar]
    outputs: Outputs


@dataclass(frozen=True, slots=True)
class Pair:
    """An ``.ipynb``, read: its copy of the code, and its recording if it has one."""

    path: str
    cells: tuple[tuple[str, str], ...] = ()
    """Key and source of each code cell."""
    outputs: Outputs = field(default_factory=dict)
    """All outputs in the file, whether or not a recording vouches for them."""
    recording: Recording | None = None
    problems: tuple[Problem, ...] = ()
    broken: bool = False
    """Whether the file is no notebook at all, so that there is nothing to compare with."""


def unreadable(problem: Problem) -> Pair:
    """Return the pair of a file of which not even the text could be read."""
    return Pair(problem.location.path, problems=(problem,), broken=True)


def read(text: str, path: str) -> Pair:
    """Read an ``.ipynb``. Never raises for what a file can hold: findings are in ``problems``."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        line, detail = getattr(error, "lineno", 1), getattr(error, "msg", "nested too deeply")
        return unreadable(_broken(path, line, f"not valid JSON ({detail})"))
    if wrong := _misshapen(raw):
        return unreadable(_broken(path, 1, f"JSON, but no notebook: {wrong}"))
    cells = _code_cells(raw["cells"])
    # jupytext keeps blank lines around a cell, which a notebook's cells are read without.
    sources = tuple((key, _joined(cell["source"]).strip("\n")) for key, cell in cells)
    outputs = {key: cell.get("outputs", []) for key, cell in cells}
    facts = raw.get("metadata", {}).get(KEY)
    if facts is None:
        return Pair(path, sources, outputs)
    try:
        recording = _recording(facts, [cell for _, cell in cells], outputs)
    except (_EditedError, RecursionError) as error:
        return Pair(path, sources, outputs, problems=(_edited(path, str(error)),))
    return Pair(path, sources, outputs, recording)


def write(notebook: Notebook, outputs: Outputs, recording: Recording | None) -> str:
    """Return the text of the ``.ipynb`` paired with a notebook.

    The same input gives the same text: cell ids are the cells' keys, and keys are sorted. Raises
    nothing for a notebook without problems.
    """
    from lockstep.notebooks.jupyter import jupytext, nbformat  # noqa: PLC0415 takes long, see there

    document = jupytext.reads(notebook.text, fmt="py:percent")
    document.cells = [
        cell for cell in document.cells if cell.cell_type != "code" or cell.source or cell.metadata
    ]
    keys = iter(notebook.cells)
    for number, cell in enumerate(document.cells, 1):
        cell.pop("id", None)
        cell.metadata.pop("lines_to_next_cell", None)
        if cell.cell_type != "code":
            cell["id"] = f"text-{number}"
            continue
        key = next(keys).key
        cell["id"] = key
        cell["execution_count"] = None
        cell["outputs"] = [nbformat.from_dict(dict(output)) for output in outputs.get(key, [])]
    document.metadata.pop(KEY, None)
    if recording is not None:
        facts = {
            "format": FORMAT,
            "fingerprint": recording.fingerprint.as_json(),
            "run": asdict(recording.run),
            "values": dict(recording.values),
        }
        cells = json.loads(nbformat.writes(document))["cells"]
        document.metadata[KEY] = {**facts, "digest": _digest(cells, facts)}
    document.nbformat, document.nbformat_minor = 4, 5
    return str(nbformat.writes(document)).rstrip("\n") + "\n"


def flat(value: Any) -> Any:  # noqa: ANN401 any JSON
    """Return JSON with multi-line strings joined, which tools split as they please."""
    if isinstance(value, list):
        if value and all(isinstance(part, str) for part in value):
            return "".join(value)
        return [flat(part) for part in value]
    if isinstance(value, Mapping):
        return {key: flat(part) for key, part in value.items()}
    return value


class _EditedError(Exception):
    """A recording that is not as it was written; the text says what shows it."""


def _recording(facts: Any, cells: Sequence[Mapping[str, Any]], outputs: Outputs) -> Recording:  # noqa: ANN401 any JSON
    """Read what ``write`` wrote under ``KEY``; raises ``_EditedError``."""
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        found = facts.get("format") if isinstance(facts, dict) else facts
        message = f"its format is {found!r}; this engine reads {FORMAT}"
        raise _EditedError(message)
    written = {key: value for key, value in facts.items() if key != "digest"}
    if facts.get("digest") != _digest(cells, written):
        message = (
            "outputs, values or facts of the run are not those that it wrote; the file was edited "
            "by hand, or a cell was run in another tool"
        )
        raise _EditedError(message)
    try:
        return Recording(
            Fingerprint.from_json(facts["fingerprint"]),
            _run(facts["run"]),
            {name: _scalar(value) for name, value in facts["values"].items()},
            outputs,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = f"its {KEY} cannot be read: {error!r}"
        raise _EditedError(message) from error


def _run(raw: Mapping[str, Any]) -> Run:
    """Read the circumstances of a run; raises ``TypeError`` or ``ValueError``."""
    run = Run(**raw)
    date.fromisoformat(run.date)
    texts = [run.processor, run.cluster, *run.versions.values(), *run.environment.values()]
    numbers = [run.executors, run.ranks, run.hosts]
    for wanted, values in ((str, texts), (int, numbers)):
        for value in values:
            if type(value) is not wanted:
                message = f"{value!r} is no {wanted.__name__}"
                raise TypeError(message)
    return run


def _scalar(value: Any) -> Scalar:  # noqa: ANN401 any JSON
    """Return a value that a page can show; raises ``TypeError`` or ``ValueError``."""
    if not isinstance(value, Scalar):
        message = f"{value!r} is no text or number"
        raise TypeError(message)
    if isinstance(value, float) and not math.isfinite(value):
        message = f"{value!r} is not finite"
        raise ValueError(message)
    return value


def _misshapen(raw: Any) -> str | None:  # noqa: ANN401 any JSON
    """Return what keeps JSON from being read as a notebook, as far as it is read here."""
    if not isinstance(raw, dict) or not isinstance(raw.get("cells"), list):
        return "it has no list of cells"
    if not isinstance(raw.get("metadata", {}), dict):
        return "its metadata is no object"
    for number, cell in enumerate(raw["cells"], 1):
        fields = {"cell_type": str, "source": (str, list), "metadata": dict, "outputs": list}
        given = {"metadata": {}, "outputs": [], **(cell if isinstance(cell, dict) else {})}
        for name, kind in fields.items():
            if not isinstance(given.get(name), kind):  # type: ignore[arg-type]
                return f"cell {number} has no readable `{name}`"
        if not all(isinstance(output, dict) for output in given["outputs"]):
            return f"cell {number} has no readable `outputs`"
    return None


def _code_cells(cells: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    """Return the code cells with the keys that their script's cells have."""
    found, tests = [], 0
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        metadata = cell.get("metadata", {})
        tags = metadata.get("tags")
        key = metadata.get("name") or "unnamed"
        if "name" not in metadata and isinstance(tags, list) and "test" in tags:
            tests += 1
            key = f"test-{tests}"
        found.append((str(key), cell))
    return found


def _digest(cells: Sequence[Mapping[str, Any]], facts: Mapping[str, Any]) -> str:
    """Return the SHA-256 of all that a run wrote: outputs, values, circumstances, fingerprint."""
    outputs = [
        [cell.get("execution_count"), [flat(output) for output in cell.get("outputs", [])]]
        for cell in cells
        if cell["cell_type"] == "code"
    ]
    text = json.dumps(_plain([outputs, facts]), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:  # noqa: ANN401 any JSON
    """Return JSON in which 1.0 is 1: JupyterLab writes it so when it saves a notebook."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return value


def _joined(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _broken(path: str, line: int, what: str) -> Problem:
    name = path.rsplit("/", 1)[-1].removesuffix(".ipynb")
    fix = f"restore it from git, or delete it and make it anew with `lockstep run {name}`"
    return Problem(Location(path, line), "broken-pair", f"{what}; {fix}")


def _edited(path: str, what: str) -> Problem:
    name = path.rsplit("/", 1)[-1].removesuffix(".ipynb")
    message = (
        f"the recording is not believed: {what}. Restore it from git, or record it again: "
        f"`lockstep run --force {name}`"
    )
    return Problem(Location(path, 1), "edited-recording", message)
