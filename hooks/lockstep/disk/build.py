"""One build of a site in all its languages: what is read once, and what is known page by page.

Any site builder can drive it; that of MkDocs is ``hooks/mkdocs_hook.py``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lockstep.disk import segmentation
from lockstep.disk.project import Project
from lockstep.ground.language import Language, Words
from lockstep.ground.problem import Problem
from lockstep.guides import document
from lockstep.pages import interface, rendering, ticking, tooltips
from lockstep.pages.block import Block
from lockstep.pages.site import Site
from lockstep.pages.ticking import Keys
from lockstep.rules.check import check
from lockstep.terms.finder import Finder


@dataclass
class Build:
    """A site being built."""

    project: Project
    site: Site
    finders: dict[str, Finder]
    """What finds the glossary's terms in text, by the text's language."""
    findings: list[Problem]
    """What is known to be wrong, each finding once."""
    blocks: dict[str, Block] = field(default_factory=dict)
    """Blocks of the page being rendered that Python-Markdown has not reached yet."""
    marks: list[Problem] = field(default_factory=list)
    """Findings of the page being rendered that no mark in its text shows."""
    steps: dict[str, Keys] = field(default_factory=dict)
    """Keys of the steps of each lab's guide that was begun, by the guide's path."""
    path: str = ""
    """Of the guide of the page being rendered."""
    original: str = ""
    """Address of the original of the page being rendered, from the page."""

    @classmethod
    def open(cls, config: Path) -> "Build":
        """Read and check the project of a ``mkdocs.yml``; raises ``SettingsError``."""
        project = Project.open(config)
        site = project.site()
        finders = segmentation.finders(site.glossary, site.settings.languages)
        return cls(project, site, finders, check(site))

    def words(self, language: str | None) -> Words:
        """Return the words of the language that is being built, the source's where none is."""
        return self.site.words[language or self.site.settings.languages.source.code]

    def new(self, problems: Iterable[Problem]) -> Iterator[Problem]:
        """Keep findings, and yield those that were not known."""
        for problem in problems:
            if problem not in self.findings:
                self.findings.append(problem)
                yield problem

    def begin(
        self, text: str, path: Path, meta: Mapping[str, Any], language: str, offset: int
    ) -> tuple[str, list[Problem]]:
        """Begin a page: return its Markdown with keys where blocks stand, and what is found.

        text: the guide behind its front matter ``meta``, of which ``offset`` lines were cut off;
        language: the code of the one that it is written in.
        """
        written = self.site.settings.languages[language]
        guide = document.read(text, self.project.relative(path), offset=offset)
        guide = replace(guide, meta=meta)
        page = self.site.page(guide, written)
        found = [*guide.problems, *page.problems]
        known = dict.fromkeys([*self.findings, *found])
        self.marks = self.site.concerning(known, guide, written, page)
        self.blocks.clear()
        self.blocks.update(page.blocks)
        self.path = guide.path
        if self.site.lab(meta):
            self.steps[guide.path] = self.site.steps(guide, written)
        return page.markdown, found

    def finish(
        self, html: str, meta: Mapping[str, Any], words: Words, language: str, glossary: str | None
    ) -> str:
        """Return a page's HTML with its terms led to the glossary, and what stands above the text.

        glossary: address of the glossary from the page; ``None`` on that page, and without one.
        """
        if glossary is not None:
            html = tooltips.linked(html, self.finders[language], glossary)
        lab = self.site.lab(meta)
        above = rendering.above(meta, lab, self.marks, words, language)
        if lab:
            html = ticking.marked(html, self.steps.get(self.path, {}))
            above += ticking.line(lab.name, words)
        return above + html

    def glossary_pages(self, language: Language) -> list[str]:
        """Return where the glossary page may be in a language, below the folder of guides."""
        return self.site.glossary_pages(language)

    def admonitions(self, language: str) -> dict[str, str]:
        """Return the titles of admonitions that are given none, where they are not English."""
        codes = [each.code for each in self.site.settings.languages.translations]
        return interface.admonitions(self.site.words[language]) if language in codes else {}

    def facts(self, meta: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
        """Return what the card of a lab says of it, by its guide's front matter."""
        return interface.facts(meta, self.site.lab(meta), words)

    def progress(self, path: str, meta: Mapping[str, Any], words: Words) -> str:
        """Return where the card of a lab shows how far it is done.

        path: of the lab's guide, which was begun already.
        """
        lab = self.site.lab(meta)
        steps = ticking.known(self.steps.get(self.project.relative(Path(path)), {}))
        return ticking.line(lab.name, words, steps) if lab and steps else ""

    def report(self, repository: str, page: str, words: Words, section: str = "") -> str:
        """Return the address at which a reader reports a problem with a page; none without one.

        page: the path of its file below the folder of guides.
        """
        return interface.report(self.site.settings, repository, page, words, section)
