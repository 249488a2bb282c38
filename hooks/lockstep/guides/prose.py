"""Running text of a guide: what is read as sentences, with where each word stands.

Code, drawings, directives and addresses are none of it; they leave a gap. What stands in links,
headings and footnotes is kept apart, because names and sources are often in another language.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from markdown_it.token import Token

from lockstep.ground.location import Location
from lockstep.guides import markup
from lockstep.guides.document import Document

GAP = "\N{OBJECT REPLACEMENT CHARACTER}"
"""What stands for code, a directive, an image."""


class Part(Enum):
    """Where text stands."""

    BODY = "body"
    HEADING = "heading"
    FOOTNOTE = "footnote"
    META = "front matter"


@dataclass(frozen=True, slots=True)
class Run:
    """Text that reads on, such as that of a paragraph; lines are divided by line breaks."""

    location: Location
    """Of its first line."""
    text: str
    part: Part
    links: tuple[tuple[int, int], ...] = ()
    """Where in the text links begin and end."""

    def at(self, index: int) -> Location:
        """Return where a character of the text stands."""
        line = self.location.line + self.text.count("\n", 0, index)
        return Location(self.location.path, line)

    def is_linked(self, index: int) -> bool:
        """Whether a character of the text stands in a link."""
        return any(start <= index < end for start, end in self.links)


def runs(document: Document) -> Iterator[Run]:
    """Yield the running text of a guide in order, title and description first."""
    for key in ("title", "description"):
        value = document.meta.get(key)
        if isinstance(value, str) and value.strip():
            yield Run(document.meta_line(key), " ".join(value.split()), Part.META)
    around: list[str] = []
    row = 0
    for token in markup.parse(document.body):
        if token.map:
            row = token.map[0]
        if token.nesting > 0:
            around.append(token.type)
        elif token.nesting < 0 and around:
            around.pop()
        elif token.type == "inline":
            words, links = text(token)
            if words.strip():
                yield Run(document.at(row), words, _part(around), links)


def _part(around: list[str]) -> Part:
    if any(kind.startswith("footnote") for kind in around):
        return Part.FOOTNOTE
    return Part.HEADING if "heading_open" in around or "th_open" in around else Part.BODY


def text(token: Token) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return the text of an inline token with where its links are."""
    children = token.children or []
    if len(children) == 1 and children[0].type == "text":
        return children[0].content, ()
    words = ""
    links: list[tuple[int, int]] = []
    opened = 0
    for child in children:
        if child.type == "link_open":
            opened = len(words)
        elif child.type == "link_close":
            links.append((opened, len(words)))
        elif child.type in {"softbreak", "hardbreak"}:
            words += "\n"
        elif child.type == "text":
            words += child.content
        elif child.nesting == 0 and child.type != "html_inline":
            words += GAP + "\n" * child.content.count("\n")
    return words, tuple(links)
