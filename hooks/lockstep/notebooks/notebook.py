"""Notebook scripts: jupytext percent text in, named cells with their lines out.

jupytext itself splits the text, so a cell here is exactly the cell that Jupyter opens; this module
adds what jupytext does not keep (line numbers) and refuses what it accepts silently (malformed
headers, comments that it would turn into magics). Format:
https://jupytext.readthedocs.io/en/latest/formats-scripts.html#the-percent-format
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from lockstep.ground import yaml
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem
from lockstep.notebooks import header, program
from lockstep.notebooks.header import Needs

_HIDDEN = re.compile(
    r"[^\S\n\t\x20\u3000]|[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
"""Control and bidirectional characters, and blanks that look like another: what a reader copies is
not what a reader sees (https://trojansource.codes)."""

_DATABRICKS = re.compile(
    r"\s*# ?(?:COMMAND -{4,}|MAGIC\b|DBTITLE\b|Databricks notebook source)", re.ASCII
)
"""Lines that are more than comments in Databricks' source files, also inside a string."""


@dataclass(frozen=True)  # without slots, in which nothing can be kept that is worked out once
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

    @cached_property
    def comments(self) -> tuple[program.Comment, ...]:
        """The comments in its code, in order; none where that is no Python."""
        try:
            return program.comments(self.source)
        except SyntaxError:
            return ()


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook script, read."""

    name: str
    path: str
    text: str
    cells: tuple[Cell, ...] = ()
    needs: Needs = field(default_factory=Needs)
    problems: tuple[Problem, ...] = ()

    @property
    def unreadable(self) -> bool:
        """Whether nothing of it can be used: what refers to it is not to blame."""
        return bool(self.problems) and not self.cells

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
    found = re.match(r"# ---\n(?:#.*\n)*?# ---(?:\n|\Z)", text)
    return found is not None and "jupytext:" in found.group()


def read(text: str, path: str) -> Notebook:
    """Read a notebook script.

    text: the whole file; path: its path from the project's root, which names the notebook.
    Never raises for what a file can hold: findings are in ``problems``, and cells are there as far
    as they could be read.
    """
    from lockstep.notebooks import splitting  # noqa: PLC0415 takes long, and few builds need it

    name = path.rsplit("/", 1)[-1].removesuffix(".py")
    lines = text.splitlines()
    try:
        metadata, at = splitting.header(lines)
    except yaml.UNREADABLE as error:
        line, said = yaml.told(error)
        problem = Problem(Location(path, line + 2), "bad-notebook-header", f"the header is {said}")
        return Notebook(name, path, text, problems=(problem,))
    kind = header.format_name(metadata)
    if kind != "percent":
        message = (
            f"the header says format_name {kind!r}; notebooks are written in jupytext's percent "
            "format: `format_name: percent` under `jupytext: text_representation:`"
        )
        problem = Problem(Location(path, 1), "not-percent", message)
        return Notebook(name, path, text, problems=(problem,))
    needs, wrong = header.needs(metadata.get("lockstep") or {})
    line = next((i for i, line in enumerate(lines, 1) if re.match(r"#\s+lockstep:", line)), 1)
    problems = [Problem(Location(path, line), "bad-notebook-header", said) for said in wrong]
    cells = _cells(splitting.CellReader, lines, at, path, problems)
    _check_names(cells, path, problems)
    problems += _hidden_characters(text, path)
    return Notebook(name, path, text, tuple(cells), needs, tuple(problems))


def _cells(
    reading: Callable[[], Any], lines: list[str], at: int, path: str, problems: list[Problem]
) -> list[Cell]:
    """Split as jupytext does (its own reader, in its own loop), keeping line numbers.

    reading: gives a reader of one cell. Of jupytext's ``read`` this is all but what makes a
    notebook's cell of what was found, and validates it.
    """
    cells: list[Cell] = []
    tests = 0
    while at < len(lines):
        reader = reading()
        reader.metadata_and_language_from_option_line(lines[at])
        length = reader.find_cell_content(lines[at:])
        source = "\n".join(reader.content)
        if reader.cell_type == "code" and (source.strip() or lines[at].startswith("# %%")):
            language = {"language": reader.language} if reader.language else {}
            metadata = {**(reader.metadata or {}), **language}
            where = Location(path, at + 1)
            here = _read_cell(source, metadata, lines[at : at + length], where, problems)
            if here.is_test and here.name is None:
                tests += 1
                here = replace(here, key=f"test-{tests}")
            cells.append(here)
        at += max(length, 1)
    return cells


def _read_cell(
    source: str,
    metadata: Mapping[str, Any],
    lines: list[str],
    where: Location,
    problems: list[Problem],
) -> Cell:
    """Read a cell; lines: those of the script from its header on, at ``where``."""
    has_header = re.match(r"\s*#\s*%%", lines[0]) is not None
    found, wrong = header.cell(metadata, lines[0])
    if not has_header:
        wrong = [f"code stands before the first cell header; put one above: `{header.EXAMPLE}`"]
    problems += [Problem(where, "bad-cell-header", message) for message in wrong]
    if not wrong and found.name is None and "test" not in found.tags:
        message = f"the cell has no name; a header looks like `{header.EXAMPLE}`"
        problems.append(Problem(where, "missing-cell-name", message))
    first = int(has_header)
    while first < len(lines) - 1 and not lines[first].strip():
        first += 1
    here = Cell(
        found.name,
        found.name or "unnamed",
        source.strip("\n"),
        where,
        where.line + first,
        found.tags,
        found.values,
    )
    _check_source(here, lines[first:], problems)
    return here


def _check_source(cell: Cell, lines: list[str], problems: list[Problem]) -> None:
    """Report magics, which are no Python, and what Python cannot read."""
    path = cell.header.path
    for i, (inner, outer) in enumerate(zip(cell.source.splitlines(), lines, strict=False)):
        where = Location(path, cell.first_line + i)
        if _DATABRICKS.match(inner):
            message = (
                f"Databricks would read `{inner.strip()}` as a part of its own format, whose files "
                "learners take away; reword the line"
            )
            problems.append(Problem(where, "magic", message))
            return
        if inner.rstrip() == outer.rstrip():
            continue
        if outer.startswith("# %%"):
            message = f"cannot read `{outer}`; a header looks like `{header.EXAMPLE}`"
            problems.append(Problem(where, "bad-cell-header", message))
        else:
            message = (
                f"Jupyter would run `{inner.strip()}` as a magic or shell command; lab code is "
                "plain Python: reword the comment, or show the command in the guide as not run"
            )
            problems.append(Problem(where, "magic", message))
        return
    try:
        program.parsed(cell.source)
    except (SyntaxError, ValueError) as error:
        line = cell.first_line + (getattr(error, "lineno", None) or 1) - 1
        text = (getattr(error, "text", None) or "").strip()
        quoted = f": `{text}`" if text else ""
        message = f"not valid Python: {getattr(error, 'msg', error)}{quoted}"
        problems.append(Problem(Location(path, line), "not-python", message))


def _hidden_characters(text: str, path: str) -> list[Problem]:
    """Report what nobody sees: jupytext and Python also part lines at characters of this kind."""
    found = {
        text.count("\n", 0, hidden.start()) + 1: ord(hidden.group())
        for hidden in _HIDDEN.finditer(text)
    }
    message = "an invisible character, U+{:04X}; write it as an escape in a string, or remove it"
    return [
        Problem(Location(path, line), "hidden-character", message.format(code))
        for line, code in found.items()
    ]


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
        message = f"the notebook has no cells; a cell starts with `{header.EXAMPLE}`"
        problems.append(Problem(Location(path, 1), "not-percent", message))
