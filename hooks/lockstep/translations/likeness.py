"""How alike a step, a row or an admonition and one of a translation are, for ``alignment``."""

import re
from dataclasses import dataclass

from lockstep.guides.item import Item
from lockstep.translations.part import MARKS, Part

_NEUTRAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9.]+|[0-9]")
"""Words that are most often the same in every language: names and numbers."""


def equal(item: Item, other: Item) -> float:
    """Return how alike two things are of which only equal ones correspond."""
    return (1.0 + 0.1 * (item.path == other.path)) if item.value == other.value else 0.0


@dataclass(frozen=True, slots=True)
class Likeness:
    """Compares what stands in a section with what stands in its translation."""

    ours: Part
    """In English."""
    theirs: Part

    def structure(self, item: Item, other: Item) -> float:
        """Return how alike two steps, rows or tables are: by what they hold, and by their shape."""
        shared = self._shared(item, other)
        deep = len(item.path) == len(other.path) and _names(item) == _names(other)
        return 0.2 + shared + (0.3 if deep else 0) + (0.01 if item.value == other.value else 0)

    def blocks(self, item: Item, other: Item) -> float:
        """Return how alike two admonitions, tabs or so are: of one kind, then by what they hold."""
        return equal(item, other) and equal(item, other) + self._shared(item, other) / 10

    def _shared(self, item: Item, other: Item) -> float:
        ours, theirs = _held(self.ours, item), _held(self.theirs, other)
        return len(ours & theirs) / len(ours | theirs) if ours | theirs else 0.5


def _held(part: Part, item: Item) -> frozenset[object]:
    """Return what an item holds that is the same in every language."""
    kinds = MARKS | {"fence"}
    inside = (it for it in part.items if item.index <= it.index < item.end and it.kind in kinds)
    return frozenset([*(it.value for it in inside), *_NEUTRAL.findall(item.words)])


def _names(item: Item) -> list[str]:
    """Return whether an item and what is around it are steps or list items."""
    return [name.split()[0] for name in (*item.path, item.shown)]
