"""Which section of a page is which of its English, where headings have no anchors that say so.

Most documentation is written so. Headings correspond where what stands below them is alike (code,
links, images), and between two that surely do, where their levels are the same in the same order.
What is left corresponds to nothing: a wrong pair would make findings that are none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from lockstep.guides import anchor, inventory
from lockstep.guides.document import Document, Heading
from lockstep.guides.number import in_digits
from lockstep.translations.alignment import align

_SURE = 0.5
"""Share of what two sections hold that must be equal for them to correspond wherever they stand."""
_ENOUGH = 2
"""Of how many things at least."""
_CLEARLY = 1.25
"""How many times as much sections must have in common as those at the same places."""
_TELLING = 5
"""How many words in common tell something."""
_KINDS = {"code", "link", "image", "fence", "directive"}
_WORDS = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.]+")
_UNSAID = re.compile(r"(`[^`]*`)|<[^<>]+>|(?<=\])\([^()\s]*\)")
"""Code, which a heading says, and tags and addresses, which it does not."""


@dataclass(frozen=True, slots=True)
class _Part:
    """A heading, and what stands below it that is the same in every language."""

    index: int
    heading: Heading
    marks: frozenset[object]
    names: frozenset[str]
    """Words in the heading itself in Latin letters: in a translation, names."""
    words: frozenset[str]
    """Words in Latin letters below it as well, and in code."""


def named(source: Document) -> Document:
    """Return a guide in the source language with an anchor for every heading, made of its words."""
    taken = {heading.anchor for heading in source.headings}
    anchors: dict[int, str] = {}
    for index, heading in enumerate(source.headings):
        if heading.anchor is None:
            name = anchor.slug(_UNSAID.sub(r"\1", heading.title)) or "section"
            anchors[index] = anchor.unique(name, taken)
            taken.add(anchors[index])
    return replace(source, anchors=anchors) if anchors else source


def matched(source: Document, translated: Document) -> Document:
    """Return a translation with the anchors of its English on the headings that correspond.

    source: the English, with an anchor for every heading. Headings that correspond to none get
    anchors that it has not.
    """
    ours, theirs = _parts(source), _parts(translated)
    found = dict(_corresponding(ours, theirs))
    anchors = {
        part.index: found.get(part.index, f"line-{part.heading.location.line}")
        for part in theirs
        if part.heading.anchor is None or part.index in found
    }
    return replace(translated, anchors=anchors) if anchors else translated


def _corresponding(ours: Sequence[_Part], theirs: Sequence[_Part]) -> Iterator[tuple[int, str]]:
    """Yield the index of each heading of the translation that corresponds, with its anchor."""
    sure = [
        (part.index, other.index)
        for part, other in align(ours, theirs, _likeness)
        if part and other and _likeness(part, other) >= 1
    ]
    placed: list[tuple[_Part, _Part]] = []
    ends = [(-1, -1), *sure, (len(ours), len(theirs))]
    for (i, k), (j, m) in pairwise(ends):
        between, here = ours[i + 1 : j], theirs[k + 1 : m]
        if [each.heading.level for each in between] == [each.heading.level for each in here]:
            placed += [each for each in zip(between, here, strict=True) if _may_be_one(*each)]
    yield from ((other.index, part.heading.anchor or "") for part, other in _in_place(placed))
    yield from ((m, ours[j].heading.anchor or "") for j, m in sure)


def _likeness(part: _Part, other: _Part) -> float:
    """Return how alike two sections are; from 1 on they surely correspond."""
    ours, theirs = part.heading, other.heading
    if ours.anchor is not None and ours.anchor == theirs.anchor:
        return 3.0
    if ours.level != theirs.level:
        return 0.0
    shared = part.marks & other.marks
    share = len(shared) / len(part.marks | other.marks) if shared else 0.0
    same = bool(part.names) and part.names == other.names
    if ours.title == theirs.title or (same and share > 0):
        return 2.0 + share
    return 1.0 + share if share >= _SURE and len(shared) >= _ENOUGH else 0.1 + share / 2


def _in_place(pairs: Sequence[tuple[_Part, _Part]]) -> Iterator[tuple[_Part, _Part]]:
    """Yield sections at the same places, but for two that surely changed places.

    Each says what the other's English says, and clearly more of that than of its own.
    """
    words = _said(part for part, _ in pairs) & _said(other for _, other in pairs)
    ours = [part.words & words for part, _ in pairs]
    theirs = [other.words & words for _, other in pairs]
    straight = [_share(*each) for each in zip(ours, theirs, strict=True)]
    swapped: set[int] = set()
    for i, k in combinations(range(len(pairs)), 2):
        cross = _share(ours[i], theirs[k]), _share(ours[k], theirs[i])
        if min(cross) > max(straight[i], straight[k]) and sum(cross) > _CLEARLY * (
            straight[i] + straight[k]
        ):
            swapped |= {i, k}
    return (pair for at, pair in enumerate(pairs) if at not in swapped)


def _said(parts: Iterable[_Part]) -> frozenset[str]:
    return frozenset[str]().union(*(part.words for part in parts))


def _share(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """Return how much of what two sections say both say; nothing where that is little."""
    common = len(ours & theirs)
    return common / len(ours | theirs) if common >= _TELLING else 0.0


def _may_be_one(part: _Part, other: _Part) -> bool:
    """Whether nothing speaks against two sections at one place: "Step 4" is not a third step."""
    ours, theirs = (
        [number.text for number in in_digits(each.heading.title)] for each in (part, other)
    )
    return not (ours and theirs) or ours == theirs or bool(part.marks & other.marks)


def _parts(guide: Document) -> list[_Part]:
    """Return the headings of a guide with what stands below each."""
    held = inventory.read(guide)
    lines = [heading.location.line - guide.offset - 1 for heading in guide.headings]
    ends = [*lines, len(guide.lines)][1:]
    found = []
    for index, (heading, first, end) in enumerate(zip(guide.headings, lines, ends, strict=True)):
        inside = (it for it in held.items if first <= it.index < end and it.kind in _KINDS)
        names = frozenset(_WORDS.findall(heading.title))
        marks = frozenset((it.kind, it.value) for it in inside)
        words = frozenset(_WORDS.findall("\n".join(guide.lines[first:end])))
        found.append(_Part(index, heading, marks, names, words))
    return found
