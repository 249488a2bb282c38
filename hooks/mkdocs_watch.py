"""``mkdocs serve`` that is told of edits.

MkDocs looks at all files twice a second. Where they are on this machine, and it runs Linux, the
system tells of edits at once, and nothing is looked at meanwhile. It does not tell what becomes of
files to which links lead.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from watchdog import events
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

_MOUNTS = Path("/proc/self/mounts")
_TELL = {"btrfs", "ext2", "ext3", "ext4", "f2fs", "overlay", "tmpfs", "xfs", "zfs"}
"""Kinds of file systems of which Linux tells all edits: nobody makes any elsewhere."""
_EDITS: list[type[FileSystemEvent]] = [
    events.FileCreatedEvent, events.FileModifiedEvent, events.FileMovedEvent,
    events.FileAttribEvent, events.FileDeletedEvent, events.DirMovedEvent, events.DirDeletedEvent,
]  # fmt: skip
_DELAY = 0.05
"""Seconds without an edit after which no other is thought to belong to it."""
_UNSEEN = re.compile(
    r"(^|/)(\.git|\.ipynb_checkpoints|__pycache__)(/|$)|(^|/)\.[#~][^/]*$|\.sw[a-z]$|~$"
)
"""Matches paths that editors, Python and git make for themselves."""


def begin(server: LiveReloadServer, config: MkDocsConfig, builder: object) -> None:  # noqa: ARG001 MkDocs' own
    """Be told of edits where that is possible (an event)."""
    watched = [*server._watched_paths]  # noqa: SLF001 nothing else says what is watched
    paths = [os.path.abspath(path) for path in (*watched, *config.watch)]  # noqa: PTH100 as MkDocs does
    observer = _observer(paths) if all(map(is_told_of, paths)) else None
    if observer is None:
        return
    for path in watched:
        server.unwatch(path)
    server.observer, server.build_delay = observer, _DELAY
    for path in watched:
        server.watch(path)


def _observer(paths: Iterable[str]) -> Any:  # noqa: ANN401 its class depends on the system
    """Return what is told of edits of paths; ``None`` where the system tells of no more."""
    try:
        observer = _Observer()
        for path in paths:
            observer.schedule(FileSystemEventHandler(), path)
        observer.start()
    except OSError:
        return None
    return observer


def is_told_of(path: str) -> bool:
    """Say whether the system tells of all edits of a path, and of what is below it."""
    try:
        mounts = [line.split() for line in _MOUNTS.read_text("utf-8").splitlines()]
    except OSError:
        return False  # it is no Linux
    kinds = {Path(_unescaped(place)): kind for _, place, kind, *_ in mounts}
    there = Path(path).resolve()
    above = max((it for it in kinds if there.is_relative_to(it)), key=lambda it: len(it.parts))
    below = [it for it in kinds if it.is_relative_to(there)]
    if {kinds[it] for it in (above, *below)} - _TELL:
        return False
    return not any(it.is_symlink() for it in (Path(path), *there.rglob("*")))


def _unescaped(place: str) -> str:
    """Return a path as it is, of which the system writes blanks as numbers."""
    return re.sub(r"\\([0-7]{3})", lambda it: chr(int(it[1], 8)), place)


class _Observer(Observer):  # type: ignore[misc, valid-type] # it depends on the system
    """Tells of edits of files that somebody reads."""

    def start(self) -> None:
        """Start to tell, if that is not done."""
        if not self.is_alive():
            super().start()

    def schedule(self, event_handler: FileSystemEventHandler, path: str, **given: Any) -> Any:  # noqa: ANN401 watchdog's own
        """Tell of edits of a path: of a file, by its folder, since editors put new ones there."""
        wanted = Path(path)
        alone = not wanted.is_dir()

        def tell(event: FileSystemEvent) -> None:
            places = [str(event.src_path), str(event.dest_path)]
            if alone:
                seen = path in places
            else:
                seen = any(it and not _UNSEEN.search(it.removeprefix(path)) for it in places)
            if seen:
                # MkDocs does not look at folders, which may be gone with all that was in them.
                event_handler.dispatch(events.FileModifiedEvent(event.src_path))

        handler = FileSystemEventHandler()
        handler.on_any_event = tell  # type: ignore[method-assign] # as MkDocs does
        folder = wanted.parent if alone else wanted
        given["recursive"] = not alone
        return super().schedule(handler, str(folder), event_filter=_EDITS, **given)
