"""What readers take away of a site, made where something has changed."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial

from lockstep.disk import belongings
from lockstep.disk.cache import Cache, digest
from lockstep.disk.project import Project
from lockstep.disk.recall import Recall
from lockstep.export import kit
from lockstep.export.archive import Pack, deflated
from lockstep.export.inline import Addresses
from lockstep.export.kit import Belongings, File
from lockstep.export.lesson import Lesson
from lockstep.notebooks import fingerprint
from lockstep.pages.downloads import Download
from lockstep.pages.site import Site


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
        self._links: dict[str, str] = {}
        """Code of a lab's language to a digest of where links can lead in it."""

    def files(
        self,
        language: str,
        urls: Mapping[str, str],
        there: Mapping[str, str],
        address: str,
        licence: str,
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the files that a language's readers may take away: path and content.

        urls: each page to be built, below the folder of guides, to its address below the site's;
        there: the same for readers of the source language; address: the site's own, where it is
        known; licence: what it says of copyright, in HTML.
        """
        languages, words = self._site.settings.languages, self._site.words[language]
        addresses = Addresses(address, source=languages.source.code, urls=urls)
        own = list(kit.lessons(self._site, words.language, addresses, licence))
        addresses = replace(addresses, urls=there)
        self._originals = partial(kit.lessons, self._site, languages.source, addresses, licence)
        # Labs that the language lacks are in the archive of all labs, in the source language.
        foreign = list(self._originals({each.name for each in own}))
        beside = belongings.of(self._project, [each.lab for each in (*own, *foreign)])
        self._links = {languages.source.code: digest(there), language: digest(urls)}
        # Many files are in the archives of several labs, all of them in that of all labs.
        pack = cache(self._pack)
        notebooks: list[tuple[Lesson, bytes]] = []
        sources = [language]
        for each in (*own, *foreign):
            made, source = self._lab(each, beside, pack)
            notebooks.append((each, made[0].content))
            sources.append(source)
            if each.code == language:
                yield from ((file.path, file.content) for file in made)
        if notebooks:
            whole = self._cache.made(
                lambda: _plain([kit.of_all(notebooks, beside, words, pack)]), "labs", *sources
            )
            file = File(*whole[0])
            self._offer(language, file)
            yield file.path, file.content

    def of(self, language: str, lab: str) -> list[Download]:
        """Return what is offered of a lab in a language, in which a page is written.

        It is not the one being built where the page stands in for a missing one.
        """
        if (language, lab) not in self._known:
            for each in self._originals():
                if (each.code, each.name) == (language, lab):
                    self._lab(each, belongings.of(self._project, [each.lab]), self._pack)
        return [*self._known[language, lab].values()]

    def all_labs(self, language: str) -> Download | None:
        """Return the archive of all labs of a language, if it has any."""
        return next(iter(self._known[language, None].values()), None)

    def _lab(self, lesson: Lesson, beside: Belongings, pack: Pack) -> tuple[list[File], str]:
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
        made = self._cache.made(lambda: _plain(kit.of_lab(lesson, beside, pack)), "lab", source)
        offered = [File(*file) for file in made]
        for file in offered:
            self._offer(lesson.code, file)
        return offered, source

    def _pack(self, content: bytes) -> bytes:
        """Pack a file, unless an earlier build has done so."""
        return self._cache.made(lambda: deflated(content), "deflated", content)

    def _offer(self, language: str, file: File) -> None:
        self._known[language, file.lab][file.path] = Download(file.path, len(file.content))


def _plain(files: Sequence[File]) -> list[tuple[str, bytes, str | None]]:
    return [(file.path, file.content, file.lab) for file in files]
