"""Which languages an author looks at in ``mkdocs serve``: an edit is shown there first.

The server tells by what browsers ask for. A page in a language that is still being built is waited
for.
"""

import time
from collections.abc import Callable, Iterable
from multiprocessing import active_children
from multiprocessing.connection import wait
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.livereload import LiveReloadServer

BUILT_BY = "lockstep: "
"""What the name of a process begins with that builds a language."""
_STAYS = 600
"""Seconds for which somebody is thought to look at a language whose page was asked for."""
_PATIENCE = 60
"""Seconds after which a page is answered with as it is."""
_ASKED: dict[str, float] = {}
"""Code of a language to when its page was asked for last; what is left is the first language's."""


def watch(server: LiveReloadServer, config: MkDocsConfig) -> None:
    """Follow what browsers ask a server for."""
    i18n: Any = config.plugins["i18n"]
    codes = {*i18n.build_languages}
    answer: Any = server.get_app()

    def answered(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.endswith(("/", ".html")):
            code = path.removeprefix(server.mount_path).partition("/")[0]
            _ASKED[code if code in codes else ""] = time.monotonic()
            wait_for(code)
        found: Iterable[bytes] = answer(environ, start)
        return found

    server.set_app(answered)


def first(codes: Iterable[str]) -> list[str]:
    """Return the languages that are to be built first: all before any page was asked for."""
    now = time.monotonic()
    return [code for code in codes if not _ASKED or now - _ASKED.get(code, -_STAYS) < _STAYS]


def wait_for(code: str) -> None:
    """Wait until a language is built, if that is going on."""
    for process in active_children():
        if process.name == BUILT_BY + code:
            wait([process.sentinel], _PATIENCE)
