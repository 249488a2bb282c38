"""What readers take away of a site, made where something has changed."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial

from lockstep.disk.belongings import Shelf
from lockstep.disk.cache import Cache, digest
from lockstep.disk.project import Project
from lockstep.disk.recall import Recall
from lockstep.export import kit
from lockstep.export.archive import Pack, deflated
from lockstep.export.inline import Addresses
from lockstep.export.kit import Belongings, Content, File
from lockstep.export.lesson import Lesson
from lockstep.notebooks import fingerprint
from lockstep.pages.downloads import Download
from lockstep.pages.site import Site

_AT_ONCE = 64
"""Packed files that are not packed again: more than a lab has."""


class Offers:
    """The files that a site offers, language by language."""

    def __init__(self, project: Project, site: Site, cache: Cache, recall: Recall) -> None:
        """Take a project, read, and what earlier builds have made."""
        self._project = project
        self._site = site
        self._cache = cache
        self._recall = recall
        self._known: dict[tuple[str, str | None], dict[str, Download]] = defaultdict(dict)
        """Language code and lab to what is offered of it; without a lab, that of all of them."""
        self._originals: Callable[..., Iterator[Lesson]] = lambda: iter(())
        """Yields the labs of the source language, as they are taken away."""
        self._last: tuple[object, list[tuple[str, bytes, str | None]]] = None, []
        """The files that were asked for last, and what they are made from."""
        self._links: dict[str, str] = {}
        """Code of a lab's language to a digest of where links can lead in it."""

    def files(
        self,
        language: str,
        urls: Mapping[str, str],
        there: Mapping[str, str],
        address: str,
        licence: str,
    ) -> Iterator[tuple[str, Content]]:
        """Yield the files that a language's readers may take away: path, what gives the content.

        urls: each page to be built, below the folder of guides, to its address below the site's;
        there: the same for readers of the source language; address: the site's own, where it is
        known; licence: what it says of copyright, in HTML.
        """
        languages, words = self._site.settings.languages, self._site.words[language]
        addresses = Addresses(address, source=languages.source.code, urls=urls)
        self._originals = partial(
            kit.lessons, self._site, languages.source, replace(addresses, urls=there), licence
        )
        self._links = {languages.source.code: digest(there), language: digest(urls)}
        shelf, files = Shelf(self._project), dict[str, Mapping[str, bytes]]()
        beside = Belongings(files, shelf.pins)
        # Many files are in the archives of several labs, all of them in that of all labs.
        pack = lru_cache(_AT_ONCE)(self._pack)
        notebooks: list[tuple[Lesson, Content]] = []
        sources = [language]
        for each in self._lessons(kit.lessons(self._site, words.language, addresses, licence)):
            files[each.name] = shelf.of(each.lab)
            made, source = self._lab(each, beside, pack)
            notebooks.append((each, made[0][1]))
            sources.append(source)
            if each.code == language:
                self._site.forget(each.addresses.page.removeprefix(f"{language}/"))
                yield from made
        if notebooks:
            yield from self._kept(
                lambda: [kit.of_all(notebooks, beside, words, pack)], language, "labs", *sources
            )

    def _lessons(self, own: Iterator[Lesson]) -> Iterator[Lesson]:
        """Yield a language's own labs, then those that it lacks, in the source language."""
        names = set[str]()
        for each in own:
            names.add(each.name)
            yield each
        yield from self._originals(names)

    def of(self, language: str, lab: str) -> list[Download]:
        """Return what is offered of a lab in a language, in which a page is written.

        It is not the one being built where the page stands in for a missing one.
        """
        if (language, lab) not in self._known:
            for each in self._originals():
                if (each.code, each.name) == (language, lab):
                    shelf = Shelf(self._project)
                    beside = Belongings({lab: shelf.of(each.lab)}, shelf.pins)
                    self._lab(each, beside, self._pack)
        return [*self._known[language, lab].values()]

    def all_labs(self, language: str) -> Download | None:
        """Return the archive of all labs of a language, if it has any."""
        return next(iter(self._known[language, None].values()), None)

    def _lab(
        self, lesson: Lesson, beside: Belongings, pack: Pack
    ) -> tuple[list[tuple[str, Content]], str]:
        """Offer the files of a lab, its notebook first; return them with a digest of all sources.

        Those are what the files are made from, beside the engine and the glossary. pack: gives what
        archives hold of a file's content.
        """
        addresses = lesson.addresses
        guide = self._site.guides[lesson.code][addresses.page.removeprefix(f"{lesson.code}/")]
        files = beside.files.get(lesson.name, {})
        belonging = sorted((path, fingerprint.of_bytes(each)) for path, each in files.items())
        source = digest(
            (self._recall.key(guide, lesson.words.language), lesson.licence),
            (addresses.site, addresses.page, addresses.source, self._links[lesson.code]),
            (beside.pins, belonging),
        )
        made = self._kept(lambda: kit.of_lab(lesson, beside, pack), lesson.code, "lab", source)
        return made, source

    def _kept(
        self, make: Callable[[], Sequence[File]], language: str, kind: str, *sources: str
    ) -> list[tuple[str, Content]]:
        """Offer files in a language; return them, each with what gives its content once more."""

        def give() -> list[tuple[str, bytes, str | None]]:
            if self._last[0] == sources:  # the files of a lab are asked for one after the other
                return self._last[1]
            found = self._cache.made(lambda: _plain(make()), kind, *sources)
            if len(found) > 1:
                self._last = sources, found
            return found

        made = give()
        for path, content, lab in made:
            self._known[language, lab][path] = Download(path, len(content))
        if self._cache.basis is None:  # it would be made once more
            return [(path, partial(bytes, content)) for path, content, _ in made]
        return [(path, partial(_content, give, index)) for index, (path, _, _) in enumerate(made)]

    def _pack(self, content: bytes) -> bytes:
        """Pack a file, unless an earlier build has done so."""
        return self._cache.made(lambda: deflated(content), "deflated", content)


def _content(give: Callable[[], Sequence[tuple[str, bytes, str | None]]], index: int) -> bytes:
    return give()[index][1]


def _plain(files: Sequence[File]) -> list[tuple[str, bytes, str | None]]:
    return [(file.path, file.content, file.lab) for file in files]
