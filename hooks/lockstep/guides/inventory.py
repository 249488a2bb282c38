"""Reads what a guide holds that is the same in every language, from the parsed document.

What it is, ``item`` says.
"""

import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from html.parser import HTMLParser

from markdown_it.token import Token

from lockstep.ground.location import Location
from lockstep.guides import directive, markup, prose
from lockstep.guides.directive import DirectiveError, OutputDirective, ValueDirective
from lockstep.guides.document import Document
from lockstep.guides.item import Code, Inventory, Item, Text
from lockstep.guides.section import without_codes

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
_NO_LOCATION = Location("", 0)
_PARTS = frozenset({"thead", "tbody", "th", "td", "paragraph", "heading", "dl",
                    "footnote_reference"})  # fmt: skip
"""Tokens of blocks that are no structure of their own beside paragraphs."""
_PARAGRAPH = re.compile(r"\s*<p\b", re.IGNORECASE)
"""How HTML begins that is a paragraph like others."""
_NO_WORDS = frozenset({"directive", "image", "html_inline", "softbreak", "hardbreak"})


def read(document: Document, footnotes: Iterable[str] = ()) -> Inventory:
    """Return what a guide holds.

    footnotes: labels that count as defined, though this text may not define them.
    """
    return _read.__wrapped__(*_key(document, footnotes))


def known(document: Document, footnotes: Iterable[str] = ()) -> Inventory:
    """Return the same, to be read only: each translation is compared with the same English."""
    return _read(*_key(document, footnotes))


def _key(document: Document, footnotes: Iterable[str]) -> tuple[str, frozenset[str]]:
    body = document.body
    return body, frozenset(label for label in footnotes if f"[^{label}]:" not in body)


@lru_cache(maxsize=8)
def _read(body: str, footnotes: frozenset[str]) -> Inventory:
    reader = _Reader()
    for token in markup.parse(body, footnotes):
        reader.take(token)
    return Inventory(reader.items, reader.texts, reader.blocks)


@cache
def _opening(token: str) -> tuple[str, str]:
    """Return what closes a block that a token opens, and its kind if it stands between texts."""
    kind = token.removesuffix("_open")
    is_part = kind in _PARTS or kind.endswith("title")
    return token.removesuffix("open") + "close", "" if is_part else kind


@dataclass(slots=True)
class _Frame:
    """A block that is open while tokens are read."""

    closing: str
    path: tuple[str, ...] = ()
    """In which steps, admonitions and so on stands what is in it."""
    place: Item | None = None
    """The innermost of these, or the row, which may be the block itself."""
    count: int = 0
    """Of a list: the number of its next item."""


