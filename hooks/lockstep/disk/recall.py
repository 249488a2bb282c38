"""Guides as they are published, put together where something has changed that they are made from.

That is the guide, its English of today and the accepted one, and the notebooks that they name.
Where a section is not as its translator wrote it, what takes its place may depend on where links
lead: those that were followed are kept too, and are followed again.
"""

import io
import pickle
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from lockstep.disk.cache import Cache, digest
from lockstep.ground.language import Language
from lockstep.ground.problem import Problem
from lockstep.guides.document import Document
from lockstep.pages import ticking
from lockstep.pages.injection import Page
from lockstep.pages.site import Site
from lockstep.pages.ticking import Keys

_QUOTED = re.compile(r"[^\s{}:]+(?=:)")
"""What may name another notebook, in a line with a directive."""


class Recall:
    """What was put together of the guides of a site."""

    def __init__(self, site: Site, cache: Cache) -> None:
        """Take a site and what earlier builds have made."""
        self._site = site
        self._cache = cache
        self._keys: dict[str, tuple[Document, str]] = {}
        self._labs: dict[str, str] = {}
        self._kept: set[str] = set()
        """Paths of guides of which it is kept how they are published."""

    def page(self, guide: Document, language: Language, make: Callable[[], Page]) -> Page:
        """Return a guide as it is published, made where it is not known."""
        if known := self._known("published", guide, language):
            self._kept.add(guide.path)
            page: Page = _revived(known)
            return page
        page = make()
        self.keep(guide, language, page)
        return page

    def keep(self, guide: Document, language: Language, page: Page) -> None:
        """Keep a guide as it is published, once: a check may have put it together."""
        if guide.path not in self._kept:
            self._kept.add(guide.path)
            self._keep(pickle.dumps(page), "published", guide, language)

    def problems(self, guide: Document, language: Language) -> tuple[Problem, ...]:
        """Return what is wrong with a guide of the site by itself."""
        key = self.key(guide, language)
        made = self._cache.made(lambda: pickle.dumps(guide.problems), "problems", key)
        found: tuple[Problem, ...] = _revived(made)
        return found

    def steps(self, guide: Document, language: Language) -> Keys:
        """Return the keys of a guide's steps, by section."""
        found: Keys | None = self._known("steps", guide, language)
        if found is None:
            published, standings = self._site.published(guide, language)
            made = ticking.keys(published.document, standings)
            found = {anchor: [*each] for anchor, each in made.items()}
            self._keep(found, "steps", guide, language)
        return found

    def _known(self, kind: str, guide: Document, language: Language) -> Any:  # noqa: ANN401 any kept
        """Return what was kept, if links that were followed for it lead where they led."""
        followed, known = self._cache.get(kind, self.key(guide, language)) or ({}, None)
        follow = partial(self._site.follow, guide, language)
        return known if all(follow(to) is gone for to, gone in followed.items()) else None

    def _keep(self, made: Any, kind: str, guide: Document, language: Language) -> None:  # noqa: ANN401
        """Keep what was made, and where the links led that were followed for it."""
        followed = self._site.followed.get(guide.path, {})
        self._cache.put((followed, made), kind, self.key(guide, language))

    def key(self, guide: Document, language: Language) -> str:
        """Return a digest of all that a guide of the site is put together from."""
        known = self._keys.get(guide.path)
        if known is None or known[0] is not guide:
            known = self._keys[guide.path] = guide, self._digest(guide, language)
        return known[1]

    def _digest(self, guide: Document, language: Language) -> str:
        site, source = self._site, self._site.settings.languages.source
        page = guide.path.removeprefix(f"{site.settings.guides}/{language.code}/")
        name = site.moved.get((language.code, page), page)
        english = site.guides.get(source.code, {}).get(name)
        accepted = site.accepted.get(language.code, {}).get(page)
        documents = [it for it in (guide, english, accepted) if it is not None]
        named = {site.notebook(it.meta, language) for it in documents}
        named |= {site.notebook(it.meta) for it in documents}
        named |= {it for document in documents for it in _quoted(document.lines)}
        labs = sorted((it, self._lab(it)) for it in named if it and it in site.labs)
        texts = [
            (it.path, it.lines, it.offset, it.meta, sorted(it.anchors.items())) for it in documents
        ]
        return digest(language.code, name, texts, labs, sorted(site.labs))

    def _lab(self, name: str) -> str:
        """Return a digest of a notebook with all that belongs to it."""
        if name not in self._labs:
            self._labs[name] = digest(self._site.labs[name])
        return self._labs[name]


def _quoted(lines: Iterable[str]) -> Iterable[str]:
    likely = (line for line in lines if "{{" in line and ":" in line)
    return (name for line in likely for name in _QUOTED.findall(line))


class _Unpickler(pickle.Unpickler):
    """Revives the engine's own values, and no others."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401 pickle's own
        if not module.startswith("lockstep."):
            message = f"{module}.{name} is none of the engine's"
            raise pickle.UnpicklingError(message)
        return super().find_class(module, name)


def _revived(data: bytes) -> Any:  # noqa: ANN401 whatever was put
    return _Unpickler(io.BytesIO(data)).load()
