"""``mkdocs serve`` that is told of edits, and has loaded by then what they will need.

MkDocs looks at all files twice a second. Where they are on this machine, and it runs Linux, the
system tells of edits at once, and nothing is looked at meanwhile.
"""

import re
import threading
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
    events.FileDeletedEvent, events.DirMovedEvent, events.DirDeletedEvent,
]  # fmt: skip
_DELAY = 0.05
"""Seconds without an edit after which no other is thought to belong to it."""
_UNSEEN = re.compile(r"(^|/)(\.[^/]|__pycache__(/|$))|~$")
"""Matches paths that editors and Python make for themselves."""


def begin(server: LiveReloadServer, config: MkDocsConfig, builder: object) -> None:  # noqa: ARG001 MkDocs' own
    """Be told of edits where that is possible, and load what no build has loaded (an event)."""
    watched = [*server._watched_paths]  # noqa: SLF001 nothing else says what is watched
    if all(map(_is_told_of, (*watched, *config.watch))):
        for path in watched:
            server.unwatch(path)
        observer: Any = _Observer()
        server.observer, server.build_delay = observer, _DELAY
        for path in watched:
            server.watch(path)
    # Each language is built by a process of its own, which begins with what this one has loaded.
    threading.Thread(target=config.extra["lockstep"].load, daemon=True).start()


def _is_told_of(path: str) -> bool:
    """Say whether the system tells of all edits of a path."""
    try:
        mounts = [line.split() for line in _MOUNTS.read_text("utf-8").splitlines()]
    except OSError:
        return False  # it is no Linux
    there = Path(path).resolve()
    kinds = {Path(place): kind for _, place, kind, *_ in mounts if there.is_relative_to(place)}
    return kinds[max(kinds, key=lambda place: len(place.parts))] in _TELL


class _Observer(Observer):  # type: ignore[misc, valid-type] # it depends on the system
    """Tells of edits of files that somebody reads."""

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
