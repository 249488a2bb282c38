"""Python source as the interpreter sees it: tokens, with real comments and layout set apart.

``fingerprint`` hashes what is left, ``comments`` translates what was set apart. Strings that look
like comments are strings here. Answers are remembered: each language asks for the same cells, each
notebook for the same modules.
"""

import ast
import io
import tokenize
from collections.abc import Iterator
from functools import lru_cache
from token import DEDENT, ENDMARKER, INDENT, NEWLINE, NL, STRING
from tokenize import COMMENT, TokenInfo
from typing import NamedTuple

_LAYOUT = {COMMENT, NL, ENDMARKER}
_STARTS, _ENDS = (
    {kind for kind, name in tokenize.tok_name.items() if name.endswith(end)}
    for end in ("STRING_START", "STRING_END")
)
_TOO_DEEP = "nested too deeply"
_SHAPE = {INDENT: "<indent>", DEDENT: "<dedent>", NEWLINE: "<newline>"}


class Comment(NamedTuple):
    """A run of whole-line comments with equal indentation, or one comment behind code."""

    text: str
    """Its lines without ``#`` and the space behind it, joined by newlines."""
    first: int
    """First line, from 0."""
    last: int
    """Last line, from 0, included."""
    column: int
    """Column of the ``#``."""
    trailing: bool
    """Whether code stands before it on its line."""


@lru_cache(maxsize=256)
def code_tokens(source: str) -> tuple[str, ...]:
    """Return the tokens of Python source without comments and layout.

    Indentation counts by its structure, not by its width. An f-string is one token, its source
    text, as it was before Python 3.12, so that fingerprints do not depend on the interpreter.
    Raises ``SyntaxError`` where the source is not Python.
    """
    return tuple(
        _SHAPE.get(token.type, token.string)
        for token in _joined_fstrings(source)
        if token.type not in _LAYOUT
    )


def syntax_tree(source: str) -> str:
    """Return the syntax tree of Python source as text, without lines; raises ``SyntaxError``."""
    try:
        return ast.dump(parsed(source))
    except RecursionError as error:
        raise SyntaxError(_TOO_DEEP) from error


@lru_cache(maxsize=256)
def parsed(source: str) -> ast.Module:
    """Return the syntax tree of Python source, to be read only.

    Raises ``SyntaxError``, also for what is nested more deeply than the interpreter has room for,
    and ``ValueError`` for a null byte where Python does.
    """
    try:
        return ast.parse(source)
    except (RecursionError, MemoryError) as error:
        raise SyntaxError(_TOO_DEEP) from error


@lru_cache(maxsize=256)
def comments(source: str) -> tuple[Comment, ...]:
    """Return the comments of Python source in order; raises ``SyntaxError``."""
    found: list[Comment] = []
    for token in _tokens(source):
        if token.type != COMMENT:
            continue
        (line, column), text = token.start, token.string.removeprefix("#").removeprefix(" ")
        trailing = bool(token.line[:column].strip())
        before = found[-1] if found else None
        continues = (
            before is not None
            and not trailing
            and not before.trailing
            and before.last == line - 2
            and before.column == column
        )
        if before is not None and continues:
            found[-1] = before._replace(text=f"{before.text}\n{text}", last=line - 1)
        else:
            found.append(Comment(text, line - 1, line - 1, column, trailing))
    return tuple(found)


@lru_cache(maxsize=256)
def imported_modules(source: str) -> tuple[str, ...]:
    """Return the dotted names of all modules that the source imports, sorted.

    ``from a import b`` gives ``a`` and ``a.b``, since ``b`` may be a module; relative imports keep
    their dots. Raises ``SyntaxError``.
    """
    names: set[str] = set()
    for node in _statements(parsed(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            package = "." * node.level + (node.module or "")
            names.add(package)
            joint = "" if package.endswith(".") else "."
            names.update(f"{package}{joint}{alias.name}" for alias in node.names)
    return tuple(sorted(names))


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """Yield a tree and the statements below it, also those of what is part of a statement."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for block in ("body", "orelse", "finalbody", "handlers", "cases"):
            waiting += getattr(node, block, ())


@lru_cache(maxsize=32)
def _tokens(source: str) -> tuple[TokenInfo, ...]:
    try:
        tokens = tuple(tokenize.generate_tokens(io.StringIO(source).readline))
    except tokenize.TokenError as error:
        message, (line, column) = error.args
        raise SyntaxError(message, ("<cell>", line, column, None)) from error
    for token in tokens:
        if token.type == tokenize.ERRORTOKEN:  # before Python 3.12, which raises
            message = f"cannot read {token.string!r}"
            raise SyntaxError(message, ("<cell>", *token.start, None))
    return tokens


def _joined_fstrings(source: str) -> Iterator[TokenInfo]:
    """Yield the tokens with each f-string (3.12: FSTRING_START … FSTRING_END) as one string."""
    if not _STARTS:  # before Python 3.12, they are strings already
        yield from _tokens(source)
        return
    lines = source.splitlines(keepends=True)
    depth, start = 0, (0, 0)
    for token in _tokens(source):
        if token.type in _STARTS:
            start = token.start if depth == 0 else start
            depth += 1
        elif token.type in _ENDS:
            depth -= 1
            if depth == 0:
                text = _between(lines, start, token.end)
                yield TokenInfo(STRING, text, start, token.end, token.line)
        elif depth == 0:
            yield token


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    if start[0] == end[0]:
        return lines[start[0] - 1][start[1] : end[1]]
    middle = lines[start[0] : end[0] - 1]
    return "".join([lines[start[0] - 1][start[1] :], *middle, lines[end[0] - 1][: end[1]]])
