"""One build of a site in all its languages: what is read once, and what is known page by page.

Any site builder can drive it; that of MkDocs is ``hooks/mkdocs_hook.py``.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from lockstep.disk import checking, kept, segmentation
from lockstep.disk.cache import Cache
from lockstep.disk.project import Project
from lockstep.disk.recall import Recall
from lockstep.disk.segmentation import Known, Segmentation
from lockstep.disk.takeaway import Offers
from lockstep.ground.language import Language, Words
from lockstep.ground.problem import Problem
from lockstep.guides import document, front_matter
from lockstep.guides.document import Document
from lockstep.pages import downloads, interface, overview, rendering, status_table, ticking
from lockstep.pages.block import Block, CodeBlock, StatusBlock
from lockstep.pages.index import Index
from lockstep.pages.overview import PageState
from lockstep.pages.site import Site
from lockstep.pages.status_table import Address
from lockstep.pages.ticking import Keys
from lockstep.rules import parity
from lockstep.terms import wording
from lockstep.terms.finder import Finder

STATUS = "status.json"
"""The file in the site's root that holds how every page stands."""


def _nowhere(_language: str, _page: str) -> None:
    """Return the address of a page before any is rendered."""


@dataclass
class Build:
    """A site being built."""

    project: Project
    site: Site
    finders: dict[str, Finder]
    """What finds the glossary's terms in text, by the text's language."""
    findings: list[Problem]
    """What is known to be wrong, each finding once."""
    cache: Cache
    """What earlier builds have made."""
    recall: Recall
    """What they have made of the guides."""
    offers: Offers
    """What readers may take away."""
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
    root: str = ""
    """Address of the site's root, from that page."""
    address: Address = _nowhere
    """From a language and a page to its address, from the page being rendered."""
    places: str = ""
    """Digest of all files of the language being built, with their addresses."""
    sources: str = ""
    """Address below which the project's files are shown, each by its path; empty without one."""
    language: str = ""
    """Code of the one that the page being rendered is written in."""
    answers_for_all: bool = False
    """Whether it was asked, since this was last unset, for what depends on every lab's page."""
    was_read_again: bool = False
    """Whether pages may have changed since the site was built, and with them the navigation."""
    segmentations: Mapping[str, Segmentation] = field(default_factory=dict)
    """What cuts text into words, by the text's language."""
    indexes: dict[str, Index] = field(default_factory=dict)
    """What is searched, by the language being built."""
    pieces: dict[str, Known] = field(default_factory=dict)
    """Into what the words of those are cut, by the same."""

    @classmethod
    def open(cls, config: Path, *, is_served: bool = False) -> "Build":
        """Read and check the project of a ``mkdocs.yml``; raises ``SettingsError``.

        is_served: whether guides are about to change, and may come to say anything.
        """
        return cls._of(Project.open(config), is_served=is_served)

    @classmethod
    def _of(cls, project: Project, whole: str | None = None, *, is_served: bool) -> "Build":
        site, findings, recall = checking.recalled(project, whole, is_built=whole is None)
        written = None if is_served else partial(segmentation.texts, site, project.config)
        segmentations = segmentation.of(site.glossary, site.settings.languages, written)
        finders = segmentation.finders(site.glossary, segmentations)
        cache = project.cache
        site = replace(site, recall=recall.page)
        offers = Offers(project, site, cache, recall)
        return cls(
            project, site, finders, findings, cache, recall, offers, segmentations=segmentations
        )

    def read_again(self) -> bool:
        """Read and check the project as it is now; raises ``SettingsError``.

        Where pages are, what may be taken away of them, and what is searched stays as it was.
        Return whether it was read: it is not where what every page is made with is another one,
        such as the configuration, of which this process has the one that it began with.
        """
        project = Project.open(self.project.config)
        if project.cache.basis != self.cache.basis:
            return False
        now = Build._of(project, whole="", is_served=True)
        self.was_read_again = True
        self.project, self.site, self.findings = now.project, now.site, now.findings
        self.cache, self.recall = now.cache, now.recall
        self.finders, self.segmentations = now.finders, now.segmentations
        vars(self).pop("states", None)
        return True

    def load(self) -> None:
        """Load what takes long and what only a page that has changed needs."""
        segmentation.load(self.segmentations)

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
        guide, own = self._guide(text, self.project.relative(path), meta, language, offset)
        page = self.site.page(guide, written)
        if own:
            self.recall.keep(guide, written, page)
        found = self.recall.problems(guide, written) if own else guide.problems
        found = (*found, *page.problems)
        known = dict.fromkeys([*self.findings, *found])
        self.marks = self.site.concerning(known, guide, written, page)
        self.blocks.clear()
        self.blocks.update(page.blocks)
        self.path, self.language = guide.path, language
        if self.site.lab(meta):
            self.steps[guide.path] = self._steps(guide, written, own=own)
        lines = page.markdown.split("\n")
        return "\n".join(lines[front_matter.length(page.markdown) :]), [*found]

    def _steps(self, guide: Document, language: Language, *, own: bool) -> Keys:
        if own:
            return self.recall.steps(guide, language)
        published, standings = self.site.published(guide, language)
        return ticking.keys(published.document, standings)

    def _guide(
        self, text: str, path: str, meta: Mapping[str, Any], language: str, offset: int
    ) -> tuple[Document, bool]:
        """Return a guide, and whether it is as the site's was read: nothing changed it since."""
        page = path.removeprefix(f"{self.site.settings.guides}/{language}/")
        own = self.site.guides.get(language, {}).get(page)
        if own and own.meta == meta:
            read = own.text.split("\n", offset)[-1]
            if read.rstrip("\n") == text.rstrip("\n"):
                return own, True
        return replace(document.read(text, path, offset=offset), meta=meta), False

    def made_from(self) -> tuple[str, ...] | None:
        """Return all that the page that was begun is made from, beside its text and the engine.

        ``None`` where that is every page of the site.
        """
        blocks = self.blocks.items()
        if any(isinstance(block, StatusBlock) for _, block in blocks):
            return None
        origins = [self.origin(block) for _, block in blocks if isinstance(block, CodeBlock)]
        return self.places, self.original, self.language, repr([*blocks]), repr(origins)

    def finish(
        self, html: str, meta: Mapping[str, Any], words: Words, language: str, glossary: str | None
    ) -> str:
        """Return a page's HTML with its terms led to the glossary, and what stands above the text.

        glossary: address of the glossary from the page; ``None`` on that page, and without one.
        """
        lab = self.site.lab(meta)
        steps = self.steps.get(self.path, {}) if lab else {}
        finder = self.finders.get(language)
        html = kept.marked(self.cache, html, language, finder, glossary, steps)
        offered = self.offers.of(language, lab.name) if lab else []
        links = downloads.html(offered, words, f"{self.root}/")
        above = rendering.above(meta, lab, self.marks, words, language, links)
        if lab:
            above += ticking.line(lab.name, words)
        self.site.forget(self.path.removeprefix(f"{self.site.settings.guides}/{language}/"))
        return above + html

    def origin(self, block: CodeBlock) -> str:
        """Return where a cell stands, from the page being rendered.

        In the repository where that is known, else in the notebook to take away.
        """
        if self.sources:
            path = self.site.labs[block.notebook].notebook.path
            return f"{self.sources}{path}#L{block.line}"
        offered = self.offers.of(self.language, block.notebook)
        return next((f"{self.root}/{it.path}" for it in offered if it.ending == ".ipynb"), "")

    @cached_property
    def states(self) -> list[PageState]:
        """How every page stands: each language asks for it."""
        return overview.states(self.site, parity.damages(self.findings), self.recall.owed)

    def status(self, words: Words) -> str:
        """Return how every page stands, as HTML for the page being rendered."""
        data = f"{self.root}/{STATUS}"
        return status_table.html(self.site, self.states, words, self.address, data)

    def end(self, code: str) -> Iterator[tuple[str, bytes]]:
        """Yield what a language is searched by, and how every page stands where a page shows it.

        That is, each file's path in the site, and its content.
        """
        index = kept.index(self.cache, self.index(code))
        if used := self.pieces[code].used:
            self.cache.put(used, "pieces", code)
        self.cache.flush()
        yield f"search/{code}.json", index
        if self.site.shows_status:
            yield STATUS, f"{overview.as_json(self.states)}\n".encode()

    def all_labs(self, language: str) -> tuple[str, str, str] | None:
        """Return the archive of all labs of a language: path, what it is, ending and size."""
        self.answers_for_all = True
        words, found = self.words(language), self.offers.all_labs(language)
        if found is None:
            return None
        return found.path, words("Download all labs"), downloads.size(found, words)

    def index(self, code: str) -> Index:
        """Return the search index of a language, which pages are added to as they are built."""
        if code in self.indexes:
            return self.indexes[code]
        languages, glossary = self.site.settings.languages, self.site.glossary
        terms = glossary.forms_in(code) if glossary else []
        cut = self.segmentations[code].pieces
        pieces = self.pieces[code] = Known(cut, self.cache.get("pieces", code) or {})
        marker = wording.marker(code, pieces.pieces, terms)
        index = Index(
            code, languages.source.code, glossary, marker, partial(kept.passages, self.cache)
        )
        return self.indexes.setdefault(code, index)

    def admonitions(self, language: str) -> dict[str, str]:
        """Return the titles of admonitions that are given none, where they are not English."""
        codes = [each.code for each in self.site.settings.languages.translations]
        return interface.admonitions(self.site.words[language]) if language in codes else {}

    def facts(self, meta: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
        """Return what the card of a lab says of it, by its guide's front matter."""
        self.answers_for_all = True
        return interface.facts(meta, self.recall.products(self.site.notebook(meta)), words)

    def progress(self, path: str, meta: Mapping[str, Any], words: Words) -> str:
        """Return where the card of a lab shows how far it is done.

        path: of the lab's guide, which was begun already.
        """
        self.answers_for_all = True
        name = self.site.notebook(meta) or ""
        steps = ticking.known(self.steps.get(self.project.relative(Path(path)), {}))
        return ticking.line(name, words, steps) if name in self.site.labs and steps else ""

    def report(self, repository: str, page: str, words: Words, section: str = "") -> str:
        """Return the address at which a reader reports a problem with a page; none without one.

        page: the path of its file below the folder of guides.
        """
        return interface.report(self.site.settings, repository, page, words, section)
