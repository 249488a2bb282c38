"""Where the glossary's terms occur in running text: whole words only, the longest term first.

What a word is differs. Latin letters stand between characters that are none, in English with a
plural and with a capital at the start of a sentence. Chinese is cut into words by a segmenter that
knows the terms; a term is made of whole words. In Japanese a run of katakana or of kanji is one
word, compounds of katakana hold single spaces, and a few short affixes leave a word what it is. In
any other language a word is a run of letters.
"""

import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lockstep.terms.glossary import Glossary, Term

Segmenter = Callable[[str], Iterable[str]]
"""Text to its words, which joined give the text."""

_LATIN = r"A-Za-z0-9_\u00c0-\u024f\u1e00-\u1eff"
_KANA = r"\u30a1-\u30fa\u30fc\u30fb"
_HAN = r"\u3400-\u9fff\u3005"
_BEFORE = "各全同別他両"
_AFTER = "上下中内外間前後時側用数名毎"
_LETTER = re.compile(f"[{_LATIN}]")
_LATIN_EDGES = (
    re.compile(rf"(?<![{_LATIN}])(?<![{_LATIN}][-.])"),
    re.compile(rf"(?![{_LATIN}])(?![-.][{_LATIN}])"),
)
_CHINESE_EDGES = (re.compile(""), re.compile(""))  # the segmenter's business
_JAPANESE_EDGES = (
    re.compile(rf"(?<![{_KANA}])(?<![{_KANA}] )(?:(?<![{_HAN}])|(?<=[{_BEFORE}])(?<![{_HAN}].))"),
    re.compile(rf"(?![{_KANA}])(?! [{_KANA}])(?:(?![{_HAN}])|(?=[{_AFTER}](?![{_HAN}])))"),
)
_CLAUSE = re.compile(r"[\u4e00-\u9fd5A-Za-z0-9+#&._%-]+")
"""What jieba cuts by itself: how it does depends on nothing around."""
_OTHER_EDGES = (re.compile(r"(?<!\w)(?<!\w-)"), re.compile(r"(?!\w)(?!-\w)"))
"""What may stand before a word, and after it."""
_TOLD = 4
"""Letters that tell nearly every word from the beginning of a form."""
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
    term: Term
    shown: bool
    before: re.Pattern[str]
    after: re.Pattern[str]
    opening: bool = False
    """Whether it is written so at the start of a sentence only."""


