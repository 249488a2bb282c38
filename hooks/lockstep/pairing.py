"""A script and its ``.ipynb`` held against each other: are they in step, whose output is whose.

Reading and writing the ``.ipynb`` is ``recording``'s.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from lockstep import fingerprint
from lockstep.notebook import Cell, Notebook
from lockstep.recording import Pair, Recording


def carried_over(pair: Pair, notebook: Notebook) -> dict[str, Sequence[Mapping[str, Any]]]:
    """Return a pair's outputs under the keys that the notebook's cells have today.

    Output belongs to code: it goes to the cell of the same name and code, else to one of the same
    code (renamed since), else to one of the same name (changed since).
    """
    left = dict(pair.cells)
    found: dict[str, Sequence[Mapping[str, Any]]] = {}

    def give(cell: Cell, key: str) -> None:
        found[cell.key] = pair.outputs.get(key, [])
        del left[key]

    for cell in notebook.cells:
        if left.get(cell.key) == cell.source:
            give(cell, cell.key)
    for cell in notebook.cells:
        if cell.key not in found and cell.source in left.values():
            give(cell, next(key for key, source in left.items() if source == cell.source))
    for cell in notebook.cells:
        if cell.key not in found and cell.key in left:
            give(cell, cell.key)
    return {cell.key: found.get(cell.key, []) for cell in notebook.cells}


def as_run(pair: Pair, recording: Recording) -> bool:
    """Whether the ``.ipynb`` still holds the code that the recording was made from."""
    ran = [code for _, code in recording.fingerprint.cells]
    return [fingerprint.of_code(source) for _, source in pair.cells] == ran


def in_step(pair: Pair, notebook: Notebook) -> bool:
    """Whether the ``.ipynb`` holds the script's cells: same names, same code, same order."""
    return list(pair.cells) == [(cell.key, cell.source) for cell in notebook.cells]
