"""Where the glossary's terms occur in running text: whole words only, the longest term first.

What a word is differs. Latin letters stand between characters that are none, in English with a
plural and with a capital at the start of a sentence. Chinese is cut into words by a segmenter that
knows the terms; a term is made of whole words. In Japanese a run of katakana or of kanji is one
word, compounds of katakana hold single spaces, and a few short affixes leave a word what it is.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lockstep.glossary import Glossary, Term

Segmenter = Callable[[str], Iterable[str]]
"""Text to its words, which joined give the text."""

_LATIN = r"A-Za-z0-9_\u00c0-\u024f"
_KANA = r"\u30a1-\u30fa\u30fc\u30fb"
_HAN = r"\u3400-\u9fff\u3005"
_BEFORE = "各全同別他両"
_AFTER = "上下中内外間前後時側用数名毎"
_LATIN_EDGES = (rf"(?<![{_LATIN}])(?<![{_LATIN}][-.])", rf"(?![{_LATIN}])(?![-.][{_LATIN}])")
_CHINESE_EDGES = ("", "")  # the segmenter's business
_JAPANESE_EDGES = (
    rf"(?<![{_KANA}])(?<![{_KANA}] )(?:(?<![{_HAN}])|(?<=[{_BEFORE}])(?<![{_HAN}].))",
    rf"(?![{_KANA}])(?! [{_KANA}])(?:(?![{_HAN}])|(?=[{_AFTER}](?![{_HAN}])))",
)
_SENTENCE_END = (".", "!", "?", "。")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A term in a text, at ``text[start:end]``."""

    start: int
    end: int
    term: Term
    shown: bool
    """Whether this form gets a tooltip; one that does not still hides shorter terms inside it."""


@dataclass(frozen=True, slots=True)
class _Form:
    text: str
    pattern: re.Pattern[str]
    term: Term
    shown: bool


class Finder:
    """Finds the terms of one language."""

    def __init__(self, glossary: Glossary, code: str, segment: Segmenter | None = None) -> None:
        """Take the glossary, the code of the text's language, and what segments its text.

        segment: needed for Chinese, where it must know the terms' forms; not asked otherwise.
        """
        self.code = code
        self._segment = segment if code.startswith("zh") else None
        self._forms: dict[str, list[_Form]] = {}
        # What one term is called comes before what another is called too.
        names = [(term, (term.forms[code][0],)) for term in glossary.terms]
        others = [
            (term, (*term.forms[code], *term.tooltips[code], *term.unless[code]))
            for term in glossary.terms
        ]
        known: set[str] = set()
        for term, texts in (*names, *others):
            for text in texts:
                if text not in known:
                    form = _Form(text, self._pattern(text), term, text in term.tooltips[code])
                    self._forms.setdefault(text[0].lower(), []).append(form)
                    known.add(text)
        for forms in self._forms.values():
            forms.sort(key=lambda form: -len(form.text))

    def find(self, text: str) -> list[Occurrence]:
        """Return the terms in a text in order; none overlaps another."""
        found: list[Occurrence] = []
        edges: frozenset[int] | None = None
        at = 0
        for start, character in enumerate(text):
            forms = self._forms.get(character.lower())
            if forms is None or start < at:
                continue
            if self._segment is not None and edges is None:
                edges = _edges(self._segment(text))
            for form in forms:
                match = form.pattern.match(text, start)
                if match and _stands(form.text, match, text, edges):
                    found.append(Occurrence(start, match.end(), form.term, form.shown))
                    at = match.end()
                    break
        return found

    def _pattern(self, form: str) -> re.Pattern[str]:
        cjk = _JAPANESE_EDGES if self.code.startswith("ja") else _CHINESE_EDGES
        before = (_LATIN_EDGES if _is_latin(form[0]) else cjk)[0]
        after = (_LATIN_EDGES if _is_latin(form[-1]) else cjk)[1]
        written = re.escape(form)
        if self.code.startswith("en"):
            if form.islower():
                written = f"[{form[0]}{form[0].upper()}]{re.escape(form[1:])}"
            plural = form.endswith("y")
            written = f"{written[:-1]}(?:y|ies)" if plural else f"{written}(?:e?s)?"
        return re.compile(f"{before}{written}{after}")


def _stands(form: str, match: re.Match[str], text: str, edges: frozenset[int] | None) -> bool:
    """Whether what looks like a form is made of whole words, and not the name of something else."""
    if edges is not None:
        start = _is_latin(form[0]) or match.start() in edges
        if not start or not (_is_latin(form[-1]) or match.end() in edges):
            return False
    return text[match.start()] == form[0] or _begins_sentence(text[: match.start()])


def _is_latin(character: str) -> bool:
    return re.match(f"[{_LATIN}]", character) is not None


def _edges(words: Iterable[str]) -> frozenset[int]:
    at = 0
    edges = {0}
    for word in words:
        at += len(word)
        edges.add(at)
    return frozenset(edges)


def _begins_sentence(before: str) -> bool:
    said = before.rstrip(" \n\t\"'“")
    return not said or said.endswith(_SENTENCE_END)
