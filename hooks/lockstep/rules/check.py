"""Every rule over a whole site: a ``Site`` in, findings out, all of them.

Pages are checked one by one, each in all its languages at once, so that what one file gives is read
once, and pages can be checked side by side. What is between pages is checked when all are known.
What a directive refers to is checked where it is resolved (``injection``), what a file's own format
demands where it is read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lockstep.ground.problem import Problem, in_order
from lockstep.notebooks import comments
from lockstep.pages.injection import Shown
from lockstep.pages.site import Site
from lockstep.rules import (
    allowance,
    coverage,
    debts,
    guides,
    labs,
    legibility,
    parity,
    style,
    unmarked,
)
from lockstep.rules.catalogue import EXCEPTIONS
from lockstep.rules.terminology import Terminology


@dataclass(frozen=True, slots=True)
class PageFindings:
    """What the rules find in one page, in all its languages."""

    problems: tuple[Problem, ...]
    shown: Mapping[str, tuple[Shown, ...]]
    """Path of each of its guides to the cells that it shows."""


class Checks:
    """The rules, ready for the pages of a site."""

    def __init__(self, site: Site) -> None:
        """Take the site."""
        self.site = site
        self._terms = Terminology(site)

    def of_page(self, page: str) -> PageFindings:
        """Return what is found in the guides of a page; exceptions that they make count."""
        site = unmarked.aligned(self.site, page)
        shown: dict[str, tuple[Shown, ...]] = {}
        documents = list(site.versions(page).items())
        visible, found = legibility.seen(documents, site)
        for language, document in documents:
            if site.settings.conventions:
                published = site.page(document, language)
                shown[document.path] = published.shown
                found += document.problems
                found += published.problems
                found += guides.front_matter(document, language, site)
                found += guides.anchors(document)
            seen = visible.get(language.code)
            if seen:
                found += legibility.problems(seen, visible, site)
            if "style" in site.settings.rules:
                found += style.code(document, language)
                found += style.problems(seen, language) if seen else ()
        found += guides.languages(site, page)
        for language in site.settings.languages.translations:
            found += debts.problems(site, language, page)
            found += parity.problems(site, language, page)
            found += legibility.lost_emphasis(site, language, page, visible)
            if "terms" in site.settings.rules:
                found += self._terms.problems(language, page)
        left = allowance.apply(found, [document for _, document in documents], EXCEPTIONS)
        return PageFindings(tuple(left), shown)

    def together(self, found: Mapping[str, PageFindings]) -> list[Problem]:
        """Return all findings, errors first: those in each page, and those between pages.

        found: what is found in each page.
        """
        problems = [problem for page in found.values() for problem in page.problems]
        return in_order([*problems, *self._between_pages(found)])

    def _between_pages(self, found: Mapping[str, PageFindings]) -> Iterator[Problem]:
        """Yield what is wrong with notebooks, and with how pages show them."""
        site = self.site
        yield from site.problems
        yield from site.glossary.problems if site.glossary else ()
        shown = {path: cells for page in found.values() for path, cells in page.shown.items()}
        places: dict[str, list[Shown]] = {}
        for _, _, document in site.documents():
            for place in shown.get(document.path, ()):
                places.setdefault(place[0], []).append(place)
        carried = coverage.carrying(site)
        for name, lab in site.labs.items():
            yield from labs.problems(lab, places.get(name, ()))
            yield from coverage.problems(lab, carried[name], site.settings, shown)
            for language in site.settings.languages.translations:
                if language.code in lab.catalogs:
                    yield from lab.catalog_problems[language.code]
                else:
                    path = f"{site.settings.catalogs}/{language.code}/{lab.name}.po"
                    yield from comments.problems(lab.notebook, comments.Catalog(path))


def check(site: Site) -> list[Problem]:
    """Return every finding of every rule over the whole project, errors first."""
    checks = Checks(site)
    return checks.together({page: checks.of_page(page) for page in site.pages})
