"""What changed between two versions of a section, word by word.

A paragraph stands on one line here, so that a difference of lines would show whole paragraphs. Line
breaks inside a paragraph are blanks like others: reflowing changes nothing.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

_TOKEN = re.compile(r"\n\s*\n|\s+|\w+|[^\w\s]")
_AROUND = 1
"""Unchanged lines that are shown on each side of a change."""
_ALIKE = 0.5
"""Share of words that two versions of a passage have in common; below it the new one replaces the
old as a whole, which is easier to read than what they share by chance."""


class Kind(Enum):
    """What became of a piece of text."""

    KEPT = "kept"
    GONE = "gone"
    NEW = "new"
    SKIPPED = "skipped"
    """Unchanged lines in between, which are not shown."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text and what became of it."""

    kind: Kind
    text: str


def pieces(before: str, after: str) -> list[Piece]:
    """Return the changes from one text to another, each with a line around it.

    Pieces that are not new make up ``before``, blanks aside; those that are not gone, ``after``.
    """
    ended = (f"{text.rstrip()}\n" for text in (before, after))
    found = list(_joined(_compared(*ended)))
    if all(piece.kind is Kind.KEPT for piece in found):
        return found
    return list(_joined(_shortened(found)))


def plain(found: Sequence[Piece]) -> str:
    """Return pieces as text: ``[-gone-]``, ``{+new+}``, as ``git diff --word-diff`` writes them."""
    forms = {Kind.KEPT: "{}", Kind.GONE: "[-{}-]", Kind.NEW: "{{+{}+}}", Kind.SKIPPED: "…\n"}
    return "".join(forms[piece.kind].format(piece.text) for piece in found)


def _compared(before: str, after: str) -> Iterator[Piece]:
    """Compare lines, then the words of those that differ."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    a, b = ([line.rstrip() for line in side] for side in (old, new))
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    for operation, i, j, k, m in matcher.get_opcodes():
        if operation == "equal":
            yield Piece(Kind.KEPT, "".join(new[k:m]))
        else:
            yield from _words("".join(old[i:j]), "".join(new[k:m]))


def _words(before: str, after: str) -> Iterator[Piece]:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    matcher = SequenceMatcher(None, _flat(old), _flat(new), autojunk=False)
    if matcher.ratio() < _ALIKE:
        yield from (Piece(Kind.GONE, before), Piece(Kind.NEW, after))
        return
    for operation, i, j, k, m in matcher.get_opcodes():
        if operation == "equal":
            yield Piece(Kind.KEPT, "".join(new[k:m]))
        else:
            yield Piece(Kind.GONE, "".join(old[i:j]))
            yield Piece(Kind.NEW, "".join(new[k:m]))


def _flat(tokens: Sequence[str]) -> list[str]:
    """Return tokens in which a line break is a blank, and the end of a paragraph is none."""
    kinds = ((token, token.count("\n")) for token in tokens)
    return [("\n\n" if ends > 1 else " ") if token.isspace() else token for token, ends in kinds]


def _joined(found: Sequence[Piece] | Iterator[Piece]) -> Iterator[Piece]:
    """Join neighbours of one kind, and leave out empty pieces."""
    waiting: Piece | None = None
    for piece in found:
        if waiting and piece.kind is waiting.kind and piece.kind is not Kind.SKIPPED:
            waiting = Piece(piece.kind, waiting.text + piece.text)
        elif piece.text:
            if waiting:
                yield waiting
            waiting = piece
    if waiting:
        yield waiting


def _shortened(found: Sequence[Piece]) -> Iterator[Piece]:
    """Leave out unchanged lines that are far from any change."""
    for index, piece in enumerate(found):
        if piece.kind is not Kind.KEPT:
            yield piece
            continue
        lines = piece.text.splitlines(keepends=True)
        # The first and the last line may be parts of lines in which something changed.
        head = 0 if index == 0 else _AROUND + 1
        tail = 0 if index == len(found) - 1 else _AROUND + 1
        if len(lines) <= head + tail + 1:
            yield piece
            continue
        yield Piece(Kind.KEPT, "".join(lines[:head]))
        skipped = lines[head : len(lines) - tail]
        yield Piece(Kind.SKIPPED, "".join(skipped))
        yield Piece(Kind.KEPT, "".join(lines[len(lines) - tail :]))
