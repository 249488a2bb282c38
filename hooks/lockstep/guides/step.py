"""Steps of a section, each known by what it says and not by its number.

A step is an item of an ordered list, wherever it stands. Its key is the same as long as its own
text and the section's anchor are: steps may come and go before it, lines may break elsewhere, and
steps within it have keys of their own. Of footnotes nothing is a step.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256

from markdown_it.token import Token

from lockstep.guides import markup, section
from lockstep.guides.section import Section

DIGITS = 8
"""How many hexadecimal digits a key has."""
_NEUTRAL = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
"""Words that are most often the same in every language: names, numbers, code."""
_NUMBERED = re.compile(r"^[\W_]*\d{1,9}[.)]", re.MULTILINE)
"""How a line begins that may begin an ordered list."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step, as a guide writes it."""

    key: str
    depth: int
    """How many steps it stands in."""
    marks: frozenset[str]
    """Words in it that are the same in other languages."""


def steps(part: Section) -> tuple[Step, ...]:
    """Return the steps of a section, in order; one comes before those that stand in it."""
    # Most sections can be told without reading them.
    return _steps(part.anchor, part.plain) if _NUMBERED.search(part.plain) else ()


@lru_cache(maxsize=64)  # of a page: each translation asks for those of its English
def _steps(anchor: str, plain: str) -> tuple[Step, ...]:
    found: list[Step] = []
    seen: Counter[str] = Counter()
    for depth, tokens in _texts(markup.outline(plain)):
        said = tuple((tag, text) for _, tag, text in section.substance(tokens) if text)
        key = sha256(repr((anchor, said)).encode()).hexdigest()[:DIGITS]
        seen[key] += 1
        if seen[key] > 1:  # the same words again, such as `Compare.`
            key = f"{key}-{seen[key]}"
        marks = frozenset(word for _, text in said for word in _NEUTRAL.findall(text))
        found.append(Step(key, depth, marks))
    return tuple(found)


def _texts(tokens: Sequence[Token]) -> list[tuple[int, list[Token]]]:
    """Return the tokens of each step, without those of steps within it, and its depth."""
    found: list[tuple[int, list[Token]]] = []
    around: list[list[Token]] = []
    """Tokens of the steps that are open, the innermost last."""
    ordered: list[bool] = []
    """Of the lists that are open, whether their items are steps."""
    footnotes = 0
    for token in tokens:
        if token.type.startswith("footnote_reference_"):
            footnotes += token.nesting
        elif token.type in {"ordered_list_open", "bullet_list_open"}:
            ordered.append(token.type == "ordered_list_open" and not footnotes)
        elif token.type in {"ordered_list_close", "bullet_list_close"}:
            ordered.pop()
        elif token.type == "list_item_open" and ordered[-1]:
            around.append([])
            found.append((len(around) - 1, around[-1]))
        elif token.type == "list_item_close" and ordered[-1]:
            around.pop()
        elif around:
            around[-1].append(token)
    return found
