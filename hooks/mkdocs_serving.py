"""``mkdocs serve``: an edit is shown on the pages on screen first, then everywhere.

Pages on screen are made again at once, by the processes that have built the version of the site
that is shown, and browsers get them. Behind that, the site is built as always, into a folder of its
own, which is shown once it is whole. A page that is asked for in the meantime is made again too.
Where none on screen has changed, for example because the edit is one of the configuration, or of a
style sheet, the site is waited for.
"""

import logging
import shutil
import signal
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from mkdocs import livereload
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer

import lockstep.notebooks.splitting  # noqa: F401 what reads notebooks: one may be edited
import mkdocs_command
import mkdocs_restart
import mkdocs_screen
from lockstep.disk import workers
from mkdocs_versions import First, Next, Version

log = logging.getLogger("mkdocs.lockstep")


class Serving:
    """A site being served."""

    def __init__(
        self, server: LiveReloadServer, config: MkDocsConfig, builder: Callable[[], None]
    ) -> None:
        """Take the server, the configuration of the site that was built, and what builds one."""
        i18n: Any = config.plugins["i18n"]
        self._codes = {code: code for code in i18n.build_languages} | {"": i18n.default_language}
        self._server, self._config, self._builder = server, config, builder
        self._shown: Version = First(config)
        self._old: list[Version] = []
        """What was shown before."""
        self._coming: Next | None = None
        """What is built behind it."""
        self._edit = 0
        """How many edits there were."""
        self._made: set[str] | None = None
        """Pages that were made again since the last, as long as it is not in what is shown."""
        self._lock = threading.Lock()
        # Each language has a process of its own, which begins with what this one has loaded.
        self._loading = threading.Thread(target=config.extra["lockstep"].load, daemon=True)
        self._loading.start()
        self._answer: Any = server.get_app()
        server.set_app(self._answered)
        server.builder = self.rebuild
        server.error_handler = self._error

    def rebuild(self) -> None:
        """Show an edit."""
        mkdocs_restart.if_changed(self._config, self.end)
        with self._lock:
            if self._coming:
                self._coming.stop()
            self._edit += 1
            self._made = set()
            pages = mkdocs_screen.pages()
            before = self._texts(pages)
            self._make(pages)
            seen = before != self._texts(pages)
        threading.Thread(target=self._follow, args=(self._edit, seen), daemon=True).start()
        # MkDocs is about to let browsers see the one that it wants.
        server: Any = self._server
        server._wanted_epoch = livereload._timestamp() if seen else server._visible_epoch  # noqa: SLF001

    def _follow(self, edit: int, seen: bool) -> None:  # noqa: FBT001 a fact
        """Build a version behind what is shown; show it once it is whole, if no edit comes.

        seen: whether the pages on screen show the edit already.
        """
        self._loading.join()  # or processes begin with what is half loaded
        with self._lock:
            if edit != self._edit:
                return
            self._leave()
            version = self._coming = Next(self._builder, waited=not seen)
        whole, differs = version.built(), False
        with self._lock:
            if edit != self._edit:
                return  # it is left alone by now
            self._coming = None
            if whole:
                differs = self._show(version)
        if differs:
            server: Any = self._server
            with server._epoch_cond:  # noqa: SLF001 nothing else reloads browsers
                server._wanted_epoch = server._visible_epoch = livereload._timestamp()  # noqa: SLF001
                server._epoch_cond.notify_all()  # noqa: SLF001
        self._tidy(version)
        if not whole:
            log.error("The site could not be built: only pages on screen show the last edit")

    def _show(self, version: Next) -> bool:
        """Let a version be what browsers get, and say whether what they have open differs."""
        pages = mkdocs_screen.open_pages()
        before, beside = self._texts(pages), self._shown.beside
        self._old += [self._shown]
        self._shown, self._made = version, None
        self._server.root = str(version.folder)
        return before != self._texts(pages) or beside != version.beside

    def _tidy(self, version: Next) -> None:
        """End the processes of versions that are not shown any more, or could not be built.

        Folders stay until another version is there: an answer may be on its way.
        """
        if version is not self._shown:
            _remove(version)
        for old in self._old:
            old.end()
        while len(self._old) > 1:
            _remove(self._old.pop(0))

    def _leave(self) -> None:
        """Give up the version that is being built."""
        if self._coming:
            _remove(self._coming)
            self._coming = None

    def _make(self, pages: Iterable[str]) -> None:
        """Make pages again, as files are after the last edit."""
        of: dict[str, list[str]] = {}
        for page in pages:
            of.setdefault(mkdocs_screen.code(page, self._codes), []).append(page)
        self._shown.make(self._edit, of)
        if self._made is not None:
            self._made.update(pages)

    def _texts(self, pages: Iterable[str]) -> list[bytes]:
        """Return what pages are shown as; nothing for one that is not there."""
        return [_content(self._path(page)) for page in pages]

    def _path(self, page: str) -> Path:
        path = self._shown.folder / unquote(page)
        return path / "index.html" if page.endswith("/") or not page else path

    def _answered(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer a browser, with a page as it is after the last edit."""
        server: Any = self._server
        page = mkdocs_screen.asked(environ, server.mount_path, self._codes)
        if page is not None:
            with server._epoch_cond:  # noqa: SLF001 or MkDocs waits, for what is in the old folder
                server._epoch_cond.wait_for(lambda: server._visible_epoch == server._wanted_epoch)  # noqa: SLF001
            self._bring(page)
        found: Iterable[bytes] = self._answer(environ, start)
        return found

    def _bring(self, page: str) -> None:
        """Have a page be there, as it is after the last edit."""
        code = mkdocs_screen.code(page, self._codes)
        if code in self._shown.later:
            self._shown.make(self._edit, {code: []})
            self._shown.later.discard(code)
        with self._lock:
            if self._made is not None and page not in self._made:
                self._make([page])

    def _error(self, status: int) -> bytes | None:
        """Return the site's own page for an error."""
        return _content(self._shown.folder / f"{status}.html") or None

    def end(self) -> None:
        """End all processes."""
        with self._lock:
            self._edit += 1  # nothing follows the last one any more
            self._leave()
            for version in (*self._old, self._shown):
                _remove(version)


_serving: list[Serving] = []
"""What this process serves."""


def begin(server: LiveReloadServer, config: MkDocsConfig, builder: Callable[[], None]) -> None:
    """Show edits on the pages on screen first, where there are processors for it (an event)."""
    if mkdocs_command.serves() and workers.processors() > 1:
        _serving.append(Serving(server, config, builder))
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # no process is left behind


def end() -> None:
    """Leave no process behind (an event)."""
    for impatient in (signal.SIGINT, signal.SIGTERM):
        signal.signal(impatient, signal.SIG_IGN)
    while _serving:
        _serving.pop().end()


def _remove(version: Version) -> None:
    """End the processes of a version, and remove its folder."""
    version.end()
    shutil.rmtree(version.folder, ignore_errors=True)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
