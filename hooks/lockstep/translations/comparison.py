"""One section of a guide against its English: what it lacks, adds, or has instead.

Words differ; steps, cells, links, tables and so on do not. What a section holds is read by
``inventory``, code blocks are compared by ``example``. Between sections, ``parity`` looks.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lockstep.ground.problem import Problem
from lockstep.guides.document import Document
from lockstep.guides.inventory import Inventory, Item
from lockstep.guides.section import Section
from lockstep.translations import example
from lockstep.translations.alignment import align

_BAGS = {
    "value": "parity-values",
    "link": "parity-links",
    "image": "parity-images",
    "note": "parity-footnotes",
    "reference": "parity-footnotes",
}
"""Kinds of items whose order in a section is free, because that of words is."""
_GLIMPSE = 30
"""How many characters of a step's or a row's beginning a message quotes."""
_NEUTRAL = re.compile(r"[A-Za-z0-9][A-Za-z0-9.]+|[0-9]")
"""Words that are most often the same in every language: names and numbers."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one section of a guide holds."""

    document: Document
    section: Section
    items: tuple[Item, ...]
    blocks: tuple[int, ...]
    base: int
    """How many blocks of the document stand before the section."""

    @classmethod
    def of(cls, document: Document, held: Inventory, section: Section) -> "Part":
        """Return what a section holds of what its document holds."""
        lines = (heading.location.line - document.offset - 1 for heading in document.headings)
        # What stands below a heading without an anchor belongs to no section that has one.
        end = min(
            (line for line in lines if section.first < line < section.end), default=section.end
        )
        items = tuple(item for item in held.items if section.first <= item.index < end)
        blocks = tuple(index for index in held.blocks if section.first <= index < end)
        return cls(document, section, items, blocks,
                   sum(index < section.first for index in held.blocks))  # fmt: skip

    def all(self, kind: str) -> list[Item]:
        """Return the items of a kind, in order."""
        return [item for item in self.items if item.kind == kind]

    def in_tables(self, kind: str) -> list[Item]:
        """Return those that stand in tables."""
        tables = [range(table.index, table.end) for table in self.all("table")]
        return [item for item in self.all(kind) if any(item.index in lines for lines in tables)]

    def line(self, item: Item) -> int:
        """Return the line of the file at which an item stands."""
        return self.document.at(item.index).line


@dataclass(slots=True)
class _Difference:
    """What a rule finds in one section."""

    said: list[str]
    index: int | None = None
    """Of the line in the translation at which it shows first."""


