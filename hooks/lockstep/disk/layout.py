"""Where a site keeps its guides: which file is which page in which language.

A language has a folder below that of the guides or, where the site says ``docs_structure: suffix``,
an ending, ``page.zh.md``. The source language may do without either: its guides then are all that
no other language has. Whatever is hidden is passed over: editors leave locks and drafts there.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from lockstep.ground.location import Location
from lockstep.ground.problem import Problem
from lockstep.ground.settings import Settings


def guides(root: Path, settings: Settings) -> dict[str, dict[str, Path]]:
    """Return the guides of each language: its code to page to file.

    A page is a path below the language's folder, the same in all languages.
    """
    docs = root / settings.guides
    source = settings.languages.source.code
    if settings.suffixed:
        return _by_suffix(docs, settings)
    own = {language.code: dict(_below(docs / language.code)) for language in settings.languages}
    if not (docs / source).is_dir():
        own[source] = {
            page: path
            for page, path in _below(docs)
            if page.partition("/")[0] not in settings.folders
        }
    return own


def folders(settings: Settings) -> list[str]:
    """Return the folders from which a project is read, relative to its root."""
    found = [settings.guides, settings.notebooks, settings.catalogs, settings.translations]
    for language in settings.languages:
        found += [f"{part}/{language.code}" for part in (settings.guides, settings.translations)]
        found.append(f"{settings.catalogs}/{language.code}")
    return found


def misplaced(root: Path, settings: Settings) -> Iterator[Problem]:
    """Yield what is a file where a folder belongs: nothing can be read from it, or written to it.

    root: the project's.
    """
    for folder in folders(settings):
        if (root / folder).is_file():
            yield Problem(Location(folder, 1), "unreadable", "is a file; expected a folder")


def visible(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and below it in order, without hidden ones and compiled code.

    A link to nothing is among them: that it cannot be read is to be found.
    """
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(
            each for each in folders if not each.startswith(".") and each != "__pycache__"
        )
        here = Path(place)
        yield from (here / name for name in sorted(files) if not name.startswith("."))


def _below(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the Markdown files below a folder, each with its path from there."""
    above = f"{folder.as_posix()}/"
    for path in visible(folder):
        if path.suffix == ".md":
            yield path.as_posix().removeprefix(above), path


def _by_suffix(docs: Path, settings: Settings) -> dict[str, dict[str, Path]]:
    found: dict[str, dict[str, Path]] = {each.code: {} for each in settings.languages}
    for name, path in _below(docs):
        page, _, code = name.removesuffix(".md").rpartition(".")
        if page and code in found:
            found[code][f"{page}.md"] = path
        elif not (page and code in settings.folders):
            found[settings.languages.source.code].setdefault(name, path)
    return found
