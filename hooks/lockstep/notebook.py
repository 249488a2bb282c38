"""Notebook scripts: jupytext percent text in, named cells with their lines out.

jupytext itself splits the text, so a cell here is exactly the cell that Jupyter opens; this module
adds what jupytext does not keep (line numbers) and refuses what it accepts silently (malformed
headers, comments that it would turn into magics). Format:
https://jupytext.readthedocs.io/en/latest/formats-scripts.html#the-percent-format
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import nbformat
import yaml
from jupytext.cell_reader import DoublePercentScriptCellReader
from jupytext.header import header_to_metadata_and_cell

from lockstep.location import Location
from lockstep.problem import Problem

_FORMAT = {"extension": ".py", "format_name": "percent"}
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_KNOWN_METADATA = {"name", "tags", "values"}
_TAGS = {"test", "raises-exception", "volatile"}
HEADER_EXAMPLE = '# %% name="split-rows" values=["train_rows"]'


@dataclass(frozen=True, slots=True)
class Cell:
    """A code cell."""

    name: str | None
    """Unique in its notebook, kebab-case; a test cell may have none."""
    key: str
    """The name, or ``test-2`` for the second test cell: also the cell's id in the ``.ipynb``."""
    source: str
    """The code as the kernel gets it."""
    header: Location
    """The cell's ``# %%`` line."""
    first_line: int
    """Line in the script of the first line of ``source``, from 1."""
    tags: frozenset[str] = frozenset()
    values: Mapping[str, float | None] = field(default_factory=dict)
    """Variables that the run records, each with the tolerance within which it may vary."""

    @property
    def is_test(self) -> bool:
        """Whether it asserts what the guide claims: it runs, and no guide shows it."""
        return "test" in self.tags


