"""Lexers made quick tell what Pygments' own tell."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name

from lockstep.pages import lexing
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
