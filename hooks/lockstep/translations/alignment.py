"""Which item of one list corresponds to which of another, where items are alike but not equal."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

_T = TypeVar("_T")


def align(
    ours: Sequence[_T], theirs: Sequence[_T], likeness: Callable[[_T, _T], float]
) -> list[tuple[_T | None, _T | None]]:
    """Return the two lists side by side, in order; ``None`` where one has nothing like the other.

    likeness: how alike two items are; two are never put side by side at zero or less. The result
    has the greatest sum of likenesses (Needleman and Wunsch's algorithm, gaps free).
    """
    best = [[0.0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for i in reversed(range(len(ours))):
        for j in reversed(range(len(theirs))):
            side_by_side = likeness(ours[i], theirs[j])
            skipped = max(best[i + 1][j], best[i][j + 1])
            best[i][j] = max(skipped, side_by_side + best[i + 1][j + 1])
    result: list[tuple[_T | None, _T | None]] = []
    i = j = 0
    while i < len(ours) and j < len(theirs):
        if best[i][j] > max(best[i + 1][j], best[i][j + 1]):
            result.append((ours[i], theirs[j]))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            result.append((ours[i], None))
            i += 1
        else:
            result.append((None, theirs[j]))
            j += 1
    result += [(item, None) for item in ours[i:]]
    result += [(None, item) for item in theirs[j:]]
    return result


def merged(first: Iterable[_T], second: Iterable[_T]) -> list[_T]:
    """Return one order of both: the first's, with each of the second's behind its predecessor."""
    order = list(first)
    at = 0
    for item in second:
        if item not in order:
            order.insert(at, item)
        at = order.index(item) + 1
    return order
