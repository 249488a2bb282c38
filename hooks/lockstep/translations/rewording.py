"""Code of documentation that translators may touch: what in it surely is not as in English.

Where nobody agreed on it, comments, messages, output and sample data are translated, code is laid
out anew, and a line is added that explains. Nothing of that is a fault. A line of English that is
gone, or says something else in Latin letters, is one.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, String, _TokenType
from pygments.util import ClassNotFound

LEFT_OUT = "…"
"""Stands where the translation has no line for one of its English."""

_NOTE = re.compile(
    r"^\s*(?://|#(?!\s*(?:include|define)\b|!)|<!--|/?\*|--\s|%|;;).*$|\s(?://|#)\s.*$"
)
"""A comment, in nearly any language."""
_LANG = re.compile(r"""\blang=(["'])[\w-]+\1""")
"""The language of a page, in HTML."""
_LANGUAGE = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:en|fr|de|es|pt|ru|zh|ja|ko|ar|tr|pl|uk|vi)(?:[-_][A-Za-z]{2,4})?"
    r"|english|french|german|spanish|portuguese|italian|russian|chinese|japanese|korean|arabic)"
    r"(?![A-Za-z0-9])",
    re.IGNORECASE,
)
"""A language that an example is for, which a translator may make that of the page. Codes that are
words of programs too (``is``, ``it``, ``no``) are none."""
_LATIN = re.compile(r"[a-z0-9]+")
_BETWEEN = re.compile(r"<!--.*?-->|\{?/\*.*?\*/\}?", re.DOTALL)
_FEW = 8
"""Lines up to which code is compared letter by letter."""
_ALIKE = 0.4
"""Share of letters in common below which it is other code."""
_MORE = 2
"""How many lines shorter a translated passage may be than its English."""


@dataclass(frozen=True, slots=True)
class _Line:
    row: int
    text: str
    bare: str


def bare(text: str) -> str:
    """Return the letters and digits of a text, without what sets them apart.

    Every language's code, or name in English, is the same.
    """
    plain = unicodedata.normalize("NFKC", localised(text)).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def localised(text: str) -> str:
    """Return a text in which an example's language is the same, whichever it is."""
    return _LANGUAGE.sub("lg", text)


def is_translated(text: str) -> bool:
    """Whether a text has letters of another script than English."""
    return any(sign.isalpha() and ord(sign) > ord("\u02af") for sign in text)


def reworded(english: str, translated: str, language: str) -> str:
    """Return a block of English code with the lines in which its translation surely differs.

    That is the English where nothing does.
    """
    ours, theirs = _lines(english, language), _lines(translated, language)
    everything = "".join(line.bare for line in theirs)
    matcher = SequenceMatcher(
        None, [line.bare for line in ours], [line.bare for line in theirs], autojunk=False
    )
    found = english.split("\n")
    for kind, i, j, k, m in matcher.get_opcodes():
        here, there = theirs[k:m], ours[i:j]
        if kind == "replace" and len(here) == len(there):
            for line, other in zip(there, here, strict=True):
                if line.bare != other.bare and not is_translated(other.text):
                    found[line.row] = other.text
        elif kind != "equal" and not _is_settled(there, here):
            gone = [
                line for line in there
                if line.bare not in everything and not any(_is_of(other, line) for other in here)
            ]  # fmt: skip
            said = [line.text for line in here if not is_translated(line.text)]
            said += [LEFT_OUT] * len(gone)
            for line, text in zip(gone, said, strict=False):
                found[line.row] = text
    return "\n".join(found)


def share(english: str, translated: str, language: str) -> float:
    """Return how much of a block of English code its translation has."""
    ours, theirs = ([it.bare for it in _lines(code, language)] for code in (english, translated))
    if not ours or not theirs:
        return 0.5
    common = set(ours) & set(theirs)
    equal = len(common) / len({*ours, *theirs})
    if max(len(ours), len(theirs)) > _FEW:
        return equal
    ratio = SequenceMatcher(None, "".join(ours), "".join(theirs), autojunk=False).ratio()
    return max(equal, ratio if ratio > _ALIKE else 0.0)


def _is_settled(ours: list[_Line], theirs: list[_Line]) -> bool:
    """Whether a passage that differs is only laid out, or worded, in another way."""
    if not ours:
        return True
    if "".join(line.bare for line in ours) == "".join(line.bare for line in theirs):
        return True
    return any(is_translated(line.text) for line in theirs) and len(ours) <= len(theirs) + _MORE


def _is_of(translated: _Line, english: _Line) -> bool:
    """Whether a line says another in translation: some of its Latin words, and no other."""
    ours, theirs = (set(_LATIN.findall(it.text.casefold())) for it in (english, translated))
    return is_translated(translated.text) and bool(theirs) and theirs <= ours


def _lines(code: str, language: str) -> list[_Line]:
    """Return the lines of code that say something, without comments."""
    plain = _BETWEEN.sub(lambda match: "\n" * match[0].count("\n"), _program(language, code))
    said = (_LANG.sub("lang", _NOTE.sub("", line)) for line in plain.split("\n"))
    lines = (_Line(row, line.strip(), bare(line)) for row, line in enumerate(said))
    return [line for line in lines if line.bare]


def _program(language: str, code: str) -> str:
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return code
    return "".join(_kept(lexer.get_tokens(code)))


def _kept(tokens: Iterable[tuple[_TokenType, str]]) -> Iterator[str]:
    for kind, text in tokens:
        hidden = (Comment in kind.split() and kind is not Comment.Preproc) or kind is String.Doc
        yield "\n" * text.count("\n") if hidden else text