class Comparison:
    """Compares one section with its English."""

    def __init__(self, ours: Part, theirs: Part) -> None:
        """Take the section in English, and its translation."""
        self.ours = ours
        self.theirs = theirs
        self.found: dict[str, _Difference] = {}

    def problems(self) -> Iterator[Problem]:
        """Yield one finding for each rule that is broken, with all that breaks it."""
        self._steps()
        self._sequence("block", "parity-blocks", placed=not self.found)
        whole = not self.found
        self._tables()
        self._sequence("directive", "parity-directives", placed=whole)
        self._fences(placed=whole)
        for kind, rule in _BAGS.items():
            self._bag(kind, rule)
        self._code()
        source, section = self.ours.section, self.theirs.section
        for rule, difference in self.found.items():
            index = section.first if difference.index is None else difference.index
            said = "; ".join(difference.said)
            message = f"#{section.anchor} is not as in {source.location}: {said}"
            yield Problem(self.theirs.document.at(index), rule, message)

    def _lacks(self, rule: str, item: Item, after: Item | None = None) -> None:
        said = f"lacks {_glimpse(item)} (line {self.ours.line(item)} there)"
        self._say(rule, said, self._place(item, after))

    def _adds(self, rule: str, item: Item) -> None:
        self._say(rule, f"adds {_glimpse(item)} (line {self.theirs.line(item)})", item.index)

    def _has_instead(self, rule: str, item: Item, other: Item, here: str, there: str) -> None:
        lines = self.theirs.line(other), self.ours.line(item)
        said = f"has {here} (line {lines[0]}) for {there} (line {lines[1]} there)"
        self._say(rule, said, other.index)

    def _say(self, rule: str, said: str, index: int | None) -> None:
        difference = self.found.setdefault(rule, _Difference([]))
        if said not in difference.said:
            difference.said.append(said)
        if index is not None:
            difference.index = min(index, difference.index or index)

    def _place(self, item: Item, after: Item | None) -> int | None:
        """Return the index of the line in the translation at which an English item belongs.

        after: what stands before it in the translation, where that is known.
        """
        if after is not None:
            return after.index
        if len(self.ours.blocks) == len(self.theirs.blocks):
            block = item.block - self.ours.base
            return self.theirs.blocks[block] if 0 <= block < len(self.theirs.blocks) else None
        around = (it for it in self.theirs.all("step") if (*it.path, it.shown) == item.path)
        return next((it.index for it in around), None)

    def _code(self) -> None:
        """Compare inline code: in tables how often it stands there, else whether it does.

        Sentences may repeat a name where others say "it"; cells of tables do not.
        """
        ours, theirs = self.ours.in_tables("code"), self.theirs.in_tables("code")
        if len(self.ours.all("row")) == len(self.theirs.all("row")):
            self._count("parity-code", ours, theirs)
        known = [{item.value for item in part.all("code")} for part in (self.ours, self.theirs)]
        self._count(
            "parity-code",
            [it for it in _once(self.ours.all("code")) if it.value not in known[1]],
            [it for it in _once(self.theirs.all("code")) if it.value not in known[0]],
        )

    def _bag(self, kind: str, rule: str) -> None:
        self._count(rule, self.ours.all(kind), self.theirs.all(kind))

    def _count(self, rule: str, ours: list[Item], theirs: list[Item]) -> None:
        missing = Counter(item.value for item in ours)
        missing.subtract(item.value for item in theirs)
        for item in reversed(ours):
            if missing[item.value] > 0:
                missing[item.value] -= 1
                self._lacks(rule, item)
        for item in reversed(theirs):
            if missing[item.value] < 0:
                missing[item.value] += 1
                self._adds(rule, item)

    def _sequence(self, kind: str, rule: str, *, placed: bool) -> None:
        ours, theirs = self.ours.all(kind), self.theirs.all(kind)
        for item, other in self._matched(rule, ours, theirs, _equal):
            if placed:
                self._placed(rule, item, other)

    def _placed(self, rule: str, item: Item, other: Item) -> None:
        if item.path != other.path:
            here, there = (f"{it.shown} {_inside(it)}" for it in (other, item))
            self._has_instead(rule, item, other, here, there)

    def _steps(self) -> None:
        ours, theirs = self.ours.all("step"), self.theirs.all("step")
        if [item.value for item in ours] == [item.value for item in theirs]:
            return
        matched = self._matched("parity-steps", ours, theirs, self._likeness)
        if len(matched) == len(ours) == len(theirs):
            item, other = next((a, b) for a, b in matched if a.value != b.value)
            self._has_instead("parity-steps", item, other, other.shown, item.shown)

    def _tables(self) -> None:
        rule = "parity-tables"
        ours, theirs = self.ours.all("table"), self.theirs.all("table")
        for item, other in self._matched(rule, ours, theirs, self._likeness):
            rows, others = _rows(self.ours, item), _rows(self.theirs, other)
            if rows[0].columns != others[0].columns:
                here, there = (f"a table of {it[0].columns} columns" for it in (others, rows))
                self._has_instead(rule, item, other, here, there)
            if len(rows) != len(others):
                self._matched(rule, rows, others, self._likeness)

    def _fences(self, *, placed: bool) -> None:
        rule = "parity-fences"
        ours, theirs = self.ours.all("fence"), self.theirs.all("fence")
        if [it.value for it in ours] != [it.value for it in theirs]:
            ours, theirs = list(map(example.essential, ours)), list(map(example.essential, theirs))
        for item, other in self._matched(rule, ours, theirs, example.likeness):
            if item.value != other.value:
                self._has_instead(rule, item, other, *example.unlike(item, other))
            elif placed:
                self._placed(rule, item, other)

    def _matched(
        self,
        rule: str,
        ours: list[Item],
        theirs: list[Item],
        likeness: Callable[[Item, Item], float],
    ) -> list[tuple[Item, Item]]:
        """Report what only one side has, and return what corresponds."""
        matched: list[tuple[Item, Item]] = []
        before: Item | None = None
        for item, other in align(ours, theirs, likeness):
            if item and other:
                matched.append((item, other))
            elif item:
                self._lacks(rule, item, before)
            elif other:
                self._adds(rule, other)
            before = other or before
        return matched

    def _likeness(self, item: Item, other: Item) -> float:
        """Return how alike two steps, rows or tables are: by what they hold, and by their shape."""
        ours, theirs = _marks(self.ours, item), _marks(self.theirs, other)
        shared = len(ours & theirs) / len(ours | theirs) if ours | theirs else 0.5
        deep = len(item.path) == len(other.path) and _names(item) == _names(other)
        return 0.2 + shared + (0.3 if deep else 0) + (0.01 if item.value == other.value else 0)


def _once(items: list[Item]) -> list[Item]:
    """Return the first of equal items."""
    return list({item.value: item for item in reversed(items)}.values())[::-1]


def _equal(item: Item, other: Item) -> float:
    return (1.0 + 0.1 * (item.path == other.path)) if item.value == other.value else 0.0


def _rows(part: Part, table: Item) -> list[Item]:
    return [it for it in part.all("row") if table.index <= it.index < table.end]


def _marks(part: Part, item: Item) -> frozenset[object]:
    """Return what an item holds that is the same in every language."""
    kinds = {"code", "link", "value", "directive", "image", "reference", "fence"}
    inside = (it for it in part.items if item.index <= it.index < item.end and it.kind in kinds)
    return frozenset([*(it.value for it in inside), *_NEUTRAL.findall(item.words)])


def _names(item: Item) -> list[str]:
    """Return whether an item and what is around it are steps or list items."""
    return [name.split()[0] for name in (*item.path, item.shown)]


def _inside(item: Item) -> str:
    return f"in {' in '.join(reversed(item.path))}" if item.path else "on its own"


def _glimpse(item: Item) -> str:
    words = item.words if len(item.words) <= _GLIMPSE else f"{item.words[:_GLIMPSE]}…"
    return f"{item.shown} “{words}”" if words else item.shown
