"""Guides: Markdown text in, its parts with their lines out.

markdown-it-py parses, since Python-Markdown keeps no line numbers; the adapter holds the two
against each other when a page is rendered. Which directives mean what is ``directive``'s.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline, newline
from markdown_it.token import Token
from mdformat_mkdocs.mdit_plugins import (
    material_admon_plugin,
    material_content_tabs_plugin,
    material_deflist_plugin,
    pymd_admon_plugin,
)
from mdit_py_plugins.footnote import footnote_plugin

from lockstep.location import Location
from lockstep.problem import Problem

_FRONT_MATTER = re.compile(
    r"---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_ANCHOR = re.compile(r"\s*\{:?\s*#(?P<anchor>[^\s}]+)[^}]*\}\s*\Z")
_CONTAINER = re.compile(r"[\s>]*")
_QUOTED = re.compile(r'([\w-]+)="([^"]*)"')
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
TOP = "top"
"""Anchor of what stands before the first heading."""


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


@dataclass(frozen=True, slots=True)
class Document:
    """A guide, read."""

    path: str
    lines: tuple[str, ...]
    offset: int = 0
    """Lines of the file that stand before ``lines``: the front matter, where it was cut off."""
    meta: Mapping[str, Any] = field(default_factory=dict)
    headings: tuple[Heading, ...] = ()
    fences: tuple[Fence, ...] = ()
    spans: tuple[Span, ...] = ()
    joints: tuple[int, ...] = ()
    """Indexes of lines that continue as flowing text on the next line."""
    problems: tuple[Problem, ...] = ()

    def at(self, index: int) -> Location:
        """Return where the line of that index stands in the file."""
        return Location(self.path, self.offset + index + 1)

    def meta_line(self, key: str) -> Location:
        """Return where the front matter names a key; the first line where it does not."""
        lines = enumerate(self.lines)
        found = (index for index, line in lines if re.match(rf"{re.escape(key)}\s*:", line))
        return self.at(next(found, 0))


def read(text: str, path: str, *, offset: int = 0) -> Document:
    """Read a guide.

    text: the file, or what is left of it behind its front matter, of which ``offset`` lines were
    cut off. Never raises for what a file can hold: findings are in ``problems``.
    """
    problems: list[Problem] = []
    meta, body_at = _front_matter(text, path, problems) if offset == 0 else ({}, 0)
    lines = tuple(text.split("\n"))
    # Front matter becomes blank lines, so that all line numbers stay those of the file.
    body = "\n" * body_at + "\n".join(lines[body_at:])
    document = Document(path, lines, offset, meta)
    parts = _Parts(document, problems)
    for token in _parser().parse(body):
        parts.take(token)
    return Document(
        path,
        lines,
        offset,
        meta,
        tuple(parts.headings),
        tuple(parts.fences),
        tuple(sorted(parts.spans, key=lambda span: (span.index, span.column))),
        tuple(sorted(parts.joints)),
        tuple(problems),
    )


def _front_matter(text: str, path: str, problems: list[Problem]) -> tuple[dict[str, Any], int]:
    match = _FRONT_MATTER.match(text)
    if match is None:
        return {}, 0
    try:
        meta = yaml.safe_load(match.group(1)) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = Location(path, (mark.line if mark else 0) + 2)
        problems.append(Problem(where, "bad-front-matter", f"not valid YAML: {error}"))
        meta = {}
    if not isinstance(meta, dict):
        problems.append(Problem(Location(path, 1), "bad-front-matter", "not a mapping"))
        meta = {}
    return meta, match.group(0).count("\n")


class _Parts:
    """Collects the parts of a document from markdown-it's tokens."""

    def __init__(self, document: Document, problems: list[Problem]) -> None:
        self.document = document
        self.problems = problems
        self.headings: list[Heading] = []
        self.fences: list[Fence] = []
        self.spans: list[Span] = []
        self.joints: list[int] = []
        self._level: int | None = None
        self._cursor: dict[int, int] = {}

    def take(self, token: Token) -> None:
        """Note what the token is."""
        if token.type == "heading_open":
            self._level = int(token.tag[1])
        elif token.type == "inline":
            self._inline(token)
            self._level = None
        elif token.type == "fence":
            self._fence(token)
        elif token.type in {"html_block", "code_block"}:
            self._unreachable(token)

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
            elif child.type == "image" and "{{" in child.content:
                self._misplaced(first, "alternative text of an image")

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
        prefix = line[:column]
        alone = _CONTAINER.fullmatch(prefix) and not line[column + len(text) :].strip()
        where = self.document.at(index)
        self.spans.append(Span(where, text, index, column, prefix if alone else None))

    def _fence(self, token: Token) -> None:
        first, end = token.map or (0, 0)
        line = self.document.lines[first]
        language, classes, options = _info(token.info.strip())
        prefix = line[: line.find(token.markup)]
        self.fences.append(
            Fence(
                self.document.at(first),
                language,
                classes,
                options,
                token.content,
                first,
                end - 1,
                prefix,
            )  # fmt: skip
        )

    def _unreachable(self, token: Token) -> None:
        """Report directives where they would be shown to the reader as they are."""
        for match in re.finditer(
            r"\{\{\s*(cell|output|value)\b", _COMMENT.sub(_blank, token.content)
        ):
            row = token.content[: match.start()].count("\n")
            place = "HTML block" if token.type == "html_block" else "indented code block"
            self._misplaced((token.map or [0])[0] + row, place)

    def _misplaced(self, index: int, place: str) -> None:
        fix = {
            "HTML block": "put a blank line between the HTML tag and the directive",
            "indented code block": "indent it by four spaces for each list item around it, no more",
        }.get(place, "write it in the text around")
        message = f"a directive does not work in an {place}; {fix}"
        self.problems.append(Problem(self.document.at(index), "misplaced-directive", message))


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match.group(0))


