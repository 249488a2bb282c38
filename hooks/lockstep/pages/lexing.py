"""Pygments' lexers, which tell the same in half of the time.

A lexer is always in some state, whose expressions Pygments tries one after the other: some forty
for each name in Python. Here one expression stands for all of a state, and an empty group behind
each of them tells which one it was. ``highlighting`` hands lexers in.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

from pygments.lexer import Lexer, RegexLexer
from pygments.token import Error, Text, Whitespace, _TokenType

Rule = tuple[Any, Any, Any]
"""What Pygments makes of a rule: what matches, the token or what yields tokens, the next state."""
_FLAGS = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s"}
_KNOWN = re.UNICODE | re.IGNORECASE | re.MULTILINE | re.DOTALL
_OWN_FLAGS = re.compile(r"\A\(\?[imsu]+\)")
_NONE: Rule = (None, None, None)
_SAME = object()
"""What stands for the type of a token that need not be told apart from others."""
_BY_NUMBER = re.compile(r"\\[1-9]|\(\?\(|\(\?P")
"""What refers to a group, whose number is another one in an expression of several."""


def quick(lexer: Lexer, alike: frozenset[_TokenType] = frozenset()) -> Lexer:
    """Return a lexer made quick, where its rules allow that; as it is otherwise.

    alike: types of tokens that need not be told apart: those in a row are told as one of text.
    """
    if isinstance(lexer, RegexLexer) and _is_plain(type(lexer)):
        told = frozenset() if lexer.filters else alike
        vars(lexer)["get_tokens_unprocessed"] = partial(_tokens, lexer, alike=told)
    return lexer


@cache
def _is_plain(kind: type[RegexLexer]) -> bool:
    """Whether a lexer reads by its rules alone, and each of them can stand beside others."""
    if kind.get_tokens_unprocessed is not RegexLexer.get_tokens_unprocessed:
        return False
    rules: Mapping[str, Sequence[Rule]] = getattr(kind, "_tokens", {})
    matching = (getattr(rule[0], "__self__", None) for state in rules.values() for rule in state)
    return bool(rules) and all(
        isinstance(pattern, re.Pattern)
        and not pattern.flags & ~_KNOWN
        and not _BY_NUMBER.search(pattern.pattern)
        for pattern in matching
    )


@cache
def _state(
    kind: type[RegexLexer], name: str, alike: frozenset[_TokenType]
) -> tuple[Any, Sequence[Rule]]:
    """Return what matches all that a state's rules do, and the rule of each of its groups.

    alike: types of tokens in whose place ``_SAME`` is told.
    """
    parts: list[str] = []
    by_group: list[Rule] = [_NONE]
    rules: Sequence[Rule] = kind._tokens[name]  # type: ignore[attr-defined]  # noqa: SLF001 Pygments' own
    for rule in rules:
        pattern = rule[0].__self__
        action = _SAME if rule[1] in alike else rule[1]
        flags = "".join(sign for flag, sign in _FLAGS.items() if pattern.flags & flag)
        parts.append(f"(?{flags}:{_OWN_FLAGS.sub('', pattern.pattern)})()")
        by_group += [(rule[0], action, rule[2])] * (pattern.groups + 1)
    return re.compile("|".join(parts) or "(?!)").match, by_group


def _tokens(
    lexer: RegexLexer,
    text: str,
    stack: Sequence[str] = ("root",),
    alike: frozenset[_TokenType] = frozenset(),
) -> Iterator[tuple[int, Any, str]]:
    """Yield tokens as ``RegexLexer.get_tokens_unprocessed`` does: place, type and text."""
    kind, states, at = type(lexer), [*stack], 0
    match, by_group = _state(kind, states[-1], alike)
    told = 0
    """Up to where the text was told."""
    while True:
        found = match(text, at)
        alone, action, following = by_group[found.lastindex] if found else _NONE
        if action is _SAME:
            at = found.end()
        else:
            if told < at:
                yield told, Text, text[told:at]
            if found is None:
                if at >= len(text):
                    return
                if text[at] == "\n":
                    states = ["root"]
                    match, by_group = _state(kind, "root", alike)
                yield at, Whitespace if text[at] == "\n" else Error, text[at]
                told = at = at + 1
                continue
            if type(action) is _TokenType:
                yield at, action, found[0]
            elif action is not None:
                yield from action(lexer, alone(text, at))
            told = at = found.end()
        if following is not None:
            _move(states, following)
            match, by_group = _state(kind, states[-1], alike)


def _move(states: list[str], following: tuple[str, ...] | int | str) -> None:
    """Go on in another state: those named, or one left, which the first never is."""
    if isinstance(following, int):
        del states[1 if abs(following) >= len(states) else following :]
        return
    for name in following if isinstance(following, tuple) else (following,):
        if name == "#push":
            states.append(states[-1])
        elif name != "#pop":
            states.append(name)
        elif len(states) > 1:
            states.pop()
