"""Chinese text cut into words by jieba, which knows a site's own terms too."""

import contextlib
import logging
import marshal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from lockstep.ground.language import Languages
from lockstep.terms.finder import Finder
from lockstep.terms.glossary import Glossary

_FOUR = 4


def of(glossary: Glossary | None, languages: Languages) -> "dict[str, Segmentation]":
    """Return what cuts text in each of a site's languages, by code; Chinese is all it is for."""
    return {language.code: Segmentation(glossary, language.code) for language in languages}


def load(segmentations: "Mapping[str, Segmentation]") -> None:
    """Load the dictionary before the first text, where a language needs it."""
    for code, each in segmentations.items():
        if code.startswith("zh"):
            each.load()


def finders(
    glossary: Glossary | None, segmentations: "Mapping[str, Segmentation]"
) -> dict[str, Finder]:
    """Return what finds a glossary's terms in text, by code of the text's language.

    None where there is no glossary.
    """
    if glossary is None:
        return {}
    return {code: Finder(glossary, code, cut.words) for code, cut in segmentations.items()}


class Segmentation:
    """Chinese in words, the glossary's forms whole.

    The dictionary is loaded with the first text, which takes about a second, once in a process.
    """

    def __init__(self, glossary: Glossary | None, code: str) -> None:
        """Take the glossary, if there is one, and the code of the language that the text is in."""
        self._forms = frozenset(glossary.forms_in(code) if glossary else ())

    def words(self, text: str) -> Iterable[str]:
        """Yield the words of a text, which joined give the text."""
        words: Iterable[str] = _tokenizer(self._forms, _dictionary()).cut(text)
        return words

    def load(self) -> None:
        """Load the dictionary before the first text."""
        _tokenizer(self._forms, _dictionary())

    def pieces(self, text: str) -> Iterator[str]:
        """Yield the smallest words of a text, which joined give the text: no term is one."""
        plain = _dictionary()
        for word in self.words(text):
            if len(word) < _FOUR and word not in self._forms:
                yield word
                continue
            parts = [*plain.cut(word, HMM=False)]
            first, second = word[: _FOUR // 2], word[_FOUR // 2 :]
            if len(parts) == 1 and len(word) == _FOUR and {first, second} <= plain.FREQ.keys():
                parts = [first, second]
            yield from parts


class Known:
    """Pieces of texts, those that are known from an earlier build first.

    Where all are, the dictionary is not loaded.
    """

    def __init__(self, cut: Callable[[str], Iterable[str]], known: Mapping[str, list[str]]) -> None:
        """Take what cuts a text, and the pieces of texts that it has cut already."""
        self._cut = cut
        self._known = known
        self.used: dict[str, list[str]] = {}
        """Texts that were asked for, to their pieces."""

    def pieces(self, text: str) -> list[str]:
        """Return the pieces of a text."""
        if text not in self.used:
            self.used[text] = self._known.get(text) or [*self._cut(text)]
        return self.used[text]


@lru_cache(maxsize=2)  # a server has a new glossary once it was edited
def _tokenizer(forms: frozenset[str], plain: Any) -> Any:  # noqa: ANN401 jieba has no types
    """Return what cuts text into words as another does, and knows a site's own words too."""
    import jieba  # noqa: PLC0415 no site without Chinese text needs it

    tokenizer = jieba.Tokenizer()
    tokenizer.FREQ, tokenizer.total = dict(plain.FREQ), plain.total
    tokenizer.initialized = True
    for form in sorted(forms):
        tokenizer.add_word(form)
    return tokenizer


def _dictionary() -> Any:  # noqa: ANN401 jieba has no types
    """Return jieba's own tokenizer, without the terms."""
    import jieba  # noqa: PLC0415 see above

    if not jieba.dt.initialized:
        jieba.setLogLevel(logging.WARNING)  # it tells of each load otherwise
        # What jieba keeps it reads word by word from the file, which takes three times as long.
        with contextlib.suppress(OSError, EOFError, ValueError, TypeError):
            kept = Path(tempfile.gettempdir(), "jieba.cache")
            if kept.stat().st_mtime > Path(jieba.__file__).with_name("dict.txt").stat().st_mtime:
                jieba.dt.FREQ, jieba.dt.total = marshal.loads(kept.read_bytes())  # noqa: S302 as jieba
                jieba.dt.initialized = True
        jieba.dt.initialize()
    return jieba.dt
