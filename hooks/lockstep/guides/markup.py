"""The Markdown of this site's guides, as markdown-it-py reads it, with directives as tokens.

Python-Markdown, which renders the guides, keeps no line numbers; here is the parser that does, with
the plugins that give it the same blocks.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

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

_QUOTED = re.compile(r'([\w-]+)="([^"]*)"')


def parse(text: str, footnotes: Iterable[str] = ()) -> Sequence[Token]:
    """Return markdown-it's tokens of a text, to be read only.

    footnotes: labels that count as defined, though this text may not define them.

    A directive is an inline token of type ``directive``; it and ``softbreak`` carry their position
    in the inline text as ``meta["pos"]``. The texts read last are remembered: whoever looks at a
    page looks at the same few texts from many sides.
    """
    return _parsed(text, frozenset(footnotes))


@lru_cache(maxsize=32)
def _parsed(text: str, footnotes: frozenset[str]) -> Sequence[Token]:
    known = {f":{label}": -1 for label in footnotes}
    return _parser().parse(text, {"footnotes": {"refs": known}} if known else {})


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
    # Definitions stay where they are written, and those to which nothing refers are kept.
    parser.core.ruler.disable("footnote_tail")
    parser.inline.ruler.before("escape", "directive", _directive_rule)
    parser.inline.ruler.at("newline", _newline_rule)
    return parser
