"""What a guide holds that is the same in every language: steps, links, tables, directives, code.

Each thing comes with the line at which it stands, and the running text between with it. Reading
them is ``inventory``'s, comparing them ``translations``' business.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple


class Code(NamedTuple):
    """The value of a fence."""

    language: str
    classes: tuple[str, ...]
    options: tuple[tuple[str, str], ...]
    """All but the title, which is translated."""
    code: Hashable


@dataclass(slots=True, eq=False)
class Item:
    """One thing that a guide holds; it is equal to itself alone."""

    kind: str
    """``step``, ``block``, ``table``, ``row``, ``directive``, ``value``, ``link``, ``image``,
    ``fence``, ``code``, ``note`` (a footnote's definition), ``reference`` (to a footnote) or
    ``heading``."""
    value: Hashable
    """Equal in all languages, for links up to the language of their address."""
    shown: str
    """What a message calls it."""
    index: int
    """Of its line in ``Document.lines``."""
    path: tuple[str, ...] = ()
    """In which steps, admonitions, tabs and so on it stands, from the outermost."""
    place: "Item | None" = field(default=None, repr=False)
    """The innermost of these, or the row, in which it stands; none in the section itself."""
    column: int = 0
    """Number of the cell of a row in which it stands."""
    block: int = 0
    """Index in ``Inventory.blocks`` of the piece of text in which it stands."""
    end: int = 0
    """Index behind its last line."""
    columns: int = 0
    """How many cells a row has."""
    words: str = ""
    """How a step or a row begins."""


@dataclass(slots=True, eq=False)
class Text:
    """A paragraph, a heading, a title, a cell of a table; or what stands between such."""

    kind: str
    """``paragraph``, or what else it is; for what is no text its kind of block."""
    words: str
    """As in ``prose``, with a gap for what is no text."""
    index: int
    """Of its first line in ``Document.lines``."""
    place: Item | None
    """The step, row, admonition and so on in which it stands."""
    column: int
    """Number of the cell of a row that it is."""
    block: int
    """Index in ``Inventory.blocks``."""


@dataclass(slots=True)
class Inventory:
    """What a guide holds."""

    items: list[Item] = field(default_factory=list)
    """In the order of the text."""
    texts: list[Text] = field(default_factory=list)
    """What can be read, and between which blocks, in order."""
    blocks: list[int] = field(default_factory=list)
    """For each paragraph, heading, table cell and code block, the index of its first line."""
