"""What one section of a guide holds, and in which step, row or admonition each thing stands."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from lockstep.guides import number
from lockstep.guides.document import Document
from lockstep.guides.item import Inventory, Item, Text
from lockstep.guides.section import Section

_T = TypeVar("_T")

MARKS = frozenset({"code", "link", "value", "directive", "image", "reference"})
"""Kinds of items by which a step, a row or a paragraph is known in every language."""


@dataclass(frozen=True, eq=False)  # without slots: what it holds is sorted once
class Part:
    """What one section of a guide holds."""

    document: Document
    section: Section
    items: tuple[Item, ...]
    texts: tuple[Text, ...]
    blocks: tuple[int, ...]
    base: int
    """How many blocks of the document stand before the section."""

    @classmethod
    def of(
        cls,
        document: Document,
        held: Inventory,
        sections: Iterable[Section],
        strays: Collection[str] = (),
    ) -> "list[Part]":
        """Return what sections hold, each, of what their document holds.

        strays: footnotes that belong where they are first referred to, wherever their text stands.
        """
        asked = list(sections)
        lines = [heading.location.line - document.offset - 1 for heading in document.headings]
        # What stands below a heading without an anchor belongs to no section that has one.
        spans = [
            range(
                each.first,
                min((at for at in lines if each.first < at < each.end), default=each.end),
            )
            for each in asked
        ]
        firsts = _references(held, strays)
        items = _by_span(((_home(it, firsts), it) for it in held.items), spans)
        texts = _by_span(((_home(it, firsts), it) for it in held.texts), spans)
        blocks = _by_span(((index, index) for index in held.blocks), spans)
        return [
            cls(document, *inside, sum(map(inside[0].first.__gt__, held.blocks)))
            for inside in zip(asked, items, texts, blocks, strict=True)
        ]

    def all(self, kind: str) -> list[Item]:
        """Return the items of a kind, in order."""
        return self._kinds.get(kind, [])

    @cached_property
    def _kinds(self) -> dict[str, list[Item]]:
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.kind, []).append(item)
        return found

    def rows(self, table: Item) -> list[Item]:
        """Return the rows of a table, its head first."""
        return [item for item in self.all("row") if item.place is table]

    def between(self, first: Item, second: Item) -> int:
        """Return how many paragraphs stand between two things in one place; else none."""
        if first.place is not second.place:
            return 0
        return sum(text.index < second.index for text in self._paragraphs(first))

    def paragraph(self, item: Item, number: int) -> Text | None:
        """Return the paragraph of a number behind something, in the same place."""
        found = self._paragraphs(item)
        return found[number - 1] if 0 < number <= len(found) else None

    def _paragraphs(self, item: Item) -> list[Text]:
        return [
            text
            for text in self.texts
            if text.kind == "paragraph" and text.place is item.place and item.end <= text.index
        ]

    @property
    def marks(self) -> dict[Text, frozenset[object]]:
        """What each text holds that is the same in every language."""
        held: dict[int, set[object]] = {}
        for item in self.items:
            if item.kind in MARKS:
                held.setdefault(item.block, set()).add((item.kind, item.value))
        for text in self.texts:
            marks = held.setdefault(text.block, set())
            for each in number.in_digits(text.words):
                if not each.is_trivial:
                    marks.add(each.readings[0])
        return {text: frozenset(held[text.block]) for text in self.texts}

    def line(self, item: Item | Text) -> int:
        """Return the line of the file at which an item or a text stands."""
        return self.document.at(item.index).line


def _by_span(homes: Iterable[tuple[int, _T]], spans: Sequence[range]) -> list[tuple[_T, ...]]:
    """Return what stands in each of some spans of lines, none of which overlap.

    homes: things in order, each with the line in which it stands.
    """
    found: list[list[_T]] = [[] for _ in spans]
    order = sorted(range(len(spans)), key=lambda at: spans[at].start)
    starts = [spans[at].start for at in order]
    for line, it in homes if spans else ():
        at = order[bisect_right(starts, line) - 1]
        if line in spans[at]:
            found[at].append(it)
    return list(map(tuple, found))


def is_within(it: Item | Text, places: Collection[Item | Text]) -> bool:
    """Whether an item is one of some places or stands in one of them, at any depth."""
    around = it if isinstance(it, Item) else it.place
    if not places:
        return False
    while around is not None and around not in places:
        around = around.place
    return around is not None


def owner(it: Item | Text, fits: Callable[[Item], bool]) -> Item | None:
    """Return the innermost place around something that fits."""
    around = it.place
    while around is not None and not fits(around):
        around = around.place
    return around


def _note(it: Item | Text) -> Item | None:
    is_note = isinstance(it, Item) and it.kind == "note"
    return it if is_note else owner(it, lambda item: item.kind == "note")  # type: ignore[return-value]


def _references(held: Inventory, strays: Collection[str]) -> dict[str, int]:
    """Return where each stray footnote is first referred to from outside footnotes."""
    firsts: dict[str, int] = {}
    for item in held.items:
        if item.kind == "reference" and item.value in strays and _note(item) is None:
            firsts.setdefault(str(item.value), item.index)
    return firsts


def _home(it: Item | Text, firsts: dict[str, int]) -> int:
    """Return the index of the line that decides to which section something belongs."""
    note = _note(it) if firsts else None
    return firsts.get(str(note.value), it.index) if note else it.index
