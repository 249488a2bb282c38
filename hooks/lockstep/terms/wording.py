"""Where words begin, for a search that must not find what is cut out of the middle of others.

A search in the reader's browser sees by itself where one script ends and another begins, and where
blanks stand. What it cannot see is marked here with a zero-width space: words in a run of Chinese,
in a Japanese compound, behind a particle, and inside an identifier.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

MARK = "\N{ZERO WIDTH SPACE}"

_HAN = re.compile(r"[\u3005\u3400-\u9fff]+")
_KATAKANA = re.compile(r"[\u30a1-\u30fa\u30fc]+")
_PARTICLES = re.compile(
    r"(?<=[\u30a1-\u30fa\u30fc\u3005\u3400-\u9fffA-Za-z0-9])"
    r"((?:から|まで|より|では|には|とは|への|での|との|にも|でも|[をはがのにでともへや])+)"
    r"(?=[\u3041-\u3096])"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_AFFIXES_BEFORE = "不非無未再各全同別他両最超多単新前後約第小大高低本副総"
_AFFIXES_AFTER = (
    "化性的率数者器機時間用値法型式量点面側中内外上下後前毎別名"
    "順系層軸度力分版形群表図線部書先元目回台個件"
)
_SHORTEST = {"han": 2, "katakana": 3}
"""Characters of the shortest word that a compound can be cut into."""

Marker = Callable[[Sequence[str]], Iterator[str]]
"""Texts of one language in, the same with marks out."""


def marker(code: str, pieces: Callable[[str], Iterable[str]], terms: Iterable[str]) -> Marker:
    """Return what marks the beginnings of words in texts of a language.

    pieces: cuts a run of Chinese into its smallest words; asked for Chinese only.
    terms: words that the site's glossary knows, which help to cut Japanese compounds.
    """
    if code.startswith("zh"):
        return _Chinese(pieces)
    return _Japanese(terms) if code.startswith("ja") else _marked_identifiers


def _marked_identifiers(texts: Iterable[str]) -> Iterator[str]:
    return (_HUMP.sub(MARK, text) for text in texts)


class _Chinese:
    """Chinese, cut by a segmenter."""

    def __init__(self, pieces: Callable[[str], Iterable[str]]) -> None:
        self._pieces = pieces
        self._known: dict[str, str] = {}

    def __call__(self, texts: Sequence[str]) -> Iterator[str]:
        return (_HAN.sub(self._marked, text) for text in _marked_identifiers(texts))

    def _marked(self, found: re.Match[str]) -> str:
        run = found[0]
        if run not in self._known:
            self._known[run] = MARK.join(self._pieces(run))
        return self._known[run]


class _Japanese:
    """Japanese: a compound is cut where its parts stand alone elsewhere on the site.

    That needs no dictionary, and knows the words that the site's own field is made of. What never
    stands alone is cut as most Sino-Japanese compounds are: two characters each, behind and before
    affixes of one.
    """

    def __init__(self, terms: Iterable[str]) -> None:
        self._terms = [*terms]

    def __call__(self, texts: Sequence[str]) -> Iterator[str]:
        han = _words(_HAN, self._all(texts), _SHORTEST["han"])
        katakana = _words(_KATAKANA, self._all(texts), _SHORTEST["katakana"])
        known: dict[str, str] = {}

        def marked(found: re.Match[str]) -> str:
            run = found[0]
            if run not in known:
                own = han if _HAN.match(run) else katakana
                cut = _halves(run, own) if own is han else _covered(run, own - {run})
                known[run] = MARK.join(cut or [run])
            return known[run]

        return (
            _PARTICLES.sub(rf"\1{MARK}", _KATAKANA.sub(marked, _HAN.sub(marked, text)))
            for text in _marked_identifiers(texts)
        )

    def _all(self, texts: Sequence[str]) -> Iterator[str]:
        yield from _marked_identifiers(texts)
        yield from self._terms


def _words(run: re.Pattern[str], texts: Iterable[str], shortest: int) -> set[str]:
    """Return what stands alone between other scripts often enough to be a word."""
    counts = Counter(found for text in texts for found in run.findall(text))
    return {word for word in counts if shortest <= len(word) <= 2 * shortest}


def _covered(run: str, words: set[str]) -> list[str] | None:
    """Return the fewest words that make up a run; ``None`` where none do."""
    best: list[list[str] | None] = [[]] + [None] * len(run)
    for end in range(1, len(run) + 1):
        for start in range(end):
            before, word = best[start], run[start:end]
            if before is None or word not in words:
                continue
            shorter = best[end]
            if shorter is None or len(before) + 1 < len(shorter):
                best[end] = [*before, word]
    return best[-1]


def _halves(run: str, words: set[str]) -> list[str]:
    """Return a run of kanji cut into words of two characters or more, and affixes of one."""
    if len(run) <= _SHORTEST["han"]:
        return [run]
    if cut := _covered(run, words - {run}):
        return cut
    if run[0] in _AFFIXES_BEFORE and len(run) % 2:
        return [run[0], *_halves(run[1:], words)]
    if run[-1] in _AFFIXES_AFTER and len(run) % 2:
        return [*_halves(run[:-1], words), run[-1]]
    if len(run) % 2:
        return [run]
    return [run[at : at + 2] for at in range(0, len(run), 2)]
