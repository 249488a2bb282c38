"""Pygments' lexers, which tell the same in a fifth of the time.

A lexer is always in some state, whose expressions Pygments tries one after the other: some fifty
for each name in Python, though nearly all of them match only what begins with a quote, a digit or a
sign. Here those alone are tried which can match something that begins with the character that
stands there. ``highlighting`` hands lexers in.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

from pygments.lexer import Lexer, RegexLexer
from pygments.token import Error, Text, Whitespace, _TokenType

from lockstep.pages.beginnings import beginning

Rule = tuple[Any, Any, Any]
"""What Pygments makes of a rule: what matches, the token or what yields tokens, the next state."""
_SAME = object()
"""What stands for the type of a token that need not be told apart from others."""
_AGAIN: Any = object()
"""What stands for the next state where a lexer begins again."""
_ONE = re.compile(".", re.DOTALL).match


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
    """Whether a lexer reads by its rules alone, and each of them by an expression."""
    if kind.get_tokens_unprocessed is not RegexLexer.get_tokens_unprocessed:
        return False
    states: Mapping[str, Sequence[Rule]] = getattr(kind, "_tokens", {})
    matching = [getattr(rule[0], "__self__", None) for rules in states.values() for rule in rules]
    return bool(matching) and all(isinstance(pattern, re.Pattern) for pattern in matching)


class _State(dict[str, Sequence[Rule]]):
    """The rules of a state that can match something, by the character with which that begins."""

    def __init__(self, rules: Sequence[Rule], alike: frozenset[_TokenType]) -> None:
        super().__init__()
        self._all = [
            (beginning(match.__self__), (match, _SAME if action in alike else action, following))
            for match, action, following in rules
        ]

    def __missing__(self, character: str) -> Sequence[Rule]:
        """Find out; the end of a text is an empty character, at which any rule may match."""
        if not character:
            return self.setdefault(character, [rule for _, rule in self._all])
        found = [rule for first, rule in self._all if not first or first.match(character)]
        # What no rule matches: a line's end leads out of all that has begun.
        left = (_ONE, Whitespace, _AGAIN) if character == "\n" else (_ONE, Error, None)
        return self.setdefault(character, [*found, left])


@cache
def _state(kind: type[RegexLexer], name: str, alike: frozenset[_TokenType]) -> _State:
    """Return a state of a lexer; alike: types of tokens in whose place ``_SAME`` is told."""
    return _State(kind._tokens[name], alike)  # type: ignore[attr-defined]  # noqa: SLF001 Pygments' own


def _tokens(
    lexer: RegexLexer,
    text: str,
    stack: Sequence[str] = ("root",),
    alike: frozenset[_TokenType] = frozenset(),
) -> Iterator[tuple[int, Any, str]]:
    """Yield tokens as ``RegexLexer.get_tokens_unprocessed`` does: place, type and text."""
    kind, names, at = type(lexer), [*stack], 0
    state = _state(kind, names[-1], alike)
    told = 0
    """Up to where the text was told."""
    while True:
        for rule in state[text[at : at + 1]]:
            found = rule[0](text, at)
            if found:
                break
        else:
            if told < at:
                yield told, Text, text[told:at]
            return
        _, action, following = rule
        if action is not _SAME:
            if told < at:
                yield told, Text, text[told:at]
            told = found.end()
            if type(action) is _TokenType:
                yield at, action, found[0]
            elif action is not None:
                yield from action(lexer, found)
        at = found.end()
        if following is not None:
            _move(names, following)
            state = _state(kind, names[-1], alike)


def _move(states: list[str], following: tuple[str, ...] | int | str) -> None:
    """Go on in another state: those named, or one left, which the first never is."""
    if following is _AGAIN:
        states[:] = ["root"]
        return
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
