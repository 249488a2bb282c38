"""Where visible text was written, as well as can be told: Python-Markdown keeps no line numbers.

Words tell: what stands around a finding in the HTML is looked for among the lines of its section,
letters and digits only, since marks and addresses are seen otherwise or not at all.
"""

import re
from collections.abc import Iterable, Iterator

from lockstep.ground.location import Location
from lockstep.guides.prose import GAP
from lockstep.rules.visible import Block, Visible

_UNSEEN = re.compile(r"\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)|\{:?\s*[#.][^{}]*\}|<[^<>]*>")
"""Addresses, attributes, tags."""
_LETTERS = re.compile(r"[^\W_]")
_AROUND = (12, 6, 3, 1)
"""How many letters on either side of a finding are looked for, the most first."""
_NEAR = 6
"""How many signs on either side tell lines apart whose letters are the same."""


class Places:
    """The places of what readers see of one guide."""

    def __init__(self, visible: Visible) -> None:
        """Take the guide."""
        self._visible = visible
        document = visible.document
        self._code = {
            index for fence in document.fences for index in range(fence.first, fence.last + 1)
        }
        self._known: dict[range, tuple[str, list[int]]] = {}
        """What was read already."""
        self._taken: set[tuple[str, int]] = set()
        """What was looked for already, and the lines in which it was found."""

    def of(self, block: Block, start: int, end: int) -> Location:
        """Return the line in which a part of a block's text begins; else that of the heading."""
        lines = self._visible.lines(block)
        text, rows = self._written(lines)
        core = block.text[start:end]
        for form, at in _forms(block.text[:start], core, block.text[end:]):
            found = [it.start() + at for it in re.finditer(re.escape(form), text)]
            if form and found:
                near = block.text[:start].rpartition(GAP)[2][-_NEAR:]
                near += core + block.text[end:].partition(GAP)[0][:_NEAR]
                return self._best((near, core), [rows[min(it, len(rows) - 1)] for it in found])
        return self.at(block)

    def at(self, block: Block, pattern: str = "") -> Location:
        """Return the first line that fits a pattern of those that may hold a block."""
        lines = self._visible.lines(block)
        document = self._visible.document
        fitting = (
            row
            for row in lines
            if row not in self._code and re.search(pattern, document.lines[row])
        )
        return document.at(next(fitting, lines.start))

    def _best(self, texts: Iterable[str], rows: list[int]) -> Location:
        """Return the first of some lines that hold a text as it is; the first where none does.

        texts: the most telling first.
        """
        document = self._visible.document
        fitting = [(it, row) for it in texts for row in rows if it.strip() in document.lines[row]]
        first = next((each for each in fitting if each not in self._taken), None)
        if first and first[0] == fitting[0][0]:
            self._taken.add(first)
            return document.at(first[1])
        return document.at(fitting[0][1] if fitting else rows[0])

    def _written(self, lines: range) -> tuple[str, list[int]]:
        """Return the letters and digits of some lines, with the line in which each stands."""
        if lines not in self._known:
            self._known[lines] = self._read(lines)
        return self._known[lines]

    def _read(self, lines: range) -> tuple[str, list[int]]:
        text: list[str] = []
        rows: list[int] = []
        for row in lines:
            if row not in self._code:
                letters = _letters(_UNSEEN.sub("", self._visible.document.lines[row]))
                text.append(letters)
                rows += [row] * len(letters)
        return "".join(text), rows


def _forms(before: str, core: str, after: str) -> Iterator[tuple[str, int]]:
    """Yield what to look for, the most telling first, with where in it a finding begins.

    Letters next to a gap are not next to each other where it is written.
    """
    head, tail = _letters(before.rpartition(GAP)[2]), _letters(after.partition(GAP)[0])
    parts = [_letters(part) for part in core.split(GAP)]
    for around in _AROUND:
        near, far = head[-around:], tail[:around]
        at = len(near) if parts[0] else max(len(near) - 1, 0)
        if len(parts) == 1:
            yield from ((near + parts[0] + far, at), (near + far, max(len(near) - 1, 0)))
        yield from ((near + parts[0], at), (parts[-1] + far, 0))


def _letters(text: str) -> str:
    return "".join(_LETTERS.findall(text))
