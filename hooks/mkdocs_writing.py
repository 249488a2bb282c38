"""A site written over the last one: what would be the same stays, what is not made any more goes.

MkDocs empties the site's folder, and writes thousands of files again for one that has changed. Here
each is compared with what is there, byte by byte, so that nothing need be known of the last build.
Other plugins than the engine knows may look for files that they have written, or write where nobody
sees it: with them, and in a build by parts, MkDocs does as it always does.
"""

import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mkdocs import utils
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File

import mkdocs_command
import mkdocs_unchanged


@dataclass
class _Site:
    """What was in a site's folder before anything was written."""

    files: dict[str, tuple[int, int]]
    """Each with what the system changes when somebody writes it."""
    folders: list[str]
    """Those in it, each before those that are in that."""
    kept: set[str] = field(default_factory=set)
    """Files that would be the same."""


_sites: list[_Site] = []
"""The one that this process writes, if there was anything in its folder."""


def begin(config: MkDocsConfig) -> None:
    """Leave what is in the site's folder, until all that is to be there is made (an event)."""
    i18n: Any = config.plugins["i18n"]
    if mkdocs_command.name != "build" or i18n.building or mkdocs_unchanged.has_others(config):
        return
    site = _found(Path(config.site_dir))
    if site.files and not _sites:
        _sites.append(site)
        utils.clean_directory = leave
        utils.write_file = _writing(utils.write_file)  # type: ignore[assignment]
        File.copy_file = _copy  # type: ignore[assignment,method-assign]


def kept() -> set[str]:
    """Return the files of which this process has found that they would be the same."""
    return _sites[0].kept if _sites else set()


def keep(files: set[str]) -> None:
    """Leave what another process has found to be the same."""
    kept().update(files)


def end() -> None:
    """Remove what the build, which is done, has not made (an event)."""
    for site in _sites if sys.exc_info()[0] is None else ():  # else the build has failed
        for path in site.files.keys() - site.kept:
            with suppress(OSError):
                if _written(os.lstat(path)) == site.files[path]:
                    os.unlink(path)  # noqa: PTH108 there are many
        for folder in reversed(site.folders):
            with suppress(OSError):  # which is not empty
                os.rmdir(folder)  # noqa: PTH106 as above


def _found(folder: Path) -> _Site:
    """Return what is in a folder; what others have a share in is removed from it at once."""
    site = _Site({}, [])
    for place, folders, files in os.walk(folder):
        if place == str(folder):
            folders[:], files[:] = _shown(folders), _shown(files)
        site.folders += [os.path.join(place, name) for name in folders]  # noqa: PTH118 as above
        for name in files:
            path = os.path.join(place, name)  # noqa: PTH118 as above
            it = os.lstat(path)
            if stat.S_ISREG(it.st_mode) and it.st_nlink == 1:
                site.files[path] = _written(it)
            else:
                with suppress(OSError):
                    os.unlink(path)  # noqa: PTH108 as above
    return site


def _shown(names: list[str]) -> list[str]:
    """Return the names that MkDocs would remove from a site: none that are hidden."""
    return [name for name in names if not name.startswith(".")]


def _written(it: os.stat_result) -> tuple[int, int]:
    return it.st_ino, it.st_ctime_ns


def leave(directory: str) -> None:
    """Do nothing to a folder."""


def _writing(write: Callable[[bytes, str], None]) -> Callable[[bytes, str], None]:
    """Return what writes a file where it is another than the one that is there."""

    def write_file(content: bytes, output_path: str) -> None:
        if _holds(output_path, content):
            kept().add(output_path)
            return
        for obstacle in _obstacles(Path(output_path)):
            if obstacle.is_dir() and not obstacle.is_symlink():
                shutil.rmtree(obstacle, ignore_errors=True)
            else:
                obstacle.unlink(missing_ok=True)  # languages share files, and one may be faster
        write(content, output_path)

    return write_file


def _holds(path: str, content: bytes) -> bool:
    """Whether a file that was there before holds this."""
    if path not in _sites[0].files:
        return False
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 there are many
            return os.fstat(file.fileno()).st_size == len(content) and file.read() == content
    except OSError:
        return False


def _obstacles(path: Path) -> Iterator[Path]:
    """Yield what is in the way of a file: another one, a folder, or a file in place of a folder."""
    if path.is_symlink() or path.exists():
        yield path
    elif not path.parent.is_dir():
        yield from (it for it in path.parents if it.is_symlink() or it.is_file())


def _copy(file: File, dirty: bool = False) -> None:  # noqa: ARG001, FBT001, FBT002 MkDocs' own
    """Do what ``File.copy_file`` does, where it changes anything."""
    content: Any = file._content  # noqa: SLF001 MkDocs' own
    if content is None:
        content = Path(str(file.abs_src_path)).read_bytes()
    elif isinstance(content, str):
        content = content.encode()
    utils.write_file(content, file.abs_dest_path)
