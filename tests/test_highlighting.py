"""Lexers made quick tell what Pygments' own tell, and pages look the same."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import Markdown
from pygments.lexers import get_lexer_by_name
from pymdownx.highlight import Highlight

from lockstep.pages import lexing
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
