"""A script and its ``.ipynb`` held against each other: are they in step, whose output is whose.

Reading and writing the ``.ipynb`` is ``recording``'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from lockstep.notebooks import fingerprint
from lockstep.notebooks.notebook import Cell, Notebook
from lockstep.notebooks.recording import Pair, Recording


def carried_over(pair: Pair, notebook: Notebook) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Return a pair's outputs under the keys that the notebook's cells have today."""
    heirs = _heirs(pair, notebook)
    return {
        cell.key: pair.outputs.get(heirs[cell.key], []) if cell.key in heirs else []
        for cell in notebook.cells
    }


def without_lost_outputs(pair: Pair, notebook: Notebook, recording: Recording) -> Recording:
    """Return a recording that does not vouch for cells whose output no cell takes over.

    When such a cell comes back, its output does not: it has to run again.
    """
    kept = set(_heirs(pair, notebook).values())
    lost = [
        fingerprint.of_code(source)
        for key, source in pair.cells
        if key not in kept and pair.outputs.get(key)
    ]
    cells: list[tuple[str, str]] = []
    for key, code in recording.fingerprint.cells:
        gone = code in lost
        cells.append((key, "" if gone else code))
        if gone:
            lost.remove(code)
    return replace(recording, fingerprint=replace(recording.fingerprint, cells=tuple(cells)))


def as_run(pair: Pair, recording: Recording) -> bool:
    """Whether the ``.ipynb`` still holds the code that the recording was made from."""
    ran = [code for _, code in recording.fingerprint.cells]
    return [fingerprint.of_code(source) for _, source in pair.cells] == ran


def _heirs(pair: Pair, notebook: Notebook) -> dict[str, str]:
    """Return which cell of the pair each of the notebook's cells takes its output from.

    Output belongs to code: first in the order in which the code stands in both, then to a cell of
    the same code elsewhere (moved since), then to one of the same name (changed since).
    """
    left = list(pair.cells)
    ours = [cell.source for cell in notebook.cells]
    matcher = SequenceMatcher(None, [source for _, source in left], ours, autojunk=False)
    found: dict[str, str] = {}
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            found[notebook.cells[block.b + offset].key] = left[block.a + offset][0]
    free = {key: source for key, source in left if key not in found.values()}

    def give(cell: Cell, key: str | None) -> None:
        if cell.key not in found and key is not None:
            found[cell.key] = key
            del free[key]

    for cell in notebook.cells:
        same = (key for key, source in free.items() if source == cell.source)
        give(cell, next(same, None))
    for cell in notebook.cells:
        give(cell, cell.key if cell.key in free else None)
    return found


def in_step(pair: Pair, notebook: Notebook) -> bool:
    """Whether the ``.ipynb`` holds the script's cells: same names, same code, same order."""
    return list(pair.cells) == [(cell.key, cell.source) for cell in notebook.cells]
