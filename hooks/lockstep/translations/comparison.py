"""One section of a guide against its English: what it lacks, adds, or has instead.

Words differ; steps, cells, links, tables and so on do not. What a section holds is read by
``inventory``; code blocks are compared by ``example``, what moved is found by ``order``, running
text is compared by ``wording``. Between sections, ``parity`` looks.

What stands in a step, a row or a block that only one side has, is not told again.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Sequence

from lockstep.ground.problem import Problem
from lockstep.guides.item import Item, Text
from lockstep.translations import example, likeness, order
from lockstep.translations.alignment import align
from lockstep.translations.findings import Findings
from lockstep.translations.part import MARKS, Part, is_within, owner
from lockstep.translations.wording import Wording

_BAGS = {
    "value": "parity-values",
    "link": "parity-links",
    "image": "parity-images",
    "reference": "parity-footnotes",
}
"""Kinds of items whose order in a section is free, because that of words is."""


class Comparison:
    """Compares one section with its English."""

    def __init__(
        self,
        ours: Part,
        theirs: Part,
        longer: float,
        terms: Sequence[order.Term] = (),
        pardoned: Collection[Item | Text] | None = None,
    ) -> None:
        """Take the section in English, its translation, and how long translations are here.

        terms: what is said in both languages in known words; pardoned: what is not asked for,
        where translations are free to say things in another place.
        """
        self.ours = ours
        self.theirs = theirs
        self.terms = terms
        self.findings = Findings(ours, theirs)
        self._alike = likeness.Likeness(ours, theirs)
        self.settled: set[Item | Text] = set(pardoned or ())
        """Steps, rows and blocks that were told to be missing, added or moved."""
        self.pairs: dict[Item | None, Item | None] = {None: None}
        """Each place of the English, and the one that corresponds to it."""
        self._is_free = pardoned is not None
        self.wording = Wording(
            self.findings, self.pairs, self.settled, longer, is_free=self._is_free
        )
        self._pair(ours.all("heading"), theirs.all("heading"))

    def problems(self) -> Iterator[Problem]:
        """Yield one finding for each rule that is broken, with all that breaks it."""
        self._steps()
        self._sequence("block", "parity-blocks", self._alike.blocks, placed=not self.findings.found)
        whole = not self.findings.found
        self._tables()
        same = not self.findings.found
        self._notes()
        if same:
            self._moved()
            self.wording.paragraphs()
        self._sequence("directive", "parity-directives", likeness.equal, placed=whole)
        self._fences(placed=whole)
        for kind, rule in _BAGS.items():
            self._bag(kind, rule, same=same)
        self._code(same=same)
        if same:
            self.wording.numbers()
        yield from self.findings.problems()

    def _all(self, kind: str) -> tuple[list[Item], list[Item]]:
        """Return the items of a kind on both sides, but for what was told already."""
        alone = self.wording.alone if kind in MARKS else set()
        if not (alone or self.settled):
            return self.ours.all(kind), self.theirs.all(kind)
        ours, theirs = (
            [
                item
                for item in part.all(kind)
                if not is_within(item, self.settled) and (part, item.block) not in alone
            ]
            for part in (self.ours, self.theirs)
        )
        return ours, theirs

    def _pair(self, ours: Sequence[Item], theirs: Sequence[Item]) -> None:
        self.pairs.update(zip(ours, theirs, strict=False))

    def _notes(self) -> None:
        """Compare the footnotes that are defined, in whatever order."""
        ours, theirs = self._all("note")
        self._pair(*_by_value(ours, theirs))
        for sides, tell in ((ours, self.findings.lacks), (theirs, self.findings.adds)):
            for item in sides:
                if item not in self.pairs and item not in self.pairs.values():
                    self.settled.add(item)
                    tell("parity-footnotes", item)

    def _steps(self) -> None:
        rule = "parity-steps"
        ours, theirs = self._all("step")
        if [item.value for item in ours] == [item.value for item in theirs]:
            self._pair(ours, theirs)
            return
        matched = self._matched(rule, ours, theirs, self._alike.structure)
        if len(matched) == len(ours) == len(theirs):
            item, other = next((a, b) for a, b in matched if a.value != b.value)
            self.findings.instead(rule, item, other, other.shown, item.shown)

    def _tables(self) -> None:
        rule = "parity-tables"
        ours, theirs = self._all("table")
        lone = len(ours) == len(theirs) == 1  # they correspond, whatever they hold
        alike = (lambda _, __: 1.0) if lone else self._alike.structure
        for item, other in self._matched(rule, ours, theirs, alike):
            rows, others = self.ours.rows(item), self.theirs.rows(other)
            if rows[0].columns != others[0].columns:
                here, there = (f"a table of {it[0].columns} columns" for it in (others, rows))
                self.findings.instead(rule, item, other, here, there)
                self.settled |= {item, other}
            elif len(rows) == len(others):
                self._pair(rows, others)
            else:
                self._matched(rule, rows, others, self._alike.structure)

    def _moved(self) -> None:
        """Find the steps of a list and the rows of a table that changed places."""
        for kind, rule in (("step", "parity-steps"), ("row", "parity-tables")):
            lists: dict[Hashable, list[tuple[Item, Item]]] = {}
            for item, other in self.pairs.items():
                if item and other and item.kind == kind:
                    key = (item.place, item.shown.split()[0])
                    lists.setdefault(key, []).append((item, other))
            if all(len(pairs) == 1 for pairs in lists.values()):
                continue
            held = order.marks(self.ours, self.theirs, kind, self.terms)
            for pairs in lists.values():
                moved, others = order.moved(pairs, held)
                self.settled |= others
                for item, other in moved:
                    self.findings.elsewhere(rule, item, other)

    def _fences(self, *, placed: bool) -> None:
        rule = "parity-fences"
        ours, theirs = self._all("fence")
        if [it.value for it in ours] != [it.value for it in theirs]:
            ours, theirs = list(map(example.essential, ours)), list(map(example.essential, theirs))
        for item, other in self._matched(rule, ours, theirs, example.likeness):
            if item.value != other.value:
                self.findings.instead(rule, item, other, *example.unlike(item, other))
            elif placed:
                self._placed(rule, item, other)

    def _sequence(
        self, kind: str, rule: str, alike: Callable[[Item, Item], float], *, placed: bool
    ) -> None:
        for item, other in self._matched(rule, *self._all(kind), alike):
            if placed:
                self._placed(rule, item, other)

    def _placed(self, rule: str, item: Item, other: Item) -> None:
        if item.path != other.path:
            self.findings.moved(rule, item, other)

    def _bag(self, kind: str, rule: str, *, same: bool) -> None:
        """Compare in how many pieces of text each thing stands: within one it may be repeated."""
        ours, theirs = (_once(items, lambda it: (it.value, it.block)) for items in self._all(kind))
        self._count(rule, ours, theirs, by_place=same)

    def _code(self, *, same: bool) -> None:
        """Compare inline code: in tables cell by cell, else whether it stands there at all.

        Sentences may repeat a name where others say "it", but it does not go to another step.
        """
        rule = "parity-code"
        ours, theirs = self._all("code")
        if same:
            cells = ([it for it in side if _is_in_row(it)] for side in (ours, theirs))
            self._count(rule, *cells, by_place=True)
            self._misplaced(rule, ours, theirs)
        known = [{item.value for item in part.all("code")} for part in (self.ours, self.theirs)]
        for sides, others, tell in (
            (ours, known[1], self.findings.lacks),
            (theirs, known[0], self.findings.adds),
        ):
            for item in _once(sides, lambda it: it.value):
                if item.value not in others:
                    tell(rule, item)

    def _misplaced(self, rule: str, ours: list[Item], theirs: list[Item]) -> None:
        """Report code in sentences that stands in another step than in English."""
        there = {(it.value, self.pairs.get(_step(it))): it for it in ours if not _is_in_row(it)}
        here = {(it.value, _step(it)): it for it in theirs if not _is_in_row(it)}
        added = [(value, it) for (value, step), it in here.items() if (value, step) not in there]
        for (value, step), item in there.items():
            other = next((it for said, it in added if said == value), None)
            if (value, step) not in here and other:
                self.findings.moved(rule, item, other)

    def _count(
        self, rule: str, ours: Sequence[Item], theirs: Sequence[Item], *, by_place: bool
    ) -> None:
        """Compare how often each thing stands; by_place: in each step, cell, admonition and so on.

        What one place lacks and another has was moved.
        """

        def there(it: Item) -> Hashable:
            return (it.value, self.pairs.get(it.place), it.column) if by_place else it.value

        def here(it: Item) -> Hashable:
            return (it.value, it.place, it.column) if by_place else it.value

        if list(map(there, ours)) == list(map(here, theirs)):
            return  # as nearly always
        added = _beyond(theirs, here, ours, there)
        for item in _beyond(ours, there, theirs, here):
            other = next((it for it in added if it.value == item.value), None)
            if other:
                added.remove(other)
                self.findings.moved(rule, item, other)
            else:
                self.findings.lacks(rule, item)
        for other in added:
            self.findings.adds(rule, other)

    def _matched(
        self, rule: str, ours: list[Item], theirs: list[Item], alike: Callable[[Item, Item], float]
    ) -> list[tuple[Item, Item]]:
        """Report what only one side has, and return what corresponds."""
        matched: list[tuple[Item, Item]] = []
        before: Item | None = None
        behind: Item | Text | None
        for item, other in align(ours, theirs, alike):
            if item and other:
                matched.append((item, other))
                self.pairs[item] = other
            elif item and not is_within(item, self.settled):
                self.settled.add(item)
                around = self.pairs.get(item.place)
                behind = around if around and before and around.index > before.index else before
                if matched and behind is matched[-1][1]:
                    passed = self.ours.between(matched[-1][0], item)
                    behind = self.theirs.paragraph(behind, passed) or behind
                self.findings.lacks(rule, item, behind)
            elif other and not is_within(other, self.settled):
                if not self._is_free:  # else what stands in it may be what is asked for
                    self.settled.add(other)
                self.findings.adds(rule, other)
            before = other or before
        return matched


def _once(items: Sequence[Item], key: Callable[[Item], Hashable]) -> list[Item]:
    """Return the first of equal items."""
    return list({key(item): item for item in reversed(items)}.values())[::-1]


def _by_value(ours: Sequence[Item], theirs: Sequence[Item]) -> tuple[list[Item], list[Item]]:
    """Return the items of each side that the other has, side by side."""
    known = {item.value: item for item in theirs}
    both = [item for item in ours if item.value in known]
    return both, [known[item.value] for item in both]


def _beyond(
    items: Sequence[Item],
    key: Callable[[Item], Hashable],
    others: Sequence[Item],
    other_key: Callable[[Item], Hashable],
) -> list[Item]:
    """Return what one side has more often than the other: the last of equal items."""
    left = Counter(map(key, items))
    left.subtract(map(other_key, others))
    found: list[Item] = []
    for item in reversed(items):
        if left[key(item)] > 0:
            left[key(item)] -= 1
            found.append(item)
    return found[::-1]


def _is_in_row(item: Item) -> bool:
    return item.place is not None and item.place.kind == "row"


def _step(item: Item) -> Item | None:
    return owner(item, lambda place: place.kind == "step")
