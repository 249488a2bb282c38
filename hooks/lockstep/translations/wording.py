"""What the words of a translation keep: their paragraphs and their numbers.

Sentences may be divided and joined, and so may short paragraphs; a paragraph of which nothing is
left, and a number that nobody says, are found. How long a text must be, its own page tells.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product

from lockstep.guides import number
from lockstep.guides.item import Item, Text
from lockstep.guides.number import Number
from lockstep.translations.findings import Findings
from lockstep.translations.part import Part, is_within

_WIDE = "\u2e80"
"""The character from which on they are as wide as two."""
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
    return len(signs) + sum(map(_WIDE.__le__, signs))


class Wording:
    """Compares the texts of a section with those of its English.

    First paragraphs, which tell what corresponds; numbers when the rest of the section is compared.
    """

    def __init__(
        self,
        findings: Findings,
        pairs: Mapping[Item | None, Item | None],
        settled: Collection[Item],
        longer: float,
    ) -> None:
        """Take where to note what differs.

        pairs: each place of the English with the one that corresponds to it; settled: places of
        which everything was told; longer: as ``ratio`` gives it.
        """
        self.findings = findings
        self.pairs = pairs
        self.settled = settled
        self.longer = longer
        self.alike: list[Group] = []
        """What says the same on both sides."""
        self.alone: set[tuple[Part, int]] = set()
        """Paragraphs that only one side has, by number."""

    def paragraphs(self) -> None:
        """Note which paragraphs only one side has, and which cells only one side leaves empty."""
        ours, theirs = (
            _by_place(text for text in part.texts if not is_within(text, self.settled))
            for part in (self.findings.ours, self.findings.theirs)
        )
        marks = self.findings.ours.marks | self.findings.theirs.marks
        for (place, column), texts in ours.items():
            beside = self.pairs.get(place)
            others = theirs.pop((beside, column), [])
            if place and place.kind == "row":
                found: Iterable[Group] = (((a,), (b,)) for a, b in zip(texts, others, strict=False))
            else:
                found = groups(texts, others, marks, self.longer)
            self._take(found, beside)
        for (beside, _), others in theirs.items():
            self._take([((), tuple(text for text in others if text.words))], beside)

    def numbers(self) -> None:
        """Note which numbers only one side says."""
        told = self.findings.told
        for ours, theirs in self.alike:
            english, translated = ("\n".join(it.words for it in side) for side in (ours, theirs))
            lacking, added = unsaid(english, translated)
            rule = "parity-numbers"
            if any((self.findings.theirs, text.block) in told for text in theirs):
                lacking = []  # a value says it now
            if any((self.findings.ours, text.block) in told for text in ours):
                rule = "parity-values"  # it stands for a value
                added = only(translated, english)
            for each in lacking:
                self.findings.number(rule, each.text, ours, each.start, english=True)
            for each in added:
                self.findings.number(rule, each.text, theirs, each.start, english=False)

    def _take(self, found: Iterable[Group], before: Item | Text | None) -> None:
        """Note what only one side has; before: what stands before it in the translation."""
        for ours, theirs in found:
            before = theirs[-1] if theirs else before
            for text in ours:
                self.findings.beside(text, theirs[0] if theirs else before)
            if not ours or not theirs:
                self._alone(ours, theirs)
            elif _is_empty(ours[0]) == _is_empty(theirs[0]):
                self.alike.append((ours, theirs))
            else:
                here, there = (f"the cell “{it.words.strip()}”" for it in (theirs[0], ours[0]))
                self.findings.differs("parity-tables", ours[0], theirs[0], f"has {here}", there)

    def _alone(self, ours: Iterable[Text], theirs: Iterable[Text]) -> None:
        rule = "parity-paragraphs"
        for text in ours:
            self.alone.add((self.findings.ours, text.block))
            self.findings.lacks(rule, text)
        for other in theirs:
            self.alone.add((self.findings.theirs, other.block))
            self.findings.adds(rule, other)


def _is_empty(text: Text) -> bool:
    return not text.words.strip()


def _by_place(texts: Iterable[Text]) -> dict[tuple[Item | None, int], list[Text]]:
    found: dict[tuple[Item | None, int], list[Text]] = {}
    for text in texts:
        found.setdefault((text.place, text.column), []).append(text)
    return found


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
        for group in _aligned(english, translated, marks, longer):
            if all(group):
                found.append(group)
            else:
                alone = alone[0] + group[0], alone[1] + group[1]
    # What one side has before a list and the other behind it is the same.
    found += _aligned(*alone, marks, longer)
    return sorted(found, key=lambda group: group[0][0].block if group[0] else math.inf)


def unsaid(english: str, translated: str) -> tuple[list[Number], list[Number]]:
    """Return the numbers in digits that only the English says, and only the translation.

    What other languages say with a word, or with none, is none of them; and a translation may
    count what its English lists ("the three of them"), unless the English says another number.
    """
    lacking, added = only(english, translated), only(translated, english)
    if lacking and max(translated, default="") < _WIDE:  # whose words for numbers are unknown
        lacking = [each for each in lacking if not each.is_small]
    if added and not (lacking or number.counted(english) - number.said(translated)):
        added = [each for each in added if not each.is_small]
    return lacking, added


def only(text: str, other: str) -> list[Number]:
    """Return the numbers in digits of one text that another does not say."""
    written = [each for each in number.in_digits(text) if not each.is_trivial]
    told = number.said(other) if written else frozenset()
    return [each for each in written if not any(reading <= told for reading in each.readings)]


def _segments(texts: Sequence[Text]) -> list[tuple[str, list[Text]]]:
    """Divide texts by the blocks between them; each run with the kind of the block before it."""
    found: list[tuple[str, list[Text]]] = [("", [])]
    for text in texts:
        if text.words:
            found[-1][1].append(text)
        else:
            found.append((text.kind, []))
    return found


def _aligned(
    ours: Sequence[Text],
    theirs: Sequence[Text],
    marks: Mapping[Text, frozenset[object]],
    longer: float,
) -> list[Group]:
    """Return the cheapest way to read two runs of paragraphs side by side."""
    if len(ours) == len(theirs):
        straight: list[Group] = [((a,), (b,)) for a, b in zip(ours, theirs, strict=True)]
        if sum(_surprise(group, marks, longer) for group in straight) < _DETOUR:
            return straight
    best: dict[tuple[int, int], tuple[float, Group]] = {(0, 0): (0.0, ((), ()))}
    for i, j in product(range(len(ours) + 1), range(len(theirs) + 1)):
        for (a, b), price in _MOVES.items():
            cost = best[i - a, j - b][0] + price if (i - a, j - b) in best else math.inf
            if cost < (best[i, j][0] if (i, j) in best else math.inf):
                group = tuple(ours[i - a : i]), tuple(theirs[j - b : j])
                cost += _surprise(group, marks, longer)
                if (i, j) not in best or cost < best[i, j][0]:
                    best[i, j] = (cost, group)
    found: list[Group] = []
    i, j = len(ours), len(theirs)
    while i or j:
        found.append(best[i, j][1])
        i, j = i - len(found[-1][0]), j - len(found[-1][1])
    return found[::-1]


def _surprise(group: Group, marks: Mapping[Text, frozenset[object]], longer: float) -> float:
    """Return how unlikely it is that two texts say the same: by their length and their marks."""
    if not all(group):
        return 0.0
    ours, theirs = (sum(map(size, side)) for side in group)
    theirs = round(theirs / longer)
    distance = (theirs - ours) / math.sqrt(max(ours + theirs, 1) / 2 * _SPREAD)
    here, there = (frozenset[object]().union(*(marks[it] for it in side)) for side in group)
    unlike = 1 - len(here & there) / len(here | there) if here | there else 0
    return distance * distance / 2 + _UNLIKE * unlike
