"""Python as the interpreter sees it: tokens, comments, imports."""

from collections.abc import Callable

import pytest
from hypothesis import given

from lockstep.notebooks import program
from lockstep.notebooks.program import Comment
from tests.strategies import cells, few


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1  # one", "x = 1"),
        ("# above\nx = 1\n\n", "x = 1"),
        ("if x:\n  y\n  z", "if x:\n\n\ty\n\tz"),
        ("f(a,\n  b)", "f(a, b)"),
        ("x = (  # why\n  1\n)", "x = (1)"),
    ],
)
def test_layout_and_comments_do_not_count(one: str, other: str) -> None:
    assert program.code_tokens(one) == program.code_tokens(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x = 1", "x = 2"),
        ("x = '# a'", "x = '# b'"),
        ("x = '''\n# a'''", "x = '''\n'''"),
        ("if x:\n    y\nz", "if x:\n    y\n    z"),
        ("f'{a} b'", "f'{a}  b'"),
        ("x = 1; y", "x = 1\ny = y"),
        ("x = 'a'", 'x = "a"'),
    ],
)
def test_code_counts(one: str, other: str) -> None:
    assert program.code_tokens(one) != program.code_tokens(other)


def test_an_f_string_is_one_token_on_every_python() -> None:
    assert program.code_tokens("f'{a:{b}} {{'")[0] == "f'{a:{b}} {{'"
    assert program.code_tokens('f"""\n{x}\n"""')[0] == 'f"""\n{x}\n"""'


def test_comments_are_runs_of_lines_or_stand_behind_code() -> None:
    source = "# one\n#two\nx = 1  # behind\n# three\nif x:\n    # inner\n  # outer\n    y = '# no'"
    assert program.comments(source) == (
        Comment("one\ntwo", 0, 1, 0, trailing=False),
        Comment("behind", 2, 2, 7, trailing=True),
        Comment("three", 3, 3, 0, trailing=False),
        Comment("inner", 5, 5, 4, trailing=False),
        Comment("outer", 6, 6, 2, trailing=False),
    )


@pytest.mark.parametrize("read", [program.imported_modules, program.syntax_tree])
@pytest.mark.parametrize("source", ["-" * 5000 + "1", "(" * 5000 + ")" * 5000])
def test_what_is_nested_too_deeply_is_no_python(read: Callable[[str], object], source: str) -> None:
    with pytest.raises(SyntaxError, match="nested"):
        read(source)


@given(cells)
@few
def test_comments_stand_where_they_say(source: str) -> None:
    lines = source.split("\n")
    for comment in program.comments(source):
        held = [line[comment.column :] for line in lines[comment.first : comment.last + 1]]
        texts = [line.removeprefix("#").removeprefix(" ") for line in held]
        assert "\n".join(texts) == comment.text
        assert comment.trailing == bool(lines[comment.first][: comment.column].strip())


@pytest.mark.parametrize("source", ["f(", "x = '''", "if x:\n    y\n  z", "'"])
def test_what_is_no_python_is_a_syntax_error(source: str) -> None:
    with pytest.raises(SyntaxError):
        program.code_tokens(source)
    with pytest.raises(SyntaxError):
        program.comments(source)


def test_imports_keep_their_dots() -> None:
    source = "import a.b, c as d\nfrom e import f, g\nfrom . import h\nfrom ..i.j import k"
    assert program.imported_modules(source) == (
        ".", "..i.j", "..i.j.k", ".h", "a.b", "c", "e", "e.f", "e.g",
    )  # fmt: skip


def test_imports_anywhere_count() -> None:
    assert program.imported_modules("def f():\n    import a\n'import b'") == ("a",)
