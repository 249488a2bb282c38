"""What headers may say: that of a notebook script, and the ``# %%`` line of a cell.

jupytext reads the text; here its result is taken apart. Each function returns what was said and,
as messages, what is wrong with it. Where headers stand is ``notebook``'s business.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

EXAMPLE = '# %% name="split-rows" values=["train_rows"]'
_RESERVED = re.compile(r"(?:test|text)-\d+|unnamed")
TAGS = frozenset({"test", "raises-exception", "volatile"})
_NUMBERS = ("ranks", "timeout", "cell_timeout")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")


@dataclass(frozen=True, slots=True)
class Needs:
    """What a run of the notebook needs: the ``lockstep`` key of the jupytext header."""

    ranks: int = 1
    """Slots on the cluster."""
    timeout: int = 600
    """Seconds for the whole notebook."""
    data: tuple[str, ...] = ()
    """Files the notebook reads, relative to its own folder."""
    cell_timeout: int | None = None
    """Seconds for each of its cells, where that is less."""


@dataclass(frozen=True, slots=True)
class CellHeader:
    """What a ``# %%`` line says of its cell."""

    name: str | None = None
    tags: frozenset[str] = frozenset()
    values: Mapping[str, float | None] = field(default_factory=dict)
    """Variables that the run records, each with the tolerance within which it may vary."""


def is_name(text: object) -> bool:
    """Whether this may name a notebook or a cell: kebab-case."""
    return isinstance(text, str) and _NAME.match(text) is not None


def format_name(metadata: Mapping[str, Any]) -> object:
    """Return which of jupytext's formats a script's metadata names, if any."""
    found: object = metadata
    for key in ("jupytext", "text_representation", "format_name"):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def needs(raw: object) -> tuple[Needs, list[str]]:
    """Read what stands under ``lockstep:``; what cannot be used is replaced by the default."""
    if not isinstance(raw, Mapping):
        return Needs(), ["`lockstep:` is not a mapping; write `lockstep: {ranks: 2}`"]
    wrong: list[str] = []
    known = [*_NUMBERS, "data"]
    if unknown := sorted({str(key) for key in raw} - set(known)):
        listed = ", ".join(known)
        wrong.append(f"unknown key {unknown[0]!r} under `lockstep:`; known: {listed}")
    numbers: dict[str, int] = {}
    for key in (key for key in _NUMBERS if key in raw):
        number = raw[key]
        if isinstance(number, int) and not isinstance(number, bool) and number >= 1:
            numbers[key] = number
        else:
            wrong.append(f"`{key}: {number}` is not a whole number above zero")
    data = raw.get("data") or []
    if not isinstance(data, list) or not all(isinstance(item, str) for item in data):
        wrong.append(f"`data: {data}` is not a list of files, such as `data: [rows.csv]`")
        data = []
    return Needs(data=tuple(data), **numbers), wrong


def cell(metadata: Mapping[str, Any], line: str) -> tuple[CellHeader, list[str]]:
    """Read a cell's header from the metadata that jupytext made of a line."""
    wrong: list[str] = []
    unknown = set(metadata) - {"name", "tags", "values", "lines_to_next_cell"}
    if unknown & {"incorrectly_encoded_metadata", "title"}:
        wrong.append(f"cannot read `{line}`; a header looks like `{EXAMPLE}`")
    elif unknown:
        wrong.append(f"unknown option {min(unknown)!r}; a header has name, tags and values")
    name = metadata.get("name")
    if name is not None and not is_name(name):
        wrong.append(f"name {name!r} is not kebab-case: lower-case letters, digits, single hyphens")
        name = None
    elif name is not None and _RESERVED.fullmatch(name):
        wrong.append(f"name {name!r} is what cells without a name are called; choose another")
        name = None
    tags = metadata.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        wrong.append(f'tags {tags!r}: expected a list such as `tags=["test"]`')
        tags = []
    elif strange := [tag for tag in tags if tag not in TAGS]:
        wrong.append(f"unknown tag {strange[0]!r}; known: {', '.join(sorted(TAGS))}")
    values = _tolerances(metadata.get("values", []))
    if values is None:
        wrong.append(
            f'values {metadata["values"]!r}: expected names of variables, `values=["rows"]`, or '
            'names with tolerances, `values={"accuracy": 0.02}`'
        )
    return CellHeader(name, frozenset(tags) & TAGS, values or {}), wrong


def _tolerances(values: object) -> dict[str, float | None] | None:
    if isinstance(values, list) and all(isinstance(v, str) and v.isidentifier() for v in values):
        return dict.fromkeys(values)
    if isinstance(values, dict) and all(
        isinstance(k, str) and k.isidentifier() and isinstance(v, int | float) and v >= 0
        for k, v in values.items()
    ):
        return dict(values)
    return None
