"""What is found in one section, gathered by rule and put into words.

Each difference names the line on both sides; one finding for each rule says all that breaks it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lockstep.ground.problem import Detail, Problem
from lockstep.guides.item import Item, Text
from lockstep.translations.part import MARKS, Part

_GLIMPSE = 30
"""How many characters of a step's, a row's or a paragraph's beginning a message quotes."""


@dataclass(slots=True)
class Findings:
    """The differences between a section and its English, by rule."""

    ours: Part
    """In English."""
    theirs: Part
    found: dict[str, list[Detail]] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    """Number of a piece of English text to the index of the line in the translation beside it."""
    told: set[tuple[Part, int]] = field(default_factory=set)
    """Pieces of text, by number, with a value that the other side has not there."""

    def problems(self) -> Iterator[Problem]:
        """Yield one finding for each rule that is broken, with all that breaks it."""
        source, section = self.ours.section, self.theirs.section
        for rule, details in self.found.items():
            about = f"#{section.anchor} is not as in {source.location}: "
            where = self.theirs.document.at(section.first)
            yield Problem.of(where, rule, about, tuple(details))

    def beside(self, text: Text, other: Item | Text | None) -> None:
        """Remember where in the translation an English text is, or belongs."""
        if other is not None:
            self.places[text.block] = other.index

    def lacks(self, rule: str, item: Item | Text, after: Item | Text | None = None) -> None:
        """Note what only the English has; after: what stands before it in the translation."""
        if isinstance(item, Item) and item.kind == "value":
            self.told.add((self.ours, item.block))
        said = f"lacks {glimpse(item)} (line {self.ours.line(item)} there)"
        self.say(rule, said, self._place(item, after))

    def adds(self, rule: str, item: Item | Text) -> None:
        """Note what only the translation has."""
        if isinstance(item, Item) and item.kind == "value":
            self.told.add((self.theirs, item.block))
        self.say(rule, f"adds {glimpse(item)} (line {self.theirs.line(item)})", item.index)

    def instead(self, rule: str, item: Item, other: Item, here: str, there: str) -> None:
        """Note that the translation has one thing where the English has another."""
        self.differs(rule, item, other, f"has {here}", there)

    def moved(self, rule: str, item: Item, other: Item) -> None:
        """Note that what both have stands elsewhere in the translation."""
        self.told.add((self.theirs, other.block))
        here, there = (f"{it.shown} {_inside(it)}" for it in (other, item))
        self.instead(rule, item, other, here, there)

    def elsewhere(self, rule: str, item: Item, other: Item) -> None:
        """Note that a step or a row changed places; other: where it stands in the translation."""
        lines = self.ours.line(item), self.theirs.line(other)
        place = other.shown if other.shown != item.shown else "another place"
        said = f"has {glimpse(item)} (line {lines[0]} there) in {place} (line {lines[1]})"
        self.say(rule, said, other.index)

    def differs(
        self, rule: str, item: Item | Text, other: Item | Text, here: str, there: str
    ) -> None:
        """Note a difference between what corresponds; here: what the translation does."""
        lines = self.theirs.line(other), self.ours.line(item)
        said = f"{here} (line {lines[0]}) for {there} (line {lines[1]} there)"
        self.say(rule, said, other.index)

    def number(
        self, rule: str, number: str, texts: Sequence[Text], start: int, *, english: bool
    ) -> None:
        """Note a number that one side alone says; texts: those in which it stands, line on line."""
        part = self.ours if english else self.theirs
        text, index = texts[0], texts[0].index
        for text in texts:
            if start <= len(text.words):
                index = text.index + text.words.count("\n", 0, start)
                break
            start -= len(text.words) + 1
        line = part.document.at(index).line
        if english:
            self.say(rule, f"lacks `{number}` (line {line} there)", self._place(text, None))
        else:
            self.say(rule, f"adds `{number}` (line {line})", index)

    def say(self, rule: str, said: str, index: int | None) -> None:
        """Note a difference; index: of the line in the translation at which it shows."""
        detail = Detail(None if index is None else self.theirs.document.at(index), said)
        details = self.found.setdefault(rule, [])
        if said not in (each.said for each in details):
            details.append(detail)

    def _place(self, item: Item | Text, after: Item | Text | None) -> int | None:
        """Return the index of the line in the translation at which something English belongs."""
        if after is not None:
            return after.index
        if item.block in self.places and (isinstance(item, Text) or item.kind in MARKS):
            return self.places[item.block]
        if len(self.ours.blocks) == len(self.theirs.blocks):
            block = item.block - self.ours.base
            return self.theirs.blocks[block] if 0 <= block < len(self.theirs.blocks) else None
        return self._landmark(item)

    def _landmark(self, item: Item | Text) -> int | None:
        """Return the index of the line with the last thing before it that both sides hold."""
        for mark in reversed(self.ours.items):
            if mark.block <= item.block and mark.index < item.index:
                ours, theirs = (
                    [it for it in part.items if (it.kind, it.value) == (mark.kind, mark.value)]
                    for part in (self.ours, self.theirs)
                )
                if len(ours) == len(theirs):
                    return theirs[ours.index(mark)].index
        return None


def glimpse(item: Item | Text) -> str:
    """Return what a message calls something, with how it begins."""
    shown = item.shown if isinstance(item, Item) else "a paragraph"
    words = " ".join(item.words.split()).replace("\N{OBJECT REPLACEMENT CHARACTER}", "…")
    words = words if len(words) <= _GLIMPSE else f"{words[:_GLIMPSE]}…"
    return f"{shown} “{words}”" if words else shown


def _inside(item: Item) -> str:
    if item.column:
        return f"in column {item.column}"
    return f"in {' in '.join(reversed(item.path))}" if item.path else "on its own"
