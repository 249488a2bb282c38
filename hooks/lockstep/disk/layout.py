"""Where a project's folders are, and what stands there instead of one."""

from collections.abc import Iterator
from pathlib import Path

from lockstep.ground.location import Location
from lockstep.ground.problem import Problem
from lockstep.ground.settings import Settings


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
