"""A published page in, pieces out: text that Jupyter and Databricks render, and cells, in order.

A page is a tree, in which cells stand inside steps, notices and tabs; a notebook is a row of cells.
So what holds a cell is written in parts, before and behind it: steps go on counting, notices and
quotes go on, tabs follow each other under their titles.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise, takewhile

from markdown_it.token import Token

from lockstep.export import commonmark, passages
from lockstep.export.commonmark import Node, emphasised, paragraph, text, wrapped
from lockstep.export.inline import Addresses, Inlines, anchor_of, targets
from lockstep.export.piece import Code, Diagram, Piece, Prose, Result
from lockstep.ground.language import Words
from lockstep.guides import front_matter, markup
from lockstep.pages.block import FENCE, Block, CodeBlock
from lockstep.pages.injection import Page
from lockstep.pages.interface import ADMONITIONS

Part = list[Token] | Code | Result | Diagram
"""A block of text, as tokens, or what stands between blocks."""


def pieces(page: Page, notebook: str, words: Words, addresses: Addresses) -> list[Piece]:
    """Return what a page is made of.

    page: the guide with blocks in place; notebook: the name of the one that it carries; words: in
    the language of the page; addresses: where its links lead.
    """
    body = "\n".join(page.markdown.split("\n")[front_matter.length(page.markdown) :])
    flow = _Flow(markup.parse(body), page.blocks, notebook, words, addresses)
    return list(flow.pieces())


class _Block(Node):
    """A block of a page. Running text is no tree in it: it is converted as tokens."""

    def _set_children_from_tokens(self, tokens: Sequence[Token]) -> None:
        if self.token is None or self.token.type != "inline":
            super()._set_children_from_tokens(tokens)

    def to_tokens(self) -> list[Token]:
        """Return what it was made from."""
        if self.token is not None:
            return [self.token]
        opening, closing = _frame(self)
        return [opening, *(it for child in self.children for it in child.to_tokens()), closing]


class _Flow:
    """One page on its way."""

    def __init__(
        self,
        tokens: Sequence[Token],
        blocks: Mapping[str, Block],
        notebook: str,
        words: Words,
        addresses: Addresses,
    ) -> None:
        self.root = _Block(tokens)
        self.blocks = blocks
        self.notebook = notebook
        self.words = words
        begun = (after for token, after in pairwise(tokens) if token.type == "heading_open")
        anchors = {anchor for each in begun if (anchor := anchor_of(each))}
        self.inlines = Inlines(addresses, anchors)
        self.targeted = targets(tokens) & anchors
        noted = any(token.type == "footnote_reference_open" for token in tokens)
        self.definitions = {
            str(node.meta.get("label", "")): node
            for node in (self.root.walk() if noted else ())
            if node.type == "footnote_reference"
        }
        self.noted = 0
        """How many footnotes have been written."""

    def pieces(self) -> Iterator[Piece]:
        """Yield text by sections and cells, each section's footnotes at its end."""
        sections = _sections(self.root.children)
        for nodes in sections:
            parts = [*self._parts(nodes), *self._notes()]
            for is_text, run in groupby(parts, lambda part: isinstance(part, list)):
                if not is_text:
                    yield from (part for part in run if not isinstance(part, list))
                    continue
                tokens = [token for part in run if isinstance(part, list) for token in part]
                yield Prose(commonmark.written(tokens), begins=tokens[0].type == "heading_open")

    def _parts(self, nodes: Iterable[Node]) -> list[Part]:
        return [part for node in nodes for part in self._block(node)]

    def _block(self, node: Node) -> list[Part]:
        """Return what a block of the page comes to."""
        kinds: dict[str, Callable[[Node], list[Part]]] = {
            "heading": self._heading,
            "paragraph": self._paragraph,
            "blockquote": lambda node: _around(self._parts(node.children), "blockquote"),
            "bullet_list": self._list,
            "ordered_list": self._list,
            "table": self._table,
            "fence": self._fence,
            "code_block": self._indented,
            "html_block": _html,
            "admonition": self._admonition,
            "admonition_mkdocs": self._admonition,
            "content_tab_mkdocs": self._tab,
            "dl": lambda node: self._parts(node.children),
            "dt": lambda node: [paragraph(emphasised(self._text(node)))],
            "dd": lambda node: _around(self._parts(node.children), "blockquote"),
            "footnote_reference": lambda _: [],
        }
        convert = kinds.get(node.type)
        return convert(node) if convert else [node.to_tokens()]

    def _text(self, node: Node) -> list[Token]:
        """Return the converted text of a block that holds nothing else."""
        found = self.inlines.converted(_inline(node))
        return list(found.children or [])

    def _heading(self, node: Node) -> list[Part]:
        opening, closing = _frame(node)
        return [[opening, self.inlines.heading(_inline(node), targeted=self.targeted), closing]]

    def _paragraph(self, node: Node) -> list[Part]:
        opening, closing = _frame(node)
        children = self._text(node)
        if not any(child.content.strip() or child.nesting for child in children):
            return []
        return [[opening, commonmark.inline(children), closing]]

    def _table(self, node: Node) -> list[Part]:
        tokens = node.to_tokens()
        converted = (self.inlines.cell(it) if it.type == "inline" else it for it in tokens)
        return [list(converted)]

    def _list(self, node: Node) -> list[Part]:
        """Return a list; where items hold cells, in parts that go on counting."""
        opening, closing = _frame(node)
        number = int(opening.attrs.get("start", 1))
        found: list[Part] = []
        items: list[Token] = []
        start = number

        def end() -> None:
            if items:
                attrs = {"start": start} if node.type == "ordered_list" else {}
                found.append([opening.copy(attrs=attrs), *items, closing])
                items.clear()

        for at, item in enumerate(node.children):
            first, last = _frame(item)
            parts = self._parts(item.children)
            before = list(takewhile(lambda part: isinstance(part, list), parts))
            start = start if items else number + at
            items += [first, *(t for part in before if isinstance(part, list) for t in part), last]
            if parts[len(before) :]:
                end()
                found += parts[len(before) :]
        end()
        return found

    def _admonition(self, node: Node) -> list[Part]:
        title, *rest = node.children
        if not title.type.endswith("_title"):
            return _around(self._parts(node.children), "blockquote")
        kind = str(node.meta.get("tag", ""))
        said = self._text(title)
        if node.info.strip() == kind:
            said = [text(self.words(ADMONITIONS.get(kind, kind.capitalize())))]
        return _around([paragraph(emphasised(said)), *self._parts(rest)], "blockquote")

    def _tab(self, node: Node) -> list[Part]:
        title, *rest = node.children
        return [paragraph(emphasised(self._text(title))), *self._parts(rest)]

    def _fence(self, node: Node) -> list[Part]:
        language, classes, options = markup.info(node.info.strip())
        if language == FENCE:
            block = self.blocks.get(node.content.strip())
            return self._of_block(block) if block is not None else []
        if "mermaid" in {language, *classes}:
            return [Diagram(node.content, passages.description(node.content))]
        return [*passages.code(node.content, language, options.get("title", ""))]

    def _indented(self, node: Node) -> list[Part]:
        """Read what is indented: the site's Markdown finds fences there too, CommonMark code."""
        lines = node.content.split("\n")
        for at, line in enumerate(lines):
            if line.strip() == f"```{FENCE}":  # its key and its end follow
                lines[at : at + 3] = map(str.strip, lines[at : at + 3])
        tokens = markup.parse("\n".join(lines))
        if any(it.type == "fence" and it.info == FENCE for it in tokens):
            return self._parts(_Block(tokens).children)
        return [node.to_tokens()]

    def _of_block(self, block: Block) -> list[Part]:
        if isinstance(block, CodeBlock) and block.notebook == self.notebook and block.anchor:
            return [*passages.marks(block.marks), Code(block)]
        return [*passages.of(block, self.words, self.inlines.addresses)]

    def _notes(self) -> Iterator[Part]:
        """Yield the footnotes to which the text has referred since this was last asked."""
        while self.noted < len(self.inlines.notes):
            label = list(self.inlines.notes)[self.noted]
            self.noted += 1
            node = self.definitions.get(label)
            parts = self._parts(node.children) if node else []
            if parts and isinstance(parts[0], list) and parts[0][0].type == "paragraph_open":
                opening, said, closing = parts[0]
                mark = commonmark.html(f"<sup>{self.noted}</sup> ")
                parts[0] = [opening, commonmark.inline([mark, *(said.children or [])]), closing]
            yield from parts


