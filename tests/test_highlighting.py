"""Lexers made quick tell what Pygments' own tell, and pages look the same."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from pygments.lexer import RegexLexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Keyword
from pymdownx.highlight import Highlight

from lockstep.pages import lexing
from lockstep.pages.beginnings import beginning
from lockstep.pages.highlighting import highlighter
from tests.strategies import any_text, few
from tests.strategies import cells as any_cells

ROOT = Path(__file__).parents[1]
_OTHERS = ["bash", "console", "c++", "csharp", "diff", "docker", "html", "ini", "java", "js",
           "json", "markdown", "pycon", "r", "sql", "text", "toml", "xml", "yaml"]  # fmt: skip
_SIGNS = st.sampled_from(
    ["f'{a!r:>{b}}'", '"""', "'", '"', "\\\n", "#!x", "match a:\n case _: b", "from . import (a,\n",
     "@a.b", "0x1_f", "class A(B):", "lambda", "\n", "  ", "None", "{", "}", "rb'\\x'", "print"]
)  # fmt: skip


def _told(name: str, text: str, *, quick: bool) -> list[object]:
    lexer = get_lexer_by_name(name)
    if quick:
        lexer = lexing.quick(lexer)
    return [*lexer.get_tokens_unprocessed(text)]


@few
@given(any_cells | st.lists(_SIGNS | any_text, max_size=10).map("".join))
def test_any_python_is_told_as_pygments_tells_it(source: str) -> None:
    assert "get_tokens_unprocessed" in vars(lexing.quick(get_lexer_by_name("python")))
    assert _told("python", source, quick=True) == _told("python", source, quick=False)


@pytest.mark.parametrize("name", _OTHERS)
@pytest.mark.parametrize("path", ["README.md", "hooks/lockstep/pages/lexing.py", "mkdocs.yml"])
def test_other_lexers_tell_the_same(name: str, path: str) -> None:
    text = (ROOT / path).read_text("utf-8")[:6000]
    assert _told(name, text, quick=True) == _told(name, text, quick=False)


class _Nowhere(RegexLexer):
    """A lexer in which a rule names no state to go to, in a list of none."""

    tokens = {  # noqa: RUF012 Pygments' form
        "root": [("a", Keyword, "b")],
        "b": [("b", Keyword, ()), ("c", Keyword, "#pop")],
    }


def test_a_rule_that_leads_nowhere_leads_nowhere() -> None:
    text = "abbcabx\nab"
    expected = [*_Nowhere().get_tokens_unprocessed(text)]
    assert [*lexing.quick(_Nowhere()).get_tokens_unprocessed(text)] == expected


def _and_a_match(expression: re.Pattern[str]) -> st.SearchStrategy[tuple[re.Pattern[str], str]]:
    matching = st.from_regex(expression, fullmatch=True)
    return st.tuples(st.just(expression), matching)


_EXPRESSIONS = [
    r"ab|[0-9]x", r"(?<!a)b?(?:c|d*)e", r"(?i:[^a-f]|K)\b", r"(?i)s|\d+", r"\A(?=a)[\w.]",
    r"(a)?(?(1)b|c)", r"(?:x{2,3}|[^\S\n])+?y", r"(?P<q>['\"])?(?P=q)z", r"(?s:.)a",
    r"(?>a|é)+b", r"(?!0)\W",
]  # fmt: skip


@few
@given(st.sampled_from(_EXPRESSIONS).map(re.compile).flatmap(_and_a_match))
def test_whatever_matches_begins_as_it_may(found: tuple[re.Pattern[str], str]) -> None:
    expression, text = found
    first = beginning(expression)
    assert not text or first is None or first.match(text[0])


@pytest.mark.parametrize("name", [*_OTHERS, "python"])
def test_what_the_rules_of_lexers_match_begins_as_it_may(name: str) -> None:
    text = (ROOT / "hooks/lockstep/pages/lexing.py").read_text("utf-8")[:1500]
    kind: Any = type(get_lexer_by_name(name))
    for rules in getattr(kind, "_tokens", {}).values():
        for match, *_ in rules:
            first = beginning(match.__self__)
            begun = [text[at] for at in range(len(text)) if (it := match(text, at)) and it[0]]
            assert all(first is None or first.match(each) for each in begun)


@pytest.mark.parametrize(
    ("expression", "begins", "never"),
    [
        (r"ab|[0-9]x", "a7", "bx-"),
        (r"(?<!\.)(?i:self)\b", "sS\N{LATIN SMALL LETTER LONG S}", "e.f"),
        (r"(?i)(rb|br|r)(\"\"\")", "rRbB", '"a'),
        (r"^(\s*)([rR]{,2})(\"\"\")", ' \nr"', "'ab"),
        (r"[^\W\d]\w*", "a_中", "1 -"),
    ],
)
def test_what_cannot_begin_is_told(expression: str, begins: str, never: str) -> None:
    first = beginning(re.compile(expression))
    assert first is not None
    assert all(map(first.match, begins))
    assert not any(map(first.match, never))


@pytest.mark.parametrize("expression", ["", "a?", r"(?=a)", r"(a)|b*", r"\b", r"(?:)"])
def test_what_may_be_empty_begins_with_anything(expression: str) -> None:
    assert beginning(re.compile(expression)) is None


def _shown(name: str, text: str, **options: Any) -> tuple[str, str]:  # noqa: ANN401 pymdownx has many
    """Return a block as pymdownx shows it without marks for what has no colour, and as we do."""
    extensions = {"pymdownx.superfences": {}, "pymdownx.highlight": options}
    markdown = Markdown(extensions=[*extensions], extension_configs=extensions)
    ours = highlighter(markdown)(text, name, {"hl_lines": "2 4"})
    fenced: Any = markdown.preprocessors["fenced_code_block"]
    fenced.highlighter, fenced.pygments_style = Highlight, "default"
    given = {"classes": [], "id_value": "", "attrs": {}}
    theirs = str(fenced.highlight(text, name, {"hl_lines": "2 4"}, markdown, **given))
    return re.sub(r'<span class="[nopw]">([^<]*)</span>', r"\1", theirs), ours


@few
@given(any_cells | st.lists(_SIGNS | any_text, max_size=10).map("".join))
def test_any_python_is_shown_as_pymdownx_shows_it(source: str) -> None:
    theirs, ours = _shown("python", source)
    assert ours == theirs


@pytest.mark.parametrize("name", [*_OTHERS, "python", "no-such-language"])
@pytest.mark.parametrize("options", [{}, {"noclasses": True}, {"linenums": True}])
def test_other_languages_are_shown_the_same(name: str, options: Mapping[str, Any]) -> None:
    text = (ROOT / "hooks/lockstep/pages/lexing.py").read_text("utf-8")
    theirs, ours = _shown(name, text, **options)
    assert ours == theirs
