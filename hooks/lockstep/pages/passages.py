"""What a search reads of a page: its HTML in, its text by heading out.

A heading with an ``id`` begins a passage, and so does an entry of the glossary, so that a hit leads
there. Left out are elements marked ``data-search-exclude`` (notices, recorded output), permalinks,
and what is no text: drawings, scripts, the sources of diagrams.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from lockstep.pages.elements import EXCLUDED, INLINE, VOID, Reader, with_code_plain

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
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
class _Open:
    """An element around what is being read."""

    tag: str
    left_out: bool


@dataclass(slots=True)
class _Pieces:
    anchor: str = ""
    title: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)


class _Reader(Reader):
    """Gathers the text of a page below its headings."""

    def __init__(self) -> None:
        super().__init__()
        self.passages = [_Pieces()]
        self._open: list[_Open] = []
        self._heading: str | None = None
        """The element that is being read as a title."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._divide(tag)
        if tag in VOID:
            return
        given = dict(attrs)
        classes = {*(given.get("class") or "").split()}
        left_out = tag in _NO_TEXT or EXCLUDED in given or classes & _NO_TEXT_CLASSES
        self._open.append(_Open(tag, bool(left_out) or self._is_left_out))
        if self._is_left_out:
            return
        if tag == "h1" and not self._has_begun:
            self._heading = tag  # of the page: a hit leads to its beginning
        elif anchor := given.get("id") if tag in {*_HEADINGS, "dt"} else None:
            self.passages.append(_Pieces(anchor))
            self._heading = tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # HTML knows no `<p/>`: what looks like one is open, but in a drawing nothing depends on it.
        if not self._is_left_out:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._divide(tag)
        if tag == self._heading:
            self._heading = None
        if any(tag == element.tag for element in self._open):
            while self._open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        if self._is_left_out:
            return
        passage = self.passages[-1]
        (passage.text if self._heading is None else passage.title).append(data)

    @property
    def _is_left_out(self) -> bool:
        return bool(self._open) and self._open[-1].left_out

    @property
    def _has_begun(self) -> bool:
        return len(self.passages) > 1 or bool(self.passages[0].title)

    def _divide(self, tag: str) -> None:
        if tag not in INLINE and self._heading is None:
            self.passages[-1].text.append("\n")


def _line(pieces: list[str]) -> str:
    return " ".join("".join(pieces).split())


def _text(pieces: list[str]) -> str:
    """Join text, its blanks told down to one; a code block keeps its lines."""
    return "\n".join(_lines("".join(pieces)))


def _lines(text: str) -> Iterator[str]:
    for line in text.split("\n"):
        if kept := " ".join(line.split()):
            yield kept
