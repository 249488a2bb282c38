"""Items of the navigation, which are on every page: each is filled in once for all of a folder.

A link leads from all pages of a folder to the same address, but from that page to itself, and to
pages below it. There are as many items on a page as a site has pages: most of what fills in a page
of a large site would be these.
"""

from typing import Any

from mkdocs.structure.nav import Link
from mkdocs.structure.pages import Page

from mkdocs_packed import Packed

NAME = "nav_items"
"""What templates call what is here."""
_TEMPLATE = "partials/nav-item.html"
_EACH = 'render(item, path ~ "_" ~ loop.index, level + 1, nav_item)'
"""How Material's template has an item of a section filled in."""
_ONCE = f"{NAME}.known(item, page) or {NAME}.kept(item, page, {_EACH})"
_PAGES = (Page, Packed)
_KINDS = (Link, *_PAGES)
"""Items that have none below them, and are the same wherever they are not active."""


def once(template: str, text: str) -> str:
    """Return the text of a template in which each item is filled in once, if it is that of items.

    template: its name. One that fills them in otherwise stays as it is.
    """
    return text.replace(_EACH, _ONCE) if template == _TEMPLATE else text


class Items:
    """What was filled in for a site in one language."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._folders: dict[tuple[str, int], dict[int, tuple[Any, str, str]]] = {}
        """Each with what is told from any page in it: by an item's identity the item, its address,
        and its text."""
        self._page: object = self
        """The page that is being filled in."""
        self._url = ""
        self._here: dict[int, tuple[Any, str, str]] = {}
        """What is known in the folder of that page."""

    def known(self, item: Any, page: Any) -> str:  # noqa: ANN401 whatever a template gives
        """Return an item as it is on a page; nothing where that is not known."""
        if page is not self._page:
            self._begin(page)
        found = self._here.get(id(item))
        return found[2] if found and not found[1].startswith(self._url) else ""

    def kept(self, item: Any, page: Any, text: str) -> str:  # noqa: ANN401 see above
        """Return what was filled in for an item on a page, and keep it for others."""
        is_same = type(item) in _KINDS and not item.active
        if is_same and type(page) in _PAGES and not item.url.startswith(page.url):
            self._here[id(item)] = item, item.url, text
        return text

    def _begin(self, page: Any) -> None:  # noqa: ANN401 see above
        self._page, self._url, self._here = page, "", {}
        if type(page) in _PAGES:
            self._url = page.url
            folder = page.url.rstrip("/").rpartition("/")[0]
            self._here = self._folders.setdefault((folder, page.url.count("/")), {})
