"""What readers see of a guide: its text as the site's own Markdown shows it, block by block.

Each guide is converted once, and its HTML read once; rules look at the blocks. How code looks is
not Markdown's business: code, drawings, directives and what is escaped on purpose leave a gap.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lockstep.guides.document import Document
from lockstep.guides.prose import GAP
from lockstep.pages import typesetting
from lockstep.pages.elements import Reader

BREAK = "\N{LINE SEPARATOR}"
"""What stands for a line break that readers see."""
_ESCAPED = re.compile(r"\\[*_\[\](){}!=~]")
_HIDDEN = {"code", "kbd", "math", "pre", "samp", "script", "style", "svg", "textarea"}
_STRONG, _EMPHASIS = {"b", "strong"}, {"em", "i"}
_QUOTED = {"a", "cite", "em", "i", "q"}
_INLINE = {*_STRONG, *_EMPHASIS, *_HIDDEN, *_QUOTED} | {
    *("abbr", "big", "br", "del", "font", "img", "ins", "mark", "s", "small", "span", "sub"),
    *("sup", "tt", "u", "wbr"),
}
_VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
_SEEN = {"audio", "canvas", "hr", "iframe", "img", "input", "object", "svg", "table", "video"}
"""Elements that readers see, though no text is in them."""
HEADINGS = {f"h{level}" for level in range(1, 7)}
PERMALINK = "headerlink"
"""The class of a link from a heading to itself."""
_FILLED = {"a", "code", "em", "li", "strong", *HEADINGS}
"""Elements that have no meaning when nothing is in them."""


class ConversionError(Exception):
    """The site's Markdown cannot be had; the text says why, ``path`` where."""

    def __init__(self, message: str, path: str) -> None:
        """Keep the path of the configuration beside the message."""
        super().__init__(message)
        self.path = path


@dataclass(slots=True)
class Block:
    """Text that readers see in one piece, such as a paragraph's, a heading's or a table cell's."""

    tag: str
    """Name of the element around it."""
    heading: int
    """How many headings have begun before it ends."""
    is_footnote: bool = False
    text: str = ""
    strong: list[str] = field(default_factory=list)
    """What is shown in bold."""
    emphasis: int = 0
    """How often something is shown in italics."""
    quoted: list[tuple[int, int]] = field(default_factory=list)
    """Where in the text links, italics and quotes begin and end: words that may be another's."""
    edges: set[int] = field(default_factory=set)
    """Where in the text links and emphasis begin and end."""
    empty: list[tuple[str, int]] = field(default_factory=list)
    """Elements in which nothing is, with where in the text they stand."""

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading: of a section, a column, an admonition."""
        return self.tag in HEADINGS or self.tag in {"th", "summary"}


@dataclass(frozen=True, slots=True)
class Visible:
    """A guide as its readers see it."""

    document: Document
    blocks: tuple[Block, ...]
    headings: tuple[int, ...]
    """Index in the document's lines of each heading that readers see; ``-1`` where that is not
    known."""

    def lines(self, block: Block) -> range:
        """Return the lines among which a block is written: from the heading above it to the next.

        All lines where that is not known.
        """
        end = len(self.document.lines)
        above, headings = block.heading, self.headings
        first = headings[above - 1] if above else 0
        last = headings[above] if above < len(headings) else end
        return range(end) if block.is_footnote or -1 in (first, last) else range(first, last)


def see(document: Document, convert: Callable[[str], str]) -> Visible:
    """Return what readers see of a guide.

    convert: Markdown to HTML as the site does it; raises ``ConversionError`` where it cannot.
    """
    reader = _Reader()
    reader.read(convert(_readable(document)))
    blocks = tuple(block for block in reader.blocks if block.text or block.empty)
    return Visible(document, blocks, tuple(_headings(document, reader.headings)))


def _readable(document: Document) -> str:
    """Return the Markdown of a guide with gaps for what is no text, and lines joined as published.

    Neither in number nor in length are its lines those of the guide.
    """
    lines = document.body.split("\n")
    for span in reversed(document.spans):
        line, end = lines[span.index], span.column + len(span.text)
        lines[span.index] = f"{line[: span.column]}{GAP}{line[end:]}"
    for fence in document.fences:
        rest = [""] * (fence.last - fence.first)
        lines[fence.first : fence.last + 1] = [f"{fence.prefix}{GAP}", *rest]
    result: list[str] = []
    joints = set(document.joints)
    for index, line in enumerate(lines):
        if index - 1 in joints and result and typesetting.joins(result[-1], line):
            result[-1] = typesetting.join(result[-1].rstrip(), line.lstrip(" \t>"))
        else:
            result.append(line)
    return _ESCAPED.sub(GAP, "\n".join(result))


def _headings(document: Document, ids: list[str | None]) -> Iterator[int]:
    """Yield for each heading that readers see, by its id, where it is written; ``-1`` if unsure."""
    lines = [heading.location.line - document.offset - 1 for heading in document.headings]
    if len(lines) == len(ids):
        yield from lines
        return
    anchors = {heading.anchor: line for heading, line in zip(document.headings, lines, strict=True)}
    yield from (anchors.get(each, -1) if each else -1 for each in ids)


@dataclass(slots=True)
class _Open:
    """An element that has begun."""

    tag: str
    start: int
    """Where in the text of its block it begins."""
    seen: int
    """How much had been seen before it."""
    is_link: bool
    is_mark: bool
    """Whether it is the site's own, such as a permalink, and no text."""


