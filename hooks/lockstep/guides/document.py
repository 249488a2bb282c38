"""Guides: Markdown text in, its parts with their lines out.

How Markdown is read is ``markup``'s, what directives mean is ``directive``'s.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from markdown_it.token import Token

from lockstep.ground.location import Location
from lockstep.ground.problem import Problem
from lockstep.guides import front_matter, markup

_ANCHOR = re.compile(r"\s*\{:?(?:[^{}]*\s)?#(?P<anchor>[^\s{}]+)[^{}]*\}\s*\Z")
_CONTAINER = re.compile(r"[\s>]*")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_DIRECTIVE = re.compile(r"\{\{\s*(?:cell|output|value)\b[^\n]*?(?:\}\}|$)", re.MULTILINE)
_PLACES = {
    "html_block": ("an HTML block", "put a blank line between the HTML tag and the directive"),
    "html_inline": ("an HTML tag", "write it in the text"),
    "image": ("the alternative text of an image", "write it in the text"),
    "code_block": (
        "an indented code block",
        "indent it by four spaces for each list item around it",
    ),
}
"""Tokens in which a directive would reach the reader as it is: what they are, and the fix."""
_OPENING = re.compile(r"[\s>]*(`{3,}[ \t]*[^\s`][^`]*|~{3,}[ \t]*[^\s~].*)\Z")
"""A line at which the site's highlighter starts a code block, wherever it stands."""
_HIDDEN = re.compile(r"^[\s>]*<!--.*?-->", re.DOTALL | re.MULTILINE)
_FENCE_PLACES = {
    "html_block": ("an HTML block", "put a blank line before it"),
    "code_block": _PLACES["code_block"],
    "": (
        "the text above it",
        "put a blank line before it, and indent it by four spaces for each list item around it",
    ),
}
"""What a fence that is none is taken for, and the fix."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading."""

    location: Location
    level: int
    title: str
    anchor: str | None
    """The explicit ``{#anchor}``, if it has one."""


@dataclass(frozen=True, slots=True)
class Fence:
    """A fenced code block written by hand."""

    location: Location
    language: str
    """Lower-case name from the info string or the first class, or the empty string."""
    classes: frozenset[str]
    options: Mapping[str, str]
    code: str
    first: int
    """Index in ``Document.lines`` of the opening fence."""
    last: int
    """Index of the closing fence."""
    prefix: str
    """What stands before the fence on its line: indentation and quote marks."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text between ``{{`` and ``}}``, where directives are read."""

    location: Location
    text: str
    index: int
    """Index in ``Document.lines``."""
    column: int
    prefix: str | None
    """What stands before it if it stands alone on its line (blanks, quote marks), else ``None``."""


