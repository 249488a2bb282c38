"""How alike a step, a row or an admonition and one of a translation are, for ``alignment``."""

import re
from functools import cached_property

from lockstep.guides.item import Item
from lockstep.translations.part import MARKS, Part

_NEUTRAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9.]+|[0-9]")
"""Words that are the same in every language, where both sides have them: names and numbers."""


def equal(item: Item, other: Item) -> float:
    """Return how alike two things are of which only equal ones correspond."""
    return (1.0 + 0.1 * (item.path == other.path)) if item.value == other.value else 0.0


class Likeness:
    """Compares what stands in a section with what stands in its translation."""

    def __init__(self, ours: Part, theirs: Part) -> None:
        """Take a section in English and in a translation."""
        self.ours, self.theirs = ours, theirs

    @cached_property
    def _known(self) -> frozenset[str]:
        """The words that both sides use, which are names."""
        ours, theirs = (
            {word for it in part.items for word in _NEUTRAL.findall(it.words)}
            for part in (self.ours, self.theirs)
        )
        return frozenset(ours & theirs)

    @cached_property
    def _ends(self) -> dict[Item, int]:
        """Where steps of either side end, if not where Markdown ends them."""
        return {**_ends(self.ours), **_ends(self.theirs)}

    def structure(self, item: Item, other: Item) -> float:
        """Return how alike two steps, rows or tables are: by what they hold, and by their shape."""
        shared = self._shared(item, other)
        deep = len(item.path) == len(other.path) and _names(item) == _names(other)
        return 0.2 + shared + (0.3 if deep else 0) + (0.01 if item.value == other.value else 0)

    def blocks(self, item: Item, other: Item) -> float:
        """Return how alike two admonitions, tabs or so are: of one kind, then by what they hold."""
        same = 0.05 * (item.shown == other.shown)
        return equal(item, other) and equal(item, other) + same + self._shared(item, other) / 10

    def _shared(self, item: Item, other: Item) -> float:
        ours, theirs = self._held(self.ours, item), self._held(self.theirs, other)
        return len(ours & theirs) / len(ours | theirs) if ours | theirs else 0.5

    def _held(self, part: Part, item: Item) -> frozenset[object]:
        """Return what an item holds that is the same in every language."""
        kinds = MARKS | {"fence"}
        end = self._ends.get(item, item.end)
        inside = [it for it in part.items if item.index <= it.index < end]
        said = (word for it in (item, *inside) for word in _NEUTRAL.findall(it.words))
        names = (word for word in said if word in self._known)
        return frozenset([*(it.value for it in inside if it.kind in kinds), *names])


def _ends(part: Part) -> dict[Item, int]:
    """Return where numbered steps end whose list Markdown ends, as other things stand between.

    What follows a step belongs to it, up to the next.
    """
    steps = [it for it in part.all("step") if it.place is None and it.shown.startswith("step")]
    ends = [*(it.index for it in steps[1:]), part.section.end]
    gaps = zip(steps, ends[:-1], strict=False)
    if any(step.end <= it.index < end for step, end in gaps for it in part.items):
        return dict(zip(steps, ends, strict=True))
    return {}


def _names(item: Item) -> list[str]:
    """Return whether an item and what is around it are steps or list items."""
    return [name.split()[0] for name in (*item.path, item.shown)]
