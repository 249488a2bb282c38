"""What the hook asks of MkDocs and its plugin for languages: which file is where, for whom.

MkDocs and the plugin add attributes that have no types.
"""

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel, set_exclusions
from mkdocs.utils import get_relative_url

from lockstep.disk.build import Build
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem
from lockstep.pages import interface


def set_sources(config: MkDocsConfig, build: Build) -> None:
    """Tell a build where the repository shows its files."""
    folder = build.site.settings.guides
    build.sources = interface.sources(config.repo_url or "", config.edit_uri or "", folder)


def set_languages(config: MkDocsConfig, build: Build) -> None:
    """Give each language its titles of admonitions, and leave all but one and the source out.

    All but that which ``LOCKSTEP_LANGUAGE`` names, if it does (``make serve LANGUAGE=…``).
    """
    i18n: Any = config.plugins["i18n"]
    wanted = os.environ.get("LOCKSTEP_LANGUAGE")
    for each in i18n.config.languages:
        titles = build.admonitions(each.locale)
        each.admonition_translations = titles | (each.admonition_translations or {})
        each.build = each.build and (not wanted or each.default or each.locale == wanted)


def language(config: MkDocsConfig) -> str | None:
    """Return the code of the language being built."""
    i18n: Any = config.plugins["i18n"]
    code: str | None = i18n.current_language
    return code


def choose(files: Files, config: MkDocsConfig) -> Files:  # noqa: ARG001 MkDocs' own
    """Leave out all labs but one where ``LOCKSTEP_LAB`` names it (``make serve LAB=…``; event)."""
    if lab := os.environ.get("LOCKSTEP_LAB"):
        for file in list(files.documentation_pages()):
            if "/labs/" in file.src_uri and Path(file.src_uri).stem != lab:
                files.remove(file)
    return files


def to_take_away(files: Files, config: MkDocsConfig) -> Files:
    """Add what readers may take away, with links that work anywhere (an event).

    Each file is written while its content is at hand, and not kept: all would fill the memory.
    """
    build: Build = config.extra["lockstep"]
    source = build.site.settings.languages.source.code
    code, where = language(config) or source, (config.site_url or "", config.copyright or "")
    for path, content in build.offers.files(code, *urls(files, source), *where):
        file = cast("_Later", _Later.generated(config, path, content=b""))
        file.give = content
        files.append(file)
        set_exclusions([file], config)
        if file.inclusion is InclusionLevel.INCLUDED:
            file.copy_file()
            file.is_written = True
    return files


class _Later(File):
    """A file of which the content is had when it is asked for."""

    give: Callable[[], bytes]
    is_written = False

    def copy_file(self, dirty: bool = False) -> None:  # noqa: FBT001, FBT002 MkDocs' own
        """Write it, unless it was written."""
        if not self.is_written:
            super().copy_file(dirty)

    @property
    def _content(self) -> bytes:
        return self.give()

    @_content.setter
    def _content(self, content: bytes) -> None:
        self.give = partial(bytes, content)


def urls(files: Files, source: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return each page in each language, below the folder of guides, with its address.

    Once for readers of the language being built, where a page that it lacks stands in its place,
    and once for those of the language with the code ``source``.
    """
    pages: Any = files.documentation_pages()
    here = {it.src_uri: it.url for file in pages for it in (*file.alternates.values(), file)}
    there = (file.alternates.get(source, file) for file in pages)
    return here, {**here, **{it.src_uri: it.url for it in there}}


def address(files: Files, here: Any, language: str, page: str) -> str | None:  # noqa: ANN401
    """Return where a page is in a language, seen from another; ``None`` where it is left out."""
    shown: Any = files.get_file_from_path(f"{here.locale_alternate_of}/{page}")
    if shown is None or not shown.inclusion.is_included():
        return None
    found = shown.alternates.get(language, shown)
    return str(found.url_relative_to(here))


def glossary(files: Files, here: File, build: Build, code: str) -> str | None:
    """Return where the glossary page is, seen from another; ``None`` on that page, or without."""
    spoken = build.words(code).language
    shown: Any = map(files.get_file_from_path, build.site.glossary_pages(spoken))
    found = next((it for it in shown if it and it.inclusion.is_included()), here)
    return str(found.url_relative_to(here)) if found is not here else None


def place(files: Files, here: Any, build: Build) -> None:  # noqa: ANN401
    """Tell a build where the page is that is about to be rendered, and where others are."""
    source = build.site.settings.languages.source.code
    build.original = here.alternates.get(source, here).url_relative_to(here)
    build.address = partial(address, files, here)
    build.root = get_relative_url(".", here.url)


def unreadable(file: File, build: Build) -> Iterator[Problem]:
    """Empty a file that cannot be read, at which MkDocs would end; yield what no check found."""
    try:
        file.content_string  # noqa: B018 a property that reads
    except (OSError, UnicodeDecodeError) as error:
        source = file.abs_src_path or file.src_uri
        file.content_string = ""  # which forgets where the file is
        file.abs_src_path = source
        path = build.project.relative(Path(source))
        if not any(problem.location.path == path for problem in build.findings):
            said = Problem(Location(path, 1), "unreadable", f"cannot be read: {error}")
            yield from build.new([said])
