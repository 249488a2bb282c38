"""Tokens of Markdown in, CommonMark out, as Jupyter and Databricks render it.

mdformat writes; here is what it cannot know: that emphasis beside Chinese and Japanese, which the
site's own Markdown renders, is none to CommonMark and has to be written as HTML.
"""

import re
import weakref
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdformat.plugins import PARSER_EXTENSIONS
from mdformat.renderer import DEFAULT_RENDERERS, RenderContext, RenderTreeNode

_EMPHASIS = {"em", "strong"}
_SPECIAL = re.compile(r"[\t\\*_\[\]<`&~]|  |\n\n|!\Z")
"""What mdformat may write otherwise in running text; most of it has none."""
_SPECIAL_LINE = re.compile(r"[\s#<>]|[-*+]?(?:[ \t]|\Z)|[0-9]+[.)]|[-*_= \t]+\Z")
"""Beginning of a line of a paragraph that mdformat may write otherwise; most have none."""
_SURE = re.compile(r"(?<!\*)(\*\*?)[^\W_](?:[^*]*[^\W_])?\1(?!\*)")
"""Emphasis between letters or digits: whatever stands around it, its marks hold."""
_MARK = re.compile(r"[*_]")
_KINDS = {"*": ["em_open", "em_close"], "**": ["strong_open", "strong_close"]}
_OPTIONS: dict[str, Any] = {"mdformat": {"number": True, "compact_tables": True}}


class Node(RenderTreeNode):
    """A block or a part of one. It does not hold what it is in.

    So a tree goes with whoever has read it. Nodes that hold each other wait until garbage is looked
    for, and are half of what is found.
    """

    @property
    def parent(self) -> "Node | None":
        """What it is in, as long as somebody holds that."""
        found: Node | None = self._parent and self._parent()
        return found

    @parent.setter
    def parent(self, node: "Node | None") -> None:
        self._parent = node and weakref.ref(node)


def written(tokens: Sequence[Token]) -> str:
    """Return blocks as CommonMark."""
    env: dict[str, Any] = {"indent_width": 0, "used_refs": set()}
    return Node(tokens).render(_context()._replace(env=env))


def text(content: str) -> Token:
    """Return running text."""
    return Token("text", "", 0, content=content)


def html(content: str) -> Token:
    """Return inline HTML."""
    return Token("html_inline", "", 0, content=content)


def emphasised(children: Iterable[Token], kind: str = "strong") -> list[Token]:
    """Return inline tokens in emphasis: ``strong`` or ``em``."""
    mark = "**" if kind == "strong" else "*"
    opening = Token(f"{kind}_open", kind, 1, markup=mark)
    return [opening, *children, Token(f"{kind}_close", kind, -1, markup=mark)]


def linked(children: Iterable[Token], address: str) -> list[Token]:
    """Return inline tokens as a link."""
    opening = Token("link_open", "a", 1, attrs={"href": address})
    return [opening, *children, Token("link_close", "a", -1)]


def image(address: str, description: str) -> Token:
    """Return an image."""
    said = [text(description)]
    return Token("image", "img", 0, attrs={"src": address}, content=description, children=said)


def inline(children: Iterable[Token]) -> Token:
    """Return inline tokens as what a block holds."""
    return Token("inline", "", 0, content="", children=list(children))


def wrapped(kind: str, tokens: Iterable[Token], **attributes: Any) -> list[Token]:  # noqa: ANN401 markdown-it's own
    """Return tokens in a block of a kind, such as ``blockquote``."""
    return [Token(f"{kind}_open", "", 1, **attributes), *tokens, Token(f"{kind}_close", "", -1)]


def paragraph(children: Iterable[Token]) -> list[Token]:
    """Return inline tokens as a paragraph."""
    return wrapped("paragraph", [inline(children)])


def fence(code: str, language: str = "") -> list[Token]:
    """Return a fenced code block."""
    ended = code if not code or code.endswith("\n") else f"{code}\n"
    return [Token("fence", "code", 0, content=ended, info=language, markup="```")]


@cache
def _context() -> RenderContext:
    """Return what mdformat writes with: it puts that together anew for each text, however short."""
    renderers = {**DEFAULT_RENDERERS}
    after: dict[str, tuple[Any, ...]] = {}
    for extension in (_Emphasis, PARSER_EXTENSIONS["gfm"], PARSER_EXTENSIONS["tables"]):
        renderers |= extension.RENDERERS
        for kind, process in extension.POSTPROCESSORS.items():
            after[kind] = (*after.get(kind, ()), process)
    return RenderContext(renderers, after, _OPTIONS, {})


def _plain(node: RenderTreeNode, context: RenderContext) -> str:
    """Write emphasis with marks, or as HTML where marks do not hold."""
    if not context.env.get("html"):
        return DEFAULT_RENDERERS[node.type](node, context)
    content = "".join(child.render(context) for child in node.children)
    return f"<{node.type}>{content}</{node.type}>"


def _text(node: RenderTreeNode, context: RenderContext) -> str:
    """Write running text, the plain one as it is: mdformat's many looks for signs take time."""
    content = node.content
    return DEFAULT_RENDERERS["text"](node, context) if _SPECIAL.search(content) else content


def _paragraph(node: RenderTreeNode, context: RenderContext) -> str:
    """Write a paragraph, the plain one as it is: mdformat looks at each of its lines many times."""
    said = node.children[0].render(context)
    plain = not any(_SPECIAL_LINE.match(it) or it[-1:].isspace() for it in said.split("\n"))
    return said if plain else DEFAULT_RENDERERS["paragraph"](node, context)


def _inline(node: RenderTreeNode, context: RenderContext) -> str:
    """Write inline tokens, and read them again where emphasis is at stake."""
    marked = DEFAULT_RENDERERS["inline"](node, context)
    wanted = _emphasis(node.token.children or [] if node.token else [])
    if not wanted or context.env.get("html") or _holds(marked, wanted):
        return marked
    context.env["html"] = True
    try:
        return DEFAULT_RENDERERS["inline"](node, context)
    finally:
        del context.env["html"]


def _emphasis(tokens: Iterable[Token]) -> list[str]:
    """Return where emphasis begins and ends, in order."""
    return [token.type for token in tokens if token.tag in _EMPHASIS]


def _holds(markdown: str, wanted: list[str]) -> bool:
    """Whether emphasis in a piece of CommonMark is where it is wanted: reading it takes time."""
    found = [kind for mark in _SURE.findall(markdown) for kind in _KINDS[mark]]
    is_all = found == wanted and not _MARK.search(_SURE.sub("", markdown))
    return is_all or _read(markdown) == wanted


def _read(markdown: str) -> list[str]:
    """Return the emphasis in a piece of CommonMark; something else where a mark is left over."""
    children = _reader().parseInline(markdown)[0].children or []
    left = any(child.type == "text" and "**" in child.content for child in children)
    return ["left over"] if left else _emphasis(children)


@cache
def _reader() -> MarkdownIt:
    return MarkdownIt("commonmark")


class _Emphasis:
    """An extension of mdformat's."""

    RENDERERS = {  # noqa: RUF012 mdformat's form
        "em": _plain,
        "inline": _inline,
        "paragraph": _paragraph,
        "strong": _plain,
        "text": _text,
    }
    POSTPROCESSORS: dict[str, Any] = {}  # noqa: RUF012 mdformat's form
