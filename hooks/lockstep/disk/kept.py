"""What a build makes of one page, made where something has changed."""

import hashlib
import zlib

from lockstep.disk.cache import Cache
from lockstep.pages import passages as reading
from lockstep.pages import tables, ticking, tooltips
from lockstep.pages.index import Index
from lockstep.pages.passages import Passage
from lockstep.pages.ticking import Keys
from lockstep.terms.finder import Finder


def marked(  # noqa: PLR0913, PLR0917 all that it is made from
    cache: Cache, html: str, language: str, finder: Finder | None, glossary: str | None, steps: Keys
) -> str:
    """Return a page's HTML with its terms led to the glossary, heads of rows, and steps.

    language: code of the one that the page is written in, whose terms the finder finds; glossary:
    its address from the page; ``None`` on that page, and without one.
    """

    def make() -> str:
        linked = html
        if finder is not None and glossary is not None:
            linked = tooltips.linked(html, finder, glossary)
        return ticking.marked(tables.with_row_heads(linked), steps)

    return cache.made(make, "marked", html, language, str(glossary), repr(steps))


def passages(cache: Cache, html: str, title: str) -> list[Passage]:
    """Return what a search reads of a page."""
    found = cache.made(
        lambda: [(it.anchor, it.title, it.text) for it in reading.read(html, title)],
        "passages", html, title,
    )  # fmt: skip
    return [Passage(*each) for each in found]


def index(cache: Cache, found: Index) -> bytes:
    """Return what a language is searched by, as JSON; the last one is kept, since it is big."""
    sources = hashlib.blake2b()
    for page in found.pages.items():
        sources.update(repr(page).encode("utf-8", "surrogatepass"))
    source = sources.hexdigest()
    known: tuple[str, bytes] | None = cache.get("index", found.language)
    if known and known[0] == source:
        return zlib.decompress(known[1])
    made = found.written()
    cache.put((source, zlib.compress(made, 1)), "index", found.language)
    return made
