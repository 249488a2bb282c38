"""Guides as they are published, put together where something has changed that they are made from.

That is the guide, its English of today and the accepted one, and the notebooks that they name.
Where a section is not as its translator wrote it, what takes its place may depend on where links
lead: those that were followed are kept too, and are followed again.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from functools import cached_property, partial
from typing import Any

from lockstep.disk import labs
from lockstep.disk.cache import Cache, digest
from lockstep.disk.revival import revived, stored
from lockstep.ground.language import Language
from lockstep.ground.problem import Problem
from lockstep.guides.document import Document
from lockstep.pages import overview, ticking
from lockstep.pages.injection import Page
from lockstep.pages.site import Site
from lockstep.pages.ticking import Keys

_APART = re.compile(r"[\s{}]")
"""What no name of a notebook holds."""


class Recall:
    """What was put together of the guides of a site."""

    def __init__(self, site: Site, cache: Cache) -> None:
        """Take a site and what earlier builds have made."""
        self._site = site
        self._cache = cache
        self._keys: dict[str, tuple[Document, str]] = {}
        self._texts: dict[str, tuple[Document, tuple[str, frozenset[str]]]] = {}
        self._kept: set[str] = set()
        """Paths of guides of which it is kept how they are published."""

    def prepare(self, page: str) -> None:
        """Keep all that builds ask for of a page, in all its languages."""
        for language, guide in self._site.versions(page).items():
            self.keep(guide, language, self._site.page(guide, language))
            self.problems(guide, language)
            if self._site.lab(guide.meta):
                self.steps(guide, language)
                self.products(self._site.notebook(guide.meta))
            self.owed(page, language)

    def page(self, guide: Document, language: Language, make: Callable[[], Page]) -> Page:
        """Return a guide as it is published, made where it is not known."""
        if known := self._known("published", guide, language):
            self._kept.add(guide.path)
            page: Page = revived(known)
            return page
        page = make()
        self.keep(guide, language, page)
        return page

    def keep(self, guide: Document, language: Language, page: Page) -> None:
        """Keep a guide as it is published, once: a check may have put it together."""
        if guide.path not in self._kept:
            self._kept.add(guide.path)
            self._keep(stored(page), "published", guide, language)

    def problems(self, guide: Document, language: Language) -> tuple[Problem, ...]:
        """Return what is wrong with a guide of the site by itself."""
        key = self.key(guide, language)
        made = self._cache.made(lambda: stored(guide.problems), "problems", key)
        found: tuple[Problem, ...] = revived(made)
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

    def owed(self, page: str, language: Language) -> dict[str, str]:
        """Return what keeps a page's sections from being current, by their anchors."""
        guide = self._site.guides.get(language.code, {}).get(page)
        if guide is None:
            return {}
        key = self.key(guide, language)
        return self._cache.made(lambda: overview.sections(self._site, page, language), "owed", key)

    def products(self, name: str | None) -> list[str]:
        """Return what a lab was run with; nothing where it was not, or is none."""
        if name is None or name not in self._site.labs:
            return []

        def run_with() -> list[str]:
            recording = self._site.labs[name].recording
            return [*recording.run.products] if recording else []

        return self._cache.made(run_with, "products", labs.digest(self._site.labs, name))

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

    def sources(self, page: str) -> str:
        """Return a digest of all that the rules see of a page, in all its languages."""
        site = self._site
        versions = [self.key(guide, language) for language, guide in site.versions(page).items()]
        accepted = [self._read(each[page])[0] for each in site.accepted.values() if page in each]
        return digest(page, versions, accepted, self._pages)

    def _digest(self, guide: Document, language: Language) -> str:
        site, source = self._site, self._site.settings.languages.source
        page = guide.path.removeprefix(f"{site.settings.guides}/{language.code}/")
        name = site.moved.get((language.code, page), page)
        english = site.guides.get(source.code, {}).get(name)
        accepted = site.accepted.get(language.code, {}).get(page)
        documents = [it for it in (guide, english, accepted) if it is not None]
        named = {site.notebook(it.meta, language) for it in documents}
        named |= {site.notebook(it.meta) for it in documents}
        read = [*map(self._read, documents)]
        named = named.union(*(quoted for _, quoted in read))
        known = sorted(it for it in named if it and it in site.labs)
        own = [(it, labs.digest(site.labs, it)) for it in known]
        return digest(language.code, name, [text for text, _ in read], own, self._names)

    def _read(self, document: Document) -> tuple[str, frozenset[str]]:
        """Return a digest of a guide, or of accepted English, and the notebooks that it may name.

        Each language asks for the same English.
        """
        known = self._texts.get(document.path)
        if known is None or known[0] is not document:
            text = hashlib.blake2b(document.text.encode("utf-8", "surrogatepass"))
            own = document.path, document.offset, document.meta, {**document.anchors}
            found = (
                digest(text.hexdigest(), *own),
                frozenset(_quoted(document.text)) & self._site.labs.keys(),
            )
            known = self._texts[document.path] = document, found
        return known[1]

    @cached_property
    def _names(self) -> str:
        """A digest of the names of all notebooks."""
        return digest(sorted(self._site.labs))

    @cached_property
    def _pages(self) -> str:
        """A digest of which pages there are."""
        kinds = (self._site.guides, self._site.accepted)
        return digest([(code, *pages) for each in kinds for code, pages in each.items()])


def _quoted(text: str) -> Iterable[str]:
    """Return what may name another notebook: what stands before a colon, next to a directive."""
    lines = text.split("\n") if "{{" in text else ()
    before = (part for line in lines if "{{" in line for part in line.split(":")[:-1])
    return (_APART.split(text)[-1] for text in before)