@dataclass(frozen=True, slots=True)
class Needs:
    """What a run of the notebook needs: the ``lockstep`` key of the jupytext header."""

    ranks: int = 1
    """Slots on the cluster."""
    timeout: int = 600
    """Seconds for the whole notebook."""
    data: tuple[str, ...] = ()
    """Files the notebook reads, relative to its own folder."""


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook script, read."""

    name: str
    path: str
    text: str
    cells: tuple[Cell, ...] = ()
    needs: Needs = Needs()
    problems: tuple[Problem, ...] = ()

    def cell(self, name: str) -> Cell | None:
        """Return the cell of that name, the first where there are several."""
        return next((cell for cell in self.cells if cell.name == name), None)

    @property
    def shown(self) -> tuple[Cell, ...]:
        """The named cells that guides show, in order."""
        return tuple(cell for cell in self.cells if cell.name and not cell.is_test)

    @property
    def declared_values(self) -> dict[str, float | None]:
        """All recorded variables with their tolerances."""
        return {name: tol for cell in self.cells for name, tol in cell.values.items()}


def is_notebook(text: str) -> bool:
    """Whether a ``.py`` holds a notebook: it opens with a jupytext header."""
    header = re.match(r"# ---\n(?:#.*\n)*?# ---\n", text)
    return header is not None and "jupytext:" in header.group(0)


def read(text: str, path: str) -> Notebook:
    """Read a notebook script.

    text: the whole file; path: its path from the project's root, which names the notebook.
    Never raises for what a file can hold: findings are in ``problems``, and cells are there as far
    as they could be read.
    """
    name = path.rsplit("/", 1)[-1].removesuffix(".py")
    lines = text.splitlines()
    try:
        metadata, _, _, at = header_to_metadata_and_cell(lines, "#", "", ".py", False)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = Location(path, (mark.line if mark else 0) + 2)
        problem = Problem(where, "bad-notebook-header", f"the header is not valid YAML: {error}")
        return Notebook(name, path, text, problems=(problem,))
    problems: list[Problem] = []
    kind = metadata.get("jupytext", {}).get("text_representation", {}).get("format_name")
    if kind != "percent":
        problems.append(
            Problem(
                Location(path, 1),
                "not-percent",
                f"the header says format_name {kind!r}; notebooks are written in jupytext's "
                "percent format: `format_name: percent` under `jupytext: text_representation:`",
            )
        )
        return Notebook(name, path, text, problems=tuple(problems))
    needs = _needs(metadata.get("lockstep", {}), lines, path, problems)
    cells = _cells(lines, at, path, problems)
    _check_names(cells, path, problems)
    return Notebook(name, path, text, tuple(cells), needs, tuple(problems))


def _needs(raw: object, lines: list[str], path: str, problems: list[Problem]) -> Needs:
    at = next((i for i, line in enumerate(lines, 1) if re.match(r"#\s+lockstep:", line)), 1)

    def refuse(message: str) -> None:
        problems.append(Problem(Location(path, at), "bad-notebook-header", message))

    if not isinstance(raw, dict):
        refuse("`lockstep:` in the header is not a mapping; write `lockstep: {ranks: 2}`")
        return Needs()
    if unknown := set(raw) - {"ranks", "timeout", "data"}:
        refuse(f"unknown key {sorted(unknown)[0]!r} under `lockstep:`; known: ranks, timeout, data")
    ranks, timeout, data = raw.get("ranks", 1), raw.get("timeout", 600), raw.get("data") or []
    for key, number in (("ranks", ranks), ("timeout", timeout)):
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            refuse(f"`{key}: {number}` under `lockstep:` is not a whole number above zero")
            return Needs()
    if not isinstance(data, list) or not all(isinstance(item, str) for item in data):
        refuse(f"`data: {data}` under `lockstep:` is not a list of files")
        return Needs()
    return Needs(ranks, timeout, tuple(data))


def _cells(lines: list[str], at: int, path: str, problems: list[Problem]) -> list[Cell]:
    """Split as jupytext does (its own reader, in its own loop), keeping line numbers."""
    cells: list[Cell] = []
    tests = 0
    while at < len(lines):
        cell, length = DoublePercentScriptCellReader(_FORMAT, "python").read(lines[at:])
        if cell.cell_type == "code" and (cell.source.strip() or lines[at].startswith("# %%")):
            here = _read_cell(cell, lines[at : at + length], Location(path, at + 1), problems)
            if here.is_test and here.name is None:
                tests += 1
                here = _with_key(here, f"test-{tests}")
            cells.append(here)
        at += max(length, 1)
    return cells


def _read_cell(
    cell: nbformat.NotebookNode, lines: list[str], header: Location, problems: list[Problem]
) -> Cell:
    def refuse(message: str) -> None:
        problems.append(Problem(header, "bad-cell-header", message))

    metadata = dict(cell.metadata)
    has_header = re.match(r"\s*#\s*%%", lines[0]) is not None
    if not has_header:
        refuse(f"code stands before the first cell header; put one above it: `{HEADER_EXAMPLE}`")
    encoded = metadata.pop("incorrectly_encoded_metadata", None)
    if encoded is not None or metadata.pop("title", None) is not None:
        refuse(f"cannot read `{lines[0]}`; a header looks like `{HEADER_EXAMPLE}`")
    elif unknown := set(metadata) - _KNOWN_METADATA - {"lines_to_next_cell"}:
        refuse(f"unknown option {sorted(unknown)[0]!r}; a header has name, tags and values")
    name, tags, values = metadata.get("name"), metadata.get("tags", []), metadata.get("values", [])
    if name is not None and not (isinstance(name, str) and _NAME.match(name)):
        refuse(f"name {name!r} is not kebab-case (lower-case letters, digits, single hyphens)")
        name = None
    if not isinstance(tags, list) or (wrong := [tag for tag in tags if tag not in _TAGS]):
        known = ", ".join(sorted(_TAGS))
        refuse(f"unknown tags {wrong if isinstance(tags, list) else tags}; known: {known}")
        tags = []
    tolerances = _tolerances(values)
    if tolerances is None:
        refuse(f"values {values!r}: expected variable names, or names with tolerances")
        tolerances = {}
    first = int(has_header)
    while first < len(lines) - 1 and not lines[first].strip():
        first += 1
    source = cell.source.strip("\n")
    key = name or "unnamed"
    here = Cell(name, key, source, header, header.line + first, frozenset(tags), tolerances)
    if encoded is None and has_header and name is None and not here.is_test:
        problems.append(
            Problem(header, "missing-cell-name", f"the cell has no name: `{HEADER_EXAMPLE}`")
        )
    _check_source(here, lines[first:], problems)
    return here


def _tolerances(values: object) -> dict[str, float | None] | None:
    if isinstance(values, list) and all(isinstance(v, str) and v.isidentifier() for v in values):
        return dict.fromkeys(values)
    if isinstance(values, dict) and all(
        isinstance(k, str) and k.isidentifier() and isinstance(v, int | float) and v >= 0
        for k, v in values.items()
    ):
        return dict(values)
    return None


def _check_source(cell: Cell, lines: list[str], problems: list[Problem]) -> None:
    """Report magics, which are no Python, and what Python cannot read."""
    path = cell.header.path
    for i, (inner, outer) in enumerate(zip(cell.source.splitlines(), lines, strict=False)):
        if inner.rstrip() == outer.rstrip():
            continue
        rule = "magic"
        if outer.startswith("# %%"):
            rule = "bad-cell-header"
            message = f"cannot read `{outer}`; a header looks like `{HEADER_EXAMPLE}`"
        else:
            message = (
                f"Jupyter would run `{inner.strip()}` as a magic or shell command; lab code is "
                "plain Python: reword the comment, or show the command in the guide as not run"
            )
        problems.append(Problem(Location(path, cell.first_line + i), rule, message))
        return
    try:
        ast.parse(cell.source)
    except (SyntaxError, ValueError) as error:
        line = cell.first_line + (getattr(error, "lineno", None) or 1) - 1
        text = (getattr(error, "text", None) or "").strip()
        message = f"not valid Python: {getattr(error, 'msg', error)}: `{text}`"
        problems.append(Problem(Location(path, line), "not-python", message))


def _with_key(cell: Cell, key: str) -> Cell:
    return Cell(cell.name, key, cell.source, cell.header, cell.first_line, cell.tags, cell.values)


def _check_names(cells: list[Cell], path: str, problems: list[Problem]) -> None:
    seen: dict[str, Cell] = {}
    owners: dict[str, Cell] = {}
    for cell in cells:
        if cell.name is not None:
            first = seen.setdefault(cell.name, cell)
            if first is not cell:
                message = f"cell {cell.name!r} exists already at line {first.header.line}"
                problems.append(Problem(cell.header, "duplicate-cell-name", message))
        for value in cell.values:
            owner = owners.setdefault(value, cell)
            if owner is not cell:
                message = f"value {value!r} is recorded already by cell {owner.key!r}"
                problems.append(Problem(cell.header, "duplicate-value", message))
    if cells and not any(cell.is_test for cell in cells):
        message = 'no test cell asserts what the guide claims; add one: `# %% tags=["test"]`'
        problems.append(Problem(Location(path, 1), "no-test-cell", message))
    if not cells:
        message = f"the notebook has no cells; a cell starts with `{HEADER_EXAMPLE}`"
        problems.append(Problem(Location(path, 1), "not-percent", message))
