"""What an author looks at in ``mkdocs serve``: an edit is shown there first.

Browsers tell: they ask for a page, and then, as long as it is on screen, for its next version.
"""

import time
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlsplit

_STAYS = 600
"""Seconds for which somebody is thought to look at a language whose page was asked for."""
_SHOWN = 90
"""Seconds for which a page is thought to be on screen: browsers ask each minute."""
_POLL = "/livereload/"
"""What the address begins with at which they do."""
_ASKED: dict[str, float] = {}
"""Code of a language to when its page was asked for last."""
_PAGES: dict[str, float] = {}
"""Address of a page, as MkDocs has it, to when it was last known to be on screen."""


def asked(environ: Mapping[str, str], mount_path: str, codes: Mapping[str, str]) -> str | None:
    """Take note of what a browser asks for; return the page, where it is a new one.

    mount_path: where the site is on its server. codes: of the languages, by the folder of the site
    that they are in.
    """
    path = quote(environ["PATH_INFO"], encoding="latin-1")  # so WSGI has it
    polled = path.startswith(_POLL)
    page = urlsplit(environ.get("HTTP_REFERER", "")).path if polled else path
    if not page.startswith(mount_path) or not page.endswith(("/", ".html")):
        return None
    page = address(page.removeprefix(mount_path))
    _PAGES[page] = _ASKED[code(page, codes)] = time.monotonic()
    return None if polled else page


def code(page: str, codes: Mapping[str, str]) -> str:
    """Return the code of the language that a page is in, by its address from the site's root."""
    return codes.get(page.partition("/")[0]) or codes[""]


def address(page: str) -> str:
    """Return the address by which a page is known, whether its file is named or not."""
    return page.removesuffix("index.html")


def pages() -> list[str]:
    """Return the addresses of the pages on screen."""
    now = time.monotonic()
    return [page for page, when in _PAGES.items() if now - when < _SHOWN]


def open_pages() -> list[str]:
    """Return the addresses of all pages that somebody may have open, in a hidden tab too."""
    return [*_PAGES]


def first(codes: Iterable[str]) -> list[str]:
    """Return the languages that are to be built first: all before any page was asked for."""
    now = time.monotonic()
    return [code for code in codes if not _ASKED or now - _ASKED.get(code, -_STAYS) < _STAYS]


def forget() -> None:
    """Have no language built before the others."""
    _ASKED.clear()