def _sections(nodes: Iterable[Node]) -> Iterator[list[Node]]:
    """Yield a page's blocks by sections: a heading, and what follows it."""
    section: list[Node] = []
    for node in nodes:
        if node.type == "heading" and section:
            yield section
            section = []
        section.append(node)
    if section:
        yield section


def _frame(node: Node) -> tuple[Token, Token]:
    """Return the tokens between which a block stands that holds others."""
    assert node.nester_tokens is not None  # noqa: S101
    return node.nester_tokens


def _inline(node: Node) -> Token:
    """Return the inline token that a block holds."""
    held = (child.token for child in node.children if child.type == "inline")
    return next((token for token in held if token), commonmark.inline([]))


def _around(parts: Sequence[Part], kind: str) -> list[Part]:
    """Put each run of text into a block of a kind; what stands between runs stays between."""
    found: list[Part] = []
    for is_text, run in groupby(parts, lambda part: isinstance(part, list)):
        if is_text:
            tokens = (token for part in run if isinstance(part, list) for token in part)
            found.append(wrapped(kind, tokens))
        else:
            found += run
    return found


def _html(node: Node) -> list[Part]:
    """Keep HTML that says something: not comments, nor the divisions around what Markdown says."""
    kept = passages.html(node.content)
    return [[Token("html_block", "", 0, content=kept)]] if kept else []