@dataclass(slots=True)
class _Reader:
    items: list[Item] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    frames: list[_Frame] = field(default_factory=lambda: [_Frame("")])
    """What is open, with the guide itself first."""
    blocks: list[int] = field(default_factory=list)
    at: int = 0

    def add(self, kind: str, value: Hashable, shown: str, index: int | None = None) -> Item:
        where = self.at if index is None else index
        around = self.frames[-1]
        path, place = around.path, around.place
        block = len(self.blocks) - 1
        added = Item(kind, value, shown, where, path, place, _column(place), block, where + 1)
        self.items.append(added)
        return added

    def take(self, token: Token) -> None:
        if token.map:
            self.at = token.map[0]
        if token.nesting == 1:
            self._open(token)
        elif token.nesting == -1:
            if self.frames[-1].closing == token.type:
                self.frames.pop()
        elif token.type == "inline":
            self.blocks.append(self.at)
            self._inline(token)
        elif token.type in {"fence", "code_block"}:
            self.blocks.append(self.at)
            self._between("fence")
            self._fence(token)
        elif token.type == "html_block":
            self._html(token.content, is_block=True)

    def _place(self) -> Item | None:
        """Return the innermost block that is a place."""
        return self.frames[-1].place

    def _between(self, kind: str) -> None:
        """Note a block that stands between paragraphs."""
        place = self._place()
        block = len(self.blocks) - 1
        self.texts.append(Text(kind, "", self.at, place, _column(place), block))

    def _open(self, token: Token) -> None:
        closing, kind = _opening(token.type)
        if kind:
            self._between(kind)
        path, place = self.frames[-1].path, self.frames[-1].place
        if token.type in LISTS:
            start = int(token.attrs.get("start", 1))
            self.frames.append(_Frame(closing, path, place, start))
            return
        is_step = token.type == "list_item_open"
        name, opened = self._step() if is_step else self._container(token)
        if opened and token.map:
            opened.end = token.map[1]
        if place and token.type in {"th_open", "td_open"}:
            place.columns += 1
        self.frames.append(_Frame(closing, (*path, name) if name else path, opened or place))

    def _step(self) -> tuple[str, Item]:
        around = self.frames[-1]
        kind = LISTS[around.closing.replace("close", "open")]
        names = [*around.path, f"{kind} {around.count}"]
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
        around = self._place()
        if around and around.kind in {"step", "row"} and not around.words:
            around.words = " ".join(token.content.split())
        self._text(token, first)
        row = 0
        for child in token.children or []:
            self.at = first + row
            if child.type != "text":
                self._part(child)
            row += child.type in {"softbreak", "hardbreak"}

    def _text(self, token: Token, first: int) -> None:
        kind = self.frames[-1].closing.removesuffix("_close")
        if kind == "paragraph":
            children = {child.type for child in token.children or []}
            if children <= _NO_WORDS:
                for shown in sorted(children & {"directive", "image"}):
                    self._between(shown)
                return
        words, _ = prose.text(token)
        if kind == "content_tab_mkdocs_title" and (tab := self._place()):
            tab.words = words
        place, block = self._place(), len(self.blocks) - 1
        self.texts.append(Text(kind, words, first, place, _column(place), block))

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
            # Blanks at its ends, which CommonMark keeps on one side, are not seen.
            self.add("code", " ".join(token.content.split()), f"`{token.content}`")
        elif token.type == "footnote_ref":
            label = (token.meta or {}).get("label", "")
            self.add("reference", label, f"`[^{label}]`")
        elif token.type == "html_inline":
            self._html(token.content)

    def _directive(self, text: str) -> None:
        written = without_codes(text)
        value = _meaning(written)
        kind = "value" if isinstance(value, ValueDirective) else "directive"
        self.add(kind, value, f"`{written}`")

    def _fence(self, token: Token) -> None:
        language, classes, options = markup.info(token.info.strip())
        kept = tuple(sorted((key, text) for key, text in options.items() if key != "title"))
        value = Code(language, tuple(sorted(classes)), kept, token.content)
        shown = f"a `{language}` block" if language else "a code block"
        self.add("fence", value, shown)

    def _html(self, text: str, *, is_block: bool = False) -> None:
        tags = _Tags()
        tags.feed(text)
        words = " ".join(tags.words.split()) if is_block and _PARAGRAPH.match(text) else ""
        if is_block and (tags.found or words):
            self.blocks.append(self.at)
        if words:
            place, block = self._place(), len(self.blocks) - 1
            self.texts.append(Text("paragraph", words, self.at, place, _column(place), block))
        for kind, address, row in tags.found:
            self.add(kind, address, f"`{address}`", self.at + row)


@lru_cache(maxsize=1024)
def _meaning(written: str) -> Hashable:
    """Return what a directive says in every language; as it is written where it says nothing.

    Where it stands is none of its meaning, and alternative text is translated.
    """
    try:
        value = directive.parse(written, _NO_LOCATION)
    except DirectiveError:
        return written
    return replace(value, alt="") if isinstance(value, OutputDirective) else value


def _column(place: Item | None) -> int:
    """Return the number of the cell that is being read, where it is one of a row."""
    return place.columns if place and place.kind == "row" else 0


class _Tags(HTMLParser):
    """The links and images of a piece of HTML, with the row at which each stands."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str, int]] = []
        self.words = ""

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        kind, key = {"a": ("link", "href"), "img": ("image", "src")}.get(tag, ("", ""))
        if address := given.get(key):
            self.found.append((kind, address, self.getpos()[0] - 1))
