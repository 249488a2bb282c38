"""Pages made again after an edit, from what the last build of their language has left.

The project is read and checked anew. What a page has of other pages (the navigation, where links
lead) and of the configuration is as it was in that build: the next one brings it.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment
from mkdocs.commands import build as building
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

import mkdocs_files
import mkdocs_navigation
import mkdocs_screen
from lockstep.disk import checking
from lockstep.disk.cache import digest


@dataclass(eq=False)
class Left:
    """What the build of a language has left, in the process that has built it."""

    config: MkDocsConfig
    nav: Navigation
    env: Environment
    files: Files
    _edit: int = 0
    """The edit after which the project was read, if it was."""
    _reads: bool = False
    """Whether it was."""

    @cached_property
    def language(self) -> str:
        """The code of the language."""
        return mkdocs_files.language(self.config) or ""

    @cached_property
    def _pages(self) -> dict[str, File]:
        """The files of all pages, by the pages' addresses."""
        shown = self.files.documentation_pages(inclusion=InclusionLevel.is_in_serve)
        return {mkdocs_screen.address(file.page.url): file for file in shown if file.page}

    def make(self, edit: int, pages: Sequence[str]) -> None:
        """Make pages again, by their addresses, and say nothing: the build that follows will.

        edit: a number that is another one after every edit. What fails then stays as it was.
        """
        found = self._found(pages)
        if not found:
            return
        build = self.config.extra["lockstep"]
        with _silence():
            if edit != self._edit:
                self._reads, self._edit = build.read_again(), edit
            for file, _ in found if self._reads else ():
                self._make(file)
            build.cache.flush()

    def rehearse(self, pages: Sequence[str]) -> None:
        """Render pages for nothing, so that what they need is there when they are made again.

        So is what reads notebooks, one of which may be edited.
        """
        from lockstep.notebooks import splitting  # noqa: F401, PLC0415 takes long

        build = self.config.extra["lockstep"]
        known, build.cache.basis = build.cache.basis, None  # or nothing is rendered
        with _silence():
            for file, path in self._found(pages):
                checking.rehearse(build.site, build.project.relative(path))
                self._render(file)
        build.cache.basis = known

    def _found(self, pages: Sequence[str]) -> list[tuple[File, Path]]:
        """Return the files of pages, and where they are; without those that are gone."""
        files = [self._pages[page] for page in pages if page in self._pages]
        found = [(file, Path(file.abs_src_path or "")) for file in files]
        return [(file, path) for file, path in found if path.is_file() or not file.abs_src_path]

    def _render(self, file: File) -> Page:
        page: Any = file.page
        building._populate_page(page, self.config, self.files)  # noqa: SLF001 as a build does
        return cast("Page", page)

    def _make(self, file: File) -> None:
        page, config = self._render(file), self.config
        # Titles may have changed: the navigation is filled in anew.
        self.env.globals[mkdocs_navigation.NAME] = mkdocs_navigation.Items()
        every: Any = [*self._pages.values()]
        excluded = file.inclusion is InclusionLevel.EXCLUDED
        building._build_page(page, config, every, self.nav, self.env, excluded=excluded)  # noqa: SLF001

    def beside(self) -> str:
        """Return a digest of the files that are no pages, as the system knows them."""
        paths = [it.abs_src_path for it in self.files if not it.is_documentation_page()]
        there = [Path(path) for path in paths if path and Path(path).exists()]
        return digest([(path, path.stat().st_size, path.stat().st_mtime_ns) for path in there])


def answer(left: Left, pipe: Connection) -> None:
    """Make pages again whenever that is asked for, until nobody can ask any more."""
    left.rehearse(mkdocs_screen.pages())
    with suppress(EOFError, ConnectionError):
        while True:
            left.make(*pipe.recv())
            pipe.send(None)


@contextmanager
def _silence() -> Iterator[None]:
    """Say nothing, whatever goes wrong."""
    logger = logging.getLogger("mkdocs")
    before = logger.handlers[:], logger.propagate
    logger.handlers[:], logger.propagate = [logging.NullHandler()], False
    try:
        with suppress(Exception):
            yield
    finally:
        logger.handlers[:], logger.propagate = before
