"""Anchors made of words, where nobody wrote one."""

import re
import unicodedata
from collections.abc import Collection
from itertools import count


def slug(text: str, words: int | None = None) -> str:
    """Return a text in kebab-case, as the address of a heading would be; empty where it has none.

    words: at most that many of them.
    """
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", ascii_only.lower())[:words])


def unique(name: str, taken: Collection[str | None]) -> str:
    """Return a name that is not taken: itself, or with the first number that makes it so."""
    numbered = (f"{name}-{number}" for number in count(2))
    return next(each for each in numbered if each not in taken) if name in taken else name
