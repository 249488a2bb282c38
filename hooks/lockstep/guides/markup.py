"""The Markdown of this site's guides, as markdown-it-py reads it, with directives as tokens.

Python-Markdown, which renders the guides, keeps no line numbers; here is the parser that does, with
the plugins that give it the same blocks.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, newline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from mdformat_mkdocs.mdit_plugins import (
    material_admon_plugin,
    material_content_tabs_plugin,
    material_deflist_plugin,
    pymd_admon_plugin,
)
from mdit_py_plugins.footnote import footnote_plugin

_HEADING = re.compile(r"(?P<marks>#{1,6})(?P<title>(?:\\.|[^\\])*?)#*")
_QUOTED = re.compile(r'([\w-]+)="([^"]*)"')
_DIRECTIVE = re.compile(r"\{\{(?:[^\n\"}]|\}(?!\})|\"[^\n\"]*(?:\"|(?=\n)|\Z))*+(?:\}\})?")
"""A directive up to its end or that of its line; in quotes, braces close nothing."""
_SIGNS = {
    "admonition": ("!!!",),
    "admonition_mkdocs": ("!!!", "???"),
    "autolink": ("<",),
    "backticks": ("`",),
    "blockquote": (">",),
    "content_tab_mkdocs": ("===",),
    "directive": ("{{",),
    "emphasis": ("*", "_"),
    "entity": ("&",),
    "escape": ("\\",),
    "fence": ("```", "~~~"),
    "footnote_def": ("[^",),
    "footnote_inline": ("^[",),
    "footnote_ref": ("[^",),
    "html_block": ("<",),
    "html_inline": ("<",),
    "image": ("![",),
    "link": ("[",),
    "normalize": ("\r", "\0"),
    "reference": ("]:",),
    "strikethrough": ("~~",),
    "table": ("|",),
    "text_join": ("\\", "&"),
}
"""Rules, and what stands in all that each of them reads: the others need not be tried."""
_DEFINED = re.compile(r"^[^\w\n]*[:~][ \t]", re.MULTILINE)
"""What stands in all that ``deflist`` reads."""
_BEGINNINGS = {
    "autolink": "<",
    "backticks": "`",
    "directive": "{",
    "emphasis": "*_",
    "entity": "&",
    "escape": "\\",
    "footnote_inline": "^",
    "footnote_ref": "[",
    "html_inline": "<",
    "image": "!",
    "link": "[",
    "newline": "\n",
    "strikethrough": "~",
    "text": "[]",
}
"""Rules for inline text, and with what all that each of them reads begins; text ends at labels."""


def parse(text: str, footnotes: Iterable[str] = ()) -> Sequence[Token]:
    """Return markdown-it's tokens of a text, to be read only.

    footnotes: labels that count as defined, though this text may not define them.

    A directive is an inline token of type ``directive``; it and ``softbreak`` carry their position
    in the inline text as ``meta["pos"]``. The texts read last are remembered: whoever looks at a
    page looks at the same few texts from many sides.
    """
    return _parsed(text, frozenset(footnotes))


def outline(text: str) -> Sequence[Token]:
    """Return the same tokens; of running text, only what may lead anywhere is taken apart."""
    return _parsed(text, frozenset(), is_outline=True)


@lru_cache(maxsize=32)
def _parsed(text: str, footnotes: frozenset[str], *, is_outline: bool = False) -> Sequence[Token]:
    known = {f":{label}": -1 for label in footnotes}
    idle = {rule for rule, signs in _SIGNS.items() if not any(sign in text for sign in signs)}
    if not _DEFINED.search(text):
        idle.add("deflist")
    reader = parser(frozenset(idle), is_outline=is_outline)
    return reader.parse(text, {"footnotes": {"refs": known}} if known else {})


def info(info: str) -> tuple[str, frozenset[str], dict[str, str]]:
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
    found = _DIRECTIVE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        token = state.push("directive", "", 0)
        token.content = found[0]
        token.meta = {"pos": state.pos}
    state.pos = found.end()
    return True


def _heading_rule(state: StateBlock, line: int, _: int, silent: bool) -> bool:  # noqa: FBT001 markdown-it's own
    """Read a heading as Python-Markdown does, which asks for no blank behind its marks."""
    start = state.bMarks[line] + state.tShift[line]
    found = _HEADING.fullmatch(state.src[start : state.eMarks[line]])
    if found is None or state.is_code_block(line):
        return False
    if not silent:
        state.line = line + 1
        tag, rows = f"h{len(found['marks'])}", [line, line + 1]
        opening, title = state.push("heading_open", tag, 1), state.push("inline", "", 0)
        opening.map, title.map = rows, rows
        title.content, title.children = found["title"].strip(), []
        closing = state.push("heading_close", tag, -1)
        opening.markup = closing.markup = found["marks"]
    return True


def _newline_rule(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 markdown-it's own
    """Do what markdown-it does at a line's end, and keep where that is."""
    position = state.pos
    found = newline(state, silent)
    if found and not silent:
        state.tokens[-1].meta = {"pos": position}
    return found


