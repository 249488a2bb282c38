"""A whole project as one value: what checks look at and builds draw on."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial

from lockstep.ground.language import Language, Words
from lockstep.ground.memory import forget
from lockstep.ground.problem import Problem, Severity
from lockstep.ground.settings import Settings
from lockstep.guides import directive
from lockstep.guides.document import Document
from lockstep.notebooks.lab import Codes, Lab
from lockstep.pages import links, publishing
from lockstep.pages.injection import Page, inject
from lockstep.pages.publishing import Published
from lockstep.terms.glossary import Glossary
from lockstep.translations import translation
from lockstep.translations.translation import Standing, State

_GONE = frozenset({
    "missing-alt", "no-output", "unknown-cell", "unknown-line", "unknown-notebook", "unknown-value",
})  # fmt: skip
"""Rules that find what a notebook no longer has, or has otherwise."""


def _made(_guide: Document, _language: Language, make: Callable[[], Page]) -> Page:
    return make()


@dataclass(frozen=True)  # without slots, in which nothing can be kept that is worked out once
class Site:
    """Notebooks and guides, read."""

    settings: Settings
    labs: Mapping[str, Lab] = field(default_factory=dict)
    """Name to lab."""
    guides: Mapping[str, Mapping[str, Document]] = field(default_factory=dict)
    """Language code to page (path below the language's folder) to guide."""
    words: Mapping[str, Words] = field(default_factory=dict)
    """Language code to the engine's own words."""
    glossary: Glossary | None = None
    """The terms, where the site has a glossary."""
    accepted: Mapping[str, Mapping[str, Document]] = field(default_factory=dict)
    """Language code to page to the English from which the translation was made."""
    problems: tuple[Problem, ...] = ()
    """Files that could not be read at all."""
    convert: Callable[[str], str] | None = None
    """Markdown to HTML as the site does it, where that can be had."""
    recall: Callable[[Document, Language, Callable[[], Page]], Page] = _made
    """Gives a guide as it is published, or has it made: as long as nothing has changed, it may know
    what came of that before."""
    known: dict[tuple[str, str], tuple[Standing, ...]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """Standings by language and page, each worked out once: rules and pages ask for them."""
    ready: dict[str, tuple[Document, Page]] = field(default_factory=dict, compare=False, repr=False)
    """Published guides by path, each put together once: rules and exports ask for them."""
    put_together: dict[str, tuple[Document, tuple[Published, tuple[Standing, ...]]]] = field(
        default_factory=dict, compare=False, repr=False
    )
    """Guides by path as they are published, but for directives: pages and steps ask for them."""
    followed: dict[str, dict[str, bool]] = field(default_factory=dict, compare=False, repr=False)
    """Guides by path to the links in them that were followed, and which of those lead nowhere."""
    _first_pages: dict[str, str | None] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )
    """Name of a directive to the first page that has it."""

    def documents(self) -> Iterator[tuple[Language, str, Document]]:
        """Yield every guide with its language and page, the source language first."""
        for language in self.settings.languages:
            for page, document in sorted(self.guides.get(language.code, {}).items()):
                yield language, page, document

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """Every page that there is in any language, or the accepted English of one."""
        known = (*self.guides.values(), *self.accepted.values())
        return tuple(sorted({page for pages in known for page in pages}))

    def versions(self, page: str) -> dict[Language, Document]:
        """Return a page in each language that has it, the source language first."""
        return {
            language: self.guides[language.code][page]
            for language in self.settings.languages
            if page in self.guides.get(language.code, {})
        }

    def concerning(
        self, problems: Iterable[Problem], document: Document, language: Language, page: Page
    ) -> list[Problem]:
        """Return the errors in the files that a guide is made from that nothing in its page marks.

        problems: findings to choose from; language: the guide's; page: what came of it. What is
        stale is marked at each cell.
        """
        paths = {document.path}
        lab = self.lab(document.meta)
        if lab is not None:
            catalog = lab.catalogs.get(language.code)
            parts = (lab.notebook, lab.pair, catalog)
            paths |= {part.path for part in parts if part is not None}
        return [
            problem
            for problem in problems
            if problem.location.path in paths
            and problem.severity is Severity.ERROR
            and problem.rule != "stale-recording"
            and problem not in page.problems
        ]

    def page(self, document: Document, language: Language) -> Page:
        """Return a guide as it is published: with all that it refers to in place."""
        page = document.path.removeprefix(f"{self.settings.guides}/{language.code}/")
        if self.guides.get(language.code, {}).get(page) is not document:
            return self._page(document, language)
        known = self.ready.get(document.path)
        if known is None or known[0] is not document:
            made = self.recall(document, language, lambda: self._page(document, language))
            known = self.ready[document.path] = (document, made)
        return known[1]

    def _page(self, document: Document, language: Language) -> Page:
        found, standings = self._injected(document, language)
        # What an outdated section refers to may be gone since: that is no fault of its translator.
        lines = {
            problem.location.line
            for problem in found.problems
            if problem.location.path == document.path and problem.rule in _GONE
        }
        stuck = [
            each.anchor
            for each in standings
            if each.state is State.OUTDATED
            and (own := each.translated)
            and lines.intersection(
                range(own.location.line, own.location.line + own.end - own.first)
            )
        ]
        return self._injected(document, language, stuck)[0] if stuck else found

    def _injected(
        self, document: Document, language: Language, stuck: Collection[str] = ()
    ) -> tuple[Page, tuple[Standing, ...]]:
        ready, standings = self.published(document, language, stuck)
        notebook = self.notebook(document.meta, language)
        page = inject(
            ready.document, self.labs, language, notebook, self.glossary,
            insertions=ready.insertions,
        )  # fmt: skip
        return page, standings

    def notebook(self, meta: Mapping[str, object], language: Language | None = None) -> str | None:
        """Return the notebook that a guide names in its front matter, by today's name.

        language: the guide's; the source language knows today's names only.
        """
        name = named(meta.get("notebook"))
        if name is None or language == self.settings.languages.source:
            return name
        return self._renamed.get(name, name)

    def lab(self, meta: Mapping[str, object]) -> Lab | None:
        """Return the lab that a guide carries by its front matter, if it carries one."""
        return self.labs.get(self.notebook(meta) or "")

    @cached_property
    def moved(self) -> Mapping[tuple[str, str], str]:
        """Language code and page of translations whose English goes on under another name: that."""
        sources = self.guides.get(self.settings.languages.source.code, {})
        found: dict[tuple[str, str], str] = {}
        for language in self.settings.languages.translations:
            guides = self.guides.get(language.code, {})
            new = {page: guide for page, guide in sources.items() if page not in guides}
            for page, accepted in self.accepted.get(language.code, {}).items():
                if page in guides and page not in sources:
                    name = translation.moved(accepted, new)
                    found |= {(language.code, page): name} if name else {}
        return found

    @cached_property
    def _renamed(self) -> Mapping[str, str]:
        """Names of notebooks that English calls otherwise since it was accepted: that name."""
        sources = self.guides.get(self.settings.languages.source.code, {})
        found: dict[str, str] = {}
        for code, pages in self.accepted.items():
            for page, then in pages.items():
                today = sources.get(self.moved.get((code, page), page))
                old = named(then.meta.get("notebook"))
                new = named(today.meta.get("notebook")) if today else None
                if old and new and old not in self.labs and new in self.labs:
                    found[old] = new
        return found

    def _published_standings(
        self, document: Document, language: Language, page: str
    ) -> tuple[Standing, ...]:
        """Return how the sections of a page stand, of one too whose English was renamed."""
        name = self.moved.get((language.code, page))
        if name is None:
            return self.standings(language, page)
        source = self.guides[self.settings.languages.source.code][name]
        accepted = self.accepted[language.code][page]
        return translation.standings(source, document, accepted, self.codes(source))

    def codes(self, guide: Document) -> Mapping[str, str]:
        """Return what a guide's directives may call a cell, to the fingerprint of its code."""
        return Codes(self.labs, self.notebook(guide.meta))

    def standings(self, language: Language, page: str) -> tuple[Standing, ...]:
        """Return how the sections of a translated page stand to their English.

        Nothing where either of the two is missing.
        """
        key = (language.code, page)
        if key not in self.known:
            source = self.guides.get(self.settings.languages.source.code, {}).get(page)
            translated = self.guides.get(language.code, {}).get(page)
            accepted = self.accepted.get(language.code, {}).get(page)
            self.known[key] = (
                translation.standings(source, translated, accepted, self.codes(source))
                if source and translated
                else ()
            )
        return self.known[key]

    def forget(self, page: str) -> None:
        """Take no more memory for a page than was read of it: it is not asked for again soon."""
        for code in self.guides:
            self.known.pop((code, page), None)
            for guide in (it[code].get(page) for it in (self.guides, self.accepted) if code in it):
                if guide is not None:
                    self.ready.pop(guide.path, None)
                    self.put_together.pop(guide.path, None)
                    forget(guide, "headings")  # other guides link to them

    def glossary_pages(self, language: Language) -> list[str]:
        """Return where a language's glossary page may be, below the guides: its own, the source's.

        It is the first page that shows the glossary; there is none where no page does.
        """
        page = self._first_page("glossary")
        if self.glossary is None or page is None:
            return []
        source = self.settings.languages.source.code
        return [f"{code}/{page}" for code in (language.code, source)]

    @property
    def shows_status(self) -> bool:
        """Whether any page shows how the pages stand."""
        return self._first_page("status") is not None

    def published(
        self, document: Document, language: Language, stuck: Collection[str] = ()
    ) -> tuple[Published, tuple[Standing, ...]]:
        """Return a guide as it is published, and how its sections stand to their English.

        stuck: outdated sections that refer to what is no longer there.
        """
        page = document.path.removeprefix(f"{self.settings.guides}/{language.code}/")
        standings = self._published_standings(document, language, page)
        known = self.put_together.get(document.path)
        if known and not stuck and known[0] is document and known[1][1] is standings:
            return known[1]
        source, gone = self.settings.languages.source, partial(self.follow, document, language)
        found = publishing.published(document, standings, source, gone, stuck), standings
        if not stuck:
            self.put_together[document.path] = document, found
        return found

    def follow(self, document: Document, language: Language, address: str) -> bool:
        """Whether a link in a guide leads to nothing that readers of its language get."""
        page = document.path.removeprefix(f"{self.settings.guides}/{language.code}/")
        codes = (language.code, self.settings.languages.source.code)
        gone = links.lead_nowhere([self.guides.get(code, {}) for code in codes], page, address)
        return self.followed.setdefault(document.path, {}).setdefault(address, gone)

    def _first_page(self, name: str) -> str | None:
        """Return the first page that has a directive of that name, if any has: every page asks."""
        if name not in self._first_pages:
            named = (page for _, page, guide in self.documents() if _has(guide, name))
            self._first_pages[name] = next(named, None)
        return self._first_pages[name]


def _has(document: Document, name: str) -> bool:
    """Whether a guide has a directive of that name; most can be told without reading them."""
    lines = document.text.split("\n") if name in document.text else ()
    likely = any("{{" in line and name in line for line in lines)
    return likely and any(directive.name_of(span.text) == name for span in document.spans)


def named(notebook: object) -> str | None:
    """Return what a front matter's ``notebook`` names, if it names anything."""
    return notebook if isinstance(notebook, str) and notebook else None
