"""One build of a site in all its languages: what is read once, and what is known page by page.

Any site builder can drive it; that of MkDocs is ``hooks/mkdocs_hook.py``.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lockstep.disk import belongings, segmentation
from lockstep.disk.project import Project
from lockstep.export import kit
from lockstep.export.inline import Addresses
from lockstep.export.lesson import Lesson
from lockstep.ground.language import Language, Words
from lockstep.ground.problem import Problem
from lockstep.guides import document
from lockstep.pages import downloads, rendering, tooltips
from lockstep.pages.block import Block
from lockstep.pages.downloads import Download
from lockstep.pages.site import Site
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
    original: str = ""
    """Address of the original of the page being rendered, from the page."""
    lessons: dict[str, list[Lesson]] = field(default_factory=dict)
    """Language code to its labs, as they are taken away."""
    downloads: dict[tuple[str, str | None], list[Download]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """Language code and lab to what is offered of it; without a lab, that of all of them."""

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
        return page.markdown, found

    def to_take_away(
        self, language: str, urls: Mapping[str, str], address: str, licence: str
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the files that a language's readers may take away: path and content.

        urls: each page to be built, below the folder of guides, to its address below the site's;
        address: the site's own, where it is known; licence: what it says of copyright, in HTML.
        """
        source = self.site.settings.languages.source.code
        addresses = Addresses(address, source=source, urls=urls)
        spoken = self.site.settings.languages[language]
        own = list(kit.lessons(self.site, spoken, addresses, licence))
        self.lessons[language] = own
        names = {each.name for each in own}
        foreign = [each for each in self.lessons.get(source, []) if each.name not in names]
        beside = belongings.of(self.project, [each.lab for each in (*own, *foreign)])
        for file in kit.files(own, foreign, beside, self.words(language)):
            self.downloads[language, file.lab].append(Download(file.path, len(file.content)))
            yield file.path, file.content

    def finish(  # noqa: PLR0913, PLR0917 a page, its reader, its place
        self,
        html: str,
        meta: Mapping[str, Any],
        words: Words,
        language: str,
        glossary: str | None,
        root: str = "",
    ) -> str:
        """Return a page's HTML with its terms led to the glossary, and what stands above the text.

        glossary: address of the glossary from the page; ``None`` on that page, and without one.
        root: the site's, from the page, with a slash at its end.
        """
        if glossary is not None:
            html = tooltips.linked(html, self.finders[language], glossary)
        lab = self.site.lab(meta)
        offered = self.downloads[language, lab.name] if lab else []
        links = downloads.html(offered, words, root)
        return rendering.above(meta, lab, self.marks, words, language, links) + html

    def all_labs(self, language: str) -> tuple[str, str, str] | None:
        """Return the archive of all labs of a language: path, what it is, ending and size."""
        words = self.words(language)
        for each in self.downloads[language, None]:
            return each.path, words("Download all labs"), downloads.size(each, words)
        return None

    def glossary_pages(self, language: Language) -> list[str]:
        """Return where the glossary page may be in a language, below the folder of guides."""
        return self.site.glossary_pages(language)