class _Reader(Reader):
    """Reads the HTML of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = [Block("", 0)]
        self.headings: list[str | None] = []
        """The id of each heading."""
        self._open: list[_Open] = []
        self._around: list[str] = []
        """The elements that are open and do not stand in text."""
        self._hidden = 0
        self._marks = 0
        self._footnotes = 0
        self._seen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in _INLINE:
            if tag not in _VOID:
                self._footnotes += self._footnotes > 0 or given.get("class") == "footnote"
                is_title = given.get("class") == "admonition-title"
                self._around.append("summary" if is_title else tag)
            if tag in HEADINGS:
                self.headings.append(given.get("id"))
            self._divide()
        block = self.blocks[-1]
        is_icon = tag != "a" and tag in _INLINE and "class" in given
        self._seen += tag in _SEEN or is_icon or (tag == "a" and bool(given.get("aria-label")))
        if tag in _VOID:
            block.text += {"br": BREAK, "img": GAP}.get(tag, "")
            return
        is_mark = bool(given) and _is_mark(tag, given)
        at = len(block.text)
        self._open.append(_Open(tag, at, self._seen, tag == "a" and "href" in given, is_mark))
        self._marks += is_mark
        if is_mark or tag in _HIDDEN:
            if not self._hidden and given.get("class") != PERMALINK:
                block.text += GAP
            self._hidden += 1

    def handle_endtag(self, tag: str) -> None:
        nearest = bool(self._open) and self._open[-1].tag == tag
        if nearest or any(each.tag == tag for each in self._open):
            while self._end(self._open.pop()) != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.blocks[-1].text += data
        if not (self._marks or data.isspace()):
            self._seen += 1

    def _end(self, each: _Open) -> str:
        """End an element, and return its name."""
        block, tag = self.blocks[-1], each.tag
        self._marks -= each.is_mark
        self._hidden -= each.is_mark or tag in _HIDDEN
        if each.seen == self._seen and _must_be_filled(each) and not self._hidden:
            block.empty.append((tag, min(each.start, len(block.text))))
        elif (tag in _STRONG or tag in _QUOTED) and not self._hidden:
            span = (each.start, len(block.text))
            block.edges.update(span)
            block.emphasis += tag in _EMPHASIS
            if tag in _STRONG:
                block.strong.append(block.text[each.start :].strip())
            else:
                block.quoted.append(span)
        if tag not in _INLINE:
            self._footnotes -= self._footnotes > 0
            self._around.pop()
            self._divide()
        return tag

    def _divide(self) -> None:
        """Begin a block; one in which nothing is yet becomes it, as what parts tags is nothing."""
        last = self.blocks[-1]
        if last.empty or last.edges or not (last.text.isspace() or last.text == ""):
            last = Block("", 0)
            self.blocks.append(last)
        last.text = ""
        last.tag = self._around[-1] if self._around else ""
        last.heading = len(self.headings)
        last.is_footnote = self._footnotes > 0


def _must_be_filled(each: _Open) -> bool:
    return each.tag in _FILLED and not each.is_mark and (each.tag != "a" or each.is_link)


def _is_mark(tag: str, given: dict[str, str | None]) -> bool:
    """Whether an element is the site's: a permalink, a footnote's number or the way back."""
    if tag == "sup":
        return str(given.get("id", "")).startswith("fnref")
    return tag == "a" and given.get("class") in {PERMALINK, "footnote-ref", "footnote-backref"}
