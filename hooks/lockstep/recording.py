"""Recordings: what a run of a notebook produced, kept in the ``.ipynb`` paired with its script.

Outputs stand where Jupyter shows them. What the run proved stands under the notebook's metadata key
``lockstep_recording`` (jupytext drops metadata of cells that it does not know), with a digest of
the outputs, so that an edited or re-run output is found. Format of the file:
https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import jupytext
import nbformat

from lockstep.fingerprint import Fingerprint
from lockstep.location import Location
from lockstep.notebook import Notebook
from lockstep.problem import Problem

KEY = "lockstep_recording"
FORMAT = 1

Scalar = str | int | float | bool | None
Outputs = Mapping[str, Sequence[Mapping[str, Any]]]
"""Cell key to that cell's nbformat outputs."""


@dataclass(frozen=True, slots=True)
class Run:
    """The circumstances of a run, as a page tells them."""

    date: str
    """ISO date, UTC."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """What ran it: Python, Java, Spark, torch, Horovod."""
    processor: str = ""
    cluster: str = ""
    """Kind of cluster: the scheme of the Spark master, such as ``local-cluster``."""
    executors: int = 0
    ranks: int = 1
    hosts: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables that pin arithmetic, such as ``OMP_NUM_THREADS``."""


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


def read(text: str, path: str) -> Pair:
    """Read an ``.ipynb``. Never raises for what a file can hold: findings are in ``problems``."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        detail = getattr(error, "msg", "nested too deeply")
        return Pair(path, problems=(_broken(path, line, f"not valid JSON ({detail})"),))
    if not isinstance(raw, dict) or not isinstance(raw.get("cells"), list):
        return Pair(path, problems=(_broken(path, 1, "JSON, but not a notebook"),))
    try:
        cells = _code_cells(raw["cells"])
    except (AttributeError, KeyError, TypeError) as error:
        return Pair(path, problems=(_broken(path, 1, f"a cell lacks {error}"),))
    sources = tuple((key, _joined(cell["source"])) for key, cell in cells)
    outputs = {key: cell.get("outputs", []) for key, cell in cells}
    metadata = raw.get("metadata")
    facts = metadata.get(KEY) if isinstance(metadata, dict) else None
    if facts is None:
        return Pair(path, sources, outputs)
    try:
        recording = Recording(
            Fingerprint.from_json(facts["fingerprint"]),
            Run(**facts["run"]),
            {str(name): _scalar(value) for name, value in facts["values"].items()},
            outputs,
        )
        known = facts["format"] == FORMAT
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        problem = _edited(path, f"its {KEY} cannot be read: {error!r}")
        return Pair(path, sources, outputs, problems=(problem,))
    if not known:
        problem = _edited(path, f"its format is {facts['format']!r}; this engine reads {FORMAT}")
        return Pair(path, sources, outputs, problems=(problem,))
    problems = _digest_problems(path, facts, cells, recording)
    return Pair(path, sources, outputs, None if problems else recording, problems)


def write(notebook: Notebook, outputs: Outputs, recording: Recording | None) -> str:
    """Return the text of the ``.ipynb`` paired with a notebook.

    The same input gives the same text: cell ids are the cells' keys, and keys are sorted. Raises
    nothing for a notebook without problems.
    """
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
        document.metadata[KEY] = {
            "format": FORMAT,
            "fingerprint": recording.fingerprint.as_json(),
            "run": asdict(recording.run),
            "values": dict(recording.values),
            "digest": _digest(json.loads(nbformat.writes(document))["cells"], recording.values),
        }
    document.nbformat, document.nbformat_minor = 4, 5
    return str(nbformat.writes(document)).rstrip("\n") + "\n"


def carried_over(pair: Pair, notebook: Notebook) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Return a pair's outputs under the keys that the notebook's cells have today.

    A cell is known by its key, or else by its code: renaming a cell keeps its output.
    """
    by_code = {source: pair.outputs.get(key, []) for key, source in pair.cells}
    return {
        cell.key: pair.outputs.get(cell.key) or by_code.get(cell.source, [])
        for cell in notebook.cells
    }


def in_step(pair: Pair, notebook: Notebook) -> bool:
    """Whether the ``.ipynb`` holds the script's cells: same names, same code, same order."""
    return list(pair.cells) == [(cell.key, cell.source) for cell in notebook.cells]


def flat(value: Any) -> Any:  # noqa: ANN401 any JSON
    """Return JSON with multi-line strings joined, which tools split as they please."""
    if isinstance(value, list):
        if value and all(isinstance(part, str) for part in value):
            return "".join(value)
        return [flat(part) for part in value]
    if isinstance(value, Mapping):
        return {key: flat(part) for key, part in value.items()}
    return value


def _code_cells(cells: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any]]]:
    found, tests = [], 0
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        metadata = cell.get("metadata") or {}
        key = metadata.get("name") or "unnamed"
        if "name" not in metadata and "test" in metadata.get("tags", []):
            tests += 1
            key = f"test-{tests}"
        found.append((str(key), cell))
    return found


def _digest_problems(
    path: str, facts: Mapping[str, Any], cells: list[tuple[str, Any]], recording: Recording
) -> tuple[Problem, ...]:
    if facts.get("digest") == _digest([cell for _, cell in cells], recording.values):
        return ()
    message = (
        "its outputs or values are not those that the run wrote: edited by hand, or re-run in "
        "another tool"
    )
    return (_edited(path, message),)


def _digest(cells: Sequence[Mapping[str, Any]], values: Mapping[str, Scalar]) -> str:
    outputs = [
        [cell.get("execution_count"), [flat(output) for output in cell.get("outputs", [])]]
        for cell in cells
        if cell["cell_type"] == "code"
    ]
    text = json.dumps([outputs, dict(values)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _joined(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _scalar(value: object) -> Scalar:
    if value is None or isinstance(value, str | int | float | bool):
        return value
    message = f"value {value!r} is no JSON scalar"
    raise TypeError(message)


def _broken(path: str, line: int, what: str) -> Problem:
    script = path.removesuffix(".ipynb") + ".py"
    fix = f"restore it from git, or write it anew from {script} with `lockstep sync` and record it"
    return Problem(Location(path, line), "broken-pair", f"{what}; {fix} with `lockstep run`")


def _edited(path: str, what: str) -> Problem:
    name = path.rsplit("/", 1)[-1].removesuffix(".ipynb")
    fix = f"restore it from git, or record it again: `lockstep run --force {name}`"
    return Problem(
        Location(path, 1), "edited-recording", f"the recording is not believed: {what}; {fix}"
    )
