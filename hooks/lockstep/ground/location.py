"""Where a piece of text stands. What stands there, and whether it is right, is not known here."""

from typing import NamedTuple


class Location(NamedTuple):
    """A line of a file; prints as ``path:line``, which editors and terminals make clickable."""

    path: str
    """Path relative to the project's root, with forward slashes."""
    line: int
    """Line number, from 1."""

    def __str__(self) -> str:
        """Return ``path:line``."""
        return f"{self.path}:{self.line}"
