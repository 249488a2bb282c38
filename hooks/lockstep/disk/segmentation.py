"""Chinese text cut into words by jieba, which knows a site's own terms too."""

import contextlib
import logging
import marshal
import re
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from lockstep.ground import script
from lockstep.ground.language import Languages
from lockstep.pages.site import Site
from lockstep.terms.finder import Finder
from lockstep.terms.glossary import Glossary

_FOUR = 4
_MANY = 400
"""Texts from which on it is worth its time to keep no words that stand in none."""
_HAN = re.compile(f"[{script.HAN}]")


def of(
    glossary: Glossary | None,
    languages: Languages,
    written: Callable[[str], Iterable[str]] | None = None,
) -> "dict[str, Segmentation]":
    """Return what cuts text in each of a site's languages, by code; Chinese is all it is for.

    written: gives the texts that are written in a language, by its code.
    """
    return {language.code: Segmentation(glossary, language.code, written) for language in languages}


def texts(site: Site, config: Path, code: str) -> Iterator[str]:
    """Yield what pages of a site may say in a language, and some that they do not.

    config: the site's ``mkdocs.yml``.
    """
    yield from (guide.text for guide in site.guides.get(code, {}).values())
    yield from site.words[code].messages.values()
    catalogs = config.parent / site.settings.catalogs / code
    for path in (config, config.parent / site.settings.glossary, *catalogs.glob("*.po")):
        with contextlib.suppress(OSError):
            yield path.read_text("utf-8", errors="replace")


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

    The dictionary is loaded with the first text, which takes about a second, once in a process. On
    a large site, of its words those stay that can stand in what is written there: less than a
    third. A text with another character gets all of them.
    """

    def __init__(
        self,
        glossary: Glossary | None,
        code: str,
        written: Callable[[str], Iterable[str]] | None = None,
    ) -> None:
        """Take the glossary, if there is one, and the code of the language that the text is in.

        written: gives the texts that are written in it; without that, all words stay.
        """
        self._forms = frozenset(glossary.forms_in(code) if glossary else ())
        self._code = code
        self._written = written

    def words(self, text: str) -> Iterable[str]:
        """Yield the words of a text, which joined give the text."""
        words: Iterable[str] = self._for(text)[1].cut(text)
        return words

    def load(self) -> None:
        """Load the dictionary before the first text."""
        self._for("")

    def pieces(self, text: str) -> Iterator[str]:
        """Yield the smallest words of a text, which joined give the text: no term is one."""
        plain, own = self._for(text)
        for word in own.cut(text):
            if len(word) < _FOUR and word not in self._forms:
                yield word
                continue
            parts = [*plain.cut(word, HMM=False)]
            first, second = word[: _FOUR // 2], word[_FOUR // 2 :]
            if len(parts) == 1 and len(word) == _FOUR and {first, second} <= plain.FREQ.keys():
                parts = [first, second]
            yield from parts

    def _for(self, text: str) -> tuple[Any, Any]:
        """Return what cuts a text into words, without the site's own and with them."""
        if self.letters is not None and not self.letters.issuperset(_HAN.findall(text)):
            self.letters = None
        return tokenizers(self._forms, self.letters)

    @cached_property
    def letters(self) -> frozenset[str] | None:
        """The characters that words may have to stay; ``None`` where all do."""
        texts = [*self._written(self._code)] if self._written else []
        if len(texts) < _MANY:
            return None
        return frozenset(each for text in (*self._forms, *texts) for each in {*_HAN.findall(text)})


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
def tokenizers(forms: frozenset[str], letters: frozenset[str] | None) -> tuple[Any, Any]:
    """Return what cuts text into words: jieba's own, and one that knows a site's words too.

    letters: the characters that the text consists of, but for those of other scripts.
    """
    import jieba  # noqa: PLC0415 no site without Chinese text needs it

    plain, own = jieba.Tokenizer(), jieba.Tokenizer()
    plain.FREQ, plain.total = _dictionary(letters)
    own.FREQ, own.total = dict(plain.FREQ), plain.total
    plain.initialized = own.initialized = True
    for form in sorted(forms):
        own.add_word(form)
    return plain, own


def _dictionary(letters: frozenset[str] | None) -> tuple[dict[str, int], int]:
    """Return how often jieba found each of its words, and all of them together.

    letters: see ``tokenizers``; ``None`` for all words.
    """
    frequencies, total = _whole()
    if letters is None:
        return frequencies, total
    others = {*filter(_HAN.match, {*"".join(frequencies)})} - letters
    words = [word for word in frequencies if others.isdisjoint(word)]
    # Made anew once all are gone: they lie among the others, and would keep their memory.
    text, counts = "\n".join(words), array("q", map(frequencies.__getitem__, words))
    del frequencies, words
    return dict(zip(text.split("\n"), counts, strict=True)), total


def _whole() -> tuple[dict[str, int], int]:
    import jieba  # noqa: PLC0415 see above

    jieba.setLogLevel(logging.WARNING)  # it tells of each load otherwise
    # What jieba keeps it reads word by word from the file, which takes three times as long.
    with contextlib.suppress(OSError, EOFError, ValueError, TypeError):
        kept = Path(tempfile.gettempdir(), "jieba.cache")
        if kept.stat().st_mtime > Path(jieba.__file__).with_name("dict.txt").stat().st_mtime:
            frequencies, total = marshal.loads(kept.read_bytes())  # noqa: S302 as jieba
            return frequencies, total
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    return tokenizer.FREQ, tokenizer.total
