"""Versions of a site that ``mkdocs serve`` shows: each a folder, and the processes that filled it.

They stay, and make pages again after an edit, until the next version is there.
"""

import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import Any

from mkdocs.config.defaults import MkDocsConfig

import mkdocs_languages
import mkdocs_screen
from lockstep.disk import workers

Pages = Mapping[str, Sequence[str]]
"""The code of each language to addresses of pages in it."""
_BEHIND = 10
"""How nice a process is for which nobody waits."""
_PAUSE = 0.5
"""Seconds that it leaves to browsers, which are about to show what is on screen."""
_PATIENCE = 5
"""Seconds for processes to end by themselves."""
_LONG = 60
"""Seconds for pages to be made again."""
_FOLDER: list[str] = []
"""Where this process builds a site, if not where its configuration says."""


def place(config: MkDocsConfig) -> None:
    """Let a site be built into the folder of the version that this process builds, if it does."""
    if _FOLDER:
        config.site_dir = _FOLDER[0]


class First:
    """The version that the server's own process has built, before it served anything."""

    def __init__(self, config: MkDocsConfig) -> None:
        """Take its configuration."""
        self.folder = Path(config.site_dir)
        self.beside, self.later = _state()
        """A digest of what it has beside pages; codes of languages that may not be there yet."""

    def make(self, edit: int, pages: Pages) -> None:
        """Make pages again after an edit, which has a number of its own; wait for languages."""
        _again(edit, pages)

    def end(self) -> None:
        """End its processes, whatever they are doing."""
        mkdocs_languages.stop()


class Next:
    """A version that is built after an edit, by a process that the server's own one has forked."""

    def __init__(self, builder: Callable[[], None], *, waited: bool) -> None:
        """Begin to build it.

        waited: whether somebody waits for it; then what is on screen is built first.
        """
        self.folder = Path(tempfile.mkdtemp(prefix="mkdocs_"))
        self.beside, self.later = "", set[str]()
        self._lock = Lock()
        self._hangs = False
        """Whether it did not answer: then it is not asked again."""
        context = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        given = (builder, self.folder, self._pipe, theirs)
        build = _build if waited else _build_behind
        process: Any = context.Process(target=build, args=given, name="lockstep")
        with workers.forking():
            process.start()
        self._process = process
        theirs.close()
        with suppress(OSError):  # it does so itself, and may have by now
            os.setpgid(self._process.pid, 0)

    def built(self) -> bool:
        """Wait until it is built, and say whether it could be."""
        with suppress(EOFError, ConnectionError):
            self.beside, self.later = self._pipe.recv()
            return True
        return False

    def make(self, edit: int, pages: Pages) -> None:
        """Make pages again after an edit, which has a number of its own; wait for languages."""
        with self._lock, suppress(EOFError, ConnectionError):
            if not self._hangs:
                self._pipe.send((edit, pages))
                self._hangs = not self._pipe.poll(_LONG)
            if not self._hangs:
                self._pipe.recv()

    def stop(self) -> None:
        """Let its processes end, whatever they are doing."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)

    def end(self) -> None:
        """End its processes."""
        self.stop()
        self._process.join(_PATIENCE)
        if self._process.is_alive():
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.join()


Version = First | Next


def _build_behind(
    builder: Callable[[], None], folder: Path, ours: Connection, pipe: Connection
) -> None:
    """Build a version for which nobody waits."""
    os.nice(_BEHIND)
    mkdocs_screen.forget()
    _build(builder, folder, ours, pipe, after=_PAUSE)


def _build(
    builder: Callable[[], None],
    folder: Path,
    ours: Connection,
    pipe: Connection,
    after: float = 0,
) -> None:
    """Build a version, after some seconds; make its pages again as long as the server lives."""
    workers.settle()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what it has started ends with it
    os.setpgid(0, 0)
    ours.close()
    _FOLDER[:] = [str(folder)]
    try:
        time.sleep(after)
        builder()
        pipe.send(_state())
        _rehearse()
        while True:
            _again(*pipe.recv())
            pipe.send(None)
    except SystemExit as error:  # MkDocs has said why
        print(error, file=sys.stderr)  # noqa: T201 as MkDocs does
    except KeyboardInterrupt:
        pass  # the server needs it no more
    except (EOFError, ConnectionError):  # the server has ended
        shutil.rmtree(folder, ignore_errors=True)


def _state() -> tuple[str, set[str]]:
    """Return what a version says of itself: what it has beside pages, and what is built still.

    That is, a digest, and the codes of languages.
    """
    last = mkdocs_languages.last
    return last.left.beside() if last.left else "", {*last.later}


def _rehearse() -> None:
    """Make the pages on screen for nothing, in the language that this process has built."""
    if left := mkdocs_languages.last.left:
        left.rehearse(mkdocs_screen.pages())


def _again(edit: int, pages: Pages) -> None:
    """Make pages again, in this process and in those of the other languages, once they are built.

    edit: a number that is another one after every edit. What cannot be made stays as it was.
    """
    last = mkdocs_languages.last
    if last.following and pages.keys() & {*last.later}:
        last.following.join()
    asked = {code: last.built[code] for code in pages if code in last.built}
    for code, pipe in asked.items():
        with suppress(ConnectionError):
            pipe.send((edit, pages[code]))
    if last.left:
        last.left.make(edit, pages.get(last.left.language, ()))
    for pipe in asked.values():
        with suppress(EOFError, ConnectionError):
            pipe.recv()
