"""What can be derived, and so need not be written by hand: anchors, lost directives, cell names.

Only what is unambiguous is derived. Text in, ``Mend`` values out; writing is ``authoring``'s.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lockstep.ground.location import Location
from lockstep.guides import anchor
from lockstep.guides.document import Document, Heading, Span
from lockstep.guides.section import Section
from lockstep.notebooks import header
from lockstep.notebooks.notebook import Notebook
from lockstep.translations.translation import Standing

_ATTRIBUTES = re.compile(r"\{:?\s*(?=[.\w][^{}]*\}\s*\Z)")
_CLOSING = re.compile(r"(?<=\S)\s+#+\s*\Z")
_BLOCK = re.compile(r"\{\{\s*(cell|output)\s+([^\s}]+)")
_WORDS_IN_NAME = 5


@dataclass(frozen=True, slots=True)
class Mend:
    """A change of one place in a file."""

    location: Location
    what: str
    """What is done there, for whoever reviews it."""
    index: int
    """Index of the first line that is replaced, or before which lines are inserted."""
    count: int
    """How many lines are replaced; none where lines are inserted."""
    lines: tuple[str, ...]


def mended(text: str, mends: Sequence[Mend]) -> str:
    """Return a text with its mends done."""
    lines = text.split("\n")
    in_order = sorted(mends, key=lambda each: each.index)
    for mend in in_order[::-1]:  # from the end; of two at one place, the later first
        lines[mend.index : mend.index + mend.count] = mend.lines
    return "\n".join(lines)


def anchors(guide: Document) -> Iterator[Mend]:
    """Yield the missing anchors of a guide in the source language, made from its headings."""
    taken = {heading.anchor for heading in guide.headings}
    for heading in guide.headings:
        if heading.anchor is None and (name := anchor.slug(heading.title)):
            found = anchor.unique(name, taken)
            taken.add(found)
            yield _anchored(guide, heading, found)


def anchors_from(source: Document, translated: Document) -> Iterator[Mend]:
    """Yield the missing anchors of a translation, from the source by order and level.

    Between two sections that both have, headings correspond where their levels do.
    """
    order = {heading.anchor: at for at, heading in enumerate(source.headings) if heading.anchor}
    known = [
        (order[each.anchor], at)
        for at, each in enumerate(translated.headings)
        if each.anchor in order
    ]
    if any(i >= k for (i, _), (k, _) in pairwise(known)):
        return  # sections moved: what corresponds is not for us to say
    ends = [(-1, -1), *known, (len(source.headings), len(translated.headings))]
    for (i, k), (j, m) in pairwise(ends):
        theirs, ours = source.headings[i + 1 : j], translated.headings[k + 1 : m]
        if [each.level for each in theirs] != [each.level for each in ours]:
            continue
        for from_source, heading in zip(theirs, ours, strict=True):
            if heading.anchor is None and from_source.anchor:
                yield _anchored(translated, heading, from_source.anchor)


def directives(source: Document, translated: Document, standing: Standing) -> Iterator[Mend]:
    """Yield the block directives that a section of a translation lost.

    They are put back where the section's other blocks correspond to those of the English.
    """
    if not (standing.source and standing.translated):
        return
    wanted = _blocks(source, standing.source)
    if standing.accepted:  # what English gained since is to be translated, not to be put back
        then = set(_BLOCK.findall(standing.accepted.plain))
        wanted = [each for each in wanted if not each.key or each.key in then]
    there = _blocks(translated, standing.translated)
    lost = Counter(each.key for each in wanted) - Counter(each.key for each in there)
    del lost[()]
    kept = [each for each in wanted if each.key not in lost]
    same = [(each.key, each.indent) for each in kept] == [(each.key, each.indent) for each in there]
    if not lost or not same or not there:
        return
    before = iter(there)
    at = there[0].end
    for each in wanted:
        if each.key not in lost:
            at = next(before).end
        elif each.span:
            text = f"{each.span.prefix}{each.span.text}"
            after = translated.lines[at : at + 1]
            lines = ("", text, *([""] if after and after[0].strip() else []))
            what = f"put back `{each.span.text}`"
            yield Mend(translated.at(at), what, at, 0, lines)


def cell_names(notebook: Notebook) -> Iterator[Mend]:
    """Yield names for the cells that have none, from the first comment, else their number."""
    taken = {cell.name for cell in notebook.cells}
    lines = notebook.text.split("\n")
    wrong = {each.location for each in notebook.problems if each.rule == "bad-cell-header"}
    for number, cell in enumerate(notebook.cells, 1):
        line = lines[cell.header.line - 1]
        if cell.name or cell.is_test or cell.header in wrong or not line.startswith("# %%"):
            continue
        comment = re.search(r"^#\s*(.+)$", cell.source, re.MULTILINE)
        said = anchor.slug(comment[1], _WORDS_IN_NAME) if comment else ""
        name = said if header.is_name(said) else f"cell-{number}"
        found = anchor.unique(name, taken)
        taken.add(found)
        named = f'# %% name="{found}"{line.removeprefix("# %%").rstrip()}'
        what = f"named the cell {found}"
        yield Mend(cell.header, what, cell.header.line - 1, 1, (named,))


@dataclass(frozen=True, slots=True)
class _Block:
    """A directive that stands alone, or lines of a section up to a blank one."""

    key: tuple[str, ...]
    """Kind and target of a directive; nothing for other lines."""
    indent: int
    end: int
    """Index in ``Document.lines`` behind its last line."""
    span: Span | None = None


def _blocks(guide: Document, part: Section) -> list[_Block]:
    """Return the blocks of a section; a fenced code block is one."""
    alone = {span.index: span for span in guide.spans if span.prefix is not None}
    fenced = {i for fence in guide.fences for i in range(fence.first, fence.last)}
    found: list[_Block] = []
    start: int | None = None
    for index in range(part.first, part.end + 1):
        line = guide.lines[index] if index < part.end else ""
        span = alone.get(index) if index < part.end else None
        match = _BLOCK.match(span.text) if span else None
        if start is not None and (match or not line.strip()) and index - 1 not in fenced:
            found.append(_Block((), _indent(guide.lines[start]), index))
            start = None
        if match and span:
            found.append(_Block(match.groups(), _indent(line), index + 1, span))
        elif start is None and line.strip():
            start = index
    return found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" \t>"))


def _anchored(guide: Document, heading: Heading, name: str) -> Mend:
    index = heading.location.line - guide.offset - 1
    line = guide.lines[index].rstrip()
    attributes = _ATTRIBUTES.search(line)
    if attributes:
        text = f"{line[: attributes.start()]}{{#{name} {line[attributes.end() :]}"
    else:
        text = f"{_CLOSING.sub('', line)} {{#{name}}}"
    return Mend(heading.location, f"gave the heading its anchor #{name}", index, 1, (text,))
