"""Tooltips: a page's HTML in, the same with the first use of each term led to the glossary.

Only links are added, around text that was there: everything else comes out byte for byte. Which
words are terms is ``terms``' business.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape, unescape

from lockstep.pages.elements import INLINE, VOID, Selective, with_code_blank
from lockstep.terms.finder import Finder

LINK_CLASS = "lockstep-term"
_AS_HTML = re.compile(r"<(?=[A-Za-z!/?])|&(?=[A-Za-z0-9#])")
"""Where a tag or an entity would begin. Material writes titles into its tooltips as HTML, browsers
show them as text: with a word joiner, which nobody sees, behind it, both give the same."""
_LEFT_ALONE = {
    *("a", "abbr", "button", "code", "dfn", "dt", "figure", "h1", "h2", "h3", "h4", "h5", "h6"),
    *("kbd", "label", "legend", "math", "object", "option", "pre", "samp", "script", "select"),
    *("style", "summary", "svg", "template", "textarea", "th", "title", "var"),
}
"""Elements whose text is a name, a heading, code, a drawing or a link already."""
_LEFT_ALONE_CLASSES = ("lockstep-", "admonition-title", "footnote", "md-")
"""How classes of elements begin that are the engine's or the theme's own, or hold sources."""


def linked(html: str, finder: Finder, address: str) -> str:
    """Return a page with each term's first use linked to its entry.

    finder: of the language that the page is written in; address: of the glossary page, seen from
    this one. The definition is the link's ``title``.
    """
    done: set[str] = set()
    pieces: list[str] = []
    at = 0
    for run in _runs(html):
        for found in finder.find(run.text, done):
            term = found.term
            if not found.shown or term.anchor in done:
                continue
            start = run.place(found.start, found.end)
            if start < 0:
                continue
            done.add(term.anchor)
            end = start + found.end - found.start
            title = escape(_AS_HTML.sub("\\g<0>\N{WORD JOINER}", term.definitions[finder.code]))
            target = escape(f"{address}#{term.anchor}")
            opening = f'<a class="{LINK_CLASS}" href="{target}" title="{title}">'
            pieces += (html[at:start], opening, html[start:end], "</a>")
            at = end
    return "".join((*pieces, html[at:]))


@dataclass(slots=True)
class _Run:
    """Text that reads on, such as that of a paragraph."""

    pieces: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=lambda: [0])
    """For each piece, where it begins in the text; then, where that ends."""
    places: list[int] = field(default_factory=list)
    """For each piece, where it stands in the page; -1 where no link may be."""

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def is_linkable(self) -> bool:
        """Whether any link may be in it."""
        return any(place >= 0 for place in self.places)

    def add(self, text: str, place: int) -> None:
        """Add a piece; what goes on in the page as it does in the text is one."""
        if self.places and place >= 0 and place == self.places[-1] + len(self.pieces[-1]):
            self.pieces[-1] += text
            self.starts[-1] += len(text)
            return
        self.pieces.append(text)
        self.starts.append(self.starts[-1] + len(text))
        self.places.append(place)

    def place(self, start: int, end: int) -> int:
        """Return where a part stands in the page, if a link can stand around it; else -1.

        It can around plain text without a tag or entity in it.
        """
        piece = bisect_right(self.starts, start) - 1
        is_open = self.places[piece] >= 0 and end <= self.starts[piece + 1]
        return self.places[piece] + start - self.starts[piece] if is_open else -1


def _runs(html: str) -> Iterator[_Run]:
    reader = _Reader(with_code_blank(html))
    reader.read(reader.html)
    return (run for run in reader.runs if run.is_linkable)


class _Reader(Selective):
    """Gathers the text of a page in runs."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=False)
        self.runs = [_Run()]
        self.html = html

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._divide(tag)
        if tag not in VOID:
            own = tag in _LEFT_ALONE or any(_is_own(*each) for each in attrs)
            self.begin(tag, is_left_alone=own)

    def handle_endtag(self, tag: str) -> None:
        self._divide(tag)
        self.end(tag)

    def handle_data(self, data: str) -> None:
        place = self.at
        if self.is_left_alone or not self.html.startswith(data, place):
            place = -1
        self.runs[-1].add(data, place)

    def handle_entityref(self, name: str) -> None:
        self.runs[-1].add(unescape(f"&{name};"), -1)

    def handle_charref(self, name: str) -> None:
        self.runs[-1].add(unescape(f"&#{name};"), -1)

    def _divide(self, tag: str) -> None:
        if tag not in INLINE and self.runs[-1].pieces:
            self.runs.append(_Run())


def _is_own(name: str, value: str | None) -> bool:
    """Whether an attribute tells that what is in an element is left alone."""
    if name != "class":
        return name == "lang"
    return any(each.startswith(_LEFT_ALONE_CLASSES) for each in (value or "").split())
