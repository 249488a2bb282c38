"""What a recording was made from, by component, as hashes; and what has changed since.

Everything is computed from files of the repository, so that a build needs neither torch nor Spark
to know whether a page may be published. Code counts as tokens: real comments and layout do not.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from lockstep.notebooks import program

_DISTRIBUTIONS = {
    "PIL": "pillow",
    "cv2": "opencv-python",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
"""Modules whose distribution has another name, where a lab is likely to import them."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hashes of all that a notebook's outputs depend on."""

    cells: tuple[tuple[str, str], ...] = ()
    """Key and hash of each code cell, in order."""
    modules: Mapping[str, str] = field(default_factory=dict)
    """Path and hash of each local module reached by imports, transitively."""
    data: Mapping[str, str] = field(default_factory=dict)
    """Path and hash of each declared data file."""
    pins: Mapping[str, str] = field(default_factory=dict)
    """Pinned version of each package reached by imports."""
    headers: tuple[str, ...] = ()
    """What each cell's header asks of the run (``of_header``), in order."""

    def as_json(self) -> dict[str, Any]:
        """Return the fingerprint as it stands in a recording."""
        headers = self.headers or ("",) * len(self.cells)
        cells = [
            {"cell": key, "code": code} | ({"header": header} if header else {})
            for (key, code), header in zip(self.cells, headers, strict=True)
        ]
        return {"cells": cells, "modules": dict(self.modules), "data": dict(self.data),
                "pins": dict(self.pins)}  # fmt: skip

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> "Fingerprint":
        """Read what ``as_json`` wrote; raises ``KeyError``, ``TypeError`` or ``AttributeError``."""
        cells = tuple((str(cell["cell"]), str(cell["code"])) for cell in raw["cells"])
        headers = tuple(str(cell.get("header", "")) for cell in raw["cells"])
        modules, data, pins = (
            {str(k): str(v) for k, v in raw[part].items()} for part in ("modules", "data", "pins")
        )
        return cls(cells, modules, data, pins, headers)


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs from what was recorded; prints as ``cell 'train' changed``."""

    kind: str
    """``cell``, ``module``, ``data file``, ``number of`` or ``notebook``."""
    item: str
    verb: str

    def __str__(self) -> str:
        """Return the change as a phrase."""
        return f"{self.kind} {self.item!r} {self.verb}"

    @property
    def since(self) -> str:
        """The change as a phrase that says since when."""
        return str(self) if self.kind == "notebook" else f"{self} since the recording"


@dataclass(frozen=True, slots=True)
class PinChange:
    """A package that is pinned at another version than that of the run."""

    name: str
    run: str
    pinned: str

    def __str__(self) -> str:
        """Return ``run with torch 2.12.0; pinned is 2.13.0``."""
        return f"run with {self.name} {self.run}; pinned is {self.pinned}"


def of_code(source: str) -> str:
    """Return the hash (16 hex digits of SHA-256) of Python source as tokens.

    What is no Python is hashed as text, so that a broken cell has a fingerprint too.
    """
    try:
        content = "\n".join(program.code_tokens(source))
    except SyntaxError:
        content = source
    return of_bytes(content.encode("utf-8", "surrogatepass"))


def of_header(values: Iterable[str], *, raises: bool) -> str:
    """Return what a cell's header asks of the run, as text: which values, whether it may raise.

    Tolerances do not count: they say how runs are compared, not what a run does.
    """
    wanted = [f"value {name}" for name in sorted(values)]
    return ", ".join([*wanted, *(["may raise"] if raises else [])])


def of_bytes(data: bytes) -> str:
    """Return the first 16 hex digits of the SHA-256 of the data."""
    return hashlib.sha256(data).hexdigest()[:16]


def distribution_of(module: str) -> str:
    """Return the normalised name of the package that most likely provides a top-level module."""
    return normal_name(_DISTRIBUTIONS.get(module, module))


def normal_name(distribution: str) -> str:
    """Return a package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def read_pins(text: str) -> dict[str, str]:
    """Return package and version of each ``name==version`` line of a requirements file."""
    pins: dict[str, str] = {}
    for line in text.splitlines():
        match = re.match(r"\s*([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;#]+)", line)
        if match:
            pins[normal_name(match.group(1))] = match.group(2)
    return pins


def changes(recorded: Fingerprint, now: Fingerprint) -> tuple[Change, ...]:
    """Return what makes a recording stale; empty where it is fresh.

    Renaming a cell changes nothing that was run, so cells are compared by their code in order.
    """
    found = _cell_changes(recorded.cells, now.cells) or _header_changes(recorded, now)
    found += _item_changes("module", recorded.modules, now.modules)
    found += _item_changes("data file", recorded.data, now.data)
    return tuple(found)


def pin_changes(recorded: Fingerprint, now: Fingerprint) -> tuple[PinChange, ...]:
    """Return which pinned versions differ, by name."""
    names = sorted(recorded.pins.keys() & now.pins.keys())
    return tuple(
        PinChange(name, recorded.pins[name], now.pins[name])
        for name in names
        if recorded.pins[name] != now.pins[name]
    )


def _cell_changes(
    before: tuple[tuple[str, str], ...], after: tuple[tuple[str, str], ...]
) -> list[Change]:
    """Compare where the two sequences of code differ; a new name alone is no change."""
    codes = ([code for _, code in before], [code for _, code in after])
    matcher = SequenceMatcher(None, *codes, autojunk=False)
    known = dict(before)
    found: list[Change] = []
    gone: list[str] = []
    for operation, start, end, now_start, now_end in matcher.get_opcodes():
        if operation == "equal":
            continue
        for key, code in after[now_start:now_end]:
            moved = "moved" if known.get(key) == code else _verb(known.get(key), code)
            found.append(Change("cell", key, moved))
        gone += [key for key, _ in before[start:end]]
    named = {change.item for change in found}
    return found + [Change("cell", key, "is gone") for key in gone if key not in named]


def _header_changes(recorded: Fingerprint, now: Fingerprint) -> list[Change]:
    """Compare what the headers of the same cells ask of the run."""
    headers = zip_longest(recorded.headers, now.headers, fillvalue="")
    return [
        Change("cell", key, "has other values or tags in its header")
        for (key, _), (before, after) in zip(now.cells, headers, strict=False)
        if before != after
    ]


def _item_changes(kind: str, before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    items = [*after, *(item for item in before if item not in after)]
    return [
        Change(kind, item, _verb(before.get(item), after.get(item) or None))
        for item in items
        if before.get(item) != after.get(item)
    ]


def _verb(before: str | None, after: str | None) -> str:
    if before is None:
        return "is new"
    return "is gone" if after is None else "changed"
