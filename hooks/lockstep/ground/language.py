"""Languages of a site, and the engine's own words in each of them.

A ``Language`` is what the configuration says of it; ``Words`` turns an English phrase of the
engine into that language (gettext's contract: the English phrase is the key, and what is missing
stays English). Reading the catalogs from disk is ``project``'s.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import babel


@cache
def _locale(code: str) -> babel.Locale:
    return babel.Locale.parse(code, sep="-")


@dataclass(frozen=True, slots=True)
class Language:
    """A language in which guides are written."""

    code: str
    """Name of its folder below ``docs/``, and of its build: ``en``, ``zh``, ``ja``."""
    name: str
    """What its own readers call it: ``简体中文``."""

    @property
    def locale(self) -> babel.Locale:
        """The Babel locale that formats numbers and dates; raises ``UnknownLocaleError``."""
        return _locale(self.code)


@dataclass(frozen=True, slots=True)
class Languages:
    """The site's languages: the source, and those translated from it."""

    source: Language
    translations: tuple[Language, ...] = ()

    def __iter__(self) -> Iterator[Language]:
        """Yield every language, the source first."""
        yield self.source
        yield from self.translations

    def __getitem__(self, code: str) -> Language:
        """Return the language with that code; raises ``KeyError`` where there is none."""
        for language in self:
            if language.code == code:
                return language
        raise KeyError(code)


@dataclass(frozen=True, slots=True)
class Words:
    """The engine's own phrases in one language."""

    language: Language
    messages: Mapping[str, str] = field(default_factory=dict)
    """English phrase to translated phrase; both may hold ``{name}`` fields."""

    def __call__(self, phrase: str, **fields: object) -> str:
        """Return the phrase in this language with its fields filled in."""
        text = self.messages.get(phrase) or phrase  # an empty phrase stays empty
        return text.format(**fields) if fields else text
