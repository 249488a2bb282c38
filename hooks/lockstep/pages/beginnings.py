"""With what character anything begins that a regular expression matches.

That is read off the expression's syntax tree, as Python's own parser makes it, and told by an
expression that is put together of parts of the tree, as ``re.Scanner`` does.
"""

import re
from collections.abc import Iterable
from functools import cache
from re import _compiler, _parser  # type: ignore[attr-defined] # they have no public names
from re import _constants as sre  # type: ignore[attr-defined]
from typing import Any

Node = tuple[Any, Any]
"""A part of a tree: its kind, and what there is to know of one of that kind."""
_CHARACTERS = {sre.ANY, sre.IN, sre.LITERAL, sre.NOT_LITERAL}
_PLACES = {sre.ASSERT, sre.ASSERT_NOT, sre.AT}
_REPEATED = {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}
_ANY: Node = (sre.SUBPATTERN, (None, re.DOTALL, 0, _parser.parse(".")))


@cache
def beginning(pattern: re.Pattern[str]) -> re.Pattern[str] | None:
    """Return what matches the first character of all that an expression matches, and maybe others.

    ``None`` where it can match no character at all.
    """
    tree = _parser.parse(pattern.pattern, pattern.flags)
    first, is_empty = _first(tree)
    if is_empty:
        return None
    branch = _tree(tree, (sre.BRANCH, (None, [_tree(tree, node) for node in first])))
    made: re.Pattern[str] = _compiler.compile(branch, pattern.flags)
    return made


def _tree(whole: Any, node: Node) -> Any:  # noqa: ANN401 it has no type
    """Return a tree of one part of another one."""
    return _parser.SubPattern(whole.state, [node])


def _first(tree: Iterable[Node]) -> tuple[list[Node], bool]:
    """Return what can match the first character, and whether a tree can match none at all."""
    found: list[Node] = []
    for kind, given in tree:
        first, is_empty = _first_of(kind, given)
        found += first
        if not is_empty:
            return found, False
    return found, True


def _first_of(kind: Any, given: Any) -> tuple[list[Node], bool]:  # noqa: ANN401 see `Node`
    """Return the same of one part: of one that is not known here, that it may match anything."""
    if kind in _CHARACTERS:
        return [(kind, given)], False
    if kind in _PLACES:
        return [], True
    if kind in _REPEATED:
        least, _, tree = given
        first, is_empty = _first(tree)
        return first, is_empty or not least
    if kind is sre.SUBPATTERN:
        _, added, removed, tree = given
        first, is_empty = _first(tree)
        return [(kind, (None, added, removed, _tree(tree, node))) for node in first], is_empty
    if kind is sre.BRANCH:
        each = [_first(tree) for tree in given[1]]
        return [node for first, _ in each for node in first], any(it for _, it in each)
    return [_ANY], True
