"""What a guide holds that is the same in every language: steps, links, tables, directives, code.

Read from the parsed document, each thing with the line at which it stands. Words are not kept, but
for a glimpse of a step's beginning, to show which one is meant. Comparing is ``parity``'s.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import NamedTuple

from markdown_it.token import Token

from lockstep.ground.location import Location
from lockstep.guides import directive, markup
from lockstep.guides.directive import DirectiveError, OutputDirective, ValueDirective
from lockstep.guides.document import Document
from lockstep.guides.section import CODE

LISTS = {"ordered_list_open": "step", "bullet_list_open": "item"}
_CONTAINERS = {
    "content_tab_mkdocs_open": ("block", "tab"),
    "blockquote_open": ("block", "quote"),
    "dt_open": ("block", "defined term"),
    "dd_open": ("block", "definition"),
    "heading_open": ("heading", ""),
    "table_open": ("table", ""),
    "tr_open": ("row", ""),
}
"""Tokens that open something, the kind of item that it is, and its name where it is a place."""
_NOWHERE = Location("", 0)


class Code(NamedTuple):
    """The value of a fence."""

    language: str
    classes: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    """All but the title, which is translated."""
    code: Hashable


@dataclass(slots=True)
class Item:
    """One thing that a guide holds."""

    kind: str
    """``step``, ``block``, ``table``, ``row``, ``directive``, ``value``, ``link``, ``image``,
    ``fence``, ``code``, ``note`` (a footnote's definition), ``reference`` (to a footnote) or
    ``heading``."""
    value: Hashable
    """Equal in all languages, for links up to the language of their address."""
    shown: str
    """What a message calls it."""
    index: int
    """Of its line in ``Document.lines``."""
    path: tuple[str, ...] = ()
    """In which steps, admonitions, tabs and so on it stands, from the outermost."""
    block: int = 0
    """Index in ``Inventory.blocks`` of the piece of text in which it stands."""
    end: int = 0
    """Index behind its last line."""
    columns: int = 0
    """How many cells a row has."""
    words: str = ""
    """How a step or a row begins."""


@dataclass(slots=True)
class Inventory:
    """What a guide holds."""

    items: list[Item] = field(default_factory=list)
    """In the order of the text."""
    blocks: list[int] = field(default_factory=list)
    """For each paragraph, heading, table cell and code block, the index of its first line."""


def read(document: Document, footnotes: Iterable[str] = ()) -> Inventory:
    """Return what a guide holds.

    footnotes: labels that count as defined, though this text may not define them.
    """
    reader = _Reader()
    undefined = [label for label in footnotes if f"[^{label}]:" not in document.body]
    for token in markup.parse(document.body, undefined):
        reader.take(token)
    return Inventory(reader.items, reader.blocks)


@dataclass(slots=True)
class _Frame:
    """A block that is open while tokens are read."""

    closing: str
    name: str = ""
    """What items within it have in their path; none where it is no place of its own."""
    item: Item | None = None
    count: int = 0
    """Of a list: the number of its next item."""


@dataclass(slots=True)
class _Reader:
    items: list[Item] = field(default_factory=list)
    frames: list[_Frame] = field(default_factory=list)
    blocks: list[int] = field(default_factory=list)
    at: int = 0

    def add(self, kind: str, value: Hashable, shown: str, index: int | None = None) -> Item:
        path = tuple(frame.name for frame in self.frames if frame.name)
        where = self.at if index is None else index
        self.items.append(Item(kind, value, shown, where, path, len(self.blocks) - 1, where + 1))
        return self.items[-1]

    def take(self, token: Token) -> None:
        if token.map:
            self.at = token.map[0]
        if token.nesting == 1:
            self._open(token)
        elif token.nesting == -1:
            if self.frames and self.frames[-1].closing == token.type:
                self.frames.pop()
        elif token.type == "inline":
            self.blocks.append(self.at)
            self._inline(token)
        elif token.type in {"fence", "code_block"}:
            self.blocks.append(self.at)
            self._fence(token)
        elif token.type == "html_block":
            self._html(token.content)

    def _open(self, token: Token) -> None:
        closing = token.type.removesuffix("open") + "close"
        if token.type in LISTS:
            self.frames.append(_Frame(closing, count=int(token.attrs.get("start", 1))))
            return
        is_step = token.type == "list_item_open"
        name, opened = self._step() if is_step else self._container(token)
        if opened and token.map:
            opened.end = token.map[1]
        if token.type in {"th_open", "td_open"} and (row := self.frames[-1].item):
            row.columns += 1
        self.frames.append(_Frame(closing, name, opened))

    def _step(self) -> tuple[str, Item]:
        around = self.frames[-1]
        kind = LISTS[around.closing.replace("close", "open")]
        names = [*(frame.name for frame in self.frames if frame.name), f"{kind} {around.count}"]
        around.count += 1
        shape = tuple(each if each.startswith(tuple(LISTS.values())) else "…" for each in names)
        return names[-1], self.add("step", shape, " in ".join(reversed(names)))

    def _container(self, token: Token) -> tuple[str, Item | None]:
        meta = token.meta or {}
        if token.type in {"admonition_open", "admonition_mkdocs_open"}:
            name = f"{token.markup} {meta.get('tag', '')}"
            return name, self.add("block", name, f"`{name}`")
        if token.type == "footnote_reference_open":
            name = f"[^{meta.get('label', '')}]"
            return name, self.add("note", meta.get("label", ""), f"`{name}`")
        if token.type not in _CONTAINERS:
            return "", None
        kind, name = _CONTAINERS[token.type]
        return name, self.add(kind, name or token.tag, f"a {name or kind}")

    def _inline(self, token: Token) -> None:
        first = token.map[0] if token.map else self.at
        inside = [frame.item for frame in self.frames if frame.item]
        if inside and inside[-1].kind in {"step", "row"} and not inside[-1].words:
            inside[-1].words = " ".join(token.content.split())
        row = 0
        for child in token.children or []:
            self.at = first + row
            self._part(child)
            row += child.type in {"softbreak", "hardbreak"}

    def _part(self, token: Token) -> None:
        if token.type == "directive":
            self._directive(token.content)
        elif token.type == "link_open":
            address = str(token.attrs.get("href", ""))
            self.add("link", address, f"`{address}`")
        elif token.type == "image":
            address = str(token.attrs.get("src", ""))
            self.add("image", address, f"`{address}`")
        elif token.type == "code_inline":
            self.add("code", token.content, f"`{token.content}`")
        elif token.type == "footnote_ref":
            label = (token.meta or {}).get("label", "")
            self.add("reference", label, f"`[^{label}]`")
        elif token.type == "html_inline":
            self._html(token.content)

    def _directive(self, text: str) -> None:
        written = CODE.sub(r"\1", text)
        try:
            # Where it stands is none of its meaning, and alternative text is translated.
            value: Hashable = directive.parse(written, _NOWHERE)
        except DirectiveError:
            value = written
        if isinstance(value, OutputDirective):
            value = replace(value, alt="")
        kind = "value" if isinstance(value, ValueDirective) else "directive"
        self.add(kind, value, f"`{written}`")

    def _fence(self, token: Token) -> None:
        language, classes, options = markup.info(token.info.strip())
        kept = tuple(sorted((key, text) for key, text in options.items() if key != "title"))
        value = Code(language, tuple(sorted(classes)), kept, token.content)
        shown = f"a `{language}` block" if language else "a code block"
        self.add("fence", value, shown)

    def _html(self, text: str) -> None:
        tags = _Tags()
        tags.feed(text)
        for kind, address, row in tags.found:
            self.add(kind, address, f"`{address}`", self.at + row)


class _Tags(HTMLParser):
    """The links and images of a piece of HTML, with the row at which each stands."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        kind, key = {"a": ("link", "href"), "img": ("image", "src")}.get(tag, ("", ""))
        if address := given.get(key):
            self.found.append((kind, address, self.getpos()[0] - 1))