def _info(info: str) -> tuple[str, frozenset[str], dict[str, str]]:
    """Split a fence's info string, plain (``python title="x"``) or in braces (``{ .python }``)."""
    options = dict(_QUOTED.findall(info))
    rest = _QUOTED.sub("", info)
    braces = re.search(r"\{(.*)\}", rest)
    classes = re.findall(r"\.([\w+#-]+)", braces.group(1)) if braces else []
    plain = re.match(r"[^\s{]+", rest)
    language = plain.group(0) if plain else (classes[0] if classes else "")
    return language.lower(), frozenset(classes), options


def _directive_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 markdown-it's own
    """Read ``{{ … }}`` on one line as one inline token; an unclosed one ends with its line."""
    if not state.src.startswith("{{", state.pos):
        return False
    end, quoted = state.pos + 2, False
    while end < state.posMax and state.src[end] != "\n":
        quoted ^= state.src[end] == '"'
        if not quoted and state.src.startswith("}}", end):
            end += 2
            break
        end += 1
    if not silent:
        token = state.push("directive", "", 0)
        token.content = state.src[state.pos : end]
        token.meta = {"pos": state.pos}
    state.pos = end
    return True


def _newline_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 markdown-it's own
    """Do what markdown-it does at a line's end, and keep where that is."""
    position = state.pos
    found = newline(state, silent)
    if found and not silent:
        state.tokens[-1].meta = {"pos": position}
    return found


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    for plugin in (
        footnote_plugin,
        material_admon_plugin,
        pymd_admon_plugin,
        material_content_tabs_plugin,
        material_deflist_plugin,
    ):
        parser.use(plugin)
    parser.inline.ruler.before("escape", "directive", _directive_rule)
    parser.inline.ruler.at("newline", _newline_rule)
    return parser


def sections(document: Document) -> Iterator[tuple[str, int]]:
    """Yield the anchor of each section with the line it starts at, ``#top`` first."""
    yield TOP, document.offset + 1
    for heading in document.headings:
        yield heading.anchor or "", heading.location.line
