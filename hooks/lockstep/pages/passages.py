"""What a search reads of a page: its HTML in, its text by heading out.

A heading with an ``id`` begins a passage, and so does an entry of the glossary, so that a hit leads
there. Left out are elements marked ``data-search-exclude`` (notices, recorded output), permalinks,
and what is no text: drawings, scripts, the sources of diagrams.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lockstep.pages.elements import EXCLUDED, INLINE, VOID, Selective, with_code_plain

_BEGINNING = {"h1", "h2", "h3", "h4", "h5", "h6", "dt"}
"""Elements with which passages begin."""
_NO_TEXT = {"button", "math", "object", "script", "select", "style", "svg", "template", "textarea"}
_NO_TEXT_CLASSES = {"footnote-backref", "headerlink", "lockstep-diagram"}


@dataclass(slots=True)
class Passage:
    """Text below one heading; each of its blocks has a line of its own."""

    anchor: str = ""
    """``id`` of the heading; empty for the beginning of the page."""
    title: str = ""
    text: str = ""


def read(html: str, title: str) -> list[Passage]:
    """Return a page's passages in order, those without any text left out.

    title: of the page, where its text has no heading of the first level.
    """
    reader = _Reader()
    reader.read(with_code_plain(html))
    passages = [Passage(it.anchor, _line(it.title), _text(it.text)) for it in reader.passages]
    passages[0].title = passages[0].title or title
    return [passage for passage in passages if passage.text or passage.title]


@dataclass(slots=True)
class _Pieces:
    anchor: str = ""
    title: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


class _Reader(Selective):
    """Gathers the text of a page below its headings."""

    def __init__(self) -> None:
        super().__init__()
        self.passages = [_Pieces()]
        self._heading: str | None = None
        """The element that is being read as a title."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._divide(tag)
        if tag in VOID:
            return
        is_none = tag in _NO_TEXT or any(_is_none(*each) for each in attrs)
        self.begin(tag, is_left_alone=is_none)
        if self.is_left_alone or tag not in _BEGINNING:
            return
        if tag == "h1" and not self._has_begun:
            self._heading = tag  # of the page: a hit leads to its beginning
        elif anchor := dict(attrs).get("id"):
            self.passages.append(_Pieces(anchor))
            self._heading = tag

    def handle_endtag(self, tag: str) -> None:
        self._divide(tag)
        if tag == self._heading:
            self._heading = None
        self.end(tag)

    def handle_data(self, data: str) -> None:
        if self.is_left_alone:
            return
        passage = self.passages[-1]
        (passage.text if self._heading is None else passage.title).append(data)

    @property
    def _has_begun(self) -> bool:
        return len(self.passages) > 1 or bool(self.passages[0].title)

    def _divide(self, tag: str) -> None:
        if tag not in INLINE and self._heading is None:
            self.passages[-1].text.append("\n")


def _is_none(name: str, value: str | None) -> bool:
    """Whether an attribute tells that what is in an element is left out."""
    if name != "class":
        return name == EXCLUDED
    return not _NO_TEXT_CLASSES.isdisjoint((value or "").split())


def _line(pieces: list[str]) -> str:
    return " ".join("".join(pieces).split())


def _text(pieces: list[str]) -> str:
    """Join text, its blanks told down to one; a code block keeps its lines."""
    return "\n".join(_lines("".join(pieces)))


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if kept := " ".join(line.split()):
            yield kept
