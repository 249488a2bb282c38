"""``mkdocs serve`` that notices an edit soon, and has loaded by then what the edit will need.

MkDocs looks at all files twice a second. Where that is quickly done, it is done more often.
"""

import threading
import time
from collections.abc import Callable

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer
from watchdog.observers.polling import PollingObserver
from watchdog.utils.dirsnapshot import DirectorySnapshot

import mkdocs_screen

_SHARE = 0.1
"""Of a processor's time, spent on looking."""
_OFTEN, _SELDOM = 0.1, 0.5
"""Seconds between two looks: the fewest, and MkDocs' own."""


def begin(server: LiveReloadServer, config: MkDocsConfig, builder: Callable[..., None]) -> None:  # noqa: ARG001 MkDocs' own
    """Look as often as the number of files allows, and load what no build has loaded (an event)."""
    mkdocs_screen.watch(server, config)
    watched = [*server._watched_paths]  # noqa: SLF001 nothing else says what is watched
    started = time.perf_counter()
    for path in (*watched, *config.watch):
        DirectorySnapshot(path)
    every = min(max((time.perf_counter() - started) / _SHARE, _OFTEN), _SELDOM)
    for path in watched:
        server.unwatch(path)
    server.observer = PollingObserver(timeout=every)
    for path in watched:
        server.watch(path)
    # Each language is built by a process of its own, which begins with what this one has loaded.
    threading.Thread(target=config.extra["lockstep"].load, daemon=True).start()
