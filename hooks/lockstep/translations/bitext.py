"""Paragraphs of a text and of its translation, side by side: which says what which says.

By length, as Gale and Church align sentences, and by what is the same in every language. How long
a translation is, its own page tells.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product

from lockstep.guides.item import Text

WIDE = "\u2e80"
"""The character from which on they are as wide as two."""
_WIDE = re.compile(f"[{WIDE}-\U0010ffff]+")
_SPREAD = 6.8
"""Variance of a translation's length for each character of its source: Gale and Church (1993)."""
_MOVES = {(1, 1): 0.0, (1, 2): 2.3, (2, 1): 2.3, (2, 2): 4.0, (1, 0): 7.0, (0, 1): 7.0}
"""How many paragraphs of each side are taken together, and what that costs: the same authors'
negative logarithms, but for paragraphs left out, which must be certain."""
_DETOUR = min(price for move, price in _MOVES.items() if move[0] == move[1] > 1)
"""The least that it costs to leave the straight way, on which each text answers one."""
_UNLIKE = 4.0
"""What it costs to take texts together that have no link, code or number in common."""
_CERTAIN = 300
"""Size of the text from which on its own page tells the ratio of lengths."""
_RATIO = 0.85
"""Size of Chinese and Japanese to that of their English, where nothing tells it better."""

Group = tuple[tuple[Text, ...], tuple[Text, ...]]
"""Paragraphs that say the same: the English ones, and those of the translation."""


def ratio(pairs: Iterable[tuple[Sequence[Text], Sequence[Text]]]) -> float:
    """Return how long translations are on a page for each character of English.

    pairs: the texts of each section in both languages.
    """
    ours = theirs = 0
    for english, translated in pairs:
        ours += sum(map(size, english))
        theirs += sum(map(size, translated))
    return theirs / ours if min(ours, theirs) > _CERTAIN else _RATIO


def size(text: Text) -> int:
    """Return how much room a text takes, blanks aside."""
    return _size(text.words)


@lru_cache(maxsize=4096)
def _size(words: str) -> int:
    signs = "".join(words.split())
    return len(signs) + sum(map(len, _WIDE.findall(signs)))


def groups(
    ours: Sequence[Text],
    theirs: Sequence[Text],
    marks: Mapping[Text, frozenset[object]],
    longer: float,
) -> list[Group]:
    """Return which texts of one place correspond to which of the same place in a translation.

    marks: what each holds that is the same in every language; longer: as ``ratio`` gives it. In
    the order of the English; what only the translation has comes last.
    """
    sides = [_segments(side) for side in (ours, theirs)]
    if [kind for kind, _ in sides[0]] != [kind for kind, _ in sides[1]]:
        sides = [[("", [text for _, run in side for text in run])] for side in sides]
    found: list[Group] = []
    alone: Group = ((), ())
    for (_, english), (_, translated) in zip(*sides, strict=True):
        for group in aligned(english, translated, marks, longer):
            if all(group):
                found.append(group)
            else:
                alone = alone[0] + group[0], alone[1] + group[1]
    # What one side has before a list and the other behind it is the same.
    found += aligned(*alone, marks, longer)
    return sorted(found, key=lambda group: group[0][0].block if group[0] else math.inf)


def _segments(texts: Sequence[Text]) -> list[tuple[str, list[Text]]]:
    """Divide texts by the blocks between them; each run with the kind of the block before it."""
    found: list[tuple[str, list[Text]]] = [("", [])]
    for text in texts:
        if text.words:
            found[-1][1].append(text)
        else:
            found.append((text.kind, []))
    return found


def aligned(
    ours: Sequence[Text],
    theirs: Sequence[Text],
    marks: Mapping[Text, frozenset[object]],
    longer: float,
) -> list[Group]:
    """Return the cheapest way to read two runs of paragraphs side by side."""
    if len(ours) == len(theirs):
        straight: list[Group] = [((a,), (b,)) for a, b in zip(ours, theirs, strict=True)]
        if sum(surprise(group, marks, longer) for group in straight) < _DETOUR:
            return straight
    best: dict[tuple[int, int], tuple[float, Group]] = {(0, 0): (0.0, ((), ()))}
    for i, j in product(range(len(ours) + 1), range(len(theirs) + 1)):
        for (a, b), price in _MOVES.items():
            cost = best[i - a, j - b][0] + price if (i - a, j - b) in best else math.inf
            if cost < (best[i, j][0] if (i, j) in best else math.inf):
                group = tuple(ours[i - a : i]), tuple(theirs[j - b : j])
                cost += surprise(group, marks, longer)
                if (i, j) not in best or cost < best[i, j][0]:
                    best[i, j] = (cost, group)
    found: list[Group] = []
    i, j = len(ours), len(theirs)
    while i or j:
        found.append(best[i, j][1])
        i, j = i - len(found[-1][0]), j - len(found[-1][1])
    return found[::-1]


def surprise(group: Group, marks: Mapping[Text, frozenset[object]], longer: float) -> float:
    """Return how unlikely it is that two texts say the same: by their length and their marks."""
    english, translated = group
    if not (english and translated):
        return 0.0
    ours, theirs = sum(map(size, english)), round(sum(map(size, translated)) / longer)
    distance = (theirs - ours) / math.sqrt(max(ours + theirs, 1) / 2 * _SPREAD)
    here, there = _marked(english, marks), _marked(translated, marks)
    unlike = 1 - len(here & there) / len(here | there) if here or there else 0
    return distance * distance / 2 + _UNLIKE * unlike


def _marked(texts: Sequence[Text], marks: Mapping[Text, frozenset[object]]) -> frozenset[object]:
    first, *others = texts
    return marks[first].union(*(marks[text] for text in others))
