"""What a lab's page offers to take away, as values and as HTML.

What is in the files, the room ``export`` knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape

from babel.units import format_unit

from lockstep.ground.language import Words

KINDS = {
    ".ipynb": "Jupyter notebook",
    ".py": "Databricks source file",
    ".zip": "Everything to run it on your own computer",
}
"""Endings of the files that a lab offers, and how a reader is told."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file of the site that a reader may take away."""

    path: str
    """Below the site's root: ``downloads/zh/count.ipynb``."""
    size: int
    """In bytes."""

    @property
    def ending(self) -> str:
        """What the file's name ends with, which tells what it is."""
        return f".{self.path.rpartition('.')[2]}"


def html(downloads: Sequence[Download], words: Words, root: str) -> str:
    """Return the links with which a lab is taken away; nothing where there is none.

    root: the site's root, from the page, with a slash at its end.
    """
    if not downloads:
        return ""
    links = "".join(
        f'<li><a href="{escape(root + each.path)}" download>{escape(words(KINDS[each.ending]))}</a>'
        f" <span>{escape(size(each, words))}</span></li>"
        for each in downloads
    )
    title = escape(words("Take this lab with you"))
    return (
        f'<nav class="lockstep-downloads" aria-label="{title}"><p>{title}</p><ul>{links}</ul></nav>'
    )


def size(download: Download, words: Words) -> str:
    """Return what a file is and how large, as the reader writes it: ``.ipynb, 72 kB``."""
    kilobytes = max(round(download.size / 1000), 1)
    return words(", ").join([download.ending, _amount(kilobytes, words.language.locale)])


@cache
def _amount(kilobytes: int, locale: str) -> str:
    """Return a size as readers write it: most files have that of another."""
    return format_unit(kilobytes, "digital-kilobyte", length="short", locale=locale)