class Finder:
    """Finds the terms of one language."""

    def __init__(self, glossary: Glossary, code: str, segment: Segmenter | None = None) -> None:
        """Take the glossary, the code of the text's language, and what segments its text.

        segment: needed for Chinese, where it must know the terms' forms; not asked otherwise.
        """
        self.code = code
        self._segment = segment if code.startswith("zh") else None
        self._forms: dict[str, list[_Form]] = {}
        """Forms by their first two letters, or the only one, the longest first."""
        self._begun: dict[str, Sequence[_Form]] = {}
        """The same, with those of one letter behind: by what was met in texts."""
        # What one term is called comes before what another is called too.
        terms = [term for term in glossary.terms if code in term.forms]
        names = [(term, (term.forms[code][0],)) for term in terms]
        others = [
            (term, (*term.forms[code], *term.tooltips[code], *term.unless[code])) for term in terms
        ]
        known: set[str] = set()
        for term, texts in (*names, *others):
            for text in texts:
                if text not in known:
                    known.add(text)
                    self._keep(text, term, shown=text in term.tooltips[code])
        for forms in self._forms.values():
            forms.sort(key=lambda form: -len(form.text))
        starts = {form.text[:_TOLD] for forms in self._forms.values() for form in forms}
        latin = _beginnings(each for each in starts if _is_latin(each[0]))
        other = _beginnings(each for each in starts if not _is_latin(each[0]))
        self._starts = re.compile(rf"(?<![{_LATIN}])(?:{latin})|{other}")
        """Where a form may begin: one in Latin letters begins a word in every language."""

    def find(self, text: str, told: Container[str] = ()) -> list[Occurrence]:
        """Return the terms in a text in order; none overlaps another.

        told: anchors of terms that are wanted no more. What is taken for one of them need not be a
        whole word where that changes nothing about others: finding out takes the most time.
        """
        text = text.replace("\n", " ")  # a term may go on in the next line
        found: list[Occurrence] = []
        edges: dict[tuple[int, int], frozenset[int]] = {}
        at = 0
        starts = [match.start() for match in self._starts.finditer(text)]
        for start, following in pairwise([*starts, len(text)]):
            forms = self._standing(text, start) if start >= at else []
            is_told = all(form.term.anchor in told for form in forms)
            for form in forms:
                end = start + len(form.text)
                # What gets no tooltip may hide a part of a word: one missing is better than wrong.
                if form.shown and self._segment is not None and not (is_told and end <= following):
                    around = _around(text, start, end)
                    if around not in edges:
                        edges[around] = _edges(self._segment(text[slice(*around)]), around[0])
                    if not _is_whole(form.text, start, end, edges[around]):
                        continue
                found.append(Occurrence(start, end, form.term, form.shown))
                at = end
                break
        return found

    def _standing(self, text: str, start: int) -> list[_Form]:
        """Return the forms that stand at a place in a text, the longest first."""
        letters = text[start : start + 2]
        if letters not in self._begun:
            self._begun[letters] = self._beginning(letters)
        return [
            form
            for form in self._begun[letters]
            if text.startswith(form.text, start) and _stands(form, text, start)
        ]

    def _beginning(self, letters: str) -> Sequence[_Form]:
        """Return the forms that two letters may begin."""
        alone = self._forms.get(letters[0], ())
        return (*self._forms.get(letters, ()), *alone) if len(letters) > 1 else alone

    def _keep(self, text: str, term: Term, *, shown: bool) -> None:
        """Keep a form in all the ways in which this language writes it."""
        own = {"zh": _CHINESE_EDGES, "ja": _JAPANESE_EDGES}.get(self.code[:2], _OTHER_EDGES)
        before = (_LATIN_EDGES if _is_latin(text[0]) else own)[0]
        after = (_LATIN_EDGES if _is_latin(text[-1]) else own)[1]
        written = _plurals(text) if self.code.startswith("en") else [text]
        for form in written:
            kept = self._forms.setdefault(form[:2], [])
            kept.append(_Form(form, term, shown, before, after))
            if self.code.startswith("en") and text.islower():
                capital = form[0].upper() + form[1:]
                kept = self._forms.setdefault(capital[:2], [])
                kept.append(_Form(capital, term, shown, before, after, opening=True))


def _beginnings(starts: Iterable[str]) -> str:
    """Return an expression for the first letter of all that begins in one of some ways."""
    following: dict[str, set[str]] = {}
    for each in sorted(starts):
        following.setdefault(each[0], set()).add(each[1:])
    found = (
        re.escape(first) + ("" if "" in rest else f"(?={_beginnings(rest)})")
        for first, rest in following.items()
    )
    return "|".join(found) or "(?!)"


def _plurals(text: str) -> list[str]:
    if re.search("[^aeiou]y$", text):
        return [text, f"{text[:-1]}ies"]
    return [text, f"{text}s", f"{text}es"]


def _stands(form: _Form, text: str, start: int) -> bool:
    """Whether a form is a word of its own here, and not the name of something else."""
    end = start + len(form.text)
    if form.before.match(text, start) is None or form.after.match(text, end) is None:
        return False
    return not form.opening or _begins_sentence(text[:start])


def _is_whole(form: str, start: int, end: int, edges: frozenset[int]) -> bool:
    """Whether a form is made of whole words of a segmented text."""
    begins = _is_latin(form[0]) or start in edges
    return begins and (_is_latin(form[-1]) or end in edges)


def _is_latin(character: str) -> bool:
    return _LETTER.match(character) is not None


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where what a part of a text stands in begins and ends: its edges depend on no more."""
    while start and _CLAUSE.match(text[start - 1]):
        start -= 1
    behind = _CLAUSE.match(text, end)
    return start, behind.end() if behind else end


def _edges(words: Iterable[str], at: int) -> frozenset[int]:
    """Return where words begin and end that stand in a text from ``at`` on."""
    edges = {at}
    for word in words:
        at += len(word)
        edges.add(at)
    return frozenset(edges)


def _begins_sentence(before: str) -> bool:
    said = before.rstrip(" \n\t\"'“")
    return not said or said.endswith(_SENTENCE_END)
