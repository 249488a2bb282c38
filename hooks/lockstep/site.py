"""A whole project as one value: what checks look at and builds draw on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from lockstep import directive
from lockstep.document import Document
from lockstep.glossary import Glossary
from lockstep.injection import Page, inject
from lockstep.lab import Lab
from lockstep.language import Language, Words
from lockstep.problem import Problem, Severity
from lockstep.settings import Settings


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
    problems: tuple[Problem, ...] = ()
    """Files that could not be read at all."""

    def documents(self) -> Iterator[tuple[Language, str, Document]]:
        """Yield every guide with its language and page, the source language first."""
        for language in self.settings.languages:
            for page, document in sorted(self.guides.get(language.code, {}).items()):
                yield language, page, document

    def concerning(
        self, problems: Iterable[Problem], document: Document, language: Language
    ) -> list[Problem]:
        """Return the errors in the files that a guide is made from, without stale recordings.

        problems: findings to choose from; language: the guide's. What is stale is marked at each
        cell.
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
        ]

    def page(self, document: Document, language: Language) -> Page:
        """Return a guide with all that it refers to in place."""
        notebook = named(document.meta.get("notebook"))
        return inject(document, self.labs, language, notebook, self.glossary)

    def lab(self, meta: Mapping[str, object]) -> Lab | None:
        """Return the lab that a guide carries by its front matter, if it carries one."""
        return self.labs.get(named(meta.get("notebook")) or "")

    def glossary_pages(self, language: Language) -> list[str]:
        """Return where a language's glossary page may be, below the guides: its own, the source's.

        It is the first page that shows the glossary; there is none where no page does.
        """
        if self.glossary is None or self._glossary_page is None:
            return []
        source = self.settings.languages.source.code
        return [f"{code}/{self._glossary_page}" for code in (language.code, source)]

    @cached_property
    def _glossary_page(self) -> str | None:
        """The first page that shows the glossary: each page of a build asks where it is."""
        for _, page, document in self.documents():
            if any(directive.is_glossary(span.text) for span in document.spans):
                return page
        return None


def named(notebook: object) -> str | None:
    """Return what a front matter's ``notebook`` names, if it names anything."""
    return notebook if isinstance(notebook, str) and notebook else None
