"""What stands in a page in place of a directive or a hand-written fence, as values.

``injection`` makes blocks, ``rendering`` turns them into HTML.
"""

from dataclasses import dataclass
from enum import Enum

from lockstep.ground.problem import Problem
from lockstep.notebooks.output import Figure, Text
from lockstep.terms.glossary import Term

FENCE = "lockstep"
"""Language of the fences that carry keys of blocks; authors may not use it."""


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """The code of a tested cell and its recorded output."""

    notebook: str
    cell: str
    source: str
    """The code, its comments in the page's language."""
    highlighted: tuple[int, ...] = ()
    """Lines of ``source`` to mark, from 1."""
    outputs: tuple[Text | Figure, ...] = ()
    open: bool = False
    """Whether the output is unfolded from the start."""
    anchor: str | None = None
    """The block's ``id``, the first time that the page shows the cell."""
    marks: tuple[Problem, ...] = ()
    """What an author must know of this cell, such as that it has changed since it was run."""
    line: int = 0
    """Where the cell begins in the notebook's script, from 1."""
    products: tuple[str, ...] = ()
    """What the code was run with, as readers know it; none where it was not run as it is."""


@dataclass(frozen=True, slots=True)
class OutputBlock:
    """The recorded output of a cell, alone."""

    notebook: str
    cell: str
    outputs: tuple[Text | Figure, ...]
    alt: str = ""
    marks: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class NotRunBlock:
    """Code written by hand that was not run, and why."""

    code: str
    language: str
    reason: str
    """One of ``handwritten.REASONS``."""
    title: str = ""
    """What stands above the code, such as the name of a file."""


@dataclass(frozen=True, slots=True)
class GlossaryBlock:
    """Every term, with what it is called in each language and what it means."""

    language: str
    """Code of the language that the page is written in."""
    terms: tuple[Term, ...]
    """In the order in which that language's readers look them up."""


@dataclass(frozen=True, slots=True)
class StatusBlock:
    """How every page stands in every language; what that is, a build knows."""


@dataclass(frozen=True, slots=True)
class MarkBlock:
    """A finding, shown to the author at the spot."""

    problem: Problem


class Notice(Enum):
    """What a reader must know of a section whose translation does not say what English says."""

    BEHIND = "behind"
    """The translation stands, and English has moved."""
    CHANGED = "changed"
    """English stands in its place: its cells are others than the translation's."""
    UNTRANSLATED = "untranslated"
    """English stands in its place: there is no translation."""
    ANNOUNCED = "announced"
    """There is no translation, and only the heading stands here."""
    WITHDRAWN = "withdrawn"
    """The translation stands, and English no longer has the section."""


@dataclass(frozen=True, slots=True)
class NoticeBlock:
    """A notice to readers under the heading of a section."""

    notice: Notice
    anchor: str = ""
    """Of the section in the page in the source language; none leads to the page."""


@dataclass(frozen=True, slots=True)
class PassageStart:
    """Where text of another language begins; a ``PassageEnd`` follows."""

    language: str


@dataclass(frozen=True, slots=True)
class PassageEnd:
    """Where text of another language ends."""


Block = (
    CodeBlock
    | OutputBlock
    | NotRunBlock
    | GlossaryBlock
    | StatusBlock
    | MarkBlock
    | NoticeBlock
    | PassageStart
    | PassageEnd
)