def _addresses_rule(state: StateCore) -> None:
    """Take running text apart where an address may stand."""
    for token in state.tokens:
        if token.type == "inline" and ("[" in token.content or "<" in token.content):
            token.children = state.md.inline.parse(token.content, state.md, state.env, [])


def is_wide(character: str) -> bool:
    """Whether a character is one of Chinese or Japanese text, its punctuation included."""
    return unicodedata.east_asian_width(character) in {"W", "F"}


class _State(StateInline):
    """Reads emphasis next to Chinese and Japanese as Python-Markdown does.

    CommonMark would leave ``**“高级”**定价`` as it is: it tells where emphasis ends by the blanks
    around punctuation, and these languages write none. Its marks open and close there as they do
    beside blanks.
    """

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: FBT001, N802, N803 markdown-it's own
        found = super().scanDelims(start, canSplitWord)
        end = start + found.length
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        if not canSplitWord or not (is_wide(before) or is_wide(after)):
            return found
        opens = found.can_open or not after.isspace()
        return Scanned(opens, found.can_close or not before.isspace(), found.length)


class _Inline(ParserInline):
    """markdown-it's, with a state of ours."""

    def parse(self, src: str, md: MarkdownIt, env: Any, tokens: list[Token]) -> list[Token]:  # noqa: ANN401 markdown-it's own
        if src and not self.terminator_re.search(src):
            tokens.append(Token("text", "", 0, content=src))
            return tokens
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


_normalized = lru_cache(maxsize=1024)(MarkdownIt().normalizeLink)
"""An address as it is shown: a page has the same ones in all its languages."""


@cache
def parser(idle: frozenset[str], *, is_outline: bool = False) -> MarkdownIt:
    """Return what reads texts in which some rules find nothing; see ``outline``."""
    parser = MarkdownIt("commonmark")
    parser.inline = _Inline()
    parser.configure("commonmark").enable(["table", "strikethrough"])
    for plugin in (
        footnote_plugin,
        material_admon_plugin,
        pymd_admon_plugin,
        material_content_tabs_plugin,
        material_deflist_plugin,
    ):
        parser.use(plugin)
    # Definitions stay where they are written, and those to which nothing refers are kept.
    parser.core.ruler.disable("footnote_tail")
    if is_outline:
        parser.core.ruler.at("inline", _addresses_rule)
    parser.inline.ruler.before("escape", "directive", _directive_rule)
    parser.inline.ruler.at("newline", _newline_rule)
    interrupts = ["paragraph", "reference", "blockquote"]
    parser.block.ruler.at("heading", _heading_rule, {"alt": interrupts})
    parser.normalizeLink = _normalized  # type: ignore[method-assign]
    parser.disable(idle)
    signs = "".join(_BEGINNINGS[rule] for rule in parser.inline.ruler.get_active_rules())
    parser.inline.terminator_re = re.compile(f"[{re.escape(signs)}]")
    return parser
