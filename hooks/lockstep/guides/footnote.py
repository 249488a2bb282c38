"""Footnotes of a guide: which its text refers to, and where each is defined.

A definition may stand far from what refers to it, so who takes sections out of a guide, or puts
some in, must look after both.
"""

import re
from collections.abc import Iterator

from lockstep.guides.document import Document

_DEFINITION = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:")
_REFERENCE = re.compile(r"\[\^([^\]\s]+)\]")
_CODE_SPAN = re.compile(r"(`+).*?\1")
_CONTINUED = re.compile(r" {4}|\t")


def references(document: Document) -> frozenset[str]:
    """Return the labels of the footnotes that a guide's text refers to."""
    lines = (_DEFINITION.sub("", document.lines[index], count=1) for index in _text(document))
    texts = (_CODE_SPAN.sub("", line) for line in lines)
    return frozenset(label for text in texts for label in _REFERENCE.findall(text))


def definitions(document: Document) -> dict[str, range]:
    """Return each footnote's label, and the indexes of the lines that define it."""
    if "[^" not in document.text:
        return {}
    starts = {
        index: match[1]
        for index in _text(document)
        if (match := _DEFINITION.match(document.lines[index]))
    }
    return {label: range(at, _end(document, at)) for at, label in starts.items()}


def _text(document: Document) -> Iterator[int]:
    """Yield the indexes of lines that are in no code fence."""
    code = {index for fence in document.fences for index in range(fence.first, fence.last + 1)}
    yield from (index for index in range(len(document.lines)) if index not in code)


def _end(document: Document, first: int) -> int:
    """Return the index behind a definition: its paragraph, then what is indented below it."""
    end = first + 1
    for index in range(first + 1, len(document.lines)):
        line = document.lines[index]
        flows = index == end and not _DEFINITION.match(line) and not line.startswith("#")
        if line.strip() and not _CONTINUED.match(line) and not flows:
            break
        if line.strip():
            end = index + 1
    return end