@dataclass(frozen=True)  # without slots: its text is taken apart when a part is asked for
class Document:
    """A guide, read."""

    path: str
    text: str
    offset: int = 0
    """Lines of the file that stand before the text: the front matter, where it was cut off."""
    meta: Mapping[str, Any] = field(default_factory=dict)
    origins: tuple[Location, ...] = ()
    """Where each line comes from, in a guide put together from several files."""
    unread: tuple[Problem, ...] = ()
    """What is wrong with its front matter."""
    anchors: Mapping[int, str] = field(default_factory=dict)
    """Anchors that were given to headings, by their index, as if they stood there."""

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Its text, line by line."""
        return tuple(self.text.split("\n"))

    @cached_property
    def body(self) -> str:
        """The text that is rendered: front matter is blank lines, so that lines stay the file's."""
        rows = self._length if self.offset == 0 else 0
        return "\n" * rows + "\n".join(self.lines[rows:])

    @cached_property
    def _length(self) -> int:
        """How many of its lines are front matter."""
        return front_matter.length(self.text)

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """Its headings, in order."""
        found = enumerate(self._parts.headings)
        return tuple(replace(each, anchor=self.anchors.get(i, each.anchor)) for i, each in found)

    @property
    def fences(self) -> tuple[Fence, ...]:
        """The code blocks written by hand, in order."""
        return tuple(self._parts.fences)

    @property
    def spans(self) -> tuple[Span, ...]:
        """What stands between braces where directives are read, in order."""
        return tuple(self._parts.spans)

    @property
    def joints(self) -> tuple[int, ...]:
        """Indexes of lines that continue as flowing text on the next line."""
        return tuple(self._parts.joints)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with it, as far as it can be seen by itself."""
        return (*self.unread, *self._parts.problems)

    @cached_property
    def _parts(self) -> "_Parts":
        parts = _Parts(self)
        for token in markup.parse(self.body):
            parts.take(token)
        parts.look_for_fences(self.body.split("\n"))
        parts.spans.sort(key=lambda span: (span.index, span.column))
        parts.joints.sort()
        return parts

    def at(self, index: int) -> Location:
        """Return where the line of that index stands in the file."""
        if index < len(self.origins):
            return self.origins[index]
        return Location(self.path, self.offset + index + 1)

    def meta_line(self, key: str) -> Location:
        """Return where the front matter names a key; the first line where it does not."""
        lines = list(enumerate(self.lines[: self._length]))
        found = (index for index, line in lines if re.match(rf"{re.escape(key)}\s*:", line))
        return self.at(next(found, 0))


def read(text: str, path: str, *, offset: int = 0, origins: tuple[Location, ...] = ()) -> Document:
    """Read a guide.

    text: the file, or what is left of it behind its front matter, of which ``offset`` lines were
    cut off. origins: where each line comes from, if not all are this file's. Never raises for what
    a file can hold: findings are in ``problems``.
    """
    problems: list[Problem] = []
    text = text.replace("\r\n", "\n").replace("\r", "\n")  # as both readers of Markdown do
    meta = front_matter.read(text, path, problems) if offset == 0 else {}
    return Document(path, text, offset, meta, origins, tuple(problems))


class _Parts:
    """Collects the parts of a document from markdown-it's tokens."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.headings: list[Heading] = []
        self.fences: list[Fence] = []
        self.spans: list[Span] = []
        self.joints: list[int] = []
        self._level: int | None = None
        self._cursor: dict[int, int] = {}
        self._places: dict[int, str] = {}
        """Index of a line to the type of the token in which no fence can be."""
        self._settled: set[int] = set()
        """Indexes of lines in fences and comments."""

    def take(self, token: Token) -> None:
        """Note what the token is."""
        if token.type == "heading_open":
            self._level = int(token.tag[1])
        elif token.type == "inline":
            self._inline(token)
            self._level = None
        elif token.type == "fence":
            self._fence(token)
        elif token.type in _PLACES and token.map:
            self._unreachable(token, *token.map)
            self._places |= dict.fromkeys(range(*token.map), token.type)
            rows = _HIDDEN.sub(_blank, token.content).split("\n")
            hidden = (row for row, text in enumerate(rows) if not text.strip())
            self._settled |= {token.map[0] + row for row in hidden}

    def look_for_fences(self, lines: list[str]) -> None:
        """Report fences that the site would highlight and that no token is: once all are taken."""
        for fence in self.fences:
            self._settled |= set(range(fence.first, fence.last + 1))
        for index, line in enumerate(lines):
            if index not in self._settled and (opening := _OPENING.match(line)):
                place, fix = _FENCE_PLACES[self._places.get(index, "")]
                message = f"{opening[1]!r} is read as part of {place}, and shown as code; {fix}"
                where = self.document.at(index)
                self.problems.append(Problem(where, "misplaced-fence", message))

    def _inline(self, token: Token) -> None:
        first = token.map[0] if token.map else 0
        if self._level is not None:
            match = _ANCHOR.search(token.content)
            title = token.content[: match.start()] if match else token.content
            anchor = match["anchor"] if match else None
            where = self.document.at(first)
            self.headings.append(Heading(where, self._level, title, anchor))
        offsets = self._offsets(token.content, first)
        for child in token.children or []:
            if child.type == "directive":
                before = token.content[: child.meta["pos"]]
                row = before.count("\n")
                column = offsets[row] + len(before) - (before.rfind("\n") + 1)
                self._span(child.content, first + row, column)
            elif child.type == "softbreak":
                self.joints.append(first + token.content.count("\n", 0, child.meta["pos"]))
            elif child.type in _PLACES:
                self._unreachable(child, first, first + len(offsets))

    def _offsets(self, content: str, first: int) -> list[int]:
        """Return for each line of an inline text the column at which it starts in the file."""
        offsets = []
        for row, line in enumerate(content.split("\n")):
            index = first + row
            raw = self.document.lines[index] if index < len(self.document.lines) else ""
            at = max(raw.find(line, self._cursor.get(index, 0)), 0)
            self._cursor[index] = at + len(line)
            offsets.append(at)
        return offsets

    def _span(self, text: str, index: int, column: int) -> None:
        line = self.document.lines[index]
        if not line.startswith(text, column):  # behind an escaped bar in a table, columns differ
            before = self.spans[-1] if self.spans and self.spans[-1].index == index else None
            column = line.find(text, before.column + len(before.text) if before else 0)
        if column < 0:
            self._refuse(
                text, index, "a table cell with an escaped bar", "write it without the bar"
            )
            return
        prefix = line[:column]
        alone = _CONTAINER.fullmatch(prefix) and not line[column + len(text) :].strip()
        where = self.document.at(index)
        self.spans.append(Span(where, text, index, column, prefix if alone else None))

    def _fence(self, token: Token) -> None:
        first, end = token.map or (0, 0)
        line = self.document.lines[first]
        language, classes, options = markup.info(token.info.strip())
        prefix = line[: line.find(token.markup)]
        where = self.document.at(first)
        own = language, classes, options, token.content, first, end - 1, prefix
        self.fences.append(Fence(where, *own))

    def _unreachable(self, token: Token, first: int, end: int) -> None:
        """Report directives where they would be shown to the reader as they are."""
        for match in _DIRECTIVE.finditer(_COMMENT.sub(_blank, token.content)):
            rows = range(first, min(end, len(self.document.lines)))
            lines = (row for row in rows if match.group() in self.document.lines[row])
            self._refuse(match.group(), next(lines, first), *_PLACES[token.type])

    def _refuse(self, text: str, index: int, place: str, fix: str) -> None:
        message = f"`{text}` does not work in {place}; {fix}"
        self.problems.append(Problem(self.document.at(index), "misplaced-directive", message))


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group(0))
