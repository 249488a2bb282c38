"""A whole project as one value: what checks look at and builds draw on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lockstep.document import Document
from lockstep.injection import Page, inject
from lockstep.lab import Lab
from lockstep.language import Language, Words
from lockstep.problem import Problem, Severity
from lockstep.settings import Settings


@dataclass(frozen=True, slots=True)
class Site:
    """Notebooks and guides, read."""

    settings: Settings
    labs: Mapping[str, Lab] = field(default_factory=dict)
    """Name to lab."""
    guides: Mapping[str, Mapping[str, Document]] = field(default_factory=dict)
    """Language code to page (path below the language's folder) to guide."""
    words: Mapping[str, Words] = field(default_factory=dict)
    """Language code to the engine's own words."""
    problems: tuple[Problem, ...] = ()
    """Files that could not be read at all."""

    def documents(self) -> Iterator[tuple[Language, str, Document]]:
        """Yield every guide with its language and page, the source language first."""
        for language in self.settings.languages:
            for page, document in sorted(self.guides.get(language.code, {}).items()):
                yield language, page, document

    def concerning(
        self, problems: Iterable[Problem], path: str, language: Language, lab: Lab | None
    ) -> list[Problem]:
        """Return the errors in the files that a guide is made from, without stale recordings.

        problems: findings to choose from; path: the guide's; lab: what it carries. What is stale
        is marked at each cell.
        """
        paths = {path}
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
        return inject(document, self.labs, language, named(document.meta.get("notebook")))


def named(notebook: object) -> str | None:
    """Return what a front matter's ``notebook`` names, if it names anything."""
    return notebook if isinstance(notebook, str) and notebook else None
